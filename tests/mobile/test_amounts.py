"""Numbers and amounts as each language writes them, whatever the currency."""

from __future__ import annotations

import re

import pytest
from babel.numbers import format_currency, format_decimal
from hypothesis import given
from hypothesis import strategies as st

from mobile.captions import LOCALES, captions_in
from mobile.components.amounts import amount_caption, decimal_caption


@pytest.mark.parametrize(
    ("language", "minor", "currency", "words"),
    [
        ("en", 249, "EUR", "€2.49"),
        ("pt", 249, "BRL", "2,49\u00a0R$"),
        ("zh", 1290, "MOP", "MOP$12.90"),
        ("en", 5, "USD", "$0.05"),
        ("en", 298, "JPY", "¥298"),
        ("en", 1250, "KWD", "KWD\u00a01.250"),
        ("pt", 123_456_789, "CHF", "1\u00a0234\u00a0567,89\u00a0CHF"),
        ("en", -150, "GBP", "-£1.50"),
        ("en", 249, "", "2.49"),
    ],
)
def test_sign_marks_and_decimals(language: str, minor: int, currency: str, words: str) -> None:
    assert amount_caption(captions_in(language), minor, currency) == words


@given(minor=st.integers(-(10**12), 10**12), currency=st.sampled_from(["EUR", "JPY", "KWD", "XXX", ""]))
def test_no_digit_is_lost(minor: int, currency: str) -> None:
    said = amount_caption(captions_in("en"), minor, currency)
    assert int(re.sub(r"\D", "", said)) == abs(minor)
    assert said.startswith("-") is (minor < 0)


@pytest.mark.parametrize("language", LOCALES)
@given(minor=st.integers(-(10**10), 10**10))
def test_amounts_are_written_as_cldr_has_them(language: str, minor: int) -> None:
    said = amount_caption(captions_in(language), minor, "EUR")
    assert said == format_currency(minor / 100, "EUR", locale=LOCALES[language] or "en")


@pytest.mark.parametrize("language", LOCALES)
@given(thousandths=st.integers(-(10**9), 10**9))
def test_numbers_are_written_as_cldr_has_them(language: str, thousandths: int) -> None:
    locale = LOCALES[language] or "en"
    number = thousandths / 1000
    assert decimal_caption(captions_in(language), number, 3) == format_decimal(number, "#,##0.000", locale=locale)
    rounded = decimal_caption(captions_in(language), number, 3, is_rounded=True)
    assert rounded == format_decimal(number, "#,##0.###", locale=locale)


@pytest.mark.parametrize(
    ("number", "decimals", "is_rounded", "words"),
    [(40.0, 1, True, "40"), (1.84, 1, True, "1.8"), (100.0, 0, True, "100"), (-0.04, 1, False, "0.0")],
)
def test_zeros(number: float, decimals: int, is_rounded: bool, words: str) -> None:
    assert decimal_caption(captions_in("en"), number, decimals, is_rounded=is_rounded) == words
