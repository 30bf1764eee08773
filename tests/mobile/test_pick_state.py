"""What every kind of scan means, without a page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from mobile.services.outbox import Outbox
from mobile.services.signals import Signal, SilentSignals
from mobile.state.app_state import AppState
from mobile.state.scan_outcome import OutcomeKind, ScanOutcome
from mobile.state.scan_state import PRIMARY_ACTION_SCAN
from mobile.state.screens import Screen
from shared.picking import Pick
from tests.mobile.builders import edges, gtin, no_flush, pick, pick_list
from tests.mobile.fake_backend import FakeBackend
from tests.mobile.test_backend_link import VirtualTime, first_update, sign_in

Flush = Callable[[], Awaitable[None]]


async def walking(folder: Path, picks: list[Pick], flush: Flush = no_flush) -> AppState:
    """A phone without network whose picker has just started a walk."""
    await sign_in(folder)
    time = VirtualTime()
    backend = FakeBackend(time.clock)
    backend.is_reachable = False
    outbox = Outbox(folder / "outbox.sqlite3", no_flush)
    await outbox.store_updates([first_update(pick_list(picks))])
    outbox.close()
    app = AppState(edges(folder, backend.connect, time=time, flush=flush))
    app.work.choose("pkl_1")
    assert await app.work.start()
    return app


def scanned(folder: Path, picks: list[Pick], *scans: str) -> tuple[AppState, list[ScanOutcome]]:
    async def scenario() -> tuple[AppState, list[ScanOutcome]]:
        app = await walking(folder, picks)
        return app, [await app.pick.scan(scan) for scan in scans]

    return asyncio.run(scenario())


def kinds(outcomes: list[ScanOutcome]) -> list[OutcomeKind]:
    return [outcome.kind for outcome in outcomes]


def said(app: AppState) -> list[str]:
    return [command.name for command in app._outbox.waiting()]


def signals(app: AppState) -> list[Signal]:
    given = app._edges.signals
    assert isinstance(given, SilentSignals)
    return given.given


class TestScan:
    def test_the_right_product_is_picked_and_the_screen_moves_on(self, tmp_path: Path) -> None:
        app, outcomes = scanned(tmp_path, [pick(0), pick(1)], gtin(0))
        assert kinds(outcomes) == [OutcomeKind.PICKED]
        assert app.pick.current is not None
        assert app.pick.current.id == "pck_1"
        assert said(app)[-1] == "pick.confirm"
        assert signals(app)[-1] is Signal.OK

    def test_a_symbology_mark_and_a_leading_zero_do_not_matter(self, tmp_path: Path) -> None:
        _, outcomes = scanned(tmp_path, [pick(0)], f"]E0{gtin(0)}\r")
        assert kinds(outcomes) == [OutcomeKind.PICKED]

    def test_another_product_says_what_was_needed_and_what_was_scanned(self, tmp_path: Path) -> None:
        app, outcomes = scanned(tmp_path, [pick(0)], gtin(77))
        assert kinds(outcomes) == [OutcomeKind.WRONG_PRODUCT]
        assert outcomes[0].expected is not None
        assert (outcomes[0].expected.id, outcomes[0].scan) == ("pck_0", gtin(77))
        assert said(app)[-1] == "scan.record_wrong"
        assert signals(app)[-1] is Signal.WRONG

    def test_a_wrong_check_digit_is_not_a_wrong_product(self, tmp_path: Path) -> None:
        damaged = gtin(0)[:-1] + str((int(gtin(0)[-1]) + 1) % 10)
        app, outcomes = scanned(tmp_path, [pick(0)], damaged)
        assert kinds(outcomes) == [OutcomeKind.BAD_BARCODE]
        assert app._outbox.waiting()[-1].body["problem_code"] == "barcode_malformed"

    def test_a_product_already_in_its_tote_is_said_so(self, tmp_path: Path) -> None:
        app, outcomes = scanned(tmp_path, [pick(0), pick(1)], gtin(0), gtin(0))
        assert kinds(outcomes) == [OutcomeKind.PICKED, OutcomeKind.ALREADY_PICKED]
        assert signals(app)[-1] is Signal.ALREADY
        assert said(app).count("pick.confirm") == 1

    def test_another_stop_of_the_walk_is_offered_and_taken_at_the_second_scan(self, tmp_path: Path) -> None:
        app, outcomes = scanned(tmp_path, [pick(0), pick(1), pick(2)], gtin(2), gtin(2))
        assert kinds(outcomes) == [OutcomeKind.OTHER_STOP, OutcomeKind.PICKED]
        assert outcomes[0].found is not None
        assert outcomes[0].found.id == "pck_2"
        assert app.pick.current is not None
        assert app.pick.current.id == "pck_0"

    def test_an_offer_does_not_outlive_another_scan(self, tmp_path: Path) -> None:
        _, outcomes = scanned(tmp_path, [pick(0), pick(1), pick(2)], gtin(2), gtin(1), gtin(2))
        assert kinds(outcomes) == [OutcomeKind.OTHER_STOP] * 3

    def test_one_product_for_two_totes_is_scanned_once_for_each(self, tmp_path: Path) -> None:
        twin = pick(0).model_copy(update={"id": "pck_9", "position": 1, "tote_letter": "B"})
        app, outcomes = scanned(tmp_path, [pick(0), twin], gtin(0), gtin(0))
        assert kinds(outcomes) == [OutcomeKind.PICKED, OutcomeKind.PICKED]
        assert app.screen is Screen.FINISH


class TestNothingIsLost:
    def test_scans_keep_their_order_while_the_phone_is_busy_writing(self, tmp_path: Path) -> None:
        async def slow() -> None:
            for _ in range(5):
                await asyncio.sleep(0)

        async def scenario() -> None:
            app = await walking(tmp_path, [pick(number) for number in range(20)], slow)
            scanning = asyncio.get_running_loop().create_task(app.scan_line.run())
            for number in range(20):
                app.scan_line.put(gtin(number))
            await app.scan_line.drained()
            scanning.cancel()
            confirmed = [c.body["pick_id"] for c in app._outbox.waiting() if c.name == "pick.confirm"]
            assert confirmed == [f"pck_{number}" for number in range(20)]

        asyncio.run(scenario())

    @pytest.mark.parametrize("aside", [Screen.SHORT, Screen.TYPED_CODE, Screen.MAP, Screen.SETTINGS])
    def test_a_scan_counts_whatever_is_open(self, tmp_path: Path, aside: Screen) -> None:
        async def scenario() -> None:
            app = await walking(tmp_path, [pick(0), pick(1)])
            app.open(aside)
            await app.take_scan(gtin(0))
            assert said(app)[-1] == "pick.confirm"

        asyncio.run(scenario())

    def test_what_cannot_be_stored_is_not_shown_as_done(self, tmp_path: Path) -> None:
        is_full = False

        async def flush() -> None:
            if is_full:
                raise OSError("no space left")

        async def scenario() -> None:
            nonlocal is_full
            app = await walking(tmp_path, [pick(0), pick(1)], flush)
            is_full = True
            assert (await app.pick.scan(gtin(0))).kind is OutcomeKind.NOT_STORED
            assert app.pick.current is not None
            assert app.pick.current.id == "pck_0"
            is_full = False
            assert (await app.pick.scan(gtin(0))).kind is OutcomeKind.PICKED
            assert said(app).count("pick.confirm") == 1

        asyncio.run(scenario())


class TestByScanningOnly:
    def test_the_printed_code_starts_takes_all_and_finishes(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            app = await walking(tmp_path, [pick(0, quantity=4)])
            await app.take_scan(gtin(0))
            await app.take_scan(PRIMARY_ACTION_SCAN)
            assert app.screen is Screen.FINISH
            await app.take_scan(PRIMARY_ACTION_SCAN)
            assert app.screen is Screen.WORK
            assert said(app) == ["pick_list.start", "pick.confirm", "pick_list.finish"]

        asyncio.run(scenario())
