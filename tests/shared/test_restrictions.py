"""What somebody may not pick, as both sides read it."""

from __future__ import annotations

from shared.products import ProductCard, ProductNames, TemperatureClass
from shared.restrictions import AGE_RESTRICTED, forbidden_words, words_of


def card(**parts: object) -> ProductCard:
    return ProductCard(id="prd_1", sku="1", gtins=[], names=ProductNames(en="Wine"), **parts)  # type: ignore[arg-type]


def test_a_product_is_its_temperature_its_department_and_whether_it_is_for_adults() -> None:
    wine = card(department="Beer  and Wine", is_age_restricted=True, temperature=TemperatureClass.CHILLED)
    assert words_of(wine) == {"chilled", "beer and wine", AGE_RESTRICTED}
    assert words_of(card()) == {"ambient"}


def test_capitals_and_blanks_make_no_difference() -> None:
    assert forbidden_words(["Beer And  Wine", "frozen"], {"beer and wine"}) == ["Beer And  Wine"]
    assert forbidden_words([], {"frozen"}) == []
