"""What is sold out goes off sale at every platform that can hear it, and comes back; prices go there too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from backend.channels.registry import AdapterFolder
from shared.events import ProductAvailable, ProductPrice, ProductsChanged, ProductSoldOut
from tests.backend.channels.conftest import HOME, Room
from tests.backend.channels.test_platforms import PLAYED, UNKIND, World

HEARING = [folder for folder in PLAYED if hasattr(folder.adapter_class, "is_on_sale")]
SKU, OTHER = "MILK-1L", "RICE-1KG"


@pytest.fixture(params=HEARING, ids=[str(folder.manifest.plays) for folder in HEARING])
def folder(request: pytest.FixtureRequest) -> AdapterFolder:
    found: AdapterFolder = request.param
    return found


@pytest.fixture
def make(room: Room, folder: AdapterFolder) -> Callable[[dict[str, Any]], World]:
    def made(settings: dict[str, Any]) -> World:
        world = World(room, folder, settings)
        host: Any = world.host
        host.put_on_sale(SKU, "12.90")
        host.put_on_sale(OTHER, "24.90")
        return world

    return made


def said(world: World, event: type[ProductSoldOut] | type[ProductAvailable]) -> None:
    world.room.publish(event(store_id=HOME, at=world.room.clock.now(), product_id="prd_1", sku=SKU))


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


def test_prices_with_and_without_a_promotion(make: Callable[[dict[str, Any]], World]) -> None:
    world = make({})
    host: Any = world.host
    prices = [ProductPrice(sku=OTHER, price_minor=1990, was_minor=2490), ProductPrice(sku=SKU, price_minor=1190)]
    world.room.channels.assortment.find_prices = lambda session, store_id, product_ids: prices
    world.room.publish(ProductsChanged(store_id=HOME, at=world.room.clock.now(), product_ids=["prd_1", "prd_2"]))
    world.calm()
    assert (host.price_of(SKU), host.price_of(OTHER)) == ("11.90", "19.90")
