"""Five thousand orders wait and sixty pickers are free: one look serves them all, and nobody waits for it."""

from __future__ import annotations

import asyncio
import itertools
import random
import threading
import tracemalloc
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from backend.core.bus import Bus
from backend.core.database import Database
from backend.orders import repository as orders_repository
from backend.orders.models import OrderLineRow, OrderRow, OrderStatus
from backend.people.models import ShiftRow
from backend.picking import releasing
from backend.picking.models import PickListRow, ToteRow
from backend.picking.planning import Promise, plan_trolleys
from backend.picking.releasing import RECORDED_AT_ONCE, Releaser
from backend.picking.waiting import ORDERS_PLANNED_LEAST, read_waiting, window
from backend.routing import batch_search
from backend.routing.batch_parts import LENGTHS_PER_S
from shared.clock import ManualClock
from tests.backend.databases import both_databases
from tests.backend.rooms import RULES, Rooms
from tests.backend.waiting import until
from tests.factories import CHANNEL_ID, OPENING, STORE_ID, make_line, make_order

ORDERS, LINES, PICKERS = 5_000, 10, 60
SIX_TOTES = replace(RULES, totes_max=6)
MEMORY_MAX_BYTES = 20_000_000  # five thousand orders with their lines alone would be more
GATE_MAX_S = 60.0


@pytest.fixture
def crowded(rooms: Rooms) -> Rooms:
    """Written straight into the tables: ten lines each, due through an afternoon."""
    chance = random.Random(1)
    products = sorted(rooms.products.stocked)
    orders = [
        {
            "id": f"ord_{number:05d}",
            "store_id": STORE_ID,
            "channel_id": CHANNEL_ID,
            "external_id": f"x{number}",
            "display_code": f"#{number}",
            "status": OrderStatus.ACCEPTED.value,
            "placed_at": OPENING,
            "accepted_at": OPENING,
            "due_at": OPENING + timedelta(minutes=chance.randrange(120, 480)),
            "cancel_reason": "",
            "currency": "EUR",
            "total_minor": 1_000,
            "note": "",
        }
        for number in range(ORDERS)
    ]
    lines = [_line(order["id"], position, chance.choice(products)) for order in orders for position in range(LINES)]
    with rooms.database.write_engine.begin() as connection:
        connection.execute(sa.insert(OrderRow), orders)
        for first in range(0, len(lines), 2_000):
            connection.execute(sa.insert(OrderLineRow), lines[first : first + 2_000])
        connection.execute(sa.insert(ShiftRow), [_shift(number) for number in range(PICKERS)])
    rooms.rules(SIX_TOTES)
    return rooms


def _line(order_id: Any, position: int, product_id: str) -> dict[str, Any]:
    line = {
        "id": f"{order_id}-{position}",
        "store_id": STORE_ID,
        "order_id": order_id,
        "position": position,
        "external_line_id": str(position),
        "product_id": product_id,
        "sku": product_id.removeprefix("prd_"),
        "unit": "each",
        "quantity_ordered": 1,
    }
    rest = OrderLineRow.__table__.columns  # type: ignore[attr-defined]
    return line | {
        column.name: column.default.arg for column in rest if column.name not in line and column.default is not None
    }


def _shift(number: int) -> dict[str, Any]:
    return {
        "id": f"shf_{number}",
        "store_id": STORE_ID,
        "person_id": f"per_{number}",
        "device_id": f"dev_{number}",
        "colour": "blue",
        "pattern": "slow",
        "started_at": OPENING,
    }


@both_databases
def test_one_look_gives_every_free_picker_a_trolley(crowded: Rooms) -> None:
    assert crowded.release() == PICKERS

    lists, totes = crowded.rows(PickListRow), crowded.rows(ToteRow)
    assert len(lists) == PICKERS
    assert len(totes) == len({tote.order_id for tote in totes}) >= 0.9 * PICKERS * SIX_TOTES.totes_max
    assert crowded.release() == 0, "nobody is free any more"


