"""The three ways an hour is picked. Event by event on a clock of its own; the same seed gives the same walks."""

from __future__ import annotations

import heapq
import math
import random
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum

from backend.picking.planning import PlannedTrolley, Promise, WaitingLine, WaitingOrder, plan_trolleys
from backend.picking.releasing import ANY_MOMENT_S, REPLAN_EVERY_S
from backend.picking.slack import Choice, Crew, ReleaseRules, choose
from backend.picking.waiting import window
from backend.routing.problem import RouteProblem
from backend.routing.serpentine import serpentine_walk
from backend.settings import PickingSettings
from tests.simulation.busy_hour.floor import demo_places, stocked_products
from tests.simulation.busy_hour.hour import PACE, TOTES_MAX, WAIT_FOR_COMPANY_S, Outcome, Walk, walk_of
from tests.simulation.regimes.demand import Order, Period, orders_of

_SETTINGS = PickingSettings()
LOOK_EVERY_S = _SETTINGS.release_every_s
FIRST_PLAN_S = 1e-9  # no time to search: the first plan alone, which is the same on every machine
RULES = ReleaseRules(TOTES_MAX, WAIT_FOR_COMPANY_S, _SETTINGS.slack_margin_s, PACE, FIRST_PLAN_S)
OPENING = datetime(2026, 1, 5, 9, tzinfo=UTC)


class Way(Enum):
    """What is compared; its value is what the tables call it."""

    ALONE = "aisle by aisle, one order per walk"
    RANDOM = "aisle by aisle, six random orders per walk"
    OURS = "Blinkpick"


def pick(way: Way, period: Period, seed: int) -> Outcome:
    """The period's orders, all of them, picked that way."""
    orders = orders_of(period, seed)
    walks = _WALKS_OF[way](orders, period.pickers, seed)
    return Outcome(period, orders, tuple(walks))


def serpentine_m(orders: Sequence[Order]) -> float:
    """Of all stops of these orders on one walk."""
    places = demo_places()
    stops = sorted({line.node for order in orders for line in order.lines})
    return serpentine_walk(RouteProblem(places.graph, places.entrance, places.desk, stops)).length_m


def _alone(orders: Sequence[Order], pickers: int, _seed: int) -> list[Walk]:
    """Whoever is free takes the order that is due first."""

    def take(waiting: list[Order], _now_s: float, _is_over: bool) -> list[Order]:
        return [min(waiting, key=lambda order: (order.due_s, order.code))]

    return _walked_when_free(orders, pickers, take)


def _six_random(orders: Sequence[Order], pickers: int, seed: int) -> list[Walk]:
    """Whoever is free takes six of those that wait, whichever; fewer once the oldest waited as long as ours may."""
    chance = random.Random(f"{seed}:six")

    def take(waiting: list[Order], now_s: float, is_over: bool) -> list[Order]:
        is_old = now_s >= min(order.placed_s for order in waiting) + WAIT_FOR_COMPANY_S
        if len(waiting) < TOTES_MAX and not is_old and not is_over:
            return []
        return chance.sample(waiting, min(TOTES_MAX, len(waiting)))

    return _walked_when_free(orders, pickers, take)


Take = Callable[[list[Order], float, bool], list[Order]]
"""Orders that wait, now, whether no more will come -> those of the next walk; none: wait on."""


def _walked_when_free(orders: Sequence[Order], pickers: int, take: Take) -> list[Walk]:
    free = [(0.0, picker) for picker in range(pickers)]
    coming, waiting, walks = deque(orders), list[Order](), list[Walk]()
    now_s = 0.0
    while coming or waiting:
        now_s = max(now_s, free[0][0])
        while coming and coming[0].placed_s <= now_s:
            waiting.append(coming.popleft())
        taken = take(waiting, now_s, not coming) if waiting else []
        if not taken:  # until the next order, or until the oldest has waited long enough
            old_s = min((order.placed_s for order in waiting), default=math.inf) + WAIT_FOR_COMPANY_S
            now_s = min(coming[0].placed_s if coming else math.inf, old_s)
            continue
        waiting = [order for order in waiting if order not in taken]
        _, picker = heapq.heappop(free)
        walks.append(walk_of(picker, taken, serpentine_m(taken), now_s))
        heapq.heappush(free, (walks[-1].ended_s, picker))
    return walks


