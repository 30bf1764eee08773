"""What was read of the database and changes seldom, kept until this process or another one may have changed it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from backend.core.database import Database
from shared.clock import Clock

V = TypeVar("V")

KEPT_MAX = 4_096


@dataclass(frozen=True, slots=True)
class Mark:
    """When something was read: at what second, and after which changes here and beside us."""

    at_s: float
    changes: int
    told: int


class Remembered(Generic[V]):
    """By key. Whoever writes calls `forget` after the commit: it holds here at once, and for a command line beside us.

    Other nodes' writes, to PostgreSQL, are found after `Database.look_again_s`. Ask it on the event loop.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._kept: dict[str, tuple[Mark, V]] = {}
        self._changes = 0

    def mark(self) -> Mark:
        """Take it before reading."""
        return Mark(self._clock.monotonic_s(), self._changes, self._database.beside.count_told())

    def find(self, key: str) -> V | None:
        """None where it has to be read."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        read, now = kept[0], self.mark()
        is_good = (read.changes, read.told) == (now.changes, now.told)
        return kept[1] if is_good and now.at_s - read.at_s < self._database.look_again_s else None

    def keep(self, key: str, value: V, mark: Mark) -> None:
        """What was read after `mark`; what changed since then makes it worthless."""
        if len(self._kept) >= KEPT_MAX:
            self._kept.clear()
        self._kept[key] = (mark, value)

    def forget(self) -> None:
        """Something was changed here."""
        self._changes += 1
        self._kept.clear()
        self._database.beside.tell()
