"""A busy day in the demo store: a thousand orders and twenty pickers, and what came of it."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from statistics import median

from backend.demo.orders import Basket, BasketKind, baskets
from tests.simulation.actors import picker as picking
from tests.simulation.actors import web_shop
from tests.simulation.actors.picker import Picker
from tests.simulation.actors.web_shop import WebShop
from tests.simulation.invariants import Invariants
from tests.simulation.shops import demo_goods, demo_shop
from tests.simulation.world import World
from tests.simulation.yardstick import Yardstick

LOOK_EVERY_S = 60.0
LOOKS_PER_YARDSTICK = 20
OVERTIME_S = 3 * 3_600.0
SETTLE_S = 240.0
PACE_OF_THE_DAY = (0.4, 0.7, 1.3, 1.5, 0.9, 0.6, 0.7, 1.2, 1.5, 1.2)  # orders an hour, relative to the mean


ORDINARY = picking.Habits(wrong_product=0.01, double_scan=0.01, skips=0.005, break_after_walk=0.05, leaves_kept=True)


@dataclass(frozen=True, slots=True)
class Day:
    """How busy. Orders of about ten lines: the mean of 3.4 million published grocery orders is 10.1."""

    orders: int = 1_000
    pickers: int = 20
    hours: float = 10.0
    habits: picking.Habits = ORDINARY


@dataclass(slots=True)
class Report:
    """What came of the day; `table` says it."""

    seed: int
    digest: str
    orders: int
    late: int
    lines: int
    walks: int
    walked_m: float
    stops_lit: float
    minutes_from_order_to_ready: float
    lines_per_picker_hour: float
    virtual_s: float
    took_s: float
    yardstick_s: float
    megabytes: list[float] = field(default_factory=list)

    def table(self) -> str:
        rows = [
            ("orders", f"{self.orders}"),
            ("of them late", f"{self.late}"),
            ("lines", f"{self.lines}"),
            ("walks", f"{self.walks} ({self.orders / max(1, self.walks):.1f} orders each)"),
            ("walked, metres a line", f"{self.walked_m / max(1, self.lines):.1f}"),
            ("stops already lit on arrival", f"{self.stops_lit:.1%}"),
            ("from order to ready, median", f"{self.minutes_from_order_to_ready:.0f} min"),
            ("lines an hour of walking", f"{self.lines_per_picker_hour:.0f}"),
            ("simulated", f"{self.virtual_s / 3600:.1f} h in {self.took_s:.0f} s"),
            (
                "the same in yardsticks",
                f"{self.took_s / self.yardstick_s:.0f} of {self.yardstick_s * 1000:.0f} ms each",
            ),
            ("memory, hour by hour", " ".join(f"{each:.0f}" for each in self.megabytes) + " MB"),
            ("seed, digest", f"{self.seed}, {self.digest[:16]}"),
        ]
        width = max(len(name) for name, _ in rows)
        return "\n".join(f"{name:<{width}}  {value}" for name, value in rows)


def live(seed: int, day: Day | None = None, *, on_progress: Callable[[float, int, int], None] | None = None) -> Report:
    """Live through the day. Raises InvariantBroken. `on_progress` hears (share of the day, orders placed, done)."""
    began_s = time.process_time()
    yardstick = Yardstick()
    with World(demo_shop(), seed) as world:
        report = world.run(_day(world, day or Day(), on_progress or (lambda *_: None), yardstick))
    report.took_s = time.process_time() - began_s - yardstick.spent_s
    report.yardstick_s = yardstick.mean_s
    return report


async def _day(world: World, day: Day, on_progress: Callable[[float, int, int], None], yardstick: Yardstick) -> Report:
    web = WebShop(world, habits=web_shop.Habits(repeats=0.02, repeats_with_new_key=0.01, cancels=0.02))
    pickers = [
        Picker(world, world.shop.pickers[number], world.add_phone(f"phone{number}"), habits=day.habits)
        for number in range(day.pickers)
    ]
    invariants = Invariants(world, [web], pickers)
    megabytes: list[float] = []
    minutes = 0
    try:
        await world.server.start()
        web.open()
        tasks = [asyncio.get_running_loop().create_task(picker.work()) for picker in pickers]
        shopping = asyncio.get_running_loop().create_task(_shop(world, web, day))
        length_s = day.hours * 3_600
        while world.loop.time() < length_s + OVERTIME_S:
            if minutes % LOOKS_PER_YARDSTICK == 0:
                yardstick.look()
            minutes += 1
            await _minute([shopping, *tasks])
            invariants.now_and_then()
            done = sum(order.is_done for order in web.orders.values())
            on_progress(min(1.0, world.loop.time() / length_s), len(web.orders), done)
            if world.loop.time() // 3_600 >= len(megabytes):
                megabytes.append(_megabytes())
            if shopping.done() and web.is_quiet and web.is_all_done:
                break
        await asyncio.sleep(SETTLE_S)
        megabytes.append(_megabytes())
        invariants.calm()
        return _report(world, web, pickers, megabytes)
    finally:
        invariants.close()


async def _minute(tasks: list[asyncio.Task[None]]) -> None:
    done, _ = await asyncio.wait(tasks, timeout=LOOK_EVERY_S, return_when=asyncio.FIRST_EXCEPTION)
    for task in done:
        task.result()


async def _shop(world: World, web: WebShop, day: Day) -> None:
    chance = world.chance("shoppers")
    for basket, at_s in zip(_baskets(world.seed), _arrivals(chance, day), strict=False):
        await asyncio.sleep(max(0.0, at_s - world.loop.time()))
        wares = world.shop.wares
        web.place([(wares[line.sku], line.quantity) for line in basket.lines], due_in_s=basket.due_after_s)


def _baskets(seed: int) -> Iterator[Basket]:
    return baskets(demo_goods(), seed=seed, kinds=(BasketKind.TOP_UP,))


def _arrivals(chance: Random, day: Day) -> list[float]:
    """When the orders come: more of them before lunch and in the evening."""
    hours = len(PACE_OF_THE_DAY)
    weights = list(PACE_OF_THE_DAY)
    chosen = chance.choices(range(hours), weights, k=day.orders)
    hour_s = day.hours * 3_600 / hours
    return sorted((hour + chance.random()) * hour_s for hour in chosen)


def _report(world: World, web: WebShop, pickers: list[Picker], megabytes: list[float]) -> Report:
    lines = sum(picker.stops for picker in pickers)
    ready = [(order, order.ready_at) for order in web.orders.values() if order.ready_at is not None]
    waits = [(at - order.placed_at).total_seconds() / 60 for order, at in ready]
    return Report(
        seed=world.seed,
        digest=world.digest,
        orders=len(web.orders),
        late=sum(at > order.due_at for order, at in ready),
        lines=lines,
        walks=sum(picker.walks for picker in pickers),
        walked_m=sum(picker.walked_m for picker in pickers),
        stops_lit=sum(picker.stops_lit for picker in pickers) / max(1, lines),
        minutes_from_order_to_ready=median(waits) if waits else 0.0,
        lines_per_picker_hour=lines / (sum(picker.walking_s for picker in pickers) / 3_600),
        virtual_s=world.loop.time(),
        took_s=0.0,
        yardstick_s=0.0,
        megabytes=megabytes,
    )


def _megabytes() -> float:
    """What this process holds now."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * resource.getpagesize() / 1e6
