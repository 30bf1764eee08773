"""What every kind of scan means, without a page."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from mobile.services.outbox import Outbox
from mobile.services.signals import Signal, SilentSignals
from mobile.state.app_state import PRIMARY_ACTION_SCAN, AppState, Screen
from mobile.state.scan_outcome import OutcomeKind, ScanOutcome
from shared.picking import Pick, PickStatus, PriceBasis, ShortReason
from shared.products import UnitOfMeasure
from tests.mobile.builders import edges, gtin, no_flush, pick, pick_list, scale_label
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


class TestCounting:
    def test_each_piece_is_counted(self, tmp_path: Path) -> None:
        app, outcomes = scanned(tmp_path, [pick(0, quantity=3)], gtin(0), gtin(0), gtin(0))
        assert kinds(outcomes) == [OutcomeKind.COUNTED, OutcomeKind.COUNTED, OutcomeKind.PICKED]
        assert app._outbox.waiting()[-1].body["quantity"] == 3

    def test_all_at_once_needs_one_scan_first(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            app = await walking(tmp_path, [pick(0, quantity=6)])
            assert await app.pick.take_all() is None
            await app.pick.scan(gtin(0))
            outcome = await app.pick.take_all()
            assert outcome is not None
            assert (outcome.kind, outcome.quantity) == (OutcomeKind.PICKED, 6)

        asyncio.run(scenario())

    def test_a_count_survives_the_death_of_the_app(self, tmp_path: Path) -> None:
        app, _ = scanned(tmp_path, [pick(0, quantity=3)], gtin(0), gtin(0))
        app.close()
        again = AppState(edges(tmp_path, FakeBackend(VirtualTime().clock).connect, seed=2))
        assert again.pick.counted == 2
        assert asyncio.run(again.pick.scan(gtin(0))).kind is OutcomeKind.PICKED


class TestWeighed:
    def test_a_scale_label_brings_its_grams(self, tmp_path: Path) -> None:
        app, outcomes = scanned(tmp_path, [pick(7, quantity=500, unit=UnitOfMeasure.GRAM)], scale_label(7, 520))
        assert kinds(outcomes) == [OutcomeKind.PICKED]
        assert app._outbox.waiting()[-1].body["quantity"] == 520

    def test_two_bags_add_up(self, tmp_path: Path) -> None:
        bananas = pick(7, quantity=1000, unit=UnitOfMeasure.GRAM)
        app, outcomes = scanned(tmp_path, [bananas], scale_label(7, 600), scale_label(7, 410))
        assert kinds(outcomes) == [OutcomeKind.COUNTED, OutcomeKind.PICKED]
        assert app._outbox.waiting()[-1].body["quantity"] == 1010

    def test_far_too_much_is_refused(self, tmp_path: Path) -> None:
        bananas = pick(7, quantity=500, unit=UnitOfMeasure.GRAM)
        _, outcomes = scanned(tmp_path, [bananas], scale_label(7, 900))
        assert kinds(outcomes) == [OutcomeKind.WEIGHT_OFF]

    def test_another_article_is_a_wrong_product(self, tmp_path: Path) -> None:
        bananas = pick(7, quantity=500, unit=UnitOfMeasure.GRAM)
        _, outcomes = scanned(tmp_path, [bananas], scale_label(8, 500))
        assert kinds(outcomes) == [OutcomeKind.WRONG_PRODUCT]

    def test_without_a_scale_label_the_grams_are_typed(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            app = await walking(tmp_path, [pick(7, quantity=500, unit=UnitOfMeasure.GRAM), pick(8)])
            assert (await app.pick.scan(gtin(7))).kind is OutcomeKind.NEEDS_WEIGHT
            assert app.screen is Screen.WEIGHT
            outcome = await app.pick.enter_grams(480)
            assert outcome is not None
            assert outcome.kind is OutcomeKind.PICKED
            assert app.screen is Screen.STOP
            assert app._outbox.waiting()[-1].body == {
                "pick_list_id": "pkl_1",
                "pick_id": "pck_7",
                "quantity": 480,
                "scan": gtin(7),
                "entered_by": "typed",
            }

        asyncio.run(scenario())


class TestLimits:
    def test_more_than_an_order_may_get_is_not_taken_and_the_rest_is_short(self, tmp_path: Path) -> None:
        limited = pick(0, quantity=5).model_copy(update={"quantity_max": 2})
        app, outcomes = scanned(tmp_path, [limited, pick(1)], gtin(0), gtin(0))
        assert kinds(outcomes) == [OutcomeKind.COUNTED, OutcomeKind.LIMITED]
        told = app._outbox.waiting()[-1].body
        assert (told["quantity_found"], told["reason"], told["store_reason"]) == (2, "too_few", "quantity_limit")
        current = app.pick.current
        assert current is not None
        assert current.id == "pck_1"
        done = app.pick.pick_list.picks[0] if app.pick.pick_list else None
        assert done is not None
        assert (done.status, done.store_reason) == (PickStatus.SHORT, "quantity_limit")

    def test_all_at_once_takes_no_more_either(self, tmp_path: Path) -> None:
        limited = pick(0, quantity=5).model_copy(update={"quantity_max": 3})

        async def scenario() -> None:
            app = await walking(tmp_path, [limited, pick(1)])
            await app.pick.scan(gtin(0))
            assert await app.pick.report_short(ShortReason.TOO_FEW, 4) is None
            outcome = await app.pick.take_all()
            assert outcome is not None
            assert (outcome.kind, outcome.quantity) == (OutcomeKind.LIMITED, 3)

        asyncio.run(scenario())

    def test_a_limit_above_what_was_ordered_changes_nothing(self, tmp_path: Path) -> None:
        roomy = pick(0, quantity=2).model_copy(update={"quantity_max": 2})
        app, outcomes = scanned(tmp_path, [roomy, pick(1)], gtin(0), gtin(0))
        assert kinds(outcomes)[-1] is OutcomeKind.PICKED
        assert said(app)[-1] == "pick.confirm"

    @pytest.mark.parametrize(
        ("tolerance_percent", "quantity_max", "weight_g", "kind"),
        [
            (7, None, 532, OutcomeKind.PICKED),
            (5, None, 532, OutcomeKind.WEIGHT_OFF),
            (5, None, 475, OutcomeKind.PICKED),
            (5, None, 474, OutcomeKind.COUNTED),
            (0, None, 500, OutcomeKind.PICKED),
            (0, None, 501, OutcomeKind.WEIGHT_OFF),
            (25, 520, 521, OutcomeKind.WEIGHT_OFF),
            (25, 520, 520, OutcomeKind.PICKED),
        ],
    )
    def test_a_weight_is_right_within_the_lines_own_tolerance(
        self, tmp_path: Path, tolerance_percent: int, quantity_max: int | None, weight_g: int, kind: OutcomeKind
    ) -> None:
        weighed = pick(0, quantity=500, unit=UnitOfMeasure.GRAM).model_copy(
            update={"tolerance_percent": tolerance_percent, "quantity_max": quantity_max}
        )

        async def scenario() -> None:
            app = await walking(tmp_path, [weighed, pick(1)])
            outcome = await app.pick.enter_grams(weight_g)
            assert outcome is not None
            assert outcome.kind is kind

        asyncio.run(scenario())

    def test_what_the_shopper_pays_for_is_their_channels(self, tmp_path: Path) -> None:
        """An older backend does not say it."""

        async def scenario() -> None:
            other = pick(1).model_copy(update={"tote_letter": "B"})
            app = await walking(tmp_path, [pick(0), other])
            assert app.pick.price_basis is PriceBasis.WEIGHED
            await app.pick.scan(gtin(0))
            assert (app.pick.current, app.pick.price_basis) == (other, None)

        asyncio.run(scenario())


class TestShort:
    def test_is_reported_with_its_reason_and_the_walk_goes_on(self, tmp_path: Path) -> None:
        async def scenario() -> None:
            app = await walking(tmp_path, [pick(0, quantity=3), pick(1)])
            outcome = await app.pick.report_short(ShortReason.TOO_FEW, 2)
            assert outcome is not None
            assert outcome.kind is OutcomeKind.SHORT
            walk = app.work.active
            assert walk is not None
            assert (walk.picks[0].status, walk.picks[0].quantity_picked) == (PickStatus.SHORT, 2)

        asyncio.run(scenario())

    @pytest.mark.parametrize("found", [-1, 3, 4])
    def test_what_is_not_short_is_not_reported(self, tmp_path: Path, found: int) -> None:
        async def scenario() -> None:
            app = await walking(tmp_path, [pick(0, quantity=3)])
            assert await app.pick.report_short(ShortReason.TOO_FEW, found) is None

        asyncio.run(scenario())


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
