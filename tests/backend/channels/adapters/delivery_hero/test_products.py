"""Products as Delivery Hero's catalogue hears of them: active or not, prices in the chain's own currency."""

from __future__ import annotations

import json

import pytest

from backend.channels.adapters.delivery_hero.products import PER_CALL, body_of, tell_prices, tell_stock
from shared.events import ProductPrice


def test_active_or_not() -> None:
    for is_available in (True, False):
        (call,) = tell_stock("MILK-1L", is_available=is_available)
        assert call.external_id == "product:MILK-1L"
        assert body_of(call, "EUR") == {"products": [{"sku": "MILK-1L", "active": is_available}]}


@pytest.mark.parametrize(("currency", "written"), [("EUR", "12.9"), ("KWD", "1.29"), ("CLP", "1290.0")])
def test_prices_are_numbers_in_whole_currency(currency: str, written: str) -> None:
    (call,) = tell_prices([ProductPrice(sku="MILK-1L", price_minor=1290, was_minor=1490)])
    assert json.dumps(body_of(call, currency)) == f'{{"products": [{{"sku": "MILK-1L", "price": {written}}}]}}'
    assert body_of(call, currency) == body_of(call, currency), "a call may be made a second time"


def test_a_hundred_at_a_time() -> None:
    calls = tell_prices([ProductPrice(sku="A", price_minor=1)] * (PER_CALL + 1))
    assert [len((call.body or {})["products"]) for call in calls] == [PER_CALL, 1]
