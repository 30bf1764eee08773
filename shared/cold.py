"""How long cold products are out of the cold: a clock for each tote and temperature, from the first in it. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from shared.picking import PickList, Tote
from shared.products import TemperatureClass
from shared.store_rules import StoreRules

SECONDS_PER_MINUTE = 60
WARNS_BEFORE_S = 300.0


class ColdLevel(IntEnum):
    """How pressing it is."""

    RUNNING = 0
    SOON = 1  # less than five minutes are left
    OVER = 2


@dataclass(frozen=True, slots=True)
class ColdClock:
    """`limit_s` is the store's."""

    order_id: str
    letter: str
    temperature: TemperatureClass
    since: datetime
    limit_s: float

    def left_s(self, now: datetime) -> float:
        """Below zero once it is over."""
        return self.limit_s - (now - self.since).total_seconds()

    def level(self, now: datetime) -> ColdLevel:
        left_s = self.left_s(now)
        return ColdLevel.OVER if left_s < 0 else ColdLevel.SOON if left_s < WARNS_BEFORE_S else ColdLevel.RUNNING

    def worse_in_s(self, now: datetime) -> float | None:
        """For how long the level stays as it is; None once it is over."""
        left_s = self.left_s(now)
        return None if left_s < 0 else left_s if left_s < WARNS_BEFORE_S else left_s - WARNS_BEFORE_S


def clocks_of(tote: Tote, rules: StoreRules) -> list[ColdClock]:
    """Of a tote on the trolley. One that is packed stands in the cold again."""
    since = {TemperatureClass.CHILLED: tote.chilled_since, TemperatureClass.FROZEN: tote.frozen_since}
    return [
        ColdClock(tote.order_id, tote.letter, temperature, began_at, limit_s)
        for temperature, began_at in since.items()
        if began_at is not None and not tote.is_packed and (limit_s := limit_of(temperature, rules))
    ]


def most_pressing(walk: PickList | None, rules: StoreRules, now: datetime) -> ColdClock | None:
    """The clock of this trolley that is over first; None where nothing cold is in it."""
    clocks: Iterable[ColdClock] = (clock for tote in (walk.totes if walk else ()) for clock in clocks_of(tote, rules))
    return min(clocks, key=lambda clock: (clock.left_s(now), clock.letter, clock.temperature), default=None)


def limit_of(temperature: TemperatureClass, rules: StoreRules) -> float:
    """Seconds; 0: no limit."""
    minutes = {
        TemperatureClass.CHILLED: rules.chilled_limit_min,
        TemperatureClass.FROZEN: rules.frozen_limit_min,
    }.get(temperature, 0)
    return float(minutes * SECONDS_PER_MINUTE)
