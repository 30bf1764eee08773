"""How long a gateway really takes, by what it confirmed while running, and the capability one plans with then. Pure."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from dataclasses import replace

from backend.labels.port import Capability

WINDOW = 400  # the last so many deliveries: some minutes of a busy shop, an hour of a quiet one
NEEDED = 60  # with fewer, three late ones would be the whole twentieth part


class MeasuredLatency:
    """The last deliveries of one gateway, seconds from the command to the label's confirmation.

    Commands that were lost do not count: a label that never answers says nothing of how fast the others are.
    """

    def __init__(self, declared: Capability) -> None:
        self._declared = declared
        self._planned = declared
        self._is_new = False  # whether something was heard since it was planned
        self._in_turn: deque[float] = deque()
        self._sorted: list[float] = []

    def add(self, took_s: float) -> None:
        took_s = max(0.0, took_s)  # a gateway's clock may be behind ours
        self._in_turn.append(took_s)
        insort(self._sorted, took_s)
        if len(self._in_turn) > WINDOW:
            oldest_s = self._in_turn.popleft()
            del self._sorted[bisect_left(self._sorted, oldest_s)]
        self._is_new = True

    @property
    def is_measured(self) -> bool:
        """Whether enough was heard to say it; until then the declared figures hold."""
        return len(self._sorted) >= NEEDED

    @property
    def capability(self) -> Capability:
        """The declared one with the measured p50 and p95.

        No later than `silent_after_s`: beyond it a label is called silent, and nobody waits for it any more.
        """
        if self._is_new:
            self._is_new = False
            if self.is_measured:
                self._planned = self._measured()
        return self._planned

    def _measured(self) -> Capability:
        most_s = self._declared.silent_after_s
        p50_s, p95_s = min(self._within_s(50), most_s), min(self._within_s(95), most_s)
        if (p50_s, p95_s) == (self._planned.latency_p50_s, self._planned.latency_p95_s):
            return self._planned
        return replace(self._declared, latency_p50_s=p50_s, latency_p95_s=p95_s)

    def _within_s(self, percent: int) -> float:
        """The shortest time that so many per cent of all did not exceed (nearest rank)."""
        return self._sorted[max(0, -(-percent * len(self._sorted) // 100) - 1)]
