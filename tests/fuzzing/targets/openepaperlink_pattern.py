"""The 12 bytes of an LED pattern: read and written back, they are the same."""

from __future__ import annotations

import contextlib

from backend.labels.drivers.openepaperlink.protocol import STOP, decode_pattern, encode_pattern
from backend.labels.port import AnswerMalformed

SEEDS = [STOP, bytes.fromhex("813C130AE4530A03A30A0200"), bytes.fromhex("211C22100000000000001D00")]


def try_one(raw: bytes) -> None:
    with contextlib.suppress(AnswerMalformed):
        assert encode_pattern(decode_pattern(raw))[:11] == raw[:11]  # the last byte is spare
