"""Webhooks as a store sends them: who sent it, and when, is checked before anything is read.

Source: Standard Webhooks 1.0.0, and CloudEvents 1.0.2 in structured mode.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

from client.errors import SignatureWrong
from shared.channel_stream import StreamMessage

TOLERANCE_S = 300
SECRET_PREFIX = "whsec_"  # noqa: S105 - what every secret begins with
CLOUDEVENT_PREFIX = "org.blinkpick."


def read_webhook(
    headers: Mapping[str, str], body: bytes, secrets: Sequence[str], *, now_s: float, tolerance_s: float = TOLERANCE_S
) -> StreamMessage:
    """The event in a webhook, the same as the stream's. `now_s`: seconds since 1970. `secrets`: while one is being
    replaced, both. Raises SignatureWrong.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    message_id, sent_at = lower.get("webhook-id", ""), lower.get("webhook-timestamp", "")
    if not sent_at.isascii() or not sent_at.isdigit() or abs(now_s - int(sent_at)) > tolerance_s:
        raise SignatureWrong("the webhook was not sent just now")
    signed = f"{message_id}.{sent_at}.".encode() + body
    said = lower.get("webhook-signature", "").split(" ")
    expected = [_signature(secret, signed) for secret in secrets]
    if not any(hmac.compare_digest(each.encode(), right.encode()) for each in said for right in expected):
        raise SignatureWrong("nobody with the secret signed this webhook")
    return _event(json.loads(body))


def _signature(secret: str, signed: bytes) -> str:
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        raise SignatureWrong("the secret is not one of ours: it is `whsec_` and base64") from None
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _event(document: dict[str, Any]) -> StreamMessage:
    if "specversion" in document:
        name, at = str(document["type"]).removeprefix(CLOUDEVENT_PREFIX), document["time"]
    else:
        name, at = document["type"], document["timestamp"]
    said = json.dumps({"name": name, "at": at, **document["data"]})
    return StreamMessage.model_validate_json(said, extra="ignore")
