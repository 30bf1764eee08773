"""An order in our own words."""

from __future__ import annotations

import contextlib

from backend.channels.adapters.native.payload import parse_order
from backend.channels.port import PayloadUnknown
from tests.fuzzing.seeds import recorded

SEEDS = recorded("native/*.json")


def try_one(raw: bytes) -> None:
    with contextlib.suppress(PayloadUnknown):
        parse_order(raw)
