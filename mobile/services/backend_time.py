"""The backend's time on a phone whose own clock may be wrong: when a pick was made decides whose it is."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.clock import Clock

TOLERATED_S = 5.0  # the way through the network may take that long: no reason to think another time is right
WRONG_S = 120.0  # worth a word to whoever holds the phone


class BackendTime:
    """The phone's clock, put right by as much as the backend's greeting was off it."""

    def __init__(self, own: Clock, offset_s: float = 0.0) -> None:
        self._own = own
        self.offset_s = offset_s

    def now(self) -> datetime:
        return self._own.now() + timedelta(seconds=self.offset_s)

    def monotonic_s(self) -> float:
        return self._own.monotonic_s()

    @property
    def is_wrong(self) -> bool:
        """Whether the phone's own clock is off by more than anybody would call punctual."""
        return abs(self.offset_s) >= WRONG_S

    def hear(self, server_at: datetime) -> bool:
        """The backend has just said what time it is. Whether that changes anything."""
        offset_s = (server_at - self._own.now()).total_seconds()
        if abs(offset_s - self.offset_s) < TOLERATED_S:
            return False
        self.offset_s = offset_s if abs(offset_s) >= TOLERATED_S else 0.0
        return True
