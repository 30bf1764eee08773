"""The 27 bytes of what waits for a label: read and written back, they are the same."""

from __future__ import annotations

import contextlib

from backend.labels.drivers.openepaperlink.sync_packets import decode_pending, encode_pending
from backend.labels.port import AnswerMalformed

SEEDS = [bytes.fromhex("30813C130AE4530A03A30A0200AF0400000A009078563412020000")]


def try_one(raw: bytes) -> None:
    """As it came, and once more with the checksum put right: few bytes pass it by chance."""
    for encoded in (raw, bytes([sum(raw[1:]) & 0xFF]) + raw[1:]):
        with contextlib.suppress(AnswerMalformed):
            pending = decode_pending(encoded)
            assert encode_pending(pending) == encoded
            assert pending.led_pattern is None or len(pending.led_pattern) == 12
