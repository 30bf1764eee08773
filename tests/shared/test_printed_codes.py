"""Codes on the trolley: each says one thing, no product is called so, and any scanner types them."""

from __future__ import annotations

import re

import pytest

from shared.barcode import DEFAULT_WEIGHED_RULES, BarcodeMalformed
from shared.matching import read_scan
from shared.picking import ShortReason
from shared.printed_codes import PREFIX, PrintedCode, every_code, short_code, short_reason


def test_all_are_different_and_plain() -> None:
    codes = every_code()
    assert len(set(codes)) == len(codes) == len(PrintedCode) + len(ShortReason)
    assert all(re.fullmatch(r"[A-Z0-9-]{5,40}", code) and code.startswith(PREFIX) for code in codes)


@pytest.mark.parametrize("reason", ShortReason)
def test_a_reason_is_read_as_it_was_printed(reason: ShortReason) -> None:
    assert short_reason(short_code(reason)) is reason


@pytest.mark.parametrize("raw", ["BLINKPICK-SHORT-", "BLINKPICK-SHORT-LAZY", "not_on_shelf", "BLINKPICK-OK", ""])
def test_anything_else_is_no_reason(raw: str) -> None:
    assert short_reason(raw) is None


@pytest.mark.parametrize("code", every_code())
def test_none_is_a_product(code: str) -> None:
    with pytest.raises(BarcodeMalformed):
        read_scan(code, DEFAULT_WEIGHED_RULES, [])
