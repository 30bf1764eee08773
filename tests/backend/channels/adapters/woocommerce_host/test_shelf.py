"""A played shop's products: what it counts itself says itself whether it is there."""

from __future__ import annotations

from backend.channels.adapters.woocommerce_host.shelf import ShopShelf


def test_what_is_counted_is_there_while_there_is_one() -> None:
    shelf = ShopShelf()
    shelf.put("MILK", "1.29", counted=2)
    (product,) = shelf.listed("MILK,RICE")
    shelf.change(product["id"], {"stock_status": "outofstock"})
    assert shelf.is_on_sale("MILK"), "the count decides, not the word"
    shelf.change(product["id"], {"stock_quantity": 0})
    assert not shelf.is_on_sale("MILK")


def test_what_is_not_counted_is_there_as_one_says() -> None:
    shelf = ShopShelf()
    shelf.put("MILK", "1.29")
    (product,) = shelf.listed("MILK")
    shelf.change(product["id"], {"stock_status": "outofstock", "sale_price": "0.99", "unknown": 1})
    assert not shelf.is_on_sale("MILK")
    assert shelf.price_of("MILK") == ("1.29", "0.99")
