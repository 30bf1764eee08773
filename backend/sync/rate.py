"""How fast one connection may talk. Pure: the time is handed in."""

from __future__ import annotations

MESSAGES_PER_S = 100.0
BURST_MESSAGES = 300.0  # a phone that comes back after hours offline has much to tell


class MessageRate:
    """A bucket of messages that refills with time. Who empties it is heard more slowly, not put out."""

    def __init__(self, now_s: float, *, per_s: float = MESSAGES_PER_S, burst: float = BURST_MESSAGES) -> None:
        self._per_s = per_s
        self._burst = burst
        self._left = burst
        self._at_s = now_s

    def take(self, now_s: float) -> float:
        """Count one message; returns how many seconds to wait before listening for the next."""
        self._left = min(self._burst, self._left + (now_s - self._at_s) * self._per_s) - 1
        self._at_s = now_s
        return max(0.0, -self._left / self._per_s)
