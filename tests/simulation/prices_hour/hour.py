"""One hour in which everybody picks and, in one of two lives of it, every label changes its price."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from unittest.mock import patch

from backend.catalog.prices_file import read_prices_csv
from backend.labels.differences import PriceTrouble
from backend.labels.dispatcher import LabelAddress
from backend.labels.lights import LightChange
from backend.labels.pictures import service
from backend.labels.pictures.card import PriceCard
from backend.labels.pictures.drawing import Display
from backend.labels.port import Picture
from backend.main.house import House
from shared.labels import LightPhase
from tests.simulation.actors.web_shop import WebShop
from tests.simulation.clocks import OPENING
from tests.simulation.invariants import Invariants
from tests.simulation.labels_hour.hour import (
    LOOKS_EVERY_S,
    ORDINARY,
    WAITS_FOR_COMPANY_S,
    meanwhile,
    place_orders,
)
from tests.simulation.labels_hour.watching import Arrival, Asked, WatchingPicker
from tests.simulation.prices_hour.floor import new_prices
from tests.simulation.prices_hour.models import GatewayModel
from tests.simulation.regimes.demand import Period
from tests.simulation.shops import STORE_ID, Shop
from tests.simulation.world import World

PLANNED_AT_S, BEGINS_AT_S = 60.0, 300.0
COUNTED_FROM_S, COUNTS_EVERY_S = 360.0, 60.0  # by then the catalogue has all the new prices
PATIENCE_S = 6 * 3_600.0
DEAD_SHARE = 0.001  # labels whose battery is empty
NAME = "All prices"


@dataclass(frozen=True, slots=True)
class Accounts:
    """What became of all labels. `unaccounted`: called right, and not; the most at any look."""

    labels: int
    show_it: int
    listed: int
    unaccounted: int
    differences: int
    took_s: float
    limit_s: float


@dataclass(frozen=True, slots=True)
class Lived:
    """`lights`: when each was wanted and how long it took until its label blinked, seconds."""

    seed: int
    digest: str
    lights: tuple[tuple[float, float], ...]
    arrivals: tuple[Arrival, ...]
    ended_s: float
    accounts: Accounts | None

    def lights_s(self, until_s: float) -> list[float]:
        """How long lights took that were wanted while prices changed, or would have, seconds."""
        return [took_s for wanted_s, took_s in self.lights if BEGINS_AT_S <= wanted_s <= until_s]

    @property
    def share_lit(self) -> float:
        later = [each for each in self.arrivals if not each.is_first]
        return sum(each.is_lit for each in later) / max(1, len(later))


class LightTimes:
    """Listens to the dispatcher: from the instant a light is wanted until its label shows it."""

    def __init__(self) -> None:
        self._wanted_at: dict[LabelAddress, datetime] = {}
        self.took: list[tuple[float, float]] = []

    def heard(self, address: LabelAddress, change: LightChange) -> None:
        if change.phase in (LightPhase.WANTED, LightPhase.SENT):
            self._wanted_at.setdefault(address, change.at)
        elif (wanted_at := self._wanted_at.pop(address, None)) is not None and change.phase is LightPhase.LIT:
            since = (wanted_at - OPENING).total_seconds()
            self.took.append((since, (change.at - wanted_at).total_seconds()))


class Accountant:
    """Knows which picture was drawn for which price, so that what a display shows can be told without asking."""

    def __init__(self, world: World, house: House, model: GatewayModel) -> None:
        self._world, self._house, self._model = world, house, model
        self._digest_of: dict[bytes, str] = {}
        self._draw = house.dispatcher.draw_picture
        house.dispatcher.draw_picture = self._drawn
        self.unaccounted = 0
        self.last_shown_s = 0.0
        house.dispatcher.on_picture_shown.append(self._shown)

    async def _drawn(self, address: LabelAddress, digest: str) -> Picture | None:
        picture = await self._draw(address, digest)
        if picture is not None:
            self._digest_of[_hash(picture.png)] = digest
        return picture

    def _shown(self, *_: object) -> None:
        self.last_shown_s = self._world.loop.time()

    def count(self) -> tuple[int, int, int]:
        """How many labels show the price they should, how many are told not to, and how many are neither."""
        prices = self._house.labels.pictures.prices(STORE_ID)
        shown = {label: png for gateway in self._world.gateways.values() for label, png in gateway.shown.items()}
        right = listed = neither = 0
        for each in prices:
            png = shown.get(each.label.address.external_id)
            if png is not None and self._digest_of[_hash(png)] == each.picture.wanted:
                right += 1
            elif not each.picture.is_right:
                listed += 1
            else:
                neither += 1
        self.unaccounted = max(self.unaccounted, neither)
        return right, listed, neither

    def is_over(self, dead: set[str]) -> bool:
        """Whether every label that can shows it, and nothing more can be hoped for of the others."""
        return all(
            each.picture.is_right or each.label.address.external_id in dead
            for each in self._house.labels.pictures.prices(STORE_ID)
        )

    async def close(self) -> Accounts:
        right, listed, _ = self.count()
        _, differences = await self._house.labels.price_differences(STORE_ID)
        points = Counter(each.label.address.gateway_id for each in self._house.labels.pictures.prices(STORE_ID))
        behind = sum(each.trouble is PriceTrouble.LABEL_BEHIND for each in differences)
        limit_s = max(points.values()) * self._model.limit_s
        return Accounts(
            points.total(), right, listed, self.unaccounted, behind, self.last_shown_s - BEGINS_AT_S, limit_s
        )


def live(model: GatewayModel, seed: int, period: Period, shop: Shop, *, prices_change: bool) -> Lived:
    """Live through the hour. Raises InvariantBroken."""
    settings: dict[str, object] = {"picking": {"wait_for_company_s": WAITS_FOR_COMPANY_S}}
    with (
        patch.object(service, "draw", _undrawn),
        World(shop, seed, radio=model.radio, make_gateway=model.kind, settings=settings) as world,
    ):
        return world.run(_hour(world, model, period, prices_change))


async def _hour(world: World, model: GatewayModel, period: Period, prices_change: bool) -> Lived:
    web, asked, times = WebShop(world), Asked(world), LightTimes()
    pickers = [
        WatchingPicker(asked, world, world.shop.pickers[number], world.add_phone(f"phone{number}"), habits=ORDINARY)
        for number in range(period.pickers)
    ]
    dead = _let_some_die(world)
    invariants = Invariants(world, [web], pickers)
    try:
        await world.server.start()
        house = world.server.house
        assert house is not None
        house.dispatcher.on_light.append(times.heard)
        accountant = Accountant(world, house, model)
        web.open()
        begin = asyncio.get_running_loop().create_task
        tasks = [begin(place_orders(world, web, period)), *(begin(picker.work()) for picker in pickers)]
        if prices_change:
            tasks.append(begin(_change_prices(world)))
        while not (tasks[0].done() and web.is_quiet and web.is_all_done):
            await meanwhile(LOOKS_EVERY_S, tasks)
            invariants.now_and_then()
            if (
                prices_change
                and world.loop.time() > COUNTED_FROM_S
                and world.loop.time() % COUNTS_EVERY_S < LOOKS_EVERY_S
            ):
                accountant.count()
            assert world.loop.time() < PATIENCE_S, "somebody stopped picking"
        ended_s = world.loop.time()
        while prices_change and not accountant.is_over(dead) and world.loop.time() < PATIENCE_S:
            await meanwhile(COUNTS_EVERY_S, tasks)
            accountant.count()
        return Lived(
            seed=world.seed,
            digest=world.digest,
            lights=tuple(times.took),
            arrivals=tuple(each for picker in pickers for each in picker.arrivals),
            ended_s=ended_s,
            accounts=await accountant.close() if prices_change else None,
        )
    finally:
        invariants.close()


def _let_some_die(world: World) -> set[str]:
    labels: Sequence[str] = sorted(world.shop.gateway_of)
    dead = set(world.chance("dead labels").sample(labels, round(len(labels) * DEAD_SHARE)))
    for label in dead:
        world.gateways[world.shop.gateway_of[label]].silent_labels.add(label)
    return dead


async def _change_prices(world: World) -> None:
    """As a supervisor does: a prices.csv, planned for an instant some minutes ahead."""
    await asyncio.sleep(PLANNED_AT_S)
    entries = read_prices_csv(new_prices(world.shop))
    begins_at = OPENING + timedelta(seconds=BEGINS_AT_S)

    async def plan(house: House) -> None:
        await house.catalog.pricing.plan(STORE_ID, entries, name=NAME, begins_at=begins_at, person_id="per_rosa")

    await world.server.do(plan)


def _undrawn(card: PriceCard, display: Display) -> bytes:
    """In the place of a picture: which card it would be. Drawing takes none of the world's time."""
    return repr((card, display)).encode()


def _hash(png: bytes) -> bytes:
    return hashlib.blake2s(png, digest_size=16).digest()
