"""Part 8: many orders and many free pickers at once: how long a plan takes, and whether anybody waits for it."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from backend.demo.orders import baskets, demo_products
from backend.picking.planning import Pace, PlannedTrolley, Promise, WaitingLine, WaitingOrder, plan_trolleys
from backend.picking.ports import StorePlaces
from backend.routing.answering import warm_up
from backend.settings import PickingSettings
from shared.clock import SystemClock
from shared.ids import SystemIdSource
from tests.benchmarks.figures import Figure, median, percentile, say
from tests.benchmarks.orders import load
from tests.benchmarks.processes import running_server
from tests.e2e.server import Server
from tests.simulation.busy_hour.floor import Stocked, demo_places, stocked_products

PICKERS = 60
TICK_S = 0.001
LONG_S = 10.0
RATE_PER_S = 50.0
FILL_S = 1.5
WAVE_WITHIN_S = 60.0
AIM_P99_MS = 100.0


@dataclass(frozen=True, slots=True)
class Size:
    """`orders` in each plan, planned `repeats` times; `waiting` in the server's database, and `waves` of 60 pickers."""

    orders: tuple[int, ...]
    repeats: int
    waiting: int
    waves: int
    seconds: float


FULL, QUICK = Size((60, 120, 360, 600), 5, 5_000, 3, 6.0), Size((60, 360), 2, 500, 1, 4.0)


def plan_at_scale(size: Size) -> list[Figure]:
    return [*plans(size), *beside_intake(size)]


def plans(size: Size) -> list[Figure]:
    """In this process: the plan alone, on the demo store's floor with its shoppers' orders."""
    warm_up()
    places, stocked = demo_places(), stocked_products()
    figures = []
    for count in size.orders:
        orders = _orders(count)

        def plan(
            seconds: float = PickingSettings().route_seconds, orders: list[WaitingOrder] = orders
        ) -> list[PlannedTrolley]:
            return _plan(orders, places, stocked, seconds)

        plan()
        walls_ms, gaps_ms, quiet_ms = [], [], []
        for _ in range(size.repeats):
            took_ms, while_planning_ms = asyncio.run(_beside_a_loop(plan))
            walls_ms.append(took_ms)
            gaps_ms += while_planning_ms
            quiet_ms += asyncio.run(_beside_a_loop(lambda: time.sleep(0.3)))[1]
        longest = sum(trolley.walk_m for trolley in plan())
        shortest = sum(trolley.walk_m for trolley in plan(LONG_S))
        name = f"{count} orders"
        figures += [
            Figure("plan at scale", f"{name}, from orders to walks, as picking plans", median(walls_ms), "ms"),
            Figure("plan at scale", f"{name}, way above a search of {LONG_S:g} s", (longest / shortest - 1) * 100, "%"),
            Figure("plan at scale", f"{name}, memory at its highest", _peak_mb(plan), "MB"),
            Figure("plan at scale", f"{name}, the event loop waits meanwhile, p99", percentile(gaps_ms, 0.99), "ms"),
            Figure(
                "plan at scale", f"{name}, the event loop waits beside nothing, p99", percentile(quiet_ms, 0.99), "ms"
            ),
        ]
        say(f"plan at scale, {name}: {median(walls_ms):.0f} ms")
    return figures


def beside_intake(size: Size) -> list[Figure]:
    """The real server: orders come in at a fixed rate while sixty pickers at once are given their trolleys."""
    quiet_ms, busy_ms, waves_s = [], [], []
    with running_server(PICKING__RELEASE_EVERY_S="1", PICKING__WAIT_FOR_COMPANY_S="1200") as server:
        run = itertools.count(1)
        while _count(server, "orders") < size.waiting:
            load(server, run=next(run), seconds=FILL_S)
        for wave in range(size.waves):
            quiet = load(server, run=next(run), seconds=size.seconds, rate_per_s=RATE_PER_S)
            quiet_ms += [latency_s * 1000 for latency_s in quiet["latencies_s"]]
            began_s = time.perf_counter()
            _hire(server, wave)
            busy = load(server, run=next(run), seconds=size.seconds, rate_per_s=RATE_PER_S)
            busy_ms += [latency_s * 1000 for latency_s in busy["latencies_s"]]
            while (lists := _count(server, "pick_list")) < PICKERS * (wave + 1):
                assert time.perf_counter() - began_s < WAVE_WITHIN_S, f"{lists} trolleys only"
                time.sleep(0.05)
            waves_s.append(_wave_s(server, PICKERS - 1))  # one stood ready before, for whoever would come first
            say(f"plan at scale, wave {wave + 1} of {size.waves}: {PICKERS} trolleys recorded in {waves_s[-1]:.1f} s")
    at = f"at {RATE_PER_S:g} orders/s, {size.waiting:,} waiting"
    return [
        Figure("plan at scale", f"intake p50 {at}, nobody free", percentile(quiet_ms, 0.5), "ms"),
        Figure("plan at scale", f"intake p50 {at}, 60 pickers become free", percentile(busy_ms, 0.5), "ms"),
        Figure("plan at scale", f"intake p99 {at}, nobody free", percentile(quiet_ms, 0.99), "ms"),
        Figure(
            "plan at scale", f"intake p99 {at}, 60 pickers become free", percentile(busy_ms, 0.99), "ms", AIM_P99_MS
        ),
        Figure("plan at scale", "60 trolleys recorded, from the first to the last", median(waves_s), "s"),
    ]


