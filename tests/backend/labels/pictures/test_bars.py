"""The bars of a GTIN, as any scanner reads them."""

from __future__ import annotations

import pytest

from backend.labels.pictures.bars import modules_of

# GS1 General Specifications 5.2: the left digits of 5901234123457 have parities LGGLLG (first digit 5).
EAN_13 = "101" + "000101101001110110011001001101111010011101" + "01010"
EAN_13 += "110011011011001000010101110010011101000100" + "101"


def test_thirteen_digits_with_their_quiet_zones() -> None:
    assert modules_of("5901234123457") == "0" * 11 + EAN_13 + "0" * 7


def test_eight_digits() -> None:
    modules = modules_of("96385074")
    assert len(modules) == 7 + 67 + 7
    assert modules.strip("0").startswith("101")


def test_a_upc_is_a_gtin_of_thirteen_digits() -> None:
    assert modules_of("036000291452") == modules_of("0036000291452") != ""


@pytest.mark.parametrize("gtin", ["", "5901234123458", "10614141000415", "not a code", "590123412345"])
def test_what_has_no_such_bars_has_none(gtin: str) -> None:
    assert modules_of(gtin) == ""
