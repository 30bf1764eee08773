"""Responses of a Bluetooth label: read, written and read again, they say the same."""

from __future__ import annotations

import contextlib

from backend.labels.drivers.ble_esl.responses import Refusal, decode_responses, encode_response
from backend.labels.port import AnswerMalformed

SEEDS = [bytes.fromhex("0006010010030011010200F7"), bytes.fromhex("2E00100B1FAABB")]


def try_one(raw: bytes) -> None:
    with contextlib.suppress(AnswerMalformed):
        said = decode_responses(raw)
        assert decode_responses(b"".join(map(encode_response, said))) == said
        assert all(each.reason for each in said if isinstance(each, Refusal))
