"""The phone's screens about totes and bags, with sample state."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx

from mobile.services.handover_api import Recipient, WaitingOrder
from mobile.state.app_state import AppState
from mobile.state.screens import Screen
from shared.picking import PickList
from shared.store_rules import StoreRules, ToteCheck
from tests.e2e.preview_app import NOW, code, signed_in, start, walking

SHOWN = StoreRules(confirm_tote=ToteCheck.SEVERAL)


async def start_totes(language: str) -> AppState:
    app = await start(language)
    app.work.prepare_tote("TOTE-17")
    app.work.prepare_tote("TOTE-18")
    return app


async def showing(language: str) -> AppState:
    """On a walk where the tote is to be shown; tote A is bound."""
    app = await walking(language)
    app.work.store_rules = SHOWN
    await app.pick.scan(code(0))
    await app.pick.scan("TOTE-17")
    app.pick.put_outcome_away()
    app.link.waiting_picks = 0
    return app


async def stop_last(language: str) -> AppState:
    return await showing(language)


async def stop_also_here(language: str) -> AppState:
    app = await walking(language, done=3)
    walk = app.pick.pick_list
    assert walk is not None
    here = walk.picks[3].location
    picks = [one.model_copy(update={"location": here}) if one.position == 4 else one for one in walk.picks]
    _replace(app, walk.model_copy(update={"picks": picks}))
    return app


async def stop_tote(language: str) -> AppState:
    app = await showing(language)
    await app.pick.scan(code(1))
    await app.pick.take_all()
    app.pick.put_outcome_away()
    return app


async def verdict_wrong_tote(language: str) -> AppState:
    app = await showing(language)
    for scan in (code(1), code(1), "TOTE-17", code(2)):
        await app.pick.scan(scan)
    await app.pick.enter_grams(740)
    await app.pick.scan("TOTE-17")
    return app


async def verdict_second_tote(language: str) -> AppState:
    app = await showing(language)
    await app.pick.scan("TOTE-99")
    return app


async def verdict_undone(language: str) -> AppState:
    app = await showing(language)
    await app.pick.undo()
    return app


PACKS = StoreRules(counts_bags=True, stages_orders=True, asks_handover_pin=True)
WAITING = [
    WaitingOrder(
        id="ord_1",
        display_code="#1654",
        channel_name="Speedy Eats",
        due_at=NOW + timedelta(minutes=4),
        bags=2,
        bag_codes=["BAG-101", "BAG-102"],
        place="STAGE-A3",
        asks_pin=True,
        tries_left=5,
        is_age_restricted=True,
        slip_id="slp_1",
        delivery=Recipient(
            kind="platform_courier",
            recipient_name="Beatriz Antunes",
            phone="+351 210 000 000, 8841",
            address_lines=["Rua das Flores 12, 3.º Esq.", "1200-195 Lisboa"],
            route_note="Ring twice, the gate is on the left",
            handover_code="7041",
        ),
    ),
    WaitingOrder(
        id="ord_2",
        display_code="#1664",
        channel_name="Own shop",
        due_at=NOW + timedelta(minutes=20),
        bags=1,
        bag_codes=["BAG-107"],
        place="STAGE-B1",
    ),
]


def _cold(app: AppState, minutes: float) -> None:
    walk = app.work.active
    assert walk is not None
    totes = [tote.model_copy(update={"frozen_since": app.now - timedelta(minutes=minutes)}) for tote in walk.totes[:1]]
    _replace(app, walk.model_copy(update={"totes": [*totes, *walk.totes[1:]]}))


async def cold_running(language: str) -> AppState:
    app = await walking(language, done=1)
    _cold(app, 8)
    return app


async def cold_soon(language: str) -> AppState:
    app = await walking(language, done=1)
    _cold(app, 22)
    return app


async def cold_over(language: str) -> AppState:
    app = await walking(language, done=99)
    _cold(app, 31)
    return app


async def at_desk(language: str) -> AppState:
    app = await walking(language, done=99)
    app.work.store_rules = PACKS
    return app


async def pack(language: str) -> AppState:
    app = await at_desk(language)
    for scan in ("BAG-101", "BAG-102", "STAGE-A3", "BAG-103"):
        await app.packing.scan(scan)
    app.link.waiting_picks = 0
    return app


async def pack_problem(language: str) -> AppState:
    app = await at_desk(language)
    await app.packing.scan("STAGE-A3")
    return app


async def pack_done(language: str) -> AppState:
    app = await at_desk(language)
    for scan in ("BAG-101", "STAGE-A3", "BAG-102", "BAG-103", "STAGE-A3", "BAG-104", "STAGE-F1"):
        await app.packing.scan(scan)
    return app


async def handover(language: str) -> AppState:
    """The backend answers with what waits."""
    body = {"orders": [order.model_dump(mode="json") for order in WAITING]}
    app = await signed_in(language=language, answer=lambda _: httpx.Response(200, json=body))
    app.open(Screen.HANDOVER)
    await app.handover.load()
    return app


async def handover_order(language: str) -> AppState:
    app = await handover(language)
    await app.handover.take("BAG-101")
    return app


async def handover_ready(language: str) -> AppState:
    app = await handover(language)
    for scan in ("#1654", "BAG-101", "BAG-102", "BLINKPICK-AGE"):
        await app.handover.take(scan)
    app.handover.pin = "4711"
    return app


async def handover_empty(language: str) -> AppState:
    app = await signed_in(language=language)
    app.open(Screen.HANDOVER)
    app.handover.waiting = []
    return app


async def handover_problem(language: str) -> AppState:
    app = await handover(language)
    for scan in ("#1654", "BAG-107"):
        await app.handover.take(scan)
    return app


def _replace(app: AppState, walk: PickList) -> None:
    app.pick.pick_list = app.work.active = walk


CASES: dict[str, Callable[[str], Awaitable[AppState]]] = {
    "start-totes": start_totes,
    "stop-last": stop_last,
    "stop-also-here": stop_also_here,
    "stop-tote": stop_tote,
    "verdict-wrong-tote": verdict_wrong_tote,
    "verdict-second-tote": verdict_second_tote,
    "verdict-undone": verdict_undone,
    "cold-running": cold_running,
    "cold-soon": cold_soon,
    "cold-over": cold_over,
    "pack": pack,
    "pack-problem": pack_problem,
    "pack-done": pack_done,
    "handover": handover,
    "handover-order": handover_order,
    "handover-ready": handover_ready,
    "handover-empty": handover_empty,
    "handover-problem": handover_problem,
}
