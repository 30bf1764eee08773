"""Who sent this webhook: the Open Delivery signature over the raw bytes, and for which merchant. Pure."""

from __future__ import annotations

from datetime import datetime

from backend.channels.port.errors import SignatureInvalid
from backend.channels.port.notices import RawMessage
from backend.channels.port.profiles import OPEN_DELIVERY
from backend.channels.port.signatures import REFUSAL, equal, verify


def verify_signature(message: RawMessage, *, secret: str, app_id: str, merchant_id: str, now: datetime) -> None:
    """Check HMAC-SHA256 over the raw body, in hex as the standard says, or base64 as one large host sends it.

    The ids of application and merchant must be ours too, or a host's other merchant could write into this store. All
    three are compared every time, so that neither the answer nor its timing says which one was wrong.
    """
    is_app = equal(app_id, message.headers.get("x-app-id", ""))
    is_merchant = equal(merchant_id, message.headers.get("x-app-merchantid", ""))
    verify(OPEN_DELIVERY, message, secrets=[secret], now=now)
    if not (is_app & is_merchant):
        raise SignatureInvalid(REFUSAL)
