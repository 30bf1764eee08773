"""A parser with a mistake, for the test that the fuzzer finds one: it is found letter by letter, not by chance."""

from __future__ import annotations

SEEDS = [b"e"]


def try_one(raw: bytes) -> None:
    if raw[:1] == b"e" and raw[1:2] == b"s" and raw[2:3] == b"l":
        raise KeyError("planted")