def _orders(count: int) -> list[WaitingOrder]:
    """Of the demo store's shoppers, all placed just now."""
    now = datetime(2026, 1, 5, 9, tzinfo=UTC)
    return [
        WaitingOrder(
            id=f"o{basket.number}",
            due_at=now + timedelta(seconds=basket.due_after_s),
            accepted_at=now,
            lines=tuple(
                WaitingLine(f"{basket.number}-{at}", line.sku, line.unit, line.quantity, "")
                for at, line in enumerate(basket.lines)
            ),
        )
        for basket in itertools.islice(baskets(demo_products(), seed=count), count)
    ]


def _plan(
    orders: list[WaitingOrder], places: StorePlaces, stocked: dict[str, Stocked], seconds: float
) -> list[PlannedTrolley]:
    rules = PickingSettings()
    return plan_trolleys(
        orders,
        places,
        stocked,
        now=orders[0].accepted_at,
        totes_max=rules.totes_max,
        pace=Pace(rules.walking_m_per_s, rules.handling_s, rules.begin_and_end_s),
        promise=Promise(rules.slack_margin_s, 0.0),
        seconds=seconds,
        seed=1,
    )


async def _beside_a_loop(work: Callable[[], object]) -> tuple[float, list[float]]:
    """How long `work` takes in a thread, and how late an event loop came round meanwhile, each time."""
    late_ms: list[float] = []

    async def tick() -> None:
        while True:
            asked_s = time.perf_counter()
            await asyncio.sleep(TICK_S)
            late_ms.append((time.perf_counter() - asked_s - TICK_S) * 1000)

    ticking = asyncio.create_task(tick())
    began_s = time.perf_counter()
    await asyncio.to_thread(work)
    took_ms = (time.perf_counter() - began_s) * 1000
    ticking.cancel()
    return took_ms, late_ms


def _peak_mb(work: Callable[[], object]) -> float:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def _hire(server: Server, wave: int) -> None:
    """Sixty more on shift, written past the server: it would take a phone and a PIN for each."""
    ids = SystemIdSource(SystemClock())
    with sqlite3.connect(server.folder / "blinkpick.db", timeout=30) as connection:
        store_id = connection.execute("SELECT id FROM store").fetchone()[0]
        connection.executemany(
            "INSERT INTO shift (id, store_id, person_id, device_id, colour, pattern, started_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    ids.new("shift"),
                    store_id,
                    f"per_{wave}_{at}",
                    f"dev_{wave}_{at}",
                    "blue",
                    "slow",
                    "2026-01-05 08:00:00.000000",
                )
                for at in range(PICKERS)
            ],
        )


def _count(server: Server, table: str) -> int:
    with sqlite3.connect(f"file:{server.folder / 'blinkpick.db'}?mode=ro", uri=True) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def _wave_s(server: Server, lists: int) -> float:
    """From the first to the last of the newest pick lists."""
    with sqlite3.connect(f"file:{server.folder / 'blinkpick.db'}?mode=ro", uri=True) as connection:
        released = [
            datetime.fromisoformat(row[0])
            for row in connection.execute(
                "SELECT released_at FROM pick_list ORDER BY released_at DESC LIMIT ?", (lists,)
            )
        ]
    return (released[0] - released[-1]).total_seconds()
