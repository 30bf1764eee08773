"""What may be given for another product, and in which order."""

from __future__ import annotations

from typing import Any

import pytest

from backend.catalog.products import CatalogProduct
from backend.catalog.substitutes import distance, rank_substitutes
from shared.products import ProductCard, ProductNames, TemperatureClass, UnitOfMeasure


def product(sku: str, *, use: str = "milk", substitutes: tuple[str, ...] = (), **card: Any) -> CatalogProduct:
    whole = {"id": f"prd_{sku}", "sku": sku, "gtins": [], "names": ProductNames(en=sku)}
    return CatalogProduct(
        ProductCard(**{**whole, "price_minor": 100, "piece_weight_g": 1_000, **card}), f"loc_{sku}", use, substitutes
    )


def ranked(ordered: CatalogProduct, *pool: CatalogProduct, wished: tuple[str, ...] = ()) -> list[str]:
    return [each.card.sku for each in rank_substitutes(ordered, wished, pool)]


MILK = product("MILK", substitutes=("FRESH", "LONG"))


class TestOrder:
    def test_wished_then_ranked_then_of_the_same_use(self) -> None:
        pool = [
            product("OAT", use="drink"),
            product("LONG"),
            product("FRESH"),
            product("OTHER"),
            product("SOY", use=""),
        ]
        assert ranked(MILK, *pool, wished=("SOY", "OAT")) == ["SOY", "OAT", "FRESH", "LONG", "OTHER"]

    def test_what_is_none_of_these_is_left_out(self) -> None:
        assert ranked(MILK, product("BREAD", use="bread"), product("SALT", use="")) == []

    def test_products_without_a_use_have_nothing_in_common(self) -> None:
        assert ranked(product("SALT", use=""), product("PEPPER", use="")) == []

    def test_the_nearest_in_size_and_price_first(self) -> None:
        pool = [
            product("DEAR", price_minor=300),
            product("SMALL", piece_weight_g=500, price_minor=60),
            product("ALIKE", price_minor=110),
        ]
        assert ranked(MILK, *pool) == ["ALIKE", "DEAR", "SMALL"]

    def test_equals_by_sku(self) -> None:
        assert ranked(MILK, product("B"), product("A"), product("C")) == ["A", "B", "C"]

    def test_each_once(self) -> None:
        assert ranked(MILK, product("LONG"), product("LONG"), wished=("LONG", "LONG")) == ["LONG"]


class TestNever:
    def test_the_product_itself(self) -> None:
        assert ranked(MILK, MILK, wished=("MILK",)) == []

    @pytest.mark.parametrize(
        "changed",
        [{"unit": UnitOfMeasure.GRAM}, {"temperature": TemperatureClass.CHILLED}, {"is_age_restricted": True}],
    )
    def test_what_is_counted_or_kept_otherwise_or_restricted(self, changed: dict[str, Any]) -> None:
        assert ranked(MILK, product("FRESH", **changed), wished=("FRESH",)) == []

    def test_but_one_restricted_thing_for_another(self) -> None:
        wine = product("WINE", use="wine", is_age_restricted=True)
        assert ranked(wine, product("RED", use="wine", is_age_restricted=True), product("JUICE", use="wine")) == [
            "JUICE",
            "RED",
        ]


class TestDistance:
    def test_the_same_is_none(self) -> None:
        assert distance(MILK.card, product("B").card) == 0

    def test_twice_as_much_is_as_far_as_half(self) -> None:
        twice, half = product("T", piece_weight_g=2_000).card, product("H", piece_weight_g=500).card
        assert distance(MILK.card, twice) == pytest.approx(distance(MILK.card, half))

    def test_what_nobody_knows_is_far(self) -> None:
        assert distance(MILK.card, product("B", piece_weight_g=0).card) > distance(
            MILK.card, product("C", piece_weight_g=900).card
        )
