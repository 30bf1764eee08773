"""The virtual labels: pure, instants in seconds in, what a person would see out."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.labels import Flash

BATTERY_FULL_MV, BATTERY_EMPTY_MV = 3_000, 2_000
BATTERY_LIGHT_S = 600 * 3600 / 5  # a coin cell of 600 mAh under a light that takes 5 mA


@dataclass(frozen=True, slots=True)
class Lit:
    """A light that is on: what it shows and until when (seconds of the driver's clock)."""

    flash: Flash
    until_s: float


@dataclass
class VirtualShelf:
    """Every virtual label's light. A label that refuses while it blinks models firmware that does."""

    can_replace: bool = True
    _lights: dict[str, Lit] = field(default_factory=dict)
    on_time_s: dict[str, float] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    """What each display shows, a PNG; a display keeps it without power."""

    def take(self, external_id: str, flash: Flash | None, now_s: float) -> bool:
        """A label got a command: a flash, or None to go dark. False if it refused."""
        lit = self.lit(external_id, now_s)
        if lit is not None and flash is not None and not self.can_replace:
            return False
        if lit is not None:
            self.on_time_s[external_id] -= lit.until_s - now_s
        self._lights.pop(external_id, None)
        if flash is not None:
            self._lights[external_id] = Lit(flash, now_s + flash.duration_s)
            self.on_time_s[external_id] = self.on_time_s.get(external_id, 0.0) + flash.duration_s
        return True

    def lit(self, external_id: str, now_s: float) -> Lit | None:
        lit = self._lights.get(external_id)
        return lit if lit is not None and lit.until_s > now_s else None

    def all_lit(self, now_s: float) -> Mapping[str, Lit]:
        return {each: lit for each, lit in sorted(self._lights.items()) if lit.until_s > now_s}


def battery_mv(on_time_s: float) -> int:
    """What is left after a light was on for that long: falling evenly, and never below empty."""
    share_used = min(max(on_time_s, 0.0) / BATTERY_LIGHT_S, 1.0)
    return round(BATTERY_FULL_MV - share_used * (BATTERY_FULL_MV - BATTERY_EMPTY_MV))


def draw_latency_s(chance: random.Random, latency_min_s: float, latency_max_s: float) -> float:
    """A label that wakes up at a fixed interval answers after a time that is uniform over it."""
    return chance.uniform(latency_min_s, latency_max_s)
