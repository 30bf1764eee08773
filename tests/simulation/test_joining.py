"""An order joins a walk just as its picker, without network, hands over: the walk goes on, and nobody need do a thing.

The real backend and the real phone: the finish is refused, and neither the phone nor the supervisor's inbox says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sqlmodel import select

from backend.insight.refusals import read_refusals
from backend.sync.models import AppliedCommandRow
from mobile.state.scan_state import PRIMARY_ACTION_SCAN
from mobile.state.screens import Screen
from tests.factories import keyed
from tests.simulation.actors.web_shop import WebShop
from tests.simulation.phone import SimulatedPhone
from tests.simulation.shops import STORE_ID, small_shop
from tests.simulation.test_desk import on, scan
from tests.simulation.world import World

ORDERED = ("000000", "000016", "000030", "000048")  # four places: who has fewer left is as good as back
JOINS = "000047"
SETTINGS = {"picking": {"wait_for_company_s": 5.0, "insert_saves_s": 0.0}}


async def at_the_first_stop(world: World) -> tuple[WebShop, SimulatedPhone]:
    """A picker who has taken the trolley."""
    await world.server.start()
    shop = WebShop(world)
    shop.open()
    phone = world.add_phone("phone")
    phone.start()
    await asyncio.sleep(1)
    code = await world.server.do(lambda house: house.people.create_enrolment_code(STORE_ID, "supervisor"))
    assert code is not None
    person, wares = world.shop.pickers[0], world.shop.wares
    await scan(phone, code.code, person.badge, *keyed(person.pin), PRIMARY_ACTION_SCAN)
    shop.place([(wares[sku], 1) for sku in ORDERED], due_in_s=3_000)
    await until(lambda: bool(on(phone).work.to_do))
    await scan(phone, PRIMARY_ACTION_SCAN, PRIMARY_ACTION_SCAN)
    assert len(on(phone).pick.open_picks) == len(ORDERED)
    return shop, phone


async def scan_present(world: World, phone: SimulatedPhone) -> None:
    pick = on(phone).pick.current
    assert pick is not None
    await scan(phone, world.shop.wares[pick.product.sku].scan(pick.quantity_ordered))


async def story(world: World) -> None:
    shop, phone = await at_the_first_stop(world)
    phone.air.cut()
    shop.place([(world.shop.wares[JOINS], 1)], due_in_s=3_000)
    await asyncio.sleep(40)
    for _ in ORDERED:
        await scan_present(world, phone)
    assert on(phone).screen is Screen.FINISH
    await scan(phone, PRIMARY_ACTION_SCAN)
    assert on(phone).work.active is None
    phone.air.mend()

    await until(lambda: on(phone).pick.current is not None)
    assert [one.product.sku for one in on(phone).pick.open_picks] == [JOINS]
    assert len(on(phone).pick.added_letters) == 1
    assert (len(on(phone).link.problems), on(phone).link.newest_problem) == (0, None)
    assert world.server.house is not None
    with world.server.house.database.reading() as session:
        finish = session.exec(select(AppliedCommandRow).where(AppliedCommandRow.name == "pick_list.finish")).one()
        assert finish.problem is not None
        assert finish.problem["code"] == "picks_still_open"
        assert read_refusals(session, STORE_ID) == []

    await scan_present(world, phone)
    await scan(phone, PRIMARY_ACTION_SCAN)
    await until(lambda: shop.is_all_done)
    assert shop.complaints == []


async def until(is_so: Callable[[], bool]) -> None:
    for _ in range(300):
        if is_so():
            return
        await asyncio.sleep(2)
    raise AssertionError("it does not come to it")


def test_a_finish_that_came_too_early_is_nobodys_problem() -> None:
    with World(small_shop(), 3, settings=SETTINGS) as world:
        world.run(story(world))
