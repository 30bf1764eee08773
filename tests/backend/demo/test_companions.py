"""What the demo store ranks as substitutes is something a shopper might take."""

from __future__ import annotations

import pytest

from backend.catalog.importing import ProductEntry
from backend.demo.companions import RANKED_MAX
from backend.demo.orders import demo_products


@pytest.fixture(scope="module")
def by_sku() -> dict[str, ProductEntry]:
    return {product.sku: product for product in demo_products()}


def test_nearly_everything_has_one(by_sku: dict[str, ProductEntry]) -> None:
    without = [product for product in by_sku.values() if not product.substitutes]
    assert len(without) < len(by_sku) / 50


def test_each_is_of_the_same_use_kept_as_warm_and_counted_alike(by_sku: dict[str, ProductEntry]) -> None:
    for product in by_sku.values():
        others = [by_sku[sku] for sku in product.substitutes.split()]
        assert len(others) <= RANKED_MAX
        for other in others:
            assert (other.use, other.unit, other.temperature) == (product.use, product.unit, product.temperature)
            assert other.sku != product.sku


def test_the_nearest_size_comes_first(by_sku: dict[str, ProductEntry]) -> None:
    flakes = by_sku["010001"]
    assert (flakes.name_en, flakes.size) == ("Hobbleton Corn Flakes", "375 g")
    assert [by_sku[sku].size for sku in flakes.substitutes.split()] == ["375 g", "375 g"]


def test_loose_goods_are_grouped_by_hand(by_sku: dict[str, ProductEntry]) -> None:
    named = {product.name_en: product for product in by_sku.values() if product.unit == "gram"}
    assert named["Bananas"].substitutes == ""
    assert {by_sku[sku].name_en for sku in named["Lemons"].substitutes.split()} == {"Limes"}
