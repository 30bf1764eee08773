"""The bars of a GTIN: one text of 1 (bar) and 0 (space) per module, with the quiet zones GS1 asks for on both sides."""

from __future__ import annotations

from barcode import get_barcode_class

from shared.barcode import BarcodeMalformed, canonical_gtin

QUIET = {13: (11, 7), 8: (7, 7)}  # modules left and right, GS1 General Specifications 5.2.3.4
_SYMBOLS = {13: "ean13", 8: "ean8"}


def modules_of(gtin: str) -> str:
    """Empty for what has no such bars: a GTIN-14, or what is no GTIN at all."""
    try:
        digits = canonical_gtin(gtin)
    except BarcodeMalformed:
        return ""
    if len(digits) not in QUIET:
        return ""
    left, right = QUIET[len(digits)]
    bars: str = get_barcode_class(_SYMBOLS[len(digits)])(digits[:-1]).build()[0]
    return "0" * left + bars + "0" * right
