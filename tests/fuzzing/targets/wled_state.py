"""What a WLED strip says of itself: its state and what it is."""

from __future__ import annotations

import contextlib

from backend.labels.drivers.wled.protocol import parse_information, parse_state
from backend.labels.port import AnswerMalformed
from tests.fuzzing.seeds import recorded

SEEDS = recorded("wled/*.json")


def try_one(raw: bytes) -> None:
    for parse in (parse_state, parse_information):
        with contextlib.suppress(AnswerMalformed):
            parse(raw)
