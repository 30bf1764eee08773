"""What a busy hour is, and what is left of it: walks as they were taken, and the figures a store would ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from backend.picking.planning import Pace
from backend.settings import PickingSettings
from tests.simulation.regimes.demand import Order, Period

_SETTINGS = PickingSettings()
TOTES_MAX = _SETTINGS.totes_max
WAIT_FOR_COMPANY_S = _SETTINGS.wait_for_company_s
PACE = Pace(_SETTINGS.walking_m_per_s, _SETTINGS.handling_s, _SETTINGS.begin_and_end_s)

PICKERS = 8
CALM, BUSY, OVERLOADED = 36.0, 60.0, 132.0  # orders an hour
RATES = (CALM, BUSY, 84.0, 108.0, OVERLOADED, 180.0)


def busy_hour(orders_per_hour: float, pickers: int = PICKERS, hours: float = 1.0) -> Period:
    return Period(hours, orders_per_hour, pickers)


@dataclass(frozen=True, slots=True)
class Walk:
    """One trolley: who pushed it, which orders were on it, how far, and when; seconds from the opening."""

    picker: int
    orders: tuple[str, ...]
    lines: int
    walk_m: float
    began_s: float
    ended_s: float


def walk_of(picker: int, orders: Sequence[Order], walk_m: float, began_s: float) -> Walk:
    """It takes as long as picking expects of everybody."""
    lines = sum(len(order.lines) for order in orders)
    ended_s = began_s + PACE.walk_s(walk_m, lines)
    return Walk(picker, tuple(order.code for order in orders), lines, walk_m, began_s, ended_s)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One hour picked to the last order."""

    period: Period
    orders: tuple[Order, ...]
    walks: tuple[Walk, ...]

    def __post_init__(self) -> None:
        picked = sorted(code for walk in self.walks for code in walk.orders)
        assert picked == sorted(order.code for order in self.orders), "an order was lost or doubled"
        placed_s = {order.code: order.placed_s for order in self.orders}
        for walk in self.walks:
            assert all(placed_s[code] <= walk.began_s for code in walk.orders), "an order was picked before it came"
        for picker in range(self.period.pickers):
            own = sorted((walk.began_s, walk.ended_s) for walk in self.walks if walk.picker == picker)
            assert all(a[1] <= b[0] for a, b in pairwise(own)), "a picker walked twice at once"

    @property
    def metres_per_line(self) -> float:
        return sum(walk.walk_m for walk in self.walks) / sum(walk.lines for walk in self.walks)

    @property
    def orders_per_walk(self) -> float:
        return len(self.orders) / len(self.walks)

    @property
    def late(self) -> int:
        """Orders that stood ready after they were due."""
        ready_s = self._ready_s()
        return sum(ready_s[order.code] > order.due_s for order in self.orders)

    @property
    def late_share(self) -> float:
        return self.late / len(self.orders)

    @property
    def orders_per_busy_hour(self) -> float:
        """Of a picker: only the time somebody was under way with a trolley counts."""
        return len(self.orders) / (sum(walk.ended_s - walk.began_s for walk in self.walks) / 3600)

    @property
    def orders_per_clock_hour(self) -> float:
        """Of a picker: everybody counts from the opening until the last order is ready."""
        return len(self.orders) / (self.period.pickers * self.ended_s / 3600)

    @property
    def median_ready_min(self) -> float:
        """From the order to its tote on the desk."""
        ready_s = self._ready_s()
        return median((ready_s[order.code] - order.placed_s) / 60 for order in self.orders)

    @property
    def ended_s(self) -> float:
        """When the last order was ready."""
        return max(walk.ended_s for walk in self.walks)

    @property
    def tail_min(self) -> float:
        """How long after the last order could come the last one was ready."""
        return max(0.0, self.ended_s - self.period.hours * 3600) / 60

    def _ready_s(self) -> dict[str, float]:
        return {code: walk.ended_s for walk in self.walks for code in walk.orders}
