"""The screens about labels as they are drawn: what is there in each state, that it has a name and can be hit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import flet as ft
from flet.components.component import Renderer

from mobile.app import SCREENS
from mobile.screens.shelf import troubles
from mobile.services.backend_api import LabelledLocation
from mobile.services.backend_link import LinkStatus
from mobile.state.app_state import AppState
from mobile.state.screens import Screen
from shared.places import StoreMap
from tests.mobile.drawing import controls, least_height_dp
from tests.mobile.services.test_backend_api import STORE_MAP
from tests.mobile.services.test_labels_api import BOUND, DIFFERENCES, GATEWAY, HEALTH, PRICES, TO_CLEAR
from tests.mobile.supervising import SupervisorsPhone, supervisors_phone

TOUCH_MIN_DP = 48
MAIN_MIN_DP = 72


def drawn(app: AppState) -> dict[str, ft.Control]:
    """What has a name, by it. Every button is at least as large as a thumb in a glove needs."""
    with Renderer().with_context():
        root = SCREENS[app.screen](app)
    named: dict[str, ft.Control] = {}
    for control in controls(root):
        if isinstance(control, ft.Semantics) and control.identifier:
            named[control.identifier] = control
        if isinstance(control, ft.Button | ft.IconButton):
            assert least_height_dp(control) >= TOUCH_MIN_DP
    return named


def button(named: dict[str, ft.Control], identifier: str) -> ft.Button:
    found = getattr(named[identifier], "content", None)
    assert isinstance(found, ft.Button)
    return found


async def phone_at(folder: Path, screen: Screen) -> SupervisorsPhone:
    phone = await supervisors_phone(folder, currency="EUR")
    phone.answer("GET", "labels/health", HEALTH)
    phone.answer("GET", "gateways", {"gateways": [GATEWAY, {**GATEWAY, "name": "Cold", "is_reachable": False}]})
    phone.answer("GET", "labels/prices", {**PRICES, "labels": 3, "waiting": 1, "to_clear": [TO_CLEAR]})
    phone.answer("GET", "prices/differences", DIFFERENCES)
    phone.answer("POST", "labels/bind", {**BOUND, "also_here": ["L0"]})
    phone.app.link.set_status(LinkStatus.ONLINE)
    phone.app.open(screen)
    return phone


class TestLabels:
    def test_waits_then_shows_trouble_strays_and_gateways(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await phone_at(tmp_path, Screen.LABELS)
            before = drawn(phone.app)
            assert "labels-waiting" in before
            assert least_height_dp(button(before, "labels-hang")) >= MAIN_MIN_DP
            await phone.app.labels.load()
            named = drawn(phone.app)
            assert {"label-L1", "label-find-L1", "stray-L3", "gateway-Ground floor", "gateway-Cold"} <= named.keys()
            assert {"labels-waiting", "label-L2"}.isdisjoint(named)
            names = list(named)
            assert names.index("gateway-Cold") < names.index("label-L1") < names.index("gateway-Ground floor")

        run(scenario())

    def test_without_network_it_says_so_and_switches_nothing(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await phone_at(tmp_path, Screen.LABELS)
            phone.app.link.set_status(LinkStatus.OFFLINE)
            assert "labels-offline" in drawn(phone.app)
            await phone.app.labels.load()
            named = drawn(phone.app)
            assert "labels-old" in named
            assert button(named, "labels-all-off").disabled

        run(scenario())

    def test_what_failed_can_be_asked_again(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await phone_at(tmp_path, Screen.LABELS)
            phone.backend.is_reachable = False
            await phone.app.labels.load()
            named = drawn(phone.app)
            assert {"labels-problem", "labels-again"} <= named.keys()
            phone.backend.is_reachable = True
            again = button(named, "labels-again").on_click
            assert again is not None
            await again()  # type: ignore[call-arg, misc]
            assert "label-L1" in drawn(phone.app)

        run(scenario())

    def test_a_store_without_labels_says_how_to_begin(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await phone_at(tmp_path, Screen.LABELS)
            nothing = {"total": 0, "in_trouble": 0, "strays_total": 0, "labels": [], "strays": []}
            phone.answer("GET", "labels/health", nothing)
            phone.answer("GET", "gateways", {"gateways": []})
            await phone.app.labels.load()
            assert {"labels-none", "gateways-none"} <= drawn(phone.app).keys()

        run(scenario())


class TestHangALabel:
    def test_asks_what_became_of_the_one_that_hung_there(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await phone_at(tmp_path, Screen.HANG_LABEL)
            assert {"hang-label", "hang-place", "hang-typed", "hang-typed-do"} <= drawn(phone.app).keys()
            await phone.app.take_scan("L1")
            assert "hang-other" in drawn(phone.app)
            await phone.app.take_scan("A1-1-1")
            named = drawn(phone.app)
            assert {"hang-done", "hang-also-here", "hang-both"} <= named.keys()
            assert least_height_dp(button(named, "hang-taken-off")) >= MAIN_MIN_DP
            phone.app.hanging.all_hang()
            assert "hang-also-here" not in drawn(phone.app)

        run(scenario())


class TestFind:
    def test_says_where_with_and_without_a_map(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await phone_at(tmp_path, Screen.FIND_LABEL)
            assert "find-nothing" in drawn(phone.app)
            phone.answer("POST", "labels/find", {"location": "A1-1-1", "label_ids": ["lbl_1"]}, 202)
            await phone.app.take_scan("L1")
            assert {"find-found", "find-no-plan"} <= drawn(phone.app).keys()
            phone.refuse("POST", "labels/find", "place_not_found", 404)
            await phone.app.take_scan("L9")
            assert {"find-problem", "find-nothing"} <= drawn(phone.app).keys()

        run(scenario())


class TestPrices:
    def test_two_lists_of_which_one_is_up(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await phone_at(tmp_path, Screen.SHELF_PRICES)
            assert "prices-waiting" in drawn(phone.app)
            await phone.app.prices.load()
            named = drawn(phone.app)
            assert {"prices-count-given-up", "price-L1", "price-L2", "prices-try-again"} <= named.keys()
            phone.app.prices.show_till(True)
            named = drawn(phone.app)
            assert "difference-00001" in named
            assert {"price-L1", "price-L2", "prices-try-again"}.isdisjoint(named)

        run(scenario())


def test_an_aisle_for_every_place_there_is(run: Callable, tmp_path: Path) -> None:
    async def scenario() -> None:
        phone = await phone_at(tmp_path, Screen.AISLES)
        assert "aisles-none" in drawn(phone.app)
        phone.answer("POST", "aisles/A3/light-test", {"labels": 0}, 202)
        await phone.app.labels.test_aisle("A3")
        assert "aisles-notice" in drawn(phone.app)

    run(scenario())


class TestShelfView:
    def test_labels_in_trouble_are_counted_and_stand_on_the_plan(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await phone_at(tmp_path, Screen.SHELF)
            places = {
                f"loc_{number}": LabelledLocation(id=f"loc_{number}", address=f"A1-{number}-1", x_m=number, y_m=2.0)
                for number in (1, 2)
            }
            phone.app.shelf.store_map = StoreMap.model_validate(STORE_MAP)
            assert troubles(phone.app.labels, places) == []
            await phone.app.labels.load()
            (only,) = troubles(phone.app.labels, places)
            assert (only.x_m, only.y_m, only.is_in_trouble) == (1, 2.0, True)
            assert troubles(phone.app.labels, {}) == [], "a place that is not on the map"
            counted = drawn(phone.app)["shelf-count-in-trouble"]
            assert "1" in [one.value for one in controls(counted) if isinstance(one, ft.Text)]

        run(scenario())