def _ours(orders: Sequence[Order], pickers: int, _seed: int) -> list[Walk]:
    return _Store(orders, pickers).picked()


class _Store:
    """The plan, the release by slack and the exact walks of the product, looked at as often as the server looks."""

    def __init__(self, orders: Sequence[Order], pickers: int) -> None:
        self._coming = deque(orders)
        self._orders = {order.code: order for order in orders}
        self._waiting: dict[str, WaitingOrder] = {}
        self._ready: list[PlannedTrolley] = []
        self._free = list(range(pickers))
        self._walking: list[tuple[float, int]] = []  # when who is back
        self._pickers = pickers
        self._walks: list[Walk] = []
        self._has_changed, self._again_at = False, OPENING

    def picked(self) -> list[Walk]:
        now_s = 0.0
        while self._coming or self._waiting or self._ready:
            self._let_happen(now_s)
            now = OPENING + timedelta(seconds=now_s)
            if self._waiting and (self._has_changed or now >= self._again_at):
                self._look(now)
            self._take(now_s)
            now_s += LOOK_EVERY_S
        return self._walks

    def _let_happen(self, now_s: float) -> None:
        while self._walking and self._walking[0][0] <= now_s:
            self._free.append(heapq.heappop(self._walking)[1])
            self._has_changed = True
        while self._coming and self._coming[0].placed_s <= now_s:
            order = self._coming.popleft()
            self._waiting[order.code] = _as_waiting(order)
            self._has_changed = True

    def _look(self, now: datetime) -> None:
        """What the releaser does with a look (`backend/picking/releasing.py`), without its database."""
        crew = Crew(self._pickers, len(self._walking), tuple(trolley.due_at for trolley in self._ready))
        pressing = sorted(self._waiting.values(), key=lambda order: (order.due_at, order.id))
        planned = pressing[: window(crew.free, RULES.totes_max)]
        now_s = (now - OPENING).total_seconds()
        back_in_s = max(ANY_MOMENT_S, self._walking[0][0] - now_s) if self._walking else 0.0
        trolleys = plan_trolleys(
            planned,
            demo_places(),
            stocked_products(),
            now=now,
            totes_max=RULES.totes_max,
            pace=RULES.pace,
            promise=Promise(RULES.slack_margin_s, 0.0 if crew.free else back_in_s),
            seconds=RULES.route_seconds,
            seed=1,
        )
        choice = choose(trolleys, crew, now, RULES, do_more_wait=len(pressing) > len(planned))
        self._release(choice, now)

    def _release(self, choice: Choice, now: datetime) -> None:
        self._has_changed = bool(choice.released)
        self._again_at = min(choice.again_at, now + timedelta(seconds=REPLAN_EVERY_S))
        for trolley, _ in choice.released:
            self._ready.append(trolley)
            for code in trolley.order_ids:
                del self._waiting[code]
        self._ready.sort(key=lambda trolley: (trolley.due_at, trolley.order_ids))

    def _take(self, now_s: float) -> None:
        """A picker who is free takes the most pressing trolley that stands ready."""
        while self._ready and self._free:
            trolley, picker = self._ready.pop(0), self._free.pop(0)
            orders = [self._orders[code] for code in trolley.order_ids]
            self._walks.append(walk_of(picker, orders, trolley.walk_m, now_s))
            heapq.heappush(self._walking, (self._walks[-1].ended_s, picker))
            self._has_changed = True


def _as_waiting(order: Order) -> WaitingOrder:
    return WaitingOrder(
        id=order.code,
        due_at=OPENING + timedelta(seconds=order.due_s),
        accepted_at=OPENING + timedelta(seconds=order.placed_s),
        lines=tuple(
            WaitingLine(f"{order.code}-{at}", line.sku, "gram" if line.is_weighed else "each", line.quantity, "")
            for at, line in enumerate(order.lines)
        ),
    )


_WALKS_OF: dict[Way, Callable[[Sequence[Order], int, int], list[Walk]]] = {
    Way.ALONE: _alone,
    Way.RANDOM: _six_random,
    Way.OURS: _ours,
}
