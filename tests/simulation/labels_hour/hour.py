"""One busy hour of the demo store: real backend, real phones, and the labels of one kind."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any
from unittest.mock import patch

from backend.labels import lighting as aiming_room
from backend.labels.aiming import aim_at
from backend.labels.dispatcher import LabelAddress
from backend.labels.lights import LightChange
from backend.labels.pictures.queue import PictureShown
from shared.labels import LightPhase
from tests.simulation.actors.picker import Habits
from tests.simulation.actors.web_shop import WebShop
from tests.simulation.gateways import RadioModel
from tests.simulation.invariants import Invariants
from tests.simulation.labels_hour.floor import hour_shop
from tests.simulation.labels_hour.watching import Arrival, Asked, WatchingPicker
from tests.simulation.regimes.demand import Period, orders_of
from tests.simulation.shops import STORE_ID, Shop
from tests.simulation.world import World

BUSY = Period(0.5, 100.0, 10)  # half an hour of orders, an hour of picking
ORDINARY = Habits(wrong_product=0.01, double_scan=0.01, skips=0.005, break_after_walk=0.05)
WAITS_FOR_COMPANY_S = 300.0
LOOKS_EVERY_S = 5.0
LOOKS_FOR_PICTURES_EVERY_S = 60.0
OVERTIME_MAX_S = 2 * 3_600.0
SETTLES_S = 240.0

Happening = Callable[[World], Coroutine[Any, Any, None]]


class Lighting(Enum):
    """Which stops of a walk are wanted."""

    AHEAD = "lit ahead"
    ONE_BY_ONE = "only the stop one goes to"


@dataclass(frozen=True, slots=True)
class Pictures:
    """What became of the pictures. `ready_s`: when the last label had what it should show."""

    labels: int
    shown: int
    with_a_reason: int
    ready_s: float
    limit_s: float
    """The least that the busiest access point needs: one picture after the other."""


@dataclass(frozen=True, slots=True)
class Lived:
    """What came of one hour. Seconds; `light_s`: each wish until its label blinked."""

    seed: int
    digest: str
    arrivals: tuple[Arrival, ...]
    light_s: tuple[float, ...]
    lit_s: float
    commands: int
    ended_s: float
    pictures: Pictures | None

    @property
    def later(self) -> list[Arrival]:
        return [each for each in self.arrivals if not each.is_first]

    @property
    def share_lit(self) -> float:
        """Of the stops that are not the first of a walk."""
        return sum(each.is_lit for each in self.later) / max(1, len(self.later))

    @property
    def share_lit_first(self) -> float:
        first = [each for each in self.arrivals if each.is_first]
        return sum(each.is_lit for each in first) / max(1, len(first))

    @property
    def share_first(self) -> float:
        return 1 - len(self.later) / max(1, len(self.arrivals))

    def share_of_later(self, is_it: Callable[[Arrival], bool]) -> float:
        return sum(map(is_it, self.later)) / max(1, len(self.later))

    def light_within_s(self, percent: int) -> float:
        """The shortest time that so many per cent of all lights did not exceed."""
        return share_of(self.light_s, percent)

    @property
    def lit_s_per_pick(self) -> float:
        return self.lit_s / max(1, len(self.arrivals))


def share_of(took_s: Sequence[float], percent: int) -> float:
    """What so many per cent did not exceed (nearest rank)."""
    return sorted(took_s)[-(-percent * len(took_s) // 100) - 1]


class LightTimes:
    """Listens to the dispatcher: from the instant a light is wanted until its label shows it."""

    def __init__(self) -> None:
        self._wanted_at: dict[LabelAddress, datetime] = {}
        self.took_s: list[float] = []

    def heard(self, address: LabelAddress, change: LightChange) -> None:
        if change.phase in (LightPhase.WANTED, LightPhase.SENT):
            self._wanted_at.setdefault(address, change.at)
        elif (wanted_at := self._wanted_at.pop(address, None)) is not None and change.phase is LightPhase.LIT:
            self.took_s.append((change.at - wanted_at).total_seconds())


class ShownPictures:
    """Listens to the dispatcher, and asks the labels room at the end what became of every label's picture."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._last_s = 0.0

    def heard(self, _gateway_id: str, _shown: PictureShown) -> None:
        self._last_s = self._world.loop.time()

    def are_all_there(self) -> bool:
        """Whether every label shows what it should, or has been given up."""
        house = self._world.server.house
        return house is None or all(
            each.picture.is_right or each.picture.is_given_up for each in house.labels.pictures.prices(STORE_ID)
        )

    def summary(self) -> Pictures | None:
        """None where the labels have no display."""
        house, gateways = self._world.server.house, self._world.gateways.values()
        if house is None or not any(gateway.model.picture_s for gateway in gateways):
            return None
        prices = house.labels.pictures.prices(STORE_ID)
        right = sum(each.picture.is_right for each in prices)
        reasons = sum(bool(each.picture.problem) for each in prices if not each.picture.is_right)
        points = Counter(each.label.address.gateway_id for each in prices)
        limit_s = max(points.values()) * max(gateway.model.picture_s for gateway in gateways)
        return Pictures(len(prices), right, reasons, self._last_s, limit_s)