def test_it_reads_no_more_than_it_plans(crowded: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    lines_of = orders_repository.get_lines_for_plan

    def note(session: Any, order_ids: Any) -> Any:
        read.append(len(order_ids))
        return lines_of(session, order_ids)

    monkeypatch.setattr(orders_repository, "get_lines_for_plan", note)
    crowded.release()
    crowded.release()

    assert read == [PICKERS * SIX_TOTES.totes_max, ORDERS_PLANNED_LEAST]


def test_a_plan_works_out_no_more_lengths_than_its_time_is_for(crowded: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes the time is counted, so that no slow machine can fail this: every first plan of every part."""
    started: list[Any] = []
    begin = batch_search.BatchSearch.__init__

    def note(self: Any, *args: Any, **kwargs: Any) -> None:
        begin(self, *args, **kwargs)
        started.append(int(self._pool.filled[1]))

    monkeypatch.setattr(batch_search.BatchSearch, "__init__", note)
    crowded.release()

    orders = PICKERS * SIX_TOTES.totes_max
    assert len(started) >= orders / (SIX_TOTES.totes_max * 2)
    assert orders <= sum(started) <= 2 * SIX_TOTES.route_seconds * LENGTHS_PER_S


def test_its_memory_is_that_of_one_plan(crowded: Rooms) -> None:
    most = window(PICKERS, SIX_TOTES.totes_max)

    def plan() -> int:
        with crowded.database.reading() as session:
            places = crowded.places.of_store(session, STORE_ID)
            waiting = read_waiting(session, STORE_ID, places, crowded.products, most)
        trolleys = plan_trolleys(
            waiting.orders,
            places,
            waiting.products,
            now=OPENING,
            totes_max=SIX_TOTES.totes_max,
            pace=SIX_TOTES.pace,
            promise=Promise(SIX_TOTES.slack_margin_s, 0.0),
            seconds=SIX_TOTES.route_seconds,
            seed=1,
        )
        return sum(len(trolley.order_ids) for trolley in trolleys)

    plan()  # what is kept for good: the compiled store, statements
    tracemalloc.start()
    try:
        assert plan() == most
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < MEMORY_MAX_BYTES


def test_an_order_posted_while_a_search_runs_is_answered_before_it_ends(
    crowded: Rooms, database: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The search stands still until the gate opens; the order is kept and answered meanwhile."""
    has_begun, gate = threading.Event(), threading.Event()
    once = itertools.count()

    def gated(*args: Any, **kwargs: Any) -> Any:
        if next(once) == 0:
            has_begun.set()
            assert gate.wait(GATE_MAX_S), "the gate was never opened"
        return plan_trolleys(*args, **kwargs)

    monkeypatch.setattr(releasing, "plan_trolleys", gated)
    bus = Bus(crowded.writer, crowded.handlers)
    releaser = Releaser(database, bus, clock, crowded.places, crowded.products, SIX_TOTES)
    order = make_order("late", [make_line(crowded.products.stocked["prd_A-1-1"])])

    async def post_meanwhile() -> None:
        search = asyncio.create_task(releaser.release(STORE_ID))
        try:
            await until(has_begun.is_set)
            accepted = await bus.handle(order)
            assert not search.done()
            assert crowded.order("late").id == accepted.id
        finally:
            gate.set()
        assert await search == PICKERS

    crowded.writer.start()
    try:
        asyncio.run(post_meanwhile())
    finally:
        crowded.writer.stop()


def test_the_records_of_a_wave_leave_room_for_others(crowded: Rooms) -> None:
    lists = crowded.release()

    per_wave: dict[str, int] = {}
    for row in crowded.rows(PickListRow):
        per_wave[row.wave_id] = per_wave.get(row.wave_id, 0) + 1
    assert sum(per_wave.values()) == lists
    assert max(per_wave.values()) <= RECORDED_AT_ONCE
