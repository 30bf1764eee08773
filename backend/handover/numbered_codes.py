"""Numbered codes to print and stick on totes, bags and places. Pure."""

from __future__ import annotations

from shared.store_rules import StoreRules

SHEET_MAX = 300


def numbered_codes(kind: str, first: int, count: int, rules: StoreRules) -> list[tuple[str, str]]:
    """`totes`, `bags` or `places`, numbered from `first`. Raises KeyError on another kind."""
    prefix = {"totes": rules.tote_prefix, "bags": rules.bag_prefix, "places": rules.place_prefix}[kind]
    return [(f"{prefix}{number}", f"{prefix}{number}") for number in range(first, first + min(count, SHEET_MAX))]
