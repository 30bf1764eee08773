"""A price as the store writes it, in its parts."""

from __future__ import annotations

import pytest

from backend.labels.pictures.card import price_parts
from shared.products import UnitOfMeasure


@pytest.mark.parametrize(
    ("price_minor", "currency", "locale", "text"),
    [
        (149, "EUR", "en", "€1.49"),
        (149, "EUR", "pt_PT", "€1,49"),
        (1_990, "CNY", "zh_CN", "¥19.90"),
        (5, "BRL", "pt_BR", "R$0,05"),
        (129_900, "JPY", "en", "¥129,900"),
        (123_456_789, "USD", "en", "$1,234,567.89"),
        (1_234, "KWD", "en", "KWD1.234"),
        (0, "EUR", "en", "€0.00"),
    ],
)
def test_symbol_grouping_and_decimals_are_those_of_currency_and_locale(
    price_minor: int, currency: str, locale: str, text: str
) -> None:
    assert price_parts(price_minor, currency, locale).text == text


def test_weighed_goods_are_priced_by_the_kilogram() -> None:
    assert price_parts(179, "EUR", "en", UnitOfMeasure.GRAM).text == "€1.79/kg"
