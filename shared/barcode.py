"""The grammar of barcodes: what a scanner may say, and what it means. Pure; the same rule on the phone and the backend.

Sources: GS1 General Specifications (check digits, restricted circulation numbers 02 and 20-29), ISO/IEC 15424
(symbology identifiers `]E0`, `]C1`, ...).
"""

from __future__ import annotations

import re
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from shared.errors import BlinkpickError

SCAN_MAX_CHARACTERS = 200
_GTIN_LENGTHS = (8, 12, 13, 14)
_SYMBOLOGY = re.compile(r"^\][A-Za-z][0-9A-Za-z]")
_GS1_GTIN = re.compile(r"^\(?01\)?([0-9]{14})")
_GS1_NET_WEIGHT = re.compile(r"\(?310([0-6])\)?([0-9]{6})")


class BarcodeMalformed(BlinkpickError):
    """The scan is not a barcode we know, or its check digit is wrong. `facts["scan"]` is what was read."""


class BarcodeKind(StrEnum):
    PRODUCT = "product"
    WEIGHED = "weighed"


class WeighedRule(BaseModel):
    """How one store writes weight or price into its scale labels: each country and each shop has its own rule.

    `pattern` describes 13 digits: literal digits, `P` for the article number, `W` for grams, `M` for price in minor
    units, `V` for a digit to ignore, `C` for the check digit: `28PPPPPWWWWWC`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    pattern: str = Field(pattern=r"^[0-9PWMVC]{13}$")


class ScannedCode(BaseModel):
    """What a scan means. For weighed goods `article` is the number the scale prints; grams or price come with it."""

    model_config = ConfigDict(frozen=True)

    kind: BarcodeKind
    gtin: str = ""
    article: str = ""
    weight_g: int | None = None
    price_minor: int | None = None


DEFAULT_WEIGHED_RULES = (WeighedRule(pattern="28PPPPPWWWWWC"),)


def check_digit(digits: str) -> str:
    """The GS1 check digit for `digits` (without one): weights 3 and 1 alternate from the right."""
    total = 3 * sum(map(int, digits[::-2])) + sum(map(int, digits[-2::-2]))
    return str(-total % 10)


def canonical_gtin(digits: str) -> str:
    """One spelling per product: leading zeros beyond 13 (or 8) digits go, UPC-A becomes 13 digits. Raises if wrong."""
    if not digits.isascii() or not digits.isdigit() or len(digits) not in _GTIN_LENGTHS:
        raise BarcodeMalformed(
            f"a GTIN has 8, 12, 13 or 14 digits; this has {len(digits)} characters", scan=digits[:SCAN_MAX_CHARACTERS]
        )
    if check_digit(digits[:-1]) != digits[-1]:
        raise BarcodeMalformed(f"the check digit of {digits} should be {check_digit(digits[:-1])}", scan=digits)
    if len(digits) == 8:
        return digits
    padded = digits.zfill(14)
    return padded[1:] if padded[0] == "0" else padded


def read_barcode(scan: str, rules: tuple[WeighedRule, ...] = DEFAULT_WEIGHED_RULES) -> ScannedCode:
    """Understand one scan. Raises BarcodeMalformed, and nothing else, with a sentence a picker can read."""
    text = scan.strip()
    if not text or len(text) > SCAN_MAX_CHARACTERS:
        raise BarcodeMalformed("an empty or endless scan", scan=text[:SCAN_MAX_CHARACTERS])
    text = _SYMBOLOGY.sub("", text)
    gs1 = _GS1_GTIN.match(text)
    if gs1 and len(text) > 14:
        return _read_gs1(text, gs1)
    gtin = canonical_gtin(text)
    if len(gtin) == 13:
        for rule in rules:
            weighed = _read_weighed(gtin, rule)
            if weighed:
                return weighed
    return ScannedCode(kind=BarcodeKind.PRODUCT, gtin=gtin)


def _read_gs1(text: str, match: re.Match[str]) -> ScannedCode:
    gtin = canonical_gtin(match.group(1))
    weight = _GS1_NET_WEIGHT.match(text, match.end())
    if weight is None:
        return ScannedCode(kind=BarcodeKind.PRODUCT, gtin=gtin)
    grams = int(weight.group(2)) * 1000 // 10 ** int(weight.group(1))
    return ScannedCode(kind=BarcodeKind.WEIGHED, gtin=gtin, weight_g=grams)


def _read_weighed(gtin: str, rule: WeighedRule) -> ScannedCode | None:
    fields: dict[str, str] = {}
    for sign, digit in zip(rule.pattern, gtin, strict=True):
        if sign.isdigit():
            if sign != digit:
                return None
        else:
            fields[sign] = fields.get(sign, "") + digit
    return ScannedCode(
        kind=BarcodeKind.WEIGHED,
        article=fields.get("P", ""),
        weight_g=int(fields["W"]) if "W" in fields else None,
        price_minor=int(fields["M"]) if "M" in fields else None,
    )
