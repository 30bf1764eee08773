"""A played shelf: it changes what it knows, and says so of what it does not."""

from __future__ import annotations

from decimal import Decimal

from backend.channels.port.played_shelf import PlayedShelf


def test_on_sale_and_off_and_prices_written_out() -> None:
    shelf = PlayedShelf()
    shelf.put("MILK-1L", "12.9")
    assert (shelf.is_on_sale("MILK-1L"), shelf.price_of("MILK-1L")) == (True, "12.90")
    assert shelf.switch("MILK-1L", is_on_sale=False)
    assert shelf.charge("MILK-1L", Decimal(11))
    assert (shelf.is_on_sale("MILK-1L"), shelf.price_of("MILK-1L")) == (False, "11.00")


def test_a_call_teaches_it_nothing_new() -> None:
    shelf = PlayedShelf()
    assert not shelf.switch("RICE-1KG", is_on_sale=True)
    assert not shelf.charge("RICE-1KG", Decimal(1))
    assert not shelf.knows("RICE-1KG")
