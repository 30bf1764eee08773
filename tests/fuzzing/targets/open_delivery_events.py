"""Events that an Open Delivery host pushes, or answers to polling."""

from __future__ import annotations

import contextlib

from backend.channels.adapters.open_delivery.payload import parse_event, parse_events
from backend.channels.port import PayloadUnknown
from tests.fuzzing.seeds import recorded

SEEDS = recorded("open_delivery/event*.json")


def try_one(raw: bytes) -> None:
    with contextlib.suppress(PayloadUnknown):
        parse_event(raw)
    with contextlib.suppress(PayloadUnknown):
        parse_events(raw)
