"""The time labels share: milliseconds in 32 bits, counted by the access point, around again after 49.7 days. Pure."""

from __future__ import annotations

from dataclasses import dataclass

ROUND_MS = 2**32
AHEAD_MAX_MS = 48 * 24 * 3600 * 1000
"""Labels take anything further away for a mistake (and whatever is past looks like it: time goes around)."""

RESTART_TOLERANCE_MS = 5_000


def later(now_ms: int, delay_ms: int) -> int:
    """The absolute time that much later. Never 0, which in a command means "forget what waits"."""
    return (now_ms + delay_ms) % ROUND_MS or 1


def time_until(now_ms: int, at_ms: int) -> int:
    """How long it is until then, going around where needed."""
    return (at_ms - now_ms) % ROUND_MS


def is_plausible(now_ms: int, at_ms: int) -> bool:
    """Whether a label would accept a command for then."""
    return time_until(now_ms, at_ms) < AHEAD_MAX_MS


@dataclass(frozen=True, slots=True)
class TimeReading:
    """What the access point's clock said, and when (seconds of our own monotonic clock)."""

    absolute_ms: int
    at_s: float

    def now_ms(self, at_s: float) -> int:
        """What it says at another instant, if it has not been restarted."""
        return (self.absolute_ms + round((at_s - self.at_s) * 1000)) % ROUND_MS

    def has_restarted(self, newer: TimeReading) -> bool:
        """Whether the access point started anew between two readings: its clock then begins at 0 again."""
        off_ms = (newer.absolute_ms - self.now_ms(newer.at_s)) % ROUND_MS
        return min(off_ms, ROUND_MS - off_ms) > RESTART_TOLERANCE_MS
