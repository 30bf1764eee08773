"""What a Bluetooth label hears in the air, whoever sent it; and keys as somebody typed them."""

from __future__ import annotations

import contextlib

from backend.labels.drivers.ble_esl.encrypted import decrypt, parse_key, unwrap, wrap
from backend.labels.port import AnswerMalformed

_TYPED = "57A9DA12D12E6E131E20612AD10A6A1946E77AB1EF007A9E"
_KEY = parse_key(_TYPED)

SEEDS = [
    bytes.fromhex("1E3118E157CADE74E4DCAFDC51C7282810C2217F0E4CEF4343181FBA0069CC"),
    bytes.fromhex("03340100"),
    _TYPED.encode(),
]


def try_one(raw: bytes) -> None:
    """As it came, and once more as a structure whose length and type are put right."""
    for structure in (raw, bytes([(len(raw) + 1) & 0xFF, 0x31]) + raw):
        with contextlib.suppress(AnswerMalformed):
            decrypt(structure, _KEY)
    with contextlib.suppress(AnswerMalformed):
        assert wrap(unwrap(raw)) == raw
    with contextlib.suppress(AnswerMalformed):
        typed = raw.decode("utf-8", errors="replace")
        assert parse_key(typed).encoded() == bytes.fromhex(typed)
