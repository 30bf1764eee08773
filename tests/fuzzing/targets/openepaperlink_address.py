"""A label's address, as somebody typed it."""

from __future__ import annotations

import contextlib

from backend.labels.drivers.openepaperlink.protocol import canonical_mac
from backend.labels.port import AnswerMalformed

SEEDS = [b"02123456789a", b"0000021234567890"]


def try_one(raw: bytes) -> None:
    with contextlib.suppress(AnswerMalformed):
        address = canonical_mac(raw.decode("utf-8", errors="replace"))
        assert canonical_mac(address) == address
