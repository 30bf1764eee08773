"""When waiting orders become a wave: planned beside the writer, recorded in one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from backend.core.bus import Bus
from backend.core.database import Database
from backend.orders import repository as orders_repository
from backend.orders.models import OrderLineRow, OrderRow
from backend.picking.commands import ReleaseWave
from backend.picking.planning import PlannedTrolley, WaitingLine, WaitingOrder, obstacle_to, plan_trolleys
from backend.picking.ports import Places, Products, StockedProduct, StorePlaces
from shared.clock import Clock

ORDERS_PER_WAVE_MAX = 60
SLACK_S = 600.0  # an order this close to its last moment to start waits for nobody
SEED = 1

_log = structlog.get_logger("picking")


@dataclass(frozen=True, slots=True)
class ReleaseRules:
    """How long orders wait for others to walk with, and how fast we expect a walk to be."""

    totes_max: int
    wait_for_company_s: float
    route_seconds: float
    s_per_line: float


class Releaser:
    """Looks at one store's waiting orders and releases them when the rules say so."""

    def __init__(
        self, database: Database, bus: Bus, clock: Clock, places: Places, products: Products, rules: ReleaseRules
    ) -> None:
        self._database = database
        self._bus = bus
        self._clock = clock
        self._places = places
        self._products = products
        self._rules = rules
        self._is_planning: set[str] = set()
        self._stuck: set[str] = set()

    async def release(self, store_id: str, *, is_forced: bool = False) -> int:
        """Plan and record the waiting orders of a store if it is time; returns how many pick lists came of it."""
        if store_id in self._is_planning:
            return 0
        self._is_planning.add(store_id)
        try:
            reason, trolleys = await asyncio.to_thread(self._plan, store_id, is_forced)
            if not trolleys:
                return 0
            released: int = await self._bus.handle(ReleaseWave(store_id, reason, tuple(trolleys)))
            _log.info("wave released", store=store_id, reason=reason, pick_lists=released)
            return released
        finally:
            self._is_planning.discard(store_id)

    async def run(
        self, store_ids: Callable[[], list[str]], every_s: float, sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        """Look at every store again and again; one store's trouble does not stop the others."""
        while True:
            for store_id in await asyncio.to_thread(store_ids):
                try:
                    await self.release(store_id)
                except Exception:
                    _log.exception("release failed", store=store_id)
            await sleep(every_s)

    def _plan(self, store_id: str, is_forced: bool) -> tuple[str, list[PlannedTrolley]]:
        now = self._clock.now()
        with self._database.reading() as session:
            rows = orders_repository.get_waiting_for_plan(session, store_id, ORDERS_PER_WAVE_MAX)
            if not rows:
                return "", []
            lines = orders_repository.get_lines(session, [row.id for row in rows])
            places = self._places.of_store(session, store_id)
            products = self._products.by_id(session, store_id, sorted({line.product_id for line in lines}))
        waiting = [_waiting(row, [line for line in lines if line.order_id == row.id]) for row in rows]
        orders = [order for order in waiting if self._can_be_walked(order, places, products)]
        reason = "asked" if is_forced and orders else self._reason(orders, now)
        if not reason:
            return "", []
        trolleys = plan_trolleys(
            orders,
            places,
            products,
            now=now,
            totes_max=self._rules.totes_max,
            seconds=self._rules.route_seconds,
            seed=SEED,
        )
        return reason, trolleys

    def _can_be_walked(self, order: WaitingOrder, places: StorePlaces, products: Mapping[str, StockedProduct]) -> bool:
        """Whether the order can be planned; one that cannot must not hold up the others, and is logged once."""
        obstacle = obstacle_to(order, places, products)
        if obstacle and order.id not in self._stuck:
            self._stuck.add(order.id)
            _log.warning("order cannot be planned", order=order.id, obstacle=obstacle)
        elif not obstacle:
            self._stuck.discard(order.id)
        return not obstacle

    def _reason(self, orders: list[WaitingOrder], now: datetime) -> str:
        """Why to release now; empty: keep waiting. A full trolley, company waited for long enough, or time presses."""
        if not orders:
            return ""
        if len(orders) >= self._rules.totes_max:
            return "a full trolley"
        if any(now - order.accepted_at >= timedelta(seconds=self._rules.wait_for_company_s) for order in orders):
            return "waited long enough"
        for order in orders:
            work_s = len(order.lines) * self._rules.s_per_line + SLACK_S
            if order.due_at - now <= timedelta(seconds=work_s):
                return "due soon"
        return ""


def _waiting(row: OrderRow, lines: list[OrderLineRow]) -> WaitingOrder:
    return WaitingOrder(
        id=row.id,
        due_at=row.due_at,
        accepted_at=row.accepted_at,
        lines=tuple(
            WaitingLine(line.id, line.product_id, line.unit, line.quantity_ordered, line.note) for line in lines
        ),
    )
