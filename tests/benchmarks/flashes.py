"""Part 9: from a wish to a command: what the dispatcher adds before a gateway is asked, and how many it moves."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.labels.dispatcher import Dispatcher
from backend.labels.drivers.simulated.driver import SimulatedDriver
from backend.labels.drivers.simulated.settings import SimulatedSettings
from backend.labels.port import Delivered, DriverTools, GatewayEvent
from backend.labels.wishes import LightWish
from shared.clock import SystemClock
from shared.labels import BlinkPattern, Flash, LightColour, Look
from tests.benchmarks.figures import Figure, median, percentile, say

GATEWAY = "gw"
LOOK = Look(LightColour.BLUE, BlinkPattern.SLOW)
# Labels that answer at once: what is measured is ours alone.
SETTINGS = SimulatedSettings(latency_min_s=0, latency_max_s=0, pending_max=100_000)


@dataclass(frozen=True, slots=True)
class Size:
    """`burst` labels are wanted at once, `repeats` times; then `steps` single ones while `burning` others blink."""

    burst: int
    repeats: int
    steps: int
    burning: int


FULL, QUICK = Size(burst=500, repeats=5, steps=2_000, burning=300), Size(burst=50, repeats=1, steps=50, burning=20)


class _NotingDriver(SimulatedDriver):
    """Knows when it was asked for what."""

    def __init__(self, settings: SimulatedSettings, tools: DriverTools) -> None:
        super().__init__(settings, tools)
        self.asked_at: dict[str, tuple[float, float]] = {}
        """Label -> seconds of the wall and of this process."""
        self.was_asked = asyncio.Event()

    async def light(self, label_external_id: str, flash: Flash, token: str) -> None:
        self.asked_at[label_external_id] = _instant()
        self.was_asked.set()
        await super().light(label_external_id, flash, token)


class _Shop:
    """A dispatcher with one gateway, and how many commands were delivered."""

    def __init__(self) -> None:
        self.clock = SystemClock()
        self.driver = _NotingDriver(SETTINGS, DriverTools(clock=self.clock))
        self.dispatcher = Dispatcher(self.clock)
        self.dispatcher.add_gateway(GATEWAY, self.driver)
        self.dispatcher.on_gateway_event.append(self._heard)
        self.delivered = 0
        self.has_delivered = asyncio.Event()

    async def open(self) -> None:
        self.dispatcher.start()
        await self.want_all("opening", ["first"])

    def wishes(self, labels: Sequence[str], now: datetime) -> list[LightWish]:
        return [LightWish(label, label, LOOK, now, now) for label in labels]

    async def want_all(self, owner: str, labels: Sequence[str]) -> None:
        """Until each of them blinks."""
        wanted = self.delivered + len(labels)
        self.dispatcher.want(owner, {GATEWAY: self.wishes(labels, self.clock.now())})
        while self.delivered < wanted:
            self.has_delivered.clear()
            await self.has_delivered.wait()

    def _heard(self, _gateway_id: str, event: GatewayEvent) -> None:
        if isinstance(event, Delivered):
            self.delivered += 1
            self.has_delivered.set()


def flashes(size: Size) -> list[Figure]:
    with contextlib.redirect_stdout(sys.stderr):  # the log; the table stands alone
        rates, costs_ms = zip(*(asyncio.run(_burst(size)) for _ in range(size.repeats)), strict=True)
        added = asyncio.run(_steps(size))
    wall_ms, own_ms = ([each[kind] * 1000 for each in added] for kind in (0, 1))
    say(f"flashes: {len(added)} single wishes, the slowest after {max(wall_ms):.2f} ms")
    return [
        Figure("flashes", f"commands a second, {size.burst} labels wanted at once", median(rates)),
        Figure("flashes", "processor time per command", median(costs_ms), "ms"),
        Figure("flashes", f"from a wish to the driver while {size.burning} labels blink, p50", median(wall_ms), "ms"),
        Figure("flashes", "p99", percentile(wall_ms, 0.99), "ms"),
        Figure("flashes", "the same in processor time, p50", median(own_ms), "ms"),
        Figure("flashes", "p99 in processor time", percentile(own_ms, 0.99), "ms"),
    ]


def _instant() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


async def _burst(size: Size) -> tuple[float, float]:
    """Commands a second, and milliseconds of processor time for each."""
    shop = _Shop()
    await shop.open()
    labels = [f"L{number}" for number in range(size.burst)]
    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    await shop.want_all("walk", labels)
    took_s, cpu_s = time.perf_counter() - began_s, time.process_time() - began_cpu_s
    assert set(shop.driver.lights()) == {"first", *labels}, "every label that was wanted blinks"
    await shop.dispatcher.stop()
    return size.burst / took_s, cpu_s / size.burst * 1000


async def _steps(size: Size) -> list[tuple[float, float]]:
    """Seconds of wall and processor from `want` until the driver is asked, one label after the other, as walks go."""
    shop = _Shop()
    await shop.open()
    await shop.want_all("others", [f"B{number}" for number in range(size.burning)])
    added = []
    for step in range(size.steps):
        label = f"S{step}"
        shop.driver.was_asked.clear()
        wish = shop.wishes([label], shop.clock.now())
        began = _instant()
        shop.dispatcher.want("walk", {GATEWAY: wish})
        await shop.driver.was_asked.wait()
        asked = shop.driver.asked_at[label]
        added.append((asked[0] - began[0], asked[1] - began[1]))
        await _settled(shop, label)
    await shop.dispatcher.stop()
    return added


async def _settled(shop: _Shop, label: str) -> None:
    """The label blinks, and the one before it is dark: no command is under way when the next wish comes."""
    while shop.dispatcher.pending(GATEWAY) or label not in shop.driver.lights():
        shop.has_delivered.clear()
        await shop.has_delivered.wait()
