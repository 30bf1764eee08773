"""What a regime leaves behind: walks, and what became of each order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tests.simulation.regimes.demand import Order


class Part(StrEnum):
    """Where a picker's minutes go."""

    WALKING = "walking, and the trolley's beginning and end"
    SEARCHING = "searching the shelf"
    HANDLING = "taking, scanning, putting into the tote"


@dataclass(frozen=True, slots=True)
class Stop:
    """One line as it was picked. `was_lit`: its label blinked when the picker arrived.

    `is_in_hand`: the same product was picked just before, for another order on the trolley, and needs no search.
    """

    order: str
    sku: str
    was_lit: bool
    is_in_hand: bool
    walked_m: float
    search_s: float
    handle_s: float


@dataclass(frozen=True, slots=True)
class Walk:
    """One trolley's way from the entrance to the desk, seconds from the opening.

    The picker was busy with it from `taken_s` (turning from the desk to the entrance, taking the trolley) to `ended_s`
    (the totes stand on the desk); walked from `started_s`.
    """

    picker: int
    orders: tuple[str, ...]
    taken_s: float
    started_s: float
    ended_s: float
    stops: tuple[Stop, ...]
    to_desk_m: float
    pick_list_id: str = ""

    @property
    def walked_m(self) -> float:
        """From the entrance to the desk."""
        return sum(stop.walked_m for stop in self.stops) + self.to_desk_m

    @property
    def busy_s(self) -> float:
        return self.ended_s - self.taken_s

    @property
    def lasts_s(self) -> float:
        return self.ended_s - self.started_s


@dataclass(frozen=True, slots=True)
class Outcome:
    """One regime's work on one period's orders."""

    orders: Sequence[Order]
    walks: Sequence[Walk]

    @property
    def lines(self) -> int:
        return sum(len(order.lines) for order in self.orders)

    @property
    def labour_min_per_order(self) -> float:
        """Picker-minutes, from turning to the trolley to the totes on the desk, over orders."""
        return sum(walk.busy_s for walk in self.walks) / 60 / len(self.orders)

    @property
    def walk_min_per_order(self) -> float:
        """How long the walk lasts on which an order is picked, mean over orders: what its shopper waits for."""
        return sum(walk.lasts_s * len(walk.orders) for walk in self.walks) / 60 / len(self.orders)

    @property
    def metres_per_line(self) -> float:
        return sum(walk.walked_m for walk in self.walks) / self.lines

    @property
    def units_per_hour(self) -> float:
        """Of a picker at work; waiting for orders is not counted."""
        units = sum(line.units for order in self.orders for line in order.lines)
        return units / (sum(walk.busy_s for walk in self.walks) / 3600)

    @property
    def late_share(self) -> float:
        ended_s = {code: walk.ended_s for walk in self.walks for code in walk.orders}
        return sum(ended_s[order.code] > order.due_s for order in self.orders) / len(self.orders)

    @property
    def orders_per_walk(self) -> float:
        return len(self.orders) / len(self.walks)

    @property
    def lit_share(self) -> float:
        """Of all lines: those whose label blinked when the picker arrived."""
        return sum(stop.was_lit for walk in self.walks for stop in walk.stops) / self.lines

    def minutes_of(self, part: Part) -> float:
        """Picker-minutes per order that went into one part of the work."""
        stops = [stop for walk in self.walks for stop in walk.stops]
        seconds = {
            Part.SEARCHING: sum(stop.search_s for stop in stops),
            Part.HANDLING: sum(stop.handle_s for stop in stops),
        }
        seconds[Part.WALKING] = sum(walk.busy_s for walk in self.walks) - sum(seconds.values())
        return seconds[part] / 60 / len(self.orders)

    def check(self) -> Outcome:
        """Every order was picked once."""
        picked = sorted(code for walk in self.walks for code in walk.orders)
        assert picked == sorted(order.code for order in self.orders), "an order was lost or doubled"
        return self
