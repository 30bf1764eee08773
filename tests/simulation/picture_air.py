"""One access point's air as far as pictures need it: one goes over at a time, to a label that is awake."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from tests.simulation.virtual_loop import VirtualLoop

PATIENCE_S = 5.0  # how long a label that woke for its picture goes on asking; then it sleeps until it wakes again


@dataclass(frozen=True, slots=True)
class _Waiting:
    label: str
    woke_at_s: float
    began: Callable[[], None]
    came: Callable[[], None]


class PictureAir:
    """`wait` for a label to wake; a picture that has begun holds the air for `picture_s`."""

    def __init__(self, loop: VirtualLoop, picture_s: float, next_wake_s: Callable[[str], float]) -> None:
        self._loop = loop
        self._picture_s = picture_s
        self._next_wake_s = next_wake_s
        self._awake: deque[_Waiting] = deque()
        self._busy_until_s = 0.0
        self._boots = 0
        self.sent = 0

    @property
    def busy_s(self) -> float:
        """How long the picture that goes over now still takes; 0: the air is free."""
        return max(0.0, self._busy_until_s - self._loop.time())

    def wait(self, label: str, began: Callable[[], None], came: Callable[[], None]) -> None:
        self._loop.in_world(self._next_wake_s(label), self._woke, self._boots, label, began, came)

    def clear(self) -> None:
        """The access point was switched off and on: nothing waits and nothing goes over any more."""
        self._boots += 1
        self._awake.clear()
        self._busy_until_s = 0.0

    def _woke(self, boots: int, label: str, began: Callable[[], None], came: Callable[[], None]) -> None:
        if boots == self._boots:
            self._awake.append(_Waiting(label, self._loop.time(), began, came))
            self._begin()

    def _begin(self) -> None:
        while self._awake and self.busy_s == 0:
            next_one = self._awake.popleft()
            if self._loop.time() - next_one.woke_at_s > PATIENCE_S:
                self.wait(next_one.label, next_one.began, next_one.came)
                continue
            next_one.began()
            self._busy_until_s = self._loop.time() + self._picture_s
            self._loop.in_world(self._picture_s, self._end, self._boots, next_one.came)

    def _end(self, boots: int, came: Callable[[], None]) -> None:
        if boots == self._boots:
            self._busy_until_s = 0.0
            self.sent += 1
            came()
            self._begin()
