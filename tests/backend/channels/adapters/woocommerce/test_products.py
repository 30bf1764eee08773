"""A shop's products: those it counts itself go to none and back to what it was; a promotion is a sale price."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from backend.channels.adapters.woocommerce.products import PER_CALL, send, tell_prices, tell_stock
from backend.channels.adapters.woocommerce_host.simulator import HostSettings, WooCommerceHost
from backend.channels.port.contract import Edge
from backend.channels.port.errors import PayloadUnknown
from backend.channels.port.header_calls import HeaderCalls, basic_authorization
from shared.clock import ManualClock
from shared.events import ProductPrice


class Shop:
    """A played shop, and calls that reach it."""

    def __init__(self, run: Callable[..., Any]) -> None:
        self.run = run
        clock = ManualClock()
        self.host = WooCommerceHost(HostSettings(), Edge(clock))
        settings = self.host.channel_settings("")
        self.calls = HeaderCalls(
            base_url=settings["base_url"],
            headers=basic_authorization(settings["consumer_key"], settings["consumer_secret"]),
            edge=Edge(clock, httpx.ASGITransport(self.host.application)),
        )

    def tell(self, sku: str, *, is_available: bool) -> None:
        for call in tell_stock(sku, is_available=is_available):
            self.run(send(call, self.calls))

    def price(self, *prices: ProductPrice) -> None:
        for call in tell_prices(prices):
            self.run(send(call, self.calls))


@pytest.fixture
def shop(run: Callable[..., Any]) -> Shop:
    return Shop(run)


class TestStock:
    def test_what_the_shop_counts_comes_back_as_it_was(self, shop: Shop) -> None:
        shop.host.shelf.put("MILK", "1.29", counted=17)
        for is_available, count in ((False, 0), (False, 0), (True, 17), (True, 17)):
            shop.tell("MILK", is_available=is_available)
            assert shop.host.shelf.listed("MILK")[0]["stock_quantity"] == count
            assert shop.host.is_on_sale("MILK") is is_available

    def test_what_the_shop_filled_itself_meanwhile_is_left_alone(self, shop: Shop) -> None:
        shop.host.shelf.put("MILK", "1.29", counted=17)
        shop.tell("MILK", is_available=False)
        (product,) = shop.host.shelf.listed("MILK")
        shop.host.shelf.change(product["id"], {"stock_quantity": 40})
        shop.tell("MILK", is_available=True)
        assert shop.host.shelf.listed("MILK")[0]["stock_quantity"] == 40

    def test_what_the_shop_does_not_sell_is_nothing_to_tell(self, shop: Shop) -> None:
        shop.tell("MILK", is_available=False)
        shop.price(ProductPrice(sku="MILK", price_minor=1))


class TestPrices:
    def test_a_promotion_begins_and_ends(self, shop: Shop) -> None:
        shop.host.shelf.put("MILK", "1.29")
        shop.price(ProductPrice(sku="MILK", price_minor=99, was_minor=129))
        assert shop.host.shelf.price_of("MILK") == ("1.29", "0.99")
        shop.price(ProductPrice(sku="MILK", price_minor=129))
        assert shop.host.shelf.price_of("MILK") == ("1.29", "")

    def test_no_more_at_a_time_than_the_shop_takes(self) -> None:
        prices = [ProductPrice(sku=f"S{number}", price_minor=number) for number in range(2 * PER_CALL + 1)]
        calls = tell_prices(prices)
        assert [len((call.body or {})["prices"]) for call in calls] == [PER_CALL, PER_CALL, 1]


def test_a_list_that_is_none_is_said(run: Callable[..., Any]) -> None:
    answers = httpx.MockTransport(lambda _: httpx.Response(200, json={"error": 1}))
    calls = HeaderCalls(base_url="https://shop.example", headers={}, edge=Edge(ManualClock(), answers))
    (call,) = tell_stock("MILK", is_available=True)
    with pytest.raises(PayloadUnknown):
        run(send(call, calls))
