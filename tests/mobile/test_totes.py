"""Put to tote: shown by scanning it, a wrong one refused, a full one split, a pick taken back, all without network."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from mobile.services.outbox import Outbox
from mobile.services.signals import Signal
from mobile.state.app_state import AppState
from mobile.state.in_hand import InHand
from mobile.state.scan_outcome import OutcomeKind
from mobile.state.scan_state import LATER_SCAN, PRIMARY_ACTION_SCAN, SHELF_EMPTY_SCAN, UNDO_SCAN
from mobile.state.screens import Screen
from shared.picking import Pick, PickStatus, ShortReason
from shared.printed_codes import SHORT_PREFIX
from shared.store_rules import StoreRules, ToteCheck
from tests.factories import keyed
from tests.mobile.builders import edges, gtin, no_flush, pick, pick_list
from tests.mobile.fake_backend import FakeBackend
from tests.mobile.test_backend_link import VirtualTime, first_update, sign_in
from tests.mobile.test_pick_state import said, signals, walking

T = TypeVar("T")
SHOWN = StoreRules(confirm_tote=ToteCheck.SEVERAL)
PICKS = [pick(0), pick(1, tote="B", quantity=2), pick(2)]


def on_walk(
    folder: Path, act: Callable[[AppState], Awaitable[T]], picks: list[Pick] | None = None, rules: StoreRules = SHOWN
) -> tuple[AppState, T]:
    async def scenario() -> tuple[AppState, T]:
        app = await walking(folder, picks or PICKS)
        app.work.store_rules = rules
        return app, await act(app)

    return asyncio.run(scenario())


async def scans(app: AppState, *codes: str) -> list[OutcomeKind]:
    return [(await app.pick.scan(code)).kind for code in codes]


class TestShown:
    def test_the_first_scan_of_a_tote_binds_it_and_takes_the_pick(self, tmp_path: Path) -> None:
        app, kinds = on_walk(tmp_path, lambda app: scans(app, gtin(0), "TOTE-1"))
        assert kinds == [OutcomeKind.NEEDS_TOTE, OutcomeKind.PICKED]
        assert said(app)[-2:] == ["tote.bind", "pick.confirm"]
        assert app._outbox.waiting()[-1].body["tote_code"] == "TOTE-1"
        assert app.pick.current is not None
        assert app.pick.current.id == "pck_1"

    def test_anothers_is_refused_with_the_sound_of_wrong(self, tmp_path: Path) -> None:
        app, kinds = on_walk(tmp_path, lambda app: scans(app, gtin(0), "TOTE-1", gtin(1), gtin(1), "TOTE-1"))
        assert kinds[-2:] == [OutcomeKind.NEEDS_TOTE, OutcomeKind.WRONG_TOTE]
        assert signals(app)[-1] is Signal.WRONG
        assert said(app)[-1] == "scan.record_wrong"
        assert app.pick.outcome is not None
        assert app.pick.outcome.letter == "A"
        assert app.pick.current is not None
        assert app.pick.current.status is PickStatus.OPEN

    def test_then_the_right_one_takes_what_is_held(self, tmp_path: Path) -> None:
        app, kinds = on_walk(
            tmp_path, lambda app: scans(app, gtin(0), "TOTE-1", gtin(1), gtin(1), "TOTE-1", "TOTE-2", gtin(2), "TOTE-1")
        )
        assert kinds[-3:] == [OutcomeKind.PICKED, OutcomeKind.NEEDS_TOTE, OutcomeKind.PICKED]
        assert app.screen is Screen.FINISH
        assert [tote.codes for tote in app.pick.pick_list.totes] == [["TOTE-1"], ["TOTE-2"]]  # type: ignore[union-attr]

    def test_the_product_again_is_not_counted_twice(self, tmp_path: Path) -> None:
        app, kinds = on_walk(tmp_path, lambda app: scans(app, gtin(0), gtin(0), gtin(0), "TOTE-1"))
        assert kinds == [OutcomeKind.NEEDS_TOTE] * 3 + [OutcomeKind.PICKED]
        assert app._outbox.waiting()[-1].body["quantity"] == 1

    def test_one_order_alone_needs_no_tote(self, tmp_path: Path) -> None:
        _, kinds = on_walk(tmp_path, lambda app: scans(app, gtin(0)), [pick(0), pick(1)])
        assert kinds == [OutcomeKind.PICKED]

    def test_its_number_can_be_typed(self, tmp_path: Path) -> None:
        async def act(app: AppState) -> None:
            await app.pick.scan(gtin(0))
            for code in ("BLINKPICK-TYPE", *keyed("17"), PRIMARY_ACTION_SCAN):
                await app.take_scan(code)

        app, _ = on_walk(tmp_path, act)
        assert app._outbox.waiting()[-1].body["tote_code"] == "TOTE-17"

    def test_a_phone_that_went_off_still_holds_it(self, tmp_path: Path) -> None:
        app, _ = on_walk(tmp_path, lambda app: scans(app, gtin(0)))
        app.pick.in_hand = None
        app.pick.pick_list = None
        app.pick.refresh()
        assert app.pick.in_hand == InHand("pck_0", 1, gtin(0), "scanner")

    def test_leaving_for_another_stop_lets_it_go(self, tmp_path: Path) -> None:
        async def act(app: AppState) -> list[OutcomeKind]:
            await app.pick.scan(gtin(0))
            app.pick.do_later()
            return await scans(app, "TOTE-9")

        app, kinds = on_walk(tmp_path, act)
        assert kinds == [OutcomeKind.TOTE_BOUND]
        assert app.pick.in_hand is None


class TestSplit:
    def test_a_second_container_must_be_meant(self, tmp_path: Path) -> None:
        app, kinds = on_walk(tmp_path, lambda app: scans(app, gtin(0), "TOTE-1", "TOTE-7", gtin(1), gtin(1)))
        assert kinds[2] is OutcomeKind.TOTE_BOUND  # tote B had none
        kinds = asyncio.run(scans(app, "TOTE-8", "TOTE-8"))
        assert kinds == [OutcomeKind.SECOND_TOTE, OutcomeKind.PICKED]
        walk = app.pick.pick_list
        assert walk is not None
        assert walk.totes[1].codes == ["TOTE-7", "TOTE-8"]

    def test_a_container_nobody_asked_for_says_whose_it_is(self, tmp_path: Path) -> None:
        app, kinds = on_walk(tmp_path, lambda app: scans(app, gtin(0), "TOTE-1", "TOTE-1"))
        assert kinds[-1] is OutcomeKind.OTHER_TOTE
        assert app.pick.outcome is not None
        assert app.pick.outcome.letter == "A"


class TestBefore:
    def test_containers_hung_up_before_the_walk_are_bound_with_its_start(self, tmp_path: Path) -> None:
        async def scenario() -> AppState:
            await sign_in(tmp_path)
            time = VirtualTime()
            backend = FakeBackend(time.clock)
            backend.is_reachable = False
            outbox = Outbox(tmp_path / "outbox.sqlite3", no_flush)
            await outbox.store_updates([first_update(pick_list(PICKS))])
            outbox.close()
            app = AppState(edges(tmp_path, backend.connect, time=time))
            app.work.choose("pkl_1")
            for code in ("TOTE-1", "TOTE-1", "TOTE-2", "TOTE-3"):
                await app.take_scan(code)
            assert app.work.prepared == {"tot_1_A": "TOTE-1", "tot_1_B": "TOTE-2"}
            await app.take_scan(PRIMARY_ACTION_SCAN)
            return app

        app = asyncio.run(scenario())
        assert said(app) == ["pick_list.start", "tote.bind", "tote.bind"]
        assert signals(app)[:4] == [Signal.OK, Signal.ALREADY, Signal.OK, Signal.ALREADY]
        assert [tote.codes for tote in app.pick.pick_list.totes] == [["TOTE-1"], ["TOTE-2"]]  # type: ignore[union-attr]


class TestUndo:
    def test_the_last_pick_is_the_present_stop_again(self, tmp_path: Path) -> None:
        async def act(app: AppState) -> None:
            await scans(app, gtin(0), gtin(1), gtin(1))
            await app.take_scan(UNDO_SCAN)

        app, _ = on_walk(tmp_path, act, rules=StoreRules())
        assert said(app)[-1] == "pick.undo"
        assert app.pick.current is not None
        assert (app.pick.current.id, app.pick.counted) == ("pck_1", 0)
        assert app.pick.undoable is None
        assert asyncio.run(scans(app, gtin(1), gtin(1))) == [OutcomeKind.COUNTED, OutcomeKind.PICKED]

    def test_also_the_last_of_the_walk(self, tmp_path: Path) -> None:
        async def act(app: AppState) -> Screen:
            await scans(app, gtin(0))
            assert app.screen is Screen.FINISH
            await app.take_scan(UNDO_SCAN)
            return app.screen

        _, screen = on_walk(tmp_path, act, [pick(0)])
        assert screen is Screen.STOP

    def test_nothing_done_nothing_taken_back(self, tmp_path: Path) -> None:
        app, outcome = on_walk(tmp_path, lambda app: app.pick.undo())
        assert outcome is None
        assert "pick.undo" not in said(app)


class TestByScanAlone:
    def test_later_short_and_empty_shelf(self, tmp_path: Path) -> None:
        async def act(app: AppState) -> None:
            await app.take_scan(LATER_SCAN)
            assert app.pick.current is not None
            assert app.pick.current.id == "pck_1"
            await app.take_scan(gtin(1))
            await app.take_scan(SHORT_PREFIX + "TOO-FEW")
            await app.take_scan(SHELF_EMPTY_SCAN)
            await app.take_scan(SHELF_EMPTY_SCAN)  # said once

        app, _ = on_walk(tmp_path, act, rules=StoreRules())
        walk = app.pick.pick_list
        assert walk is not None
        assert (walk.picks[1].short_reason, walk.picks[1].quantity_picked) == (ShortReason.TOO_FEW, 1)
        assert said(app).count("shelf.report_empty") == 1
        assert app.pick.current is not None
        assert app.pick.current.id == "pck_0"

    def test_a_reason_nobody_knows_reports_nothing(self, tmp_path: Path) -> None:
        app, _ = on_walk(tmp_path, lambda app: app.take_scan(SHORT_PREFIX + "BORED"))
        assert "pick.report_short" not in said(app)


def test_what_stands_at_the_same_place_is_shown_together(tmp_path: Path) -> None:
    here = pick(1, tote="B").model_copy(update={"location": pick(0).location})
    app, _ = on_walk(tmp_path, lambda app: scans(app), [pick(0), here, pick(2)])
    assert [one.id for one in app.pick.also_here] == ["pck_1"]
