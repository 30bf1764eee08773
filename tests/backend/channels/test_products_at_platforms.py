"""What is sold out goes off sale at every platform that can hear it, and comes back; prices go there too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from backend.channels.registry import AdapterFolder
from backend.core.outbox_rows import DEAD, OutboxRow
from shared.events import ProductAvailable, ProductPrice, ProductsChanged, ProductSoldOut
from tests.backend.channels.conftest import HOME, Room
from tests.backend.channels.test_platforms import PLAYED, UNKIND, World

HEARING = [folder for folder in PLAYED if hasattr(folder.adapter_class, "is_on_sale")]
SKU, OTHER, NOT_SOLD_THERE = "MILK-1L", "RICE-1KG", "UNHEARD-OF"


@pytest.fixture(params=HEARING, ids=[str(folder.manifest.plays) for folder in HEARING])
def folder(request: pytest.FixtureRequest) -> AdapterFolder:
    found: AdapterFolder = request.param
    return found


@pytest.fixture
def make(room: Room, folder: AdapterFolder) -> Callable[[dict[str, Any]], World]:
    def made(settings: dict[str, Any]) -> World:
        world = World(room, folder, settings)
        room.channels.assortment.find_gtins = lambda session, store_id, skus: {
            card.sku: card.gtins for card in room.catalogue.cards[store_id] if card.sku in skus
        }
        host: Any = world.host
        host.put_on_sale(SKU, "12.90")
        host.put_on_sale(OTHER, "24.90")
        return world

    return made


def said(world: World, event: type[ProductSoldOut] | type[ProductAvailable], sku: str = SKU) -> None:
    world.room.publish(event(store_id=HOME, at=world.room.clock.now(), product_id="prd_1", sku=sku))


def priced(world: World, *prices: ProductPrice) -> None:
    world.room.channels.assortment.find_prices = lambda session, store_id, product_ids: prices
    world.room.publish(ProductsChanged(store_id=HOME, at=world.room.clock.now(), product_ids=["prd_1", "prd_2"]))


def undelivered(world: World) -> list[str]:
    return [row.body for row in world.room.rows(OutboxRow) if row.state == DEAD]


@pytest.mark.parametrize("settings", [{}, UNKIND], ids=["kind", "unkind"])
def test_off_sale_and_back_in_order(make: Callable[[dict[str, Any]], World], settings: dict[str, Any]) -> None:
    world = make(settings)
    host: Any = world.host
    said(world, ProductSoldOut)
    world.calm()
    assert (host.is_on_sale(SKU), host.is_on_sale(OTHER)) == (False, True)
    for event in (ProductAvailable, ProductSoldOut, ProductAvailable):
        said(world, event)
    world.calm()
    assert host.is_on_sale(SKU)


def test_a_platform_that_was_down_hears_it_afterwards(make: Callable[[dict[str, Any]], World]) -> None:
    world = make({})
    host: Any = world.host
    world.host.is_down = True
    said(world, ProductSoldOut)
    world.wait(600)
    assert host.is_on_sale(SKU)
    world.host.is_down = False
    world.wait(900)
    assert not host.is_on_sale(SKU)


@pytest.mark.parametrize("settings", [{}, UNKIND], ids=["kind", "unkind"])
def test_prices_with_and_without_a_promotion(make: Callable[[dict[str, Any]], World], settings: dict[str, Any]) -> None:
    world = make(settings)
    host: Any = world.host
    promoted = ProductPrice(sku=OTHER, price_minor=1990, was_minor=2490)
    priced(world, promoted, ProductPrice(sku=SKU, price_minor=1190))
    world.calm()
    told = ("11.90", "19.90") if world.capability.hears_prices else ("12.90", "24.90")
    assert (host.price_of(SKU), host.price_of(OTHER)) == told
    priced(world, ProductPrice(sku=OTHER, price_minor=2490))
    world.calm()
    assert host.price_of(OTHER) == "24.90"
    assert undelivered(world) == []


def test_what_a_platform_does_not_sell_is_nothing_to_tell(make: Callable[[dict[str, Any]], World]) -> None:
    world = make({})
    host: Any = world.host
    for event in (ProductSoldOut, ProductAvailable):
        said(world, event, NOT_SOLD_THERE)
    priced(world, ProductPrice(sku=NOT_SOLD_THERE, price_minor=1), ProductPrice(sku=SKU, price_minor=1190))
    world.calm()
    assert undelivered(world) == []
    assert host.is_on_sale(SKU)
    assert host.price_of(SKU) == ("11.90" if world.capability.hears_prices else "12.90")
