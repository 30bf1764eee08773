"""Ids: a prefix that says what it is, then 26 characters that sort by time. Chance and time are handed in."""

from __future__ import annotations

import random
import re
import secrets
import threading
from typing import Annotated, Protocol

from pydantic import StringConstraints

from shared.clock import Clock

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
_RANDOM_BITS = 80
_CHANCE_BYTES = 400 * _RANDOM_BITS // 8
# An id's 26 characters, two at a time: 13 look-ups are a fraction of 26 divisions, and an order takes some 15 ids.
_PAIR_BITS = 10
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_PAIR_SHIFTS = range(12 * _PAIR_BITS, -1, -_PAIR_BITS)
_PAIR_MASK = (1 << _PAIR_BITS) - 1

PREFIXES = {
    "store": "sto",
    "location": "loc",
    "blocked_aisle": "blk",
    "product": "prd",
    "price_batch": "prb",
    "person": "per",
    "device": "dev",
    "shift": "shf",
    "channel": "chn",
    "message": "msg",
    "intake_exception": "exc",
    "deadline": "dln",
    "order": "ord",
    "order_line": "orl",
    "slip": "slp",
    "wave": "wav",
    "pick_list": "pkl",
    "tote": "tot",
    "pick": "pck",
    "take_over": "tko",
    "substitution": "sub",
    "command": "cmd",
    "job": "job",
}

_PATTERN = re.compile(r"[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}")

Id = Annotated[str, StringConstraints(min_length=3, max_length=64, pattern=r"^[A-Za-z0-9_.:\-]+$")]


class IdSource(Protocol):
    """Where new ids come from."""

    def new(self, kind: str) -> str:
        """A fresh id for one of the kinds in `PREFIXES`, greater than every id given before by this source."""
        ...

    def new_many(self, kind: str, count: int) -> list[str]:
        """As many fresh ids, ascending: one question for all the lines of an order."""
        ...


class SystemIdSource:
    """Ids from the clock and the machine's randomness; increasing even within one millisecond."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0
        self._chance = b""
        self._lock = threading.Lock()  # the event loop and the writer's thread share one source

    def new(self, kind: str) -> str:
        return f"{PREFIXES[kind]}_{_encode(self._take(1))}"

    def new_many(self, kind: str, count: int) -> list[str]:
        prefix, first = PREFIXES[kind], self._take(count)
        return [f"{prefix}_{_encode(value)}" for value in range(first, first + count)]

    def _take(self, count: int) -> int:
        """The first of `count` numbers in a row that nobody else gets."""
        with self._lock:
            first = max(_millisecond_floor(self._clock) | self._random_bits(), self._last + 1)
            self._last = first + count - 1
            return first

    def _random_bits(self) -> int:
        """Asked of the machine for many ids at once: each question lets other threads in before it is answered."""
        if not self._chance:
            self._chance = secrets.token_bytes(_CHANCE_BYTES)
        size = _RANDOM_BITS // 8
        taken, self._chance = self._chance[:size], self._chance[size:]
        return int.from_bytes(taken)


class SeededIdSource(SystemIdSource):
    """The same ids for the same seed and the same clock readings: for tests, demos and simulations."""

    def __init__(self, clock: Clock, seed: int) -> None:
        super().__init__(clock)
        self._random = random.Random(seed)

    def _random_bits(self) -> int:
        return self._random.getrandbits(_RANDOM_BITS)


def is_id(text: str, kind: str) -> bool:
    """Whether `text` has the shape of an id of that kind."""
    return bool(_PATTERN.fullmatch(text)) and text.startswith(PREFIXES[kind] + "_")


def _millisecond_floor(clock: Clock) -> int:
    return int(clock.now().timestamp() * 1000) << _RANDOM_BITS


def _encode(value: int) -> str:
    return "".join([_PAIRS[value >> shift & _PAIR_MASK] for shift in _PAIR_SHIFTS])
