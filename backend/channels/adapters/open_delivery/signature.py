"""Who sent this webhook: the Open Delivery signature over the raw bytes. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

from backend.channels.port import SignatureInvalid

_HEX_CHARACTERS = 64


def verify_signature(body: bytes, headers: Mapping[str, str], *, secret: str, app_id: str, merchant_id: str) -> None:
    """Check HMAC-SHA256 over the raw body, in hex as the standard says, or base64 as one large host sends it.

    The ids of application and merchant must be ours too, or a host's other merchant could write into this store. All
    three are compared every time, so that neither the answer nor its timing says which one was wrong.
    """
    expected = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    is_signed = hmac.compare_digest(expected, _decode_signature(headers.get("x-app-signature", "")))
    is_app = hmac.compare_digest(app_id.encode(), headers.get("x-app-id", "").encode())
    is_merchant = hmac.compare_digest(merchant_id.encode(), headers.get("x-app-merchantid", "").encode())
    if not (is_signed & is_app & is_merchant):
        raise SignatureInvalid("the message could not be verified")


def _decode_signature(text: str) -> bytes:
    try:
        if len(text) == _HEX_CHARACTERS:
            return bytes.fromhex(text)
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return b""
