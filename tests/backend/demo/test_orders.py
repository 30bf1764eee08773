"""Baskets are the same for a seed, and look like what people buy."""

from __future__ import annotations

from itertools import islice
from statistics import mean

import pytest

from backend.catalog.importing import ProductEntry
from backend.demo.orders import Basket, BasketKind, baskets, demo_products


@pytest.fixture(scope="module")
def products() -> tuple[ProductEntry, ...]:
    return demo_products()


def some(products: tuple[ProductEntry, ...], count: int, *kinds: BasketKind, seed: int = 1) -> list[Basket]:
    return list(islice(baskets(products, seed=seed, kinds=kinds or tuple(BasketKind)), count))


def test_the_same_seed_gives_the_same_baskets(products: tuple[ProductEntry, ...]) -> None:
    assert some(products, 20) == some(products, 20)
    assert some(products, 20) != some(products, 20, seed=2)


def test_a_top_up_has_about_ten_lines_and_a_weekly_order_about_thirty(products: tuple[ProductEntry, ...]) -> None:
    assert 8 <= mean(len(basket.lines) for basket in some(products, 200, BasketKind.TOP_UP)) <= 12
    assert 27 <= mean(len(basket.lines) for basket in some(products, 200, BasketKind.WEEKLY)) <= 33


def test_each_product_stands_once_in_an_order_and_is_known(products: tuple[ProductEntry, ...]) -> None:
    by_sku = {product.sku: product for product in products}
    for basket in some(products, 100):
        assert len({line.sku for line in basket.lines}) == len(basket.lines)
        for line in basket.lines:
            assert (line.unit, line.gtins) == (by_sku[line.sku].unit, by_sku[line.sku].gtins)


def test_weighed_products_are_ordered_in_believable_grams(products: tuple[ProductEntry, ...]) -> None:
    grams = [line.quantity for basket in some(products, 200) for line in basket.lines if line.unit == "gram"]
    assert len(grams) > 500
    assert all(quantity >= 50 and quantity % 50 == 0 for quantity in grams)
    assert 150 <= mean(grams) <= 1_200


def test_due_times_are_promised_windows(products: tuple[ProductEntry, ...]) -> None:
    due = [basket.due_after_s for basket in some(products, 300)]
    assert min(due) >= 30 * 60
    assert max(due) <= 360 * 60
    assert 0.05 < mean(due_s <= 45 * 60 for due_s in due) < 0.16


def test_the_total_is_the_sum_of_the_lines() -> None:
    milk = ProductEntry(2, "m", ("1",), "Milk", "", "", "Dairy", "each", "chilled", 129, "", 0, "", "", "A1-1-1")
    ham = ProductEntry(3, "h", (), "Ham", "", "", "Deli", "gram", "chilled", 1_999, "", 0, "", "24001", "A1-2-1")
    basket = some((milk, ham), 1, BasketKind.TOP_UP)[0]
    quantity = {line.sku: line.quantity for line in basket.lines}
    assert basket.total_minor == quantity["m"] * 129 + round(quantity["h"] * 1.999)
