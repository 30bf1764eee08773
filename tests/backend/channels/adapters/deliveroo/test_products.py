"""Items of a menu as Deliveroo hears of them: each by itself, sold out in the way that the store wants."""

from __future__ import annotations

import pytest

from backend.channels.adapters.deliveroo.products import body_of, is_not_on_menu, path_of, tell_stock


@pytest.mark.parametrize("sold_out_as", ["hidden", "unavailable"])
def test_sold_out_and_available_again(sold_out_as: str) -> None:
    for is_available, status in ((False, sold_out_as), (True, "available")):
        (call,) = tell_stock("MILK-1L", is_available=is_available)
        assert call.external_id == "product:MILK-1L"
        wanted = {"item_unavailabilities": [{"item_id": "MILK-1L", "status": status}]}
        assert body_of(call, sold_out_as=sold_out_as) == wanted


def test_names_are_quoted() -> None:
    assert path_of("a/b", "7") == "/menu/v2/brands/a%2Fb/sites/7/menu/item_unavailabilities"


NOT_THERE = '{"message": "item_id MILK-1L not found in menu"}'


@pytest.mark.parametrize(
    ("status", "answer", "is_it"),
    [
        (400, NOT_THERE, True),
        (404, NOT_THERE, True),
        (400, '{"error": {"code": "not_found", "detail": "Items [\'MILK-1L\'] do not exist"}}', True),
        (400, '{"message": "MILK-1L: unknown item id"}', True),
        (400, "item MILK-1L is not in the menu", True),
        (422, NOT_THERE, False),
        (400, '{"message": "item_id MILK-1L: unknown status, not in [available, hidden]"}', False),
        (400, "", False),
        (400, '{"message": "bad request"}', False),
        (400, '{"message": "item_id MILK-1L: status is invalid"}', False),
        (400, '{"message": "item_id MILK-1L-ORGANIC not found in menu"}', False),
        (404, '{"message": "site MILK-1L not found"}', False),
        (404, '{"message": "no menu found at /menu/v2/brands/b/sites/7/menu/item_unavailabilities"}', False),
    ],
)
def test_only_its_own_absence_is_taken_for_it(status: int, answer: str, is_it: bool) -> None:
    (call,) = tell_stock("MILK-1L", is_available=False)
    assert is_not_on_menu(call, status, answer) is is_it
