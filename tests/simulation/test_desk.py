"""One order from its channel to its courier by scans alone: the real backend and the real phone, the walk offline.

A weighed product, a substitute its shopper is asked about, a short pick, a chilled product, two bags; beside it a
second order on the same trolley, so that each product must be shown into which tote it goes.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from backend.stores.commands import ImportStore
from backend.stores.importing import read_store_file
from mobile.state.app_state import AppState
from mobile.state.scan_state import PRIMARY_ACTION_SCAN, UNDO_SCAN
from mobile.state.screens import Screen
from shared.picking import ShortReason
from shared.printed_codes import PrintedCode, short_code
from tests.factories import keyed
from tests.simulation.actors.web_shop import WebShop
from tests.simulation.phone import SimulatedPhone
from tests.simulation.shops import STORE_ID, Ware, _small_store, small_shop
from tests.simulation.world import World

WEIGHED, MISSING, FEW, CHILLED, OTHER = "000004", "000001", "000002", "000003", "000006"
STAND_IN = "000033"
ORDERED_G = 500
RULES = {"confirm_tote": "several", "counts_bags": True, "stages_orders": True, "asks_handover_pin": True}
TOTES = {"A": "TOTE-1", "B": "TOTE-2"}


class OneShopper:
    """Wants to be asked about one product, and says yes after a while."""

    def wish(self, ware: Ware) -> dict[str, Any]:
        return {"substitution": "ask", "wished_skus": [STAND_IN]} if ware.sku == MISSING else {}

    async def hear(self, external_id: str, event: dict[str, Any], post: Any) -> None:
        await asyncio.sleep(40)
        path = f"/api/v1/orders/{external_id}/lines/{event['body']['external_line_id']}/substitution"
        answer = await post(path, {"proposal_id": event["body"]["proposal_id"], "answer": "approve"})
        assert answer.status_code == 200


class KeepingShop(WebShop):
    """Remembers what it hears, word by word."""

    events: list[dict[str, Any]]

    def _hear(self, event: dict[str, Any]) -> None:
        self.events.append(event)
        super()._hear(event)

    def said(self, name: str, external_id: str = "web-1") -> list[dict[str, Any]]:
        return [
            event["body"]
            for event in self.events
            if event["name"] == name and event["order"] and event["order"]["external_id"] == external_id
        ]


async def scan(phone: SimulatedPhone, *codes: str) -> None:
    for code in codes:
        phone.scans.scan(code)
        await asyncio.sleep(0.5)


def on(phone: SimulatedPhone) -> AppState:
    assert phone.app is not None
    return phone.app


async def set_up(world: World, language: str) -> tuple[KeepingShop, SimulatedPhone]:
    await world.server.start()
    store, _ = _small_store()
    store["store"]["rules"] = RULES
    await world.server.do(lambda house: house.bus.handle(ImportStore(STORE_ID, read_store_file(json.dumps(store)))))
    shop = KeepingShop(world, shoppers=OneShopper())  # type: ignore[arg-type]
    shop.events = []
    shop.open()
    phone = world.add_phone("phone")
    phone.start()
    await asyncio.sleep(1)
    code = await world.server.do(lambda house: house.people.create_enrolment_code(STORE_ID, "supervisor"))
    assert code is not None
    person = world.shop.pickers[0]
    await scan(phone, code.code)
    await scan(phone, person.badge, *keyed(person.pin), PRIMARY_ACTION_SCAN)
    assert on(phone).shift.is_signed_in
    await phone.do(lambda app: app.preferences.change(language=language))
    return shop, phone


async def walk(world: World, phone: SimulatedPhone) -> None:
    """Every stop by scans; at one of them the wrong tote first, at another a pick is taken back."""
    wares, has_erred = world.shop.wares, False
    for _ in range(40):
        pick = on(phone).pick.current
        if pick is None:
            return
        sku, right = pick.product.sku, TOTES[pick.tote_letter]
        wrong = next(code for code in TOTES.values() if code != right)
        if sku == MISSING:
            await scan(phone, PrintedCode.OTHER, wares[STAND_IN].scan(1), PRIMARY_ACTION_SCAN)
        elif sku == FEW:
            await scan(phone, wares[sku].scan(1), short_code(ShortReason.TOO_FEW))
        elif not has_erred:
            has_erred = True
            await scan(phone, wares[sku].scan(ORDERED_G), wrong)
            assert on(phone).pick.current is not None
            assert on(phone).pick.current.id == pick.id  # type: ignore[union-attr]
            await scan(phone, right, UNDO_SCAN, wares[sku].scan(ORDERED_G), right)
        else:
            await scan(phone, wares[sku].scan(ORDERED_G), right)


async def story(world: World, language: str) -> None:
    shop, phone = await set_up(world, language)
    wares = world.shop.wares
    shop.place([(wares[WEIGHED], ORDERED_G), (wares[MISSING], 1), (wares[FEW], 2), (wares[CHILLED], 1)], due_in_s=1_500)
    shop.place([(wares[OTHER], 1)], due_in_s=1_500)
    for _ in range(400):
        if on(phone).work.to_do:
            break
        await asyncio.sleep(2)
    await scan(phone, PRIMARY_ACTION_SCAN)
    assert [len(one.totes) for one in on(phone).work.to_do] == [2]
    await scan(phone, *TOTES.values(), PRIMARY_ACTION_SCAN)

    phone.air.cut()
    await walk(world, phone)
    assert on(phone).screen is Screen.FINISH
    clock = on(phone).cold.clock
    assert clock is not None
    assert clock.temperature == "chilled"
    phone.air.mend()
    for _ in range(200):  # the shopper is asked once the phone is heard again
        if not on(phone).substitute.undecided:
            break
        await asyncio.sleep(1)
    by_order = {tote.display_code: tote.letter for tote in on(phone).work.active.totes}  # type: ignore[union-attr]
    first, second = TOTES[by_order["W1"]], TOTES[by_order["W2"]]
    await scan(phone, first, "BAG-1", "BAG-2", "BAG-2", "STAGE-A1", second, "BAG-3", "STAGE-A2", PRIMARY_ACTION_SCAN)
    for _ in range(60):
        if shop.said("order.ready") and shop.said("order.ready", "web-2"):
            break
        await asyncio.sleep(1)

    (ready,) = shop.said("order.ready")
    assert (ready["bags"], ready["place"], ready["is_complete"]) == (2, "STAGE-A1", False)
    pin = ready["handover_pin"]
    wrong_pin = f"{(int(pin) + 1) % 10_000:04d}"
    assert on(phone).screen is Screen.WORK
    await scan(phone, PrintedCode.DESK, "W1")
    assert on(phone).handover.order is not None
    await scan(phone, "BAG-1", "BAG-3")
    assert on(phone).handover.problem == "handover.other_bag"
    await scan(phone, "BAG-2", *keyed(wrong_pin))
    assert on(phone).handover.problem == "handover.pin_wrong"
    await scan(phone, *keyed(pin))
    await asyncio.sleep(5)
    assert on(phone).handover.given is not None
    (gone,) = shop.said("order.handed_over")
    assert (gone["bags"], gone["proof"]) == (2, "pin")
    _adds_up(shop, world)


def _adds_up(shop: KeepingShop, world: World) -> None:
    """picked + short + substituted = ordered, as the channel heard it last; one tote for one order."""
    assert shop.complaints == []
    (weighed,) = [body for body in shop.said("order.line.picked") if body["sku"] == WEIGHED][-1:]
    assert (weighed["quantity_picked"], weighed["unit"]) == (ORDERED_G, "gram")
    (short,) = shop.said("order.line.short")
    assert (short["sku"], short["quantity_picked"], short["reason"]) == (FEW, 1, "too_few")
    (given,) = shop.said("order.line.substituted")
    assert (given["substitute_sku"], given["quantity_substituted"], given["decided_by"]) == (STAND_IN, 1, "shopper")
    assert given["quantity_picked"] + given["quantity_substituted"] + given["quantity_short"] == 1
    assert len(shop.said("order.line.reopened") + shop.said("order.line.reopened", "web-2")) == 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_from_the_channel_to_the_courier_by_scans_alone(language: str) -> None:
    with World(small_shop(), 5, settings={"picking": {"wait_for_company_s": 20.0, "insert_saves_s": 1e9}}) as world:
        world.run(story(world, language))
