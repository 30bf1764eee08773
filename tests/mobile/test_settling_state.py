"""What a stop comes to: pieces counted, grams weighed, what an order may get, and what is short."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from mobile.state.app_state import AppState
from mobile.state.scan_outcome import OutcomeKind
from mobile.state.screens import Screen
from shared.picking import PickStatus, PriceBasis, ShortReason
from shared.products import UnitOfMeasure
from tests.mobile.builders import edges, gtin, pick, scale_label
from tests.mobile.fake_backend import FakeBackend
from tests.mobile.test_backend_link import VirtualTime
from tests.mobile.test_pick_state import kinds, said, scanned, walking


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
