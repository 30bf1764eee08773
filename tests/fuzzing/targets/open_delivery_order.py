"""An order as an Open Delivery host shows it."""

from __future__ import annotations

import contextlib

from backend.channels.adapters.open_delivery.payload import parse_order
from backend.channels.port import PayloadUnknown
from tests.fuzzing.seeds import recorded

SEEDS = recorded("open_delivery/order.json")


def try_one(raw: bytes) -> None:
    with contextlib.suppress(PayloadUnknown):
        parse_order(raw, message_id="m1")
