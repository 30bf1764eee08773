"""Codes on the trolley: each says one thing, no product is called so, and any scanner types them."""

from __future__ import annotations

import re

import pytest

from shared.barcode import DEFAULT_WEIGHED_RULES, BarcodeMalformed
from shared.matching import read_scan
from shared.picking import ShortReason
from shared.printed_codes import DIGIT_CODES, PREFIX, PrintedCode, digit_in, every_code, short_code, short_reason
from shared.short_reasons import StoreReason


def test_all_are_different_and_plain() -> None:
    codes = every_code()
    assert len(set(codes)) == len(codes) == len(PrintedCode) + len(ShortReason) + len(DIGIT_CODES)
    assert all(re.fullmatch(r"[A-Z0-9-]{5,40}", code) and code.startswith(PREFIX) for code in codes)


@pytest.mark.parametrize("reason", ShortReason)
def test_a_reason_is_read_as_it_was_printed(reason: ShortReason) -> None:
    said = short_reason(short_code(reason))
    assert said is not None
    assert said.meaning is reason


@pytest.mark.parametrize("raw", ["BLINKPICK-SHORT-", "BLINKPICK-SHORT-LAZY", "not_on_shelf", "BLINKPICK-OK", ""])
def test_anything_else_is_no_reason(raw: str) -> None:
    assert short_reason(raw) is None


def test_ten_codes_are_the_keys_of_a_keypad() -> None:
    assert "".join(digit_in(f" {code}\r") or "-" for code in DIGIT_CODES) == "0123456789"
    assert [digit_in(raw) for raw in ("7", "BLINKPICK-12", PrintedCode.OK, PREFIX, "")] == [None] * 5


@pytest.mark.parametrize("code", every_code())
def test_none_is_a_product(code: str) -> None:
    with pytest.raises(BarcodeMalformed):
        read_scan(code, DEFAULT_WEIGHED_RULES, [])


def test_a_reason_of_the_stores_own_is_read_where_the_store_has_it() -> None:
    recall = StoreReason(code="recalled", means=ShortReason.DAMAGED, en="Recalled")
    assert short_reason(short_code("recalled"), [recall]) == recall
    assert short_reason(short_code("recalled")) is None
    assert short_reason(short_code(ShortReason.EXPIRED), [recall]) is None
