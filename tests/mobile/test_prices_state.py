"""Which shelves say another price than they should, and what is tried again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mobile.state.screens import Screen
from tests.mobile.services.test_labels_api import DIFFERENCES, PRICES
from tests.mobile.supervising import SupervisorsPhone, supervisors_phone

ALL_RIGHT = {**PRICES, "right": 2, "given_up": 0, "not_right": []}


async def pricing(folder: Path, **profile: str) -> SupervisorsPhone:
    phone = await supervisors_phone(folder, **profile)
    phone.answer("GET", "labels/prices", PRICES)
    phone.answer("GET", "prices/differences", DIFFERENCES)
    phone.app.open(Screen.SHELF_PRICES)
    return phone


def test_shows_what_is_not_right_and_where_the_till_differs(run: Callable, tmp_path: Path) -> None:
    async def scenario() -> None:
        phone = await pricing(tmp_path)
        state = phone.app.prices
        await state.load()
        assert state.shelf is not None
        assert state.differences is not None
        assert (state.shelf.given_up, state.differences.listed[0].trouble) == (1, "till_higher")
        phone.backend.is_reachable = False
        await state.load()
        assert (state.shelf.given_up, state.problem, state.is_loading) == (1, "problem.unreachable", False)
        state.is_loading = True
        asked = len(phone.asked)
        await state.load()
        assert len(phone.asked) == asked

    run(scenario())


def test_what_was_given_up_is_tried_again_and_looked_at(run: Callable, tmp_path: Path) -> None:
    async def scenario() -> None:
        phone = await pricing(tmp_path)
        await phone.app.prices.load()
        phone.answer("POST", "labels/prices/try-again", {"labels": 1}, 202)
        phone.answer("GET", "labels/prices", ALL_RIGHT)
        await phone.app.prices.try_again()
        assert phone.app.prices.tried == 1
        assert phone.app.prices.shelf is not None
        assert phone.app.prices.shelf.given_up == 0
        phone.app.open(Screen.SHELF_PRICES)
        assert phone.app.prices.tried is None

    run(scenario())


def test_a_try_that_fails_says_so_and_asks_no_further(run: Callable, tmp_path: Path) -> None:
    async def scenario() -> None:
        phone = await pricing(tmp_path)
        phone.refuse("POST", "labels/prices/try-again", "forbidden", 403)
        await phone.app.prices.try_again()
        state = phone.app.prices
        assert (state.problem, state.tried, state.is_busy, len(phone.asked)) == ("problem.refused", None, False, 1)
        state.is_busy = True
        await state.try_again()
        assert len(phone.asked) == 1

    run(scenario())


def test_the_currency_comes_with_the_sign_in_and_may_be_missing(run: Callable, tmp_path: Path) -> None:
    async def scenario() -> None:
        for currency, folder in (("MOP", tmp_path / "new"), ("", tmp_path / "old")):
            folder.mkdir()
            phone = await pricing(folder, **({"currency": currency} if currency else {}))
            assert phone.app.prices.currency == currency

    run(scenario())
