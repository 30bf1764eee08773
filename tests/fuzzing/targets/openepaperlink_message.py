"""A message of an OpenEPaperLink access point's websocket."""

from __future__ import annotations

import contextlib

from backend.labels.drivers.openepaperlink.records import parse_message
from backend.labels.port import AnswerMalformed
from tests.fuzzing.seeds import recorded

SEEDS = recorded("openepaperlink/ws_*.json")


def try_one(raw: bytes) -> None:
    with contextlib.suppress(AnswerMalformed):
        message = parse_message(raw)
        for mac in (message.drawing_mac, message.transferring_mac, message.timed_out_mac):
            assert mac is None or len(mac) == 16
        assert isinstance(message.is_same_picture, bool)
        assert message.drawing_failed is None or len(message.drawing_failed) <= 120
