"""What the clocks of the world show: the server's is right, a phone's may be wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.simulation.virtual_loop import VirtualLoop

OPENING = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
LOOK_TAKES_S = 0.001  # about what a search does between two looks


class VirtualClock:
    """Shows the loop's time of day; `wrong_by_s` makes it run ahead or behind."""

    def __init__(self, loop: VirtualLoop, wrong_by_s: float = 0.0) -> None:
        self._loop = loop
        self.wrong_by_s = wrong_by_s
        self._seen = -1.0, OPENING

    def now(self) -> datetime:
        shown_s = self._loop.time() + self.wrong_by_s
        if shown_s != self._seen[0]:  # many look at it at the same instant
            self._seen = shown_s, OPENING + timedelta(seconds=shown_s)
        return self._seen[1]

    def monotonic_s(self) -> float:
        return self._loop.time()


class CountedTime:
    """The clock of the search for plans goes on with each look at it: so a plan is the same on every machine."""

    def __init__(self) -> None:
        self._now_s = 0.0

    def perf_counter(self) -> float:
        self._now_s += LOOK_TAKES_S
        return self._now_s
