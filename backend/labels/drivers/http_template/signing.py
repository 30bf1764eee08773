"""Signatures of requests, as two vendors publish them. Pure: instant and nonce are handed in."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote


def signed_form(form: Mapping[str, str], ending: str, signature: str) -> Mapping[str, str]:
    """SUNMI: `a=1&b=2`, by name, then the ending with the key; its MD5 in capitals.

    https://docs.sunmi.com/en/sunmi-store-open-platform/authentication/
    """
    text = "&".join(f"{name}={form[name]}" for name in sorted(form)) + ending
    return {**form, signature: hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()}


def aliyun_form(
    method: str, form: Mapping[str, str], version: str, key_id: str, key_secret: str, now: datetime, nonce: str
) -> Mapping[str, str]:
    """Alibaba Cloud's signature for remote procedure calls, version 1.0.

    The common parameters join the form; the signature is the HMAC-SHA1, in base 64, of method, `/` and all parameters
    by name, each encoded twice; the key is the secret and an ampersand.
    """
    signed = {
        **form,
        "Format": "JSON",
        "Version": version,
        "AccessKeyId": key_id,
        "SignatureMethod": "HMAC-SHA1",
        "Timestamp": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "SignatureVersion": "1.0",
        "SignatureNonce": nonce,
    }
    return {**signed, "Signature": aliyun_signature(method, signed, key_secret)}


def aliyun_signature(method: str, parameters: Mapping[str, str], key_secret: str) -> str:
    canonical = "&".join(f"{_encode(name)}={_encode(parameters[name])}" for name in sorted(parameters))
    text = f"{method}&{_encode('/')}&{_encode(canonical)}"
    digest = hmac.new(f"{key_secret}&".encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def _encode(text: str) -> str:
    """RFC 3986: letters, digits, `-`, `_`, `.` and `~` stay."""
    return quote(text, safe="-_.~")
