"""Items of a menu as Deliveroo hears of them: each by itself, sold out in the way that the store wants."""

from __future__ import annotations

import pytest

from backend.channels.adapters.deliveroo.products import body_of, path_of, tell_stock


@pytest.mark.parametrize("sold_out_as", ["hidden", "unavailable"])
def test_sold_out_and_available_again(sold_out_as: str) -> None:
    for is_available, status in ((False, sold_out_as), (True, "available")):
        (call,) = tell_stock("MILK-1L", is_available=is_available)
        assert call.external_id == "product:MILK-1L"
        wanted = {"item_unavailabilities": [{"item_id": "MILK-1L", "status": status}]}
        assert body_of(call, sold_out_as=sold_out_as) == wanted


def test_names_are_quoted() -> None:
    assert path_of("a/b", "7") == "/menu/v2/brands/a%2Fb/sites/7/menu/item_unavailabilities"
