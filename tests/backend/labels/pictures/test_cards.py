"""A card out of the catalogue: names in the store's tongues, the promotion, the first barcode."""

from __future__ import annotations

from dataclasses import replace

from backend.catalog.products import CatalogProduct
from backend.labels.pictures.card import Promotion
from backend.labels.pictures.cards import card_of
from shared.products import ProductCard, ProductNames, UnitOfMeasure

MILK = CatalogProduct(
    ProductCard(
        id="prd_1",
        sku="200005",
        gtins=["5901234123457", "9520100000201"],
        names=ProductNames(en="Whole Milk", zh="全脂鲜牛奶", pt=""),
        price_minor=149,
        size="1 l",
    ),
    "loc_1",
)


def test_the_store_s_first_tongue_is_large_and_its_second_below() -> None:
    card = card_of(MILK, ["zh", "en"], "CNY")
    assert (card.name, card.second_name, card.locale, card.currency) == ("全脂鲜牛奶", "Whole Milk", "zh_CN", "CNY")
    assert (card.price_minor, card.size, card.gtin, card.sku) == (149, "1 l", "5901234123457", "200005")


def test_a_store_of_one_tongue_has_one_name() -> None:
    assert card_of(MILK, ["en"], "EUR").second_name == ""


def test_a_name_that_is_missing_is_not_said_twice() -> None:
    card = card_of(MILK, ["pt", "en"], "EUR")
    assert (card.name, card.second_name) == ("Whole Milk", "")


def test_a_tongue_nobody_has_numbers_for_counts_as_english() -> None:
    assert card_of(MILK, ["xx"], "EUR").locale == "en"


def test_a_promotion_says_what_it_was() -> None:
    offer = replace(MILK, was_minor=199, promotion="Weekend")
    assert card_of(offer, ["en"], "EUR").promotion == Promotion(199, "Weekend")
    assert card_of(MILK, ["en"], "EUR").promotion is None


def test_weighed_goods_without_a_barcode() -> None:
    loose = replace(MILK, card=MILK.card.model_copy(update={"gtins": [], "unit": UnitOfMeasure.GRAM}))
    card = card_of(loose, ["en"], "EUR")
    assert (card.gtin, card.unit) == ("", UnitOfMeasure.GRAM)
