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
_ID_CHARACTERS = 26

PREFIXES = {
    "store": "sto",
    "location": "loc",
    "product": "prd",
    "person": "per",
    "device": "dev",
    "shift": "shf",
    "channel": "chn",
    "message": "msg",
    "intake_exception": "exc",
    "order": "ord",
    "order_line": "orl",
    "wave": "wav",
    "pick_list": "pkl",
    "tote": "tot",
    "pick": "pck",
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


class SystemIdSource:
    """Ids from the clock and the machine's randomness; increasing even within one millisecond."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0
        self._lock = threading.Lock()  # the event loop and the writer's thread share one source

    def new(self, kind: str) -> str:
        with self._lock:
            self._last = value = max(_millisecond_floor(self._clock) | self._random_bits(), self._last + 1)
        return f"{PREFIXES[kind]}_{_encode(value)}"

    def _random_bits(self) -> int:
        return secrets.randbits(_RANDOM_BITS)


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
    characters = []
    for _ in range(_ID_CHARACTERS):
        value, remainder = divmod(value, 32)
        characters.append(_ALPHABET[remainder])
    return "".join(reversed(characters))
