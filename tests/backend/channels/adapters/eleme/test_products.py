"""Products as Ele.me hears of them: on sale or off, prices in fen, lists that it can read."""

from __future__ import annotations

from backend.channels.adapters.eleme.products import PER_CALL, tell_prices, tell_stock
from shared.events import ProductPrice


def test_off_sale_and_on() -> None:
    (off,) = tell_stock("MILK-1L", is_available=False)
    assert (off.operation, off.external_id, off.body) == (
        "sku.offline",
        "product:MILK-1L",
        {"custom_sku_id": "MILK-1L"},
    )
    (on,) = tell_stock("MILK-1L", is_available=True)
    assert on.operation == "sku.online"


def test_prices_now_and_before_a_hundred_at_a_time() -> None:
    prices = [ProductPrice(sku=f"S{number}", price_minor=5 + number) for number in range(PER_CALL)]
    first, rest = tell_prices([*prices, ProductPrice(sku="RICE-1KG", price_minor=1990, was_minor=2490)])
    assert (first.body or {})["custom_sku_id"].startswith("S0:5;S1:6;")
    assert (first.body or {})["custom_sku_id"].count(";") == PER_CALL - 1
    assert rest.body == {"custom_sku_id": "RICE-1KG:1990,2490"}


def test_a_code_that_its_lists_cannot_spell_is_left_out() -> None:
    assert tell_stock("A,B", is_available=False) == []
    (call,) = tell_prices([ProductPrice(sku="A:1;B", price_minor=1), ProductPrice(sku="C", price_minor=2)])
    assert call.body == {"custom_sku_id": "C:2"}
