"""Which store of a chain serves an order: the nearest that has all of it and has the time for it. Pure.

Values in, a choice and its reasons out: a supervisor reads why an order went where it went, or why nobody takes it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from shared.delivery import Position

EARTH_KM = 6371.0088  # mean radius, IUGG
ORDER_DEFAULT_S = 600.0  # picking one order, where nothing was measured yet


@dataclass(frozen=True, slots=True)
class StoreOffer:
    """What one store could do for an order. `missing` of its `lines` are not sold there, or sold out. `room`: so many
    more orders it can pick until this one is due. `distance_km` to the customer, None where a position is not known;
    `limit_km` 0: it delivers however far.
    """

    store_id: str
    name: str
    is_home: bool
    lines: int
    missing: int
    room: float
    distance_km: float | None = None
    limit_km: int = 0

    @property
    def refusal(self) -> str:
        """Why it cannot serve the order; empty where it can."""
        if self.limit_km and self.distance_km is not None and self.distance_km > self.limit_km:
            return f"{self.distance_km:.1f} km away, and delivers {self.limit_km}"
        if self.missing >= self.lines:
            return "has nothing of it"
        return "" if self.room >= 1 else "has no time for it"

    @property
    def words(self) -> str:
        far = "distance not known" if self.distance_km is None else f"{self.distance_km:.1f} km"
        has = "has all of it" if not self.missing else f"{self.missing} of {self.lines} lines missing"
        return f"{self.name}: {self.refusal or f'{has}, {far}'}"


@dataclass(frozen=True, slots=True)
class Choice:
    """`store_id` is empty where no store can serve the order. `reasons`: the chosen store's first, then the others'."""

    store_id: str
    reasons: tuple[str, ...]

    @property
    def words(self) -> str:
        return "; ".join(self.reasons)[:400]


def choose(offers: Sequence[StoreOffer]) -> Choice:
    """The store with the fewest lines missing, of those the nearest; the same offers in any order, the same store."""
    ranked = sorted(offers, key=_rank)
    chosen = ranked[0].store_id if ranked and not ranked[0].refusal else ""
    return Choice(chosen, tuple(offer.words for offer in ranked))


def room_for(*, until_due_s: float, orders_per_hour: float, open_orders: int) -> float:
    """How many more orders a store can pick in a time, besides those that are due by then already."""
    return max(0.0, until_due_s) / 3600 * orders_per_hour - open_orders


def pace_per_hour(*, rule: int, pickers: int, measured_s: float | None) -> float:
    """Orders an hour: the store's own rule, else its pickers on shift at the pace measured. Before the first signs in,
    as with one: an order for later is not refused at night.
    """
    if rule:
        return float(rule)
    return max(1, pickers) * 3600 / (measured_s or ORDER_DEFAULT_S)


def distance_km(one: Position, other: Position) -> float:
    """Along the earth's surface (haversine)."""
    latitudes = math.radians(one.latitude), math.radians(other.latitude)
    north, east = latitudes[1] - latitudes[0], math.radians(other.longitude - one.longitude)
    part = math.sin(north / 2) ** 2 + math.cos(latitudes[0]) * math.cos(latitudes[1]) * math.sin(east / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, part)))


def _rank(offer: StoreOffer) -> tuple[bool, int, float, bool, str]:
    far = math.inf if offer.distance_km is None else offer.distance_km
    return bool(offer.refusal), offer.missing, far, not offer.is_home, offer.store_id
