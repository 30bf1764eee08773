"""A signature header that somebody made up: it is never ours."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from backend.channels.adapters.open_delivery.signature import verify_signature
from backend.channels.port import RawMessage, SignatureInvalid

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
SEEDS = [b"0" * 64, b"c2lnbmF0dXJl", "\u00e9".encode()]


def try_one(raw: bytes) -> None:
    headers = {"x-app-signature": raw.decode("utf-8", errors="replace"), "x-app-id": "a", "x-app-merchantid": "m"}
    with pytest.raises(SignatureInvalid):
        verify_signature(RawMessage(b"body", headers), secret="secret", app_id="a", merchant_id="m", now=NOW)
