"""Commands as a Bluetooth label hears them: read and written again, they are the same."""

from __future__ import annotations

import contextlib

from backend.labels.drivers.ble_esl.packing import parse_sync_payload, sync_payload
from backend.labels.drivers.ble_esl.protocol import decode_commands, encode_command
from backend.labels.port import AnswerMalformed

SEEDS = [
    bytes.fromhex("B0FF00F0411000000032FA1F00"),
    bytes.fromhex("F00500CCA0000000003232790040E20100"),
    bytes.fromhex("6007010240E20100200701021007011107010007"),
    bytes.fromhex("4F0500012233"),
]


def try_one(raw: bytes) -> None:
    with contextlib.suppress(AnswerMalformed):
        assert b"".join(map(encode_command, decode_commands(raw))) == raw
    with contextlib.suppress(AnswerMalformed):
        group, rows = parse_sync_payload(raw)
        assert sync_payload(group, b"".join(rows)) == raw
