"""Amounts as a shop writes them, whatever the currency and the language."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobile.captions import captions_in
from mobile.components.amounts import amount_caption


@pytest.mark.parametrize(
    ("language", "minor", "currency", "words"),
    [
        ("en", 249, "EUR", "€2.49"),
        ("pt", 249, "BRL", "R$2,49"),
        ("zh", 1290, "MOP", "MOP$12.90"),
        ("en", 5, "USD", "$0.05"),
        ("en", 298, "JPY", "¥298"),
        ("en", 1250, "KWD", "KWD\u00a01.250"),
        ("pt", 123_456_789, "CHF", "CHF\u00a01.234.567,89"),
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
