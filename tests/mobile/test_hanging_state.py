"""Labels are hung up one after another: two scans each, an answer one can hear, and a way back from every mistake."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mobile.services.signals import Signal
from mobile.state.scan_state import PRIMARY_ACTION_SCAN
from mobile.state.screens import Screen
from tests.mobile.services.test_labels_api import BOUND
from tests.mobile.supervising import SupervisorsPhone, supervisors_phone

BIND = "labels/bind"


async def hanging(folder: Path, **bound: Any) -> SupervisorsPhone:
    phone = await supervisors_phone(folder)
    phone.answer("POST", BIND, {**BOUND, **bound})
    phone.app.open(Screen.HANG_LABEL)
    return phone


class TestTwoScans:
    def test_a_label_then_its_place_and_the_next_at_once(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await hanging(tmp_path, hung_at="A9-1-1")
            hanging_state = phone.app.hanging
            await phone.app.take_scan(" L1\r")
            assert (hanging_state.label, phone.asked) == ("L1", [])
            await phone.app.take_scan("A1-1-1")
            assert phone.asked == [("POST", BIND, {"label": "L1", "place": "A1-1-1", "takes_off": False})]
            assert hanging_state.bound is not None
            assert (hanging_state.bound.location, hanging_state.bound.hung_at) == ("A1-1-1", "A9-1-1")
            assert not hanging_state.asks_taken_off
            assert phone.given == [Signal.COUNTED, Signal.OK]
            await phone.app.take_scan("L2")
            assert (hanging_state.label, hanging_state.bound) == ("L2", None)

        run(scenario())

    def test_the_label_scanned_twice_is_not_its_place(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await hanging(tmp_path)
            await phone.app.take_scan("L1")
            await phone.app.take_scan("L1")
            assert (phone.app.hanging.label, phone.app.hanging.problem, phone.asked) == ("L1", "hang.same_again", [])
            assert phone.given[-1] is Signal.ALREADY
            await phone.app.take_scan("A1-1-1")
            assert phone.app.hanging.problem == ""

        run(scenario())

    def test_the_printed_code_that_presses_the_big_button_is_no_label(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await hanging(tmp_path, also_here=["L0"])
            await phone.app.take_scan(PRIMARY_ACTION_SCAN)
            assert phone.app.hanging.label == ""
            for scan in ("L1", "A1-1-1", PRIMARY_ACTION_SCAN):
                await phone.app.take_scan(scan)
            assert (len(phone.asked), phone.app.hanging.asks_taken_off) == (1, True), "nothing was taken off by it"

        run(scenario())

    def test_an_empty_read_is_nothing(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await hanging(tmp_path)
            await phone.app.hanging.take(" \r")
            assert (phone.app.hanging.label, phone.given) == ("", [])

        run(scenario())


class TestWhatGoesWrong:
    def test_a_place_nobody_knows_keeps_the_label_in_hand(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await hanging(tmp_path)
            phone.refuse("POST", BIND, "place_not_found", 404)
            await phone.app.take_scan("L1")
            await phone.app.take_scan("L2")
            state = phone.app.hanging
            assert (state.label, state.problem, state.scanned) == ("L1", "hang.place_unknown", "L2")
            assert phone.given[-1] is Signal.WRONG
            phone.answer("POST", BIND, BOUND)
            await phone.app.take_scan("A1-1-1")
            assert state.bound is not None
            assert (state.label, state.problem) == ("", "")

        run(scenario())

    @pytest.mark.parametrize(
        ("code", "caption"),
        [("label_id_invalid", "hang.label_invalid"), ("gateway_unclear", "hang.gateway_unclear")],
    )
    def test_what_is_wrong_with_the_label_begins_anew(
        self, run: Callable, tmp_path: Path, code: str, caption: str
    ) -> None:
        async def scenario() -> None:
            phone = await hanging(tmp_path)
            phone.refuse("POST", BIND, code)
            await phone.app.take_scan("L 1")
            await phone.app.take_scan("A1-1-1")
            state = phone.app.hanging
            assert (state.label, state.problem, state.scanned) == ("", caption, "L 1")

        run(scenario())

    def test_without_network_the_label_stays_in_hand(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await hanging(tmp_path)
            await phone.app.take_scan("L1")
            phone.backend.is_reachable = False
            await phone.app.take_scan("A1-1-1")
            assert (phone.app.hanging.label, phone.app.hanging.problem) == ("L1", "problem.unreachable")
            phone.backend.is_reachable = True
            await phone.app.take_scan("A1-1-1")
            assert phone.app.hanging.bound is not None
            assert not phone.app.hanging.is_busy

        run(scenario())


class TestWhatHungThere:
    def test_is_taken_off_only_when_somebody_says_so(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await hanging(tmp_path, also_here=["L0"])
            await phone.app.take_scan("L1")
            await phone.app.take_scan("7610000000011")
            state = phone.app.hanging
            assert state.asks_taken_off
            assert phone.given[-1] is Signal.DECIDE
            phone.answer("POST", BIND, {**BOUND, "taken_off": ["L0"]})
            await state.taken_off()
            assert phone.asked[-1] == ("POST", BIND, {"label": "L1", "place": "7610000000011", "takes_off": True})
            assert state.bound is not None
            assert (state.bound.taken_off, state.asks_taken_off) == (["L0"], False)
            await state.taken_off()
            assert len(phone.asked) == 2, "nothing is left to take off"

        run(scenario())

    def test_may_hang_on(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await hanging(tmp_path, also_here=["L0"])
            phone.app.hanging.all_hang()
            await phone.app.take_scan("L1")
            await phone.app.take_scan("A1-1-1")
            phone.app.hanging.all_hang()
            assert (phone.app.hanging.asks_taken_off, len(phone.asked)) == (False, 1)

        run(scenario())

    def test_whoever_scans_on_leaves_it_hanging(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await hanging(tmp_path, also_here=["L0"])
            for scan in ("L1", "A1-1-1", "L2"):
                await phone.app.take_scan(scan)
            assert (phone.app.hanging.label, phone.app.hanging.asks_taken_off) == ("L2", False)
            await phone.app.hanging.taken_off()
            assert len(phone.asked) == 1

        run(scenario())

    def test_is_asked_again_where_the_answer_did_not_arrive(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await hanging(tmp_path, also_here=["L0"])
            await phone.app.take_scan("L1")
            await phone.app.take_scan("A1-1-1")
            phone.backend.is_reachable = False
            await phone.app.hanging.taken_off()
            assert (phone.app.hanging.problem, phone.app.hanging.asks_taken_off) == ("problem.unreachable", True)
            assert not phone.app.hanging.is_busy

        run(scenario())


class TestStepsBack:
    def test_first_from_the_label_in_hand_then_to_the_labels_then_to_the_board(
        self, run: Callable, tmp_path: Path
    ) -> None:
        async def scenario() -> None:
            phone = await hanging(tmp_path)
            await phone.app.take_scan("L1")
            phone.app.back()
            assert (phone.app.screen, phone.app.hanging.label) == (Screen.HANG_LABEL, "")
            phone.app.back()
            assert phone.app.screen is Screen.LABELS
            phone.app.back()
            assert phone.app.screen is Screen.BOARD

        run(scenario())

    def test_a_new_visit_begins_afresh(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await hanging(tmp_path)
            await phone.app.take_scan("L1")
            await phone.app.take_scan("A1-1-1")
            phone.app.back()
            phone.app.open(Screen.HANG_LABEL)
            assert phone.app.hanging.bound is None

        run(scenario())
