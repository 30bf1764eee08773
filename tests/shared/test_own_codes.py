"""A tote's code is told from a product's, in one spelling."""

from __future__ import annotations

import pytest

from shared.own_codes import bag_code, place_code, tote_code
from shared.store_rules import StoreRules

RULES = StoreRules()


@pytest.mark.parametrize(
    ("scan", "code"),
    [
        ("TOTE-17", "TOTE-17"),
        (" tote-17\r", "TOTE-17"),
        ("]C1TOTE-17", "TOTE-17"),
        ("]C1800307612345000008A17", "800307612345000008A17"),
        ("(8003)07612345000008A17", "800307612345000008A17"),
    ],
)
def test_totes(scan: str, code: str) -> None:
    assert tote_code(scan, RULES) == code


@pytest.mark.parametrize("scan", ["", "TOTE-", "7612345000008", "8003", "X" * 60, "TOTE-" + "1" * 40])
def test_what_is_none(scan: str) -> None:
    assert tote_code(scan, RULES) is None


def test_a_store_writes_its_own_prefix() -> None:
    assert tote_code("KLT/5", StoreRules(tote_prefix="klt/")) == "KLT/5"
    assert tote_code("TOTE-5", StoreRules(tote_prefix="klt/")) is None


def test_bags_and_places_have_prefixes_of_their_own() -> None:
    assert bag_code("]Q1bag-12", RULES) == "BAG-12"
    assert place_code("STAGE-A3", RULES) == "STAGE-A3"
    assert bag_code("STAGE-A3", RULES) is place_code("BAG-12", RULES) is tote_code("BAG-12", RULES) is None
    assert bag_code("BAG-1 2", RULES) is None
