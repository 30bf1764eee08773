"""Our regime: the real backend plans, real phones guide, real labels are asked to blink; nothing of it is modelled."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import httpx
from sqlmodel import col, select

from backend.core.journal import JournalRow
from tests.simulation.clocks import OPENING
from tests.simulation.gateways import BLUETOOTH, RadioModel
from tests.simulation.network import HOST, AirTransport
from tests.simulation.pace import Pace
from tests.simulation.regimes.demand import Chance, Order, Period, demo_floor, orders_of
from tests.simulation.regimes.real_picker import RealPicker
from tests.simulation.regimes.walks import Outcome, Walk
from tests.simulation.shops import STORE_ID, demo_shop
from tests.simulation.world import World

LOOKS_EVERY_S = 30.0  # how often it is looked whether everything is picked
AFTER_CLOSING_MAX_S = 12 * 3600.0


@dataclass(frozen=True, slots=True)
class Rules:
    """What a shop may set: how long an order waits for company, how many totes a trolley carries."""

    wait_for_company_s: float = 1_200.0
    totes_max: int = 6

    def settings(self, pace: Pace) -> dict[str, object]:
        """The backend is told how fast its pickers walk; the rest it does not know."""
        return {
            "picking": {
                "wait_for_company_s": self.wait_for_company_s,
                "totes_max": self.totes_max,
                "walking_m_per_s": pace.walk_m_per_s,
            }
        }


def pick_for_real(
    period: Period, seed: int, pace: Pace, radio: RadioModel = BLUETOOTH, rules: Rules | None = None
) -> Outcome:
    """Live through the period in a world of its own."""
    orders = orders_of(period, seed)
    rules = rules or Rules()
    with World(demo_shop(), seed, radio=radio, settings=rules.settings(pace)) as world:
        return world.run(_story(world, period, orders, Chance(seed, pace)))


async def _story(world: World, period: Period, orders: tuple[Order, ...], chance: Chance) -> Outcome:
    await world.server.start()
    assert world.server.house is not None
    floor, claimed = demo_floor(), set[str]()
    pickers, working = [], []
    for number in range(period.pickers):
        phone = world.add_phone(f"phone {number}")
        picker = RealPicker(number, world, phone, floor, chance, claimed)
        code = await world.server.house.people.create_enrolment_code(STORE_ID, "simulation")
        await picker.sign_in(code.code, world.shop.pickers[number])
        working.append(world.loop.create_task(picker.work()))
        pickers.append(picker)
    opened_s = world.loop.time()
    await _send(world, orders, opened_s)
    while sum(len(walk.orders) for picker in pickers for walk in picker.walks) < len(orders):
        assert world.loop.time() < opened_s + period.hours * 3600 + AFTER_CLOSING_MAX_S, "somebody stopped picking"
        await asyncio.sleep(LOOKS_EVERY_S)
        for task in working:
            if task.done():
                task.result()  # a picker stopped: say why
    await asyncio.sleep(LOOKS_EVERY_S)  # the last command reaches the backend
    walks = [walk for picker in pickers for walk in picker.walks]
    return Outcome(orders, _by_the_journal(world, walks, opened_s)).check()


async def _send(world: World, orders: tuple[Order, ...], opened_s: float) -> None:
    """The channel: each order at its instant, over the real endpoint."""
    http = httpx.AsyncClient(
        transport=AirTransport(world.add_air("channel"), world.loop),
        base_url=f"http://{HOST}",
        headers={"authorization": f"Bearer {world.shop.channel_key}"},
    )
    for order in orders:
        await asyncio.sleep(max(0.0, opened_s + order.placed_s - world.loop.time()))
        body = _body(world, order, OPENING + timedelta(seconds=opened_s))
        answer = await http.post("/api/v1/orders", json=body, headers={"idempotency-key": f'"{order.code}"'})
        assert answer.status_code == httpx.codes.ACCEPTED, answer.text
        assert answer.json()["status"] == "accepted", answer.text


def _body(world: World, order: Order, opened_at: datetime) -> dict[str, Any]:
    return {
        "external_id": order.code,
        "display_code": order.code,
        "placed_at": (opened_at + timedelta(seconds=order.placed_s)).isoformat(),
        "due_at": (opened_at + timedelta(seconds=order.due_s)).isoformat(),
        "currency": "EUR",
        "total_minor": sum(line.units * world.shop.wares[line.sku].price_minor for line in order.lines),
        "lines": [
            {
                "external_line_id": str(number),
                "sku": line.sku,
                "name": line.sku,
                "quantity": f"{line.quantity / 1000:.3f}" if line.is_weighed else str(line.quantity),
                "unit": "kg" if line.is_weighed else "each",
            }
            for number, line in enumerate(order.lines)
        ],
    }


def _by_the_journal(world: World, walks: list[Walk], opened_s: float) -> list[Walk]:
    """Beginning and end as the journal has them; how far the picker walked and what they saw only the picker knows."""
    house = world.server.house
    assert house is not None
    with house.database.reading() as session:
        wanted = ("pick_list.started", "pick_list.finished")
        rows = session.exec(select(JournalRow).where(col(JournalRow.name).in_(wanted))).all()
        at_s = {(row.name, row.pick_list_id): (row.at - OPENING).total_seconds() - opened_s for row in rows}
    kept = [
        replace(
            walk,
            taken_s=walk.taken_s - opened_s,
            started_s=at_s["pick_list.started", walk.pick_list_id],
            ended_s=at_s["pick_list.finished", walk.pick_list_id],
        )
        for walk in walks
    ]
    return sorted(kept, key=lambda walk: (walk.started_s, walk.picker))
