"""Packing at the desk by scans alone, without network, and what it refuses."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from mobile.services.signals import Signal
from mobile.state.app_state import AppState
from mobile.state.packing_state import PackingState
from mobile.state.scan_state import PRIMARY_ACTION_SCAN, UNDO_SCAN
from mobile.state.screens import Screen
from shared.picking import PickListStatus
from shared.store_rules import StoreRules
from tests.mobile.builders import gtin, pick
from tests.mobile.test_pick_state import said, signals, walking

T = TypeVar("T")
BOTH = StoreRules(counts_bags=True, stages_orders=True)


def at_desk(folder: Path, act: Callable[[AppState], Awaitable[T]], rules: StoreRules = BOTH) -> tuple[AppState, T]:
    async def scenario() -> tuple[AppState, T]:
        app = await walking(folder, [pick(0), pick(1, tote="B")])
        app.work.store_rules = rules
        await app.take_scan(gtin(0))
        await app.take_scan(gtin(1))
        assert app.screen is Screen.FINISH
        return app, await act(app)

    return asyncio.run(scenario())


async def scans(app: AppState, *codes: str) -> None:
    for code in codes:
        await app.take_scan(code)


def test_bags_then_the_place_then_the_next_order_then_the_trolley(tmp_path: Path) -> None:
    app, _ = at_desk(
        tmp_path,
        lambda app: scans(app, "BAG-1", "BAG-2", "STAGE-A1", "BAG-3", "STAGE-B1", PRIMARY_ACTION_SCAN),
    )
    packed = [command.body for command in app._outbox.waiting() if command.name == "order.pack"]
    assert [(body["order_id"], body["bags"], body["place"]) for body in packed] == [
        ("ord_1_A", 2, "STAGE-A1"),
        ("ord_1_B", 1, "STAGE-B1"),
    ]
    assert packed[0]["bag_codes"] == ["BAG-1", "BAG-2"]
    assert said(app)[-1] == "pick_list.finish"
    assert signals(app)[-1] is Signal.DONE
    assert app.work.pick_lists[0].status is PickListStatus.FINISHED


def test_the_trolley_stays_until_all_is_packed(tmp_path: Path) -> None:
    async def act(app: AppState) -> bool:
        await scans(app, "BAG-1", "STAGE-A1", PRIMARY_ACTION_SCAN)
        return await app.work.finish()

    app, is_over = at_desk(tmp_path, act)
    assert not is_over
    assert app.screen is Screen.FINISH
    assert app.packing.problem == "pack.count_first"


def test_a_place_before_the_bags_is_refused(tmp_path: Path) -> None:
    app, _ = at_desk(tmp_path, lambda app: scans(app, "STAGE-A1"))
    assert app.packing.problem == "pack.count_first"
    assert "order.pack" not in said(app)
    assert signals(app)[-1] is Signal.DECIDE


def test_a_bag_counts_once_also_in_another_order(tmp_path: Path) -> None:
    app, _ = at_desk(tmp_path, lambda app: scans(app, "BAG-1", "BAG-1", "STAGE-A1", "BAG-1"))
    assert app.packing.problem == "pack.bag_twice"
    assert app.packing.bags == 0
    assert signals(app).count(Signal.ALREADY) == 2


def test_bags_without_codes_are_counted_by_hand_and_confirmed_by_the_printed_code(tmp_path: Path) -> None:
    async def act(app: AppState) -> None:
        await app.packing.count(3)
        await app.take_scan(PRIMARY_ACTION_SCAN)

    app, _ = at_desk(tmp_path, act, StoreRules(counts_bags=True))
    walk = app.work.active
    assert walk is not None
    assert [(tote.is_packed, tote.bags) for tote in walk.totes] == [(True, 3), (False, 0)]


def test_scanning_a_tote_packs_that_order_first(tmp_path: Path) -> None:
    async def scenario() -> AppState:
        app = await walking(tmp_path, [pick(0), pick(1, tote="B")])
        app.work.store_rules = BOTH
        await scans(app, "TOTE-1", gtin(0), "TOTE-2", gtin(1))
        await scans(app, "TOTE-2", "BAG-9", "STAGE-C1")
        return app

    app = asyncio.run(scenario())
    body = app._outbox.waiting()[-1].body
    assert (body["order_id"], body["bag_codes"]) == ("ord_1_B", ["BAG-9"])


def test_undo_at_the_desk_forgets_the_bags_before_any_pick(tmp_path: Path) -> None:
    app, _ = at_desk(tmp_path, lambda app: scans(app, "BAG-1", UNDO_SCAN))
    assert (app.packing.bags, app.screen) == (0, Screen.FINISH)
    asyncio.run(scans(app, UNDO_SCAN))
    assert app.screen is Screen.STOP


def test_a_phone_that_went_off_still_knows_the_bags(tmp_path: Path) -> None:
    app, _ = at_desk(tmp_path, lambda app: scans(app, "BAG-1", "BAG-2"))
    again = PackingState(app._outbox, app.work)
    assert (again.bags, again.codes) == (2, ["BAG-1", "BAG-2"])


def test_nothing_is_asked_where_the_store_asks_nothing(tmp_path: Path) -> None:
    app, _ = at_desk(tmp_path, lambda app: scans(app, PRIMARY_ACTION_SCAN), StoreRules())
    assert said(app)[-1] == "pick_list.finish"
