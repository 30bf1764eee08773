"""Codes of digits alone: GTIN-8, -12, -13 and -14, UPC-E, and the small codes beside them."""

from __future__ import annotations

from shared.barcode.code import SCAN_MAX_CHARACTERS
from shared.barcode.errors import BarcodeMalformed

_GTIN_LENGTHS = (8, 12, 13, 14)
_ADD_ON_LENGTHS = (2, 5)
_UPC_E_NUMBER_SYSTEMS = "01"


def are_digits(text: str) -> bool:
    """ASCII digits and at least one: Python's own isdigit takes Arabic and superscript ones too."""
    return text.isascii() and text.isdigit()


def check_digit(digits: str) -> str:
    """The GS1 check digit for `digits` (without one): weights 3 and 1 alternate from the right (GS1 GS 7.9.1)."""
    total = 3 * sum(map(int, digits[::-2])) + sum(map(int, digits[-2::-2]))
    return str(-total % 10)


def is_checked(digits: str) -> bool:
    """Whether the last of `digits` is the check digit of the others."""
    return check_digit(digits[:-1]) == digits[-1]


def canonical_gtin(digits: str) -> str:
    """One spelling per product: leading zeros beyond 13 (or 8) digits go, UPC-A becomes 13 digits. Raises if wrong.

    Fourteen digits that begin with six zeros are a GTIN-8 (GS1 GS 3.3.2): no longer GTIN ever begins so.
    """
    if not are_digits(digits) or len(digits) not in _GTIN_LENGTHS:
        raise BarcodeMalformed(
            f"a GTIN has 8, 12, 13 or 14 digits; this has {len(digits)} characters", scan=digits[:SCAN_MAX_CHARACTERS]
        )
    if not is_checked(digits):
        raise BarcodeMalformed(f"the check digit of {digits} should be {check_digit(digits[:-1])}", scan=digits)
    padded = digits.zfill(14)
    if padded.startswith("000000"):
        return padded[6:]
    return padded[1:] if padded[0] == "0" else padded


def expand_upc_e(digits: str) -> str:
    """The twelve digits of UPC-A that 6, 7 or 8 digits of UPC-E stand for (GS1 GS 5.2.2.4.2). Raises if wrong.

    Six digits lack the number system (then 0) and the check digit, seven only the check digit.
    """
    if not are_digits(digits) or len(digits) not in (6, 7, 8):
        raise BarcodeMalformed("a UPC-E has 6, 7 or 8 digits", scan=digits[:SCAN_MAX_CHARACTERS])
    system, body = ("0", digits) if len(digits) == 6 else (digits[0], digits[1:7])
    if system not in _UPC_E_NUMBER_SYSTEMS:
        raise BarcodeMalformed(f"a UPC-E begins with 0 or 1, not with {system}", scan=digits)
    last = body[5]
    if last in "012":
        payload = f"{system}{body[:2]}{last}0000{body[2:5]}"
    elif last == "3":
        payload = f"{system}{body[:3]}00000{body[3:5]}"
    elif last == "4":
        payload = f"{system}{body[:4]}00000{body[4]}"
    else:
        payload = f"{system}{body[:5]}0000{last}"
    expanded = payload + check_digit(payload)
    if len(digits) == 8 and digits[7] != expanded[11]:
        raise BarcodeMalformed(f"the check digit of UPC-E {digits} should be {expanded[11]}", scan=digits)
    return expanded


def split_add_on(digits: str, gtin_lengths: tuple[int, ...]) -> tuple[str, str]:
    """A GTIN and the 2 or 5 digits that follow it without a gap; ("", "") where no split has a right check digit."""
    for length in gtin_lengths:
        if len(digits) - length in _ADD_ON_LENGTHS and is_checked(digits[:length]):
            return digits[:length], digits[length:]
    return "", ""
