"""The button of a label stands for a scan where the store says so, and only at the stop one is at."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mobile.services.signals import Signal
from mobile.state.app_state import PRESSES_TOPIC, AppState
from mobile.state.pressed_labels import PressedLabels
from mobile.state.scan_outcome import OutcomeKind
from mobile.state.screens import Screen
from shared.commands import ConfirmPick
from shared.labels import PRESS_LASTS_S, LabelPressed
from shared.picking import Pick
from shared.products import UnitOfMeasure
from shared.store_rules import LabelPress, StoreRules, ToteCheck
from shared.sync.envelope import Live
from tests.mobile.builders import START, gtin, pick
from tests.mobile.test_pick_state import said, signals, walking

COUNTS = StoreRules(label_press=LabelPress.COUNTS)


def press(number: int = 0, seconds: float = 0) -> LabelPressed:
    return LabelPressed(
        label_id=f"lbl_{number}", location_id=f"loc_{number}", pressed_at=START + timedelta(seconds=seconds)
    )


def body(*presses: LabelPressed) -> dict[str, Any]:
    return {"presses": [each.model_dump(mode="json") for each in presses]}


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


async def hear(app: AppState, *presses: LabelPressed) -> None:
    app.live_arrived(Live(topic=PRESSES_TOPIC, body=body(*presses)))
    await asyncio.gather(*app._tasks)


def confirmed(app: AppState) -> ConfirmPick:
    """What the phone said last."""
    command = app._outbox.waiting()[-1]
    assert command.name == ConfirmPick.name
    return ConfirmPick.model_validate(command.body)


def after(folder: Path, picks: list[Pick], *presses: LabelPressed, rules: StoreRules = COUNTS) -> AppState:
    async def scenario() -> AppState:
        app = await walking(folder, picks)
        app.work.store_rules = rules
        for each in presses:
            await hear(app, each)
        return app

    return asyncio.run(scenario())


class TestPress:
    def test_it_picks_where_one_is_ordered_and_says_which_label_it_was(self, tmp_path: Path) -> None:
        app = after(tmp_path, [pick(0), pick(1)], press(0))
        command = confirmed(app)
        assert (command.pick_id, command.scan, command.entered_by) == ("pck_0", "LABEL:lbl_0", "label")
        assert signals(app)[-1] is Signal.OK
        assert app.pick.current is not None
        assert app.pick.current.id == "pck_1"

    def test_each_press_is_one_piece(self, tmp_path: Path) -> None:
        app = after(tmp_path, [pick(0, quantity=3)], press(0), press(0, 1))
        assert (app.pick.counted, said(app)[-1]) == (2, "pick_list.start")
        assert signals(app)[-1] is Signal.COUNTED

    def test_presses_and_scans_count_together(self, tmp_path: Path) -> None:
        async def scenario() -> AppState:
            app = await walking(tmp_path, [pick(0, quantity=2)])
            app.work.store_rules = COUNTS
            await hear(app, press(0))
            await app.pick.scan(gtin(0))
            return app

        command = confirmed(asyncio.run(scenario()))
        assert (command.quantity, command.entered_by) == (2, "scanner")

    def test_taking_all_after_a_press_says_that_it_was_one(self, tmp_path: Path) -> None:
        async def scenario() -> AppState:
            app = await walking(tmp_path, [pick(0, quantity=5)])
            app.work.store_rules = COUNTS
            await hear(app, press(0))
            await app.pick.take_all()
            return app

        command = confirmed(asyncio.run(scenario()))
        assert (command.quantity, command.entered_by) == (5, "label")

    def test_its_tote_is_shown_all_the_same(self, tmp_path: Path) -> None:
        rules = StoreRules(label_press=LabelPress.COUNTS, confirm_tote=ToteCheck.ALWAYS)
        app = after(tmp_path, [pick(0)], press(0), press(0, 1), rules=rules)
        assert app.pick.in_hand is not None
        assert app.pick.outcome is not None
        assert app.pick.outcome.kind is OutcomeKind.NEEDS_TOTE

    def test_what_is_weighed_is_weighed_all_the_same(self, tmp_path: Path) -> None:
        app = after(tmp_path, [pick(0, unit=UnitOfMeasure.GRAM, quantity=500)], press(0))
        assert app.screen is Screen.WEIGHT
        assert said(app)[-1] == "pick_list.start"

    def test_where_several_products_stand_it_must_be_scanned(self, tmp_path: Path) -> None:
        here = pick(1).model_copy(update={"location": pick(0).location})
        app = after(tmp_path, [pick(0), here], press(0))
        assert app.pick.outcome is not None
        assert app.pick.outcome.kind is OutcomeKind.NEEDS_SCAN
        assert signals(app)[-1] is Signal.DECIDE

    @pytest.mark.parametrize("rules", [StoreRules(), StoreRules(label_press=LabelPress.IGNORED)])
    def test_a_store_that_does_not_ask_for_it_hears_nothing(self, tmp_path: Path, rules: StoreRules) -> None:
        app = after(tmp_path, [pick(0)], press(0), rules=rules)
        assert app.pick.outcome is None
        assert said(app)[-1] == "pick_list.start"

    def test_another_place_is_not_this_pickers_business(self, tmp_path: Path) -> None:
        app = after(tmp_path, [pick(0), pick(1)], press(1))
        assert app.pick.outcome is None
        assert app.pick.current is not None
        assert app.pick.current.id == "pck_0"

    def test_while_something_else_is_open_it_means_nothing(self, tmp_path: Path) -> None:
        async def scenario() -> AppState:
            app = await walking(tmp_path, [pick(0)])
            app.work.store_rules = COUNTS
            app.open(Screen.SHORT)
            await hear(app, press(0))
            return app

        assert asyncio.run(scenario()).pick.outcome is None


class TestNews:
    def test_each_press_is_taken_once_though_it_is_said_again(self) -> None:
        presses = PressedLabels()
        assert presses.take(body(press(0)), at(0)) == [press(0)]
        assert presses.take(body(press(0), press(0, 1), press(1, 0.5)), at(1)) == [press(1, 0.5), press(0, 1)]
        assert presses.take(body(press(0), press(0, 1), press(1, 0.5)), at(2)) == []

    def test_what_was_pressed_before_the_phone_came_back_is_over(self) -> None:
        presses = PressedLabels()
        assert presses.take(body(press(0), press(1, 5)), at(PRESS_LASTS_S + 1)) == [press(1, 5)]

    @pytest.mark.parametrize("odd", [{}, {"presses": None}, {"presses": [{"label_id": 3}]}, {"presses": "all"}])
    def test_a_body_that_is_not_understood_is_no_press(self, odd: dict[str, Any]) -> None:
        assert PressedLabels().take(odd, at(0)) == ()