def live(
    radio: RadioModel,
    seed: int,
    period: Period = BUSY,
    *,
    lighting: Lighting = Lighting.AHEAD,
    happening: Happening | None = None,
    shop: Shop | None = None,
) -> Lived:
    """Live through the hour. Raises InvariantBroken. `happening` goes on beside it and ends by itself."""
    settings = {"picking": {"wait_for_company_s": WAITS_FOR_COMPANY_S}}
    with ExitStack() as stack:
        if lighting is Lighting.ONE_BY_ONE:
            stack.enter_context(patch.object(aiming_room, "aim_at", _one_by_one))
            stack.enter_context(patch.object(aiming_room, "aim_at_kept", lambda *_values: {}))
        world = stack.enter_context(World(shop or hour_shop(), seed, radio=radio, settings=settings))
        return world.run(_hour(world, period, happening))


def _one_by_one(stops: Any, *values: Any) -> Any:
    return aim_at(stops[:1], *values)


async def _hour(world: World, period: Period, happening: Happening | None) -> Lived:
    web, asked, times, shown = WebShop(world), Asked(world), LightTimes(), ShownPictures(world)
    pickers = [
        WatchingPicker(asked, world, world.shop.pickers[number], world.add_phone(f"phone{number}"), habits=ORDINARY)
        for number in range(period.pickers)
    ]
    invariants = Invariants(world, [web], pickers)
    try:
        await world.server.start()
        assert world.server.house is not None
        world.server.house.dispatcher.on_light.append(times.heard)
        world.server.house.dispatcher.on_picture_shown.append(shown.heard)
        web.open()
        begin = asyncio.get_running_loop().create_task
        shopping = begin(place_orders(world, web, period))
        beside = begin(happening(world)) if happening is not None else shopping
        tasks = [shopping, beside, *(begin(picker.work()) for picker in pickers)]
        end_s = period.hours * 3_600 + OVERTIME_MAX_S
        while not (shopping.done() and beside.done() and web.is_quiet and web.is_all_done):
            assert world.loop.time() < end_s, "somebody stopped picking"
            await meanwhile(LOOKS_EVERY_S, tasks)
            invariants.now_and_then()
        ended_s = world.loop.time()
        while world.loop.time() < end_s and not shown.are_all_there():
            await meanwhile(LOOKS_FOR_PICTURES_EVERY_S, tasks[2:])
            invariants.now_and_then()
        await meanwhile(SETTLES_S, tasks[2:])
        invariants.calm()
        return Lived(
            seed=world.seed,
            digest=world.digest,
            arrivals=tuple(each for picker in pickers for each in picker.arrivals),
            light_s=tuple(times.took_s),
            lit_s=sum(gateway.lit_s() for gateway in world.gateways.values()),
            commands=sum(gateway.commands for gateway in world.gateways.values()),
            ended_s=ended_s,
            pictures=shown.summary(),
        )
    finally:
        invariants.close()


async def place_orders(world: World, web: WebShop, period: Period) -> None:
    wares = world.shop.wares
    for order in orders_of(period, world.seed):
        await asyncio.sleep(max(0.0, order.placed_s - world.loop.time()))
        web.place([(wares[line.sku], line.quantity) for line in order.lines], due_in_s=order.due_s - order.placed_s)


async def meanwhile(seconds: float, tasks: list[asyncio.Task[None]]) -> None:
    """Let time pass; what breaks meanwhile breaks the story."""
    going_on = [task for task in tasks if not task.done()]
    for task in set(tasks) - set(going_on):
        task.result()
    done, _ = await asyncio.wait(going_on, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
    for task in done:
        task.result()
