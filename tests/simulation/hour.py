"""A faulty hour in the small shop: a story every seed tells differently, watched by every invariant."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from tests.simulation.actors import picker as picking
from tests.simulation.actors import web_shop
from tests.simulation.actors.open_delivery import OpenDeliveryPlatform
from tests.simulation.actors.picker import Picker
from tests.simulation.actors.shoppers import Shoppers
from tests.simulation.actors.substituting_picker import SubstitutingPicker
from tests.simulation.actors.web_shop import WebShop
from tests.simulation.faults import Faults, Troubles
from tests.simulation.gateways import BLUETOOTH, WAKES_EVERY_40_S
from tests.simulation.invariants import Invariants
from tests.simulation.old_app import Age, OldApp
from tests.simulation.shops import small_shop
from tests.simulation.world import World

ORDINARY = Troubles()
CALM_MAX_S = 3_600.0
WAITS_FOR_COMPANY_S = 20.0  # not as long as in a shop: much has to happen in a short hour
ANSWER_S = 90.0  # as long as somebody who looks at their phone needs; it must fit into a short hour
SETTLE_S = 240.0  # after the last order is done: flashes run out, queues empty, streams catch up


@dataclass(frozen=True, slots=True)
class Hour:
    """How long and how busy. The defaults are the faulty hour.

    platform_share  of the orders, which come through a platform; 0: there is none
    old_app_share   of the phones, which begin with an older app and are updated on the way
    contradict_share  of the web shop's orders, which are posted again otherwise
    amend_share     of the web shop's orders, which it amends, and of those amended again
    sold_out_share  of the products, which are missing all along
    """

    length_s: float = 3_600.0
    order_every_s: float = 120.0
    lines_max: int = 6
    pickers: int = 3
    troubles: Troubles = ORDINARY
    platform_share: float = 0.35
    old_app_share: float = 0.3
    contradict_share: float = 0.1
    amend_share: float = 0.15
    sold_out_share: float = 0.15


@dataclass(frozen=True, slots=True)
class Lived:
    """What came of it."""

    seed: int
    digest: str
    steps: int
    orders: int
    picks: int
    looks: int
    server_starts: int
    stops_lit: int
    platform_orders: int = 0
    too_late: int = 0
    refused_greetings: int = 0
    substitutes: int = 0
    shoppers_asked: int = 0
    substitutes_sought: int = 0
    substitutes_lit: int = 0
    amendments: int = 0
    amended_too_late: int = 0


def live(seed: int, hour: Hour | None = None, *, steps_max: int | None = None, notes: list[str] | None = None) -> Lived:
    """Live through one seed. Raises InvariantBroken, or WorldStandsStill after `steps_max`; `notes` gets the record."""
    hour = hour or Hour()
    radio = WAKES_EVERY_40_S if seed % 3 == 0 else BLUETOOTH
    settings: dict[str, object] = {
        "picking": {
            "wait_for_company_s": WAITS_FOR_COMPANY_S,
            "substitution_answer_s": ANSWER_S,
            "substitution_silence": "approve" if seed % 4 == 0 else "refuse",
        }
    }
    with World(small_shop(), seed, radio=radio, settings=settings) as world:
        world.loop.steps_max = steps_max
        if notes is not None:
            world.on_note.append(lambda kind, text: notes.append(world.notes[-1]))
        return world.run(_hour(world, hour))


async def _hour(world: World, hour: Hour) -> Lived:
    shop = world.shop
    shoppers = Shoppers(world)
    web = WebShop(
        world, habits=web_shop.Habits(contradicts=hour.contradict_share, amends=hour.amend_share), shoppers=shoppers
    )
    chance = world.chance("hour")
    platform = OpenDeliveryPlatform(world) if hour.platform_share else None
    platforms = [platform] if platform is not None else []
    pickers, old_apps = [], []
    for number in range(hour.pickers):
        wrong_by_s = chance.choice((0.0, 0.0, 45.0, -600.0, 90_000.0))
        phone = world.add_phone(f"phone{number}", wrong_by_s=wrong_by_s)
        pickers.append(SubstitutingPicker(world, shop.pickers[number], phone, habits=picking.Habits()))
        old_apps += _old_app(world, hour, pickers[-1])
    faults = Faults(world, hour.troubles, phones=world.phones, shops=[web], platforms=platforms)
    sold_out = _sold_out(world, hour)
    for picker in pickers:
        picker.is_empty = lambda sku: sku in sold_out or sku in faults.empty_shelves
    invariants = Invariants(world, [web], pickers, platforms)
    try:
        await world.server.start()
        web.open()
        if platform is not None:
            await platform.open()
        faults.begin()
        tasks = [asyncio.get_running_loop().create_task(picker.work()) for picker in pickers]
        watch = asyncio.get_running_loop().create_task(_watch_lights(invariants))
        updates = [asyncio.get_running_loop().create_task(_grow_old(world, hour, app)) for app in old_apps]
        through = world.chance("which shop")
        wares = list(shop.wares.values())
        while world.loop.time() < hour.length_s:
            chosen = chance.sample(wares, chance.randint(1, hour.lines_max))
            lines = [(ware, chance.randint(4, 24) * 50 if ware.is_weighed else chance.randint(1, 3)) for ware in chosen]
            shop_of_order = platform if platform and through.random() < hour.platform_share else web
            shop_of_order.place(lines, due_in_s=chance.uniform(600, 3_600))
            await _meanwhile(chance.expovariate(1 / hour.order_every_s), [watch, *tasks])
        await faults.end()
        await asyncio.gather(*updates)
        await _until_all_is_done(world, web, platform, [watch, *tasks], invariants)
        invariants.calm()
        return Lived(
            seed=world.seed,
            digest=world.digest,
            steps=world.loop.steps,
            orders=len(web.orders) + sum(len(one.orders) for one in platforms),
            picks=sum(picker.stops for picker in pickers),
            looks=invariants.looks,
            server_starts=world.server.starts,
            stops_lit=sum(picker.stops_lit for picker in pickers),
            platform_orders=sum(len(one.orders) for one in platforms),
            too_late=sum(order.is_too_late for one in platforms for order in one.orders.values()),
            refused_greetings=sum(app.refusals for app in old_apps),
            substitutes=sum(picker.substitutes_given for picker in pickers),
            shoppers_asked=len(shoppers.asked),
            substitutes_sought=sum(picker.substitutes_sought for picker in pickers),
            substitutes_lit=sum(picker.substitutes_lit for picker in pickers),
            amendments=sum(order.amendments for order in web.orders.values()),
            amended_too_late=sum(order.amended_too_late for order in web.orders.values()),
        )
    finally:
        invariants.close()


def _sold_out(world: World, hour: Hour) -> set[str]:
    wares = sorted(world.shop.wares)
    return set(world.chance("sold out").sample(wares, round(len(wares) * hour.sold_out_share)))


def _old_app(world: World, hour: Hour, picker: Picker) -> list[OldApp]:
    chance = world.chance(f"app {picker.phone.name}")
    if chance.random() >= hour.old_app_share:
        return []
    return [OldApp(picker.phone, chance.choice(list(Age)), chance, picker.complaints)]


async def _grow_old(world: World, hour: Hour, app: OldApp) -> None:
    """An older app works on until it is too old, and is updated while there is still work to do."""
    chance = world.chance(f"age of {app.phone.name}")
    await asyncio.sleep(hour.length_s * chance.uniform(0.1, 0.5))
    world.note("app", f"{app.phone.name} {app.age}")
    app.outdate()
    await asyncio.sleep(hour.length_s * chance.uniform(0.1, 0.45))
    world.note("app", f"{app.phone.name} is updated")
    app.update()


async def _watch_lights(invariants: Invariants) -> None:
    while True:
        await asyncio.sleep(5)
        invariants.now_and_then()


async def _meanwhile(seconds: float, tasks: list[asyncio.Task[None]]) -> None:
    """Let time pass; what breaks meanwhile breaks the story."""
    done, _ = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
    for task in done:
        task.result()


async def _until_all_is_done(
    world: World,
    web: WebShop,
    platform: OpenDeliveryPlatform | None,
    tasks: list[asyncio.Task[None]],
    invariants: Invariants,
) -> None:
    def is_done() -> bool:
        is_platform_done = platform is None or (platform.is_quiet and platform.is_all_done)
        return is_platform_done and web.is_answered and web.is_quiet and web.is_all_done

    end_s = world.loop.time() + CALM_MAX_S
    while world.loop.time() < end_s and not is_done():
        await _meanwhile(5, tasks)
    await _meanwhile(SETTLE_S, tasks)
    while world.loop.time() < end_s and invariants.is_anything_to_deliver():
        await _meanwhile(30, tasks)  # what failed many times during the faults is tried again minutes later
