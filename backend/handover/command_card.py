"""Codes to print: those that do what buttons do, and numbered ones to stick on totes, bags and places. Pure."""

from __future__ import annotations

from shared.picking import ShortReason
from shared.store_rules import StoreRules

SHEET_MAX = 300


def command_codes() -> list[tuple[str, str]]:
    """(code, what it does), as the phone knows them."""
    codes = [
        ("BLINKPICK-OK", "Do the main thing"),
        ("BLINKPICK-UNDO", "Take the last one back"),
        ("BLINKPICK-LATER", "Do this stop later"),
        ("BLINKPICK-EMPTY", "The shelf is empty now"),
        ("BLINKPICK-AGE", "Document seen: adult"),
    ]
    return codes + [(f"BLINKPICK-SHORT-{reason.upper()}".replace("_", "-"), _words(reason)) for reason in ShortReason]


def numbered_codes(kind: str, first: int, count: int, rules: StoreRules) -> list[tuple[str, str]]:
    """`totes`, `bags` or `places`, numbered from `first`. Raises KeyError on another kind."""
    prefix = {"totes": rules.tote_prefix, "bags": rules.bag_prefix, "places": rules.place_prefix}[kind]
    return [(f"{prefix}{number}", f"{prefix}{number}") for number in range(first, first + min(count, SHEET_MAX))]


def _words(reason: ShortReason) -> str:
    return f"Short: {reason.replace('_', ' ')}"
