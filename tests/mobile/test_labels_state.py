"""The labels' health as it was seen last, and what is done to many labels at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mobile.services.backend_api import LabelledLocation
from mobile.services.backend_link import LinkStatus
from mobile.state.labels_state import aisles_of
from mobile.state.screens import ABOVE_LABELS, BENEATH, Screen
from tests.mobile.services.test_labels_api import GATEWAY, HEALTH
from tests.mobile.supervising import SupervisorsPhone, supervisors_phone


async def looking(folder: Path) -> SupervisorsPhone:
    phone = await supervisors_phone(folder)
    phone.answer("GET", "labels/health", HEALTH)
    phone.answer("GET", "gateways", {"gateways": [GATEWAY]})
    phone.app.open(Screen.LABELS)
    return phone


class TestLoad:
    def test_shows_those_in_trouble(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await looking(tmp_path)
            assert (phone.app.labels.health, phone.app.labels.in_trouble) == (None, [])
            await phone.app.labels.load()
            assert [label.external_id for label in phone.app.labels.in_trouble] == ["L1"]
            assert [gateway.name for gateway in phone.app.labels.gateways] == ["Ground floor"]
            assert (phone.app.labels.is_loading, phone.app.labels.problem) == (False, "")

        run(scenario())

    def test_what_was_seen_before_stays_where_the_network_is_gone(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await looking(tmp_path)
            await phone.app.labels.load()
            phone.backend.is_reachable = False
            await phone.app.labels.load()
            assert phone.app.labels.problem == "problem.unreachable"
            assert (len(phone.app.labels.in_trouble), phone.app.labels.is_loading) == (1, False)

        run(scenario())

    def test_two_at_a_time_ask_once(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await looking(tmp_path)
            phone.app.labels.is_loading = True
            await phone.app.labels.load()
            assert phone.asked == []

        run(scenario())


class TestAllOff:
    def test_says_how_many_went_dark(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await looking(tmp_path)
            phone.answer("POST", "labels/all-off", {"labels": 7}, 202)
            await phone.app.labels.all_off()
            assert (phone.app.labels.notice, phone.app.labels.count) == ("labels.darkened", 7)
            phone.app.open(Screen.LABELS)
            assert phone.app.labels.notice == "", "it is no news on the next visit"

        run(scenario())

    def test_a_refusal_is_said(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await looking(tmp_path)
            phone.refuse("POST", "labels/all-off", "forbidden", 403)
            await phone.app.labels.all_off()
            assert (phone.app.labels.problem, phone.app.labels.is_busy) == ("problem.refused", False)

        run(scenario())


class TestAisle:
    def test_says_which_and_how_many_blink(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await looking(tmp_path)
            phone.answer("POST", "aisles/A3/light-test", {"labels": 28}, 202)
            await phone.app.labels.test_aisle("A3")
            state = phone.app.labels
            assert (state.notice, state.aisle, state.count) == ("labels.tested", "A3", 28)
            phone.answer("POST", "aisles/A3/light-test", {"labels": 350, "takes_s": 173}, 202)
            await phone.app.labels.test_aisle("A3")
            assert (state.notice, state.count, state.seconds) == ("labels.tested_in_turn", 350, 180)
            phone.refuse("POST", "aisles/A9/light-test", "place_not_found", 404)
            await state.test_aisle("A9")
            assert (state.notice, state.problem) == ("", "labels.no_such_aisle")
            state.is_busy = True
            await state.test_aisle("A3")
            await state.all_off()
            assert len(phone.asked) == 3, "one at a time"

        run(scenario())

    def test_aisles_come_in_the_order_of_their_numbers(self) -> None:
        addresses = ("A10-1-1", "A2-1-1", "B1-3-2", "A2-2-1", "COLD-1-1")
        places = [LabelledLocation(id=f"loc_{at}", address=each, x_m=0, y_m=0) for at, each in enumerate(addresses)]
        assert aisles_of(places) == ["A2", "A10", "B1", "COLD"]
        assert aisles_of([]) == []


class TestWhoAndWhere:
    @pytest.mark.parametrize("screen", sorted(ABOVE_LABELS - BENEATH.keys()))
    def test_every_screen_of_labels_leads_back_to_them(self, run: Callable, tmp_path: Path, screen: Screen) -> None:
        async def scenario() -> None:
            phone = await looking(tmp_path)
            phone.app.open(screen)
            assert phone.app.screen is screen
            phone.app.back()
            assert phone.app.screen is Screen.LABELS

        run(scenario())

    @pytest.mark.parametrize("screen", sorted({Screen.LABELS, *ABOVE_LABELS}))
    def test_a_picker_cannot_open_them(self, run: Callable, tmp_path: Path, screen: Screen) -> None:
        async def scenario() -> None:
            phone = await supervisors_phone(tmp_path, role="picker")
            phone.app.open(screen)
            assert phone.app.screen is Screen.WORK

        run(scenario())

    def test_signed_out_they_are_gone(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await looking(tmp_path)
            phone.app.open(Screen.HANG_LABEL)
            phone.app.link_changed(LinkStatus.SIGNED_OUT)
            assert phone.app.screen is Screen.SIGN_IN

        run(scenario())
