"""A supervisor sees what is sold out and says what is back; without network the list stays as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mobile.services.stock_api import SoldOut
from mobile.state.screens import Screen
from tests.e2e.preview_channels import SOLD_OUT
from tests.mobile.supervising import supervisors_phone


class TestSoldOut:
    def test_what_is_back_goes_off_the_list_once_it_is_told(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await supervisors_phone(tmp_path)
            state = phone.app.sold_out
            phone.answer("GET", "availability", SOLD_OUT)
            await state.load()
            assert state.products is not None
            assert list(state.products) == [SoldOut.model_validate(one) for one in SOLD_OUT]
            phone.backend.is_reachable = False
            await state.say_back("10443")
            assert (state.problem, len(state.products), state.busy_with) == ("problem.unreachable", 2, "")
            phone.backend.is_reachable = True
            phone.answer("POST", "availability", {"changed": 1})
            await state.say_back("10443")
            assert (state.problem, [product.sku for product in state.products]) == ("", ["10442"])
            assert phone.asked[-1] == ("POST", "availability", {"available": ["10443"]})

        run(scenario())

    def test_the_way_there_and_back(self, run: Callable, tmp_path: Path) -> None:
        async def scenario() -> None:
            phone = await supervisors_phone(tmp_path)
            phone.app.open(Screen.SOLD_OUT)
            assert phone.app.screen is Screen.SOLD_OUT
            phone.app.back()
            assert phone.app.screen is Screen.BOARD

        run(scenario())
