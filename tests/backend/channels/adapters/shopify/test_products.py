"""What a shop sells: taken off whatever way it sold it, put back as it was, and priced in its own currency."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from backend.channels.adapters.shopify.client import ShopifyClient
from backend.channels.adapters.shopify.products import send, tell_prices, tell_stock
from backend.channels.adapters.shopify_host.simulator import HostSettings, ShopifyHost
from backend.channels.adapters.shopify_host.variants import PlayedVariant
from backend.channels.port.contract import Edge
from backend.channels.port.errors import ChannelUnavailable
from backend.channels.port.reports import Call
from shared.clock import ManualClock
from shared.events import ProductPrice

Run = Callable[..., Any]
LOCATION = "gid://shopify/Location/90000001"


class Shop:
    def __init__(self, run: Run, clock: ManualClock) -> None:
        self.host = ShopifyHost(HostSettings(), Edge(clock))
        settings = self.host.channel_settings("")
        self.client = ShopifyClient(
            base_url=f"https://{settings['shop']}",
            api_version=settings["api_version"],
            client_id=settings["client_id"],
            client_secret=settings["client_secret"],
            edge=Edge(clock, httpx.ASGITransport(self.host.application)),
        )
        self._run = run
        self.host.put_on_sale("MILK-1L", "12.90")

    @property
    def milk(self) -> PlayedVariant:
        return self.host.shelf.variants["MILK-1L"]

    def tell(self, *calls: Call, location: str = LOCATION) -> None:
        for call in calls:
            self._run(send(call, self.client, location))

    def take_off(self) -> None:
        self.tell(*tell_stock("MILK-1L", is_available=False))

    def put_back(self) -> None:
        self.tell(*tell_stock("MILK-1L", is_available=True))


@pytest.fixture
def shop(run: Run, clock: ManualClock) -> Iterator[Shop]:
    shop = Shop(run, clock)
    yield shop
    run(shop.client.aclose())
    run(shop.host.pushes.aclose())


@pytest.mark.parametrize(
    ("available", "tracked", "policy"), [(12, True, "DENY"), (12, True, "CONTINUE"), (0, False, "DENY")]
)
def test_off_sale_and_back_as_it_was(shop: Shop, available: int, tracked: bool, policy: str) -> None:
    shop.milk.available, shop.milk.tracked, shop.milk.policy = available, tracked, policy
    for _ in range(2):
        shop.take_off()
        assert (shop.milk.is_on_sale, shop.milk.available) == (False, 0)
    for _ in range(2):
        shop.put_back()
        assert (shop.milk.available, shop.milk.tracked, shop.milk.policy) == (available, tracked, policy)
    assert shop.milk.is_on_sale


def test_what_the_shop_counted_anew_stays(shop: Shop) -> None:
    shop.take_off()
    shop.milk.available = 40
    shop.put_back()
    assert shop.milk.available == 40


def test_what_was_not_taken_off_by_us_is_not_put_back(shop: Shop) -> None:
    shop.milk.available = 0
    shop.put_back()
    assert not shop.milk.is_on_sale


def test_somebody_who_buys_in_between_is_seen(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = shop.host.shelf.shown

    def seen_too_early(sku: str) -> dict[str, Any]:
        found = shown(sku)
        shop.milk.available = 11
        return found

    monkeypatch.setattr(shop.host.shelf, "shown", seen_too_early)
    with pytest.raises(ChannelUnavailable):
        shop.take_off()
    monkeypatch.undo()
    shop.take_off()
    assert shop.milk.available == 0
    shop.put_back()
    assert shop.milk.available == 11


def test_a_promotion_shows_the_price_before(shop: Shop) -> None:
    shop.tell(*tell_prices([ProductPrice(sku="MILK-1L", price_minor=1190, was_minor=1290)]))
    assert (str(shop.milk.price), str(shop.milk.compare_at)) == ("11.90", "12.90")
    shop.tell(*tell_prices([ProductPrice(sku="MILK-1L", price_minor=1290)]))
    assert (str(shop.milk.price), shop.milk.compare_at) == ("12.90", None)


def test_a_sku_that_nobody_or_two_have_is_nothing_to_tell(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.tell(*tell_stock("NOBODY", is_available=False))
    twice = {"nodes": [shop.host.shelf.shown("MILK-1L")] * 2}
    monkeypatch.setitem(shop.host._fields, "productVariants", lambda given: twice)
    shop.take_off()
    assert shop.milk.is_on_sale
