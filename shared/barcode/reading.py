"""Reads one scan, whatever kind of code it comes from."""

from __future__ import annotations

import re

from shared.barcode.code import SCAN_MAX_CHARACTERS, BarcodeKind, ScannedCode
from shared.barcode.digital_link import is_web_address, split_digital_link
from shared.barcode.digits import are_digits, canonical_gtin, expand_upc_e, is_checked, split_add_on
from shared.barcode.elements import GROUP_SEPARATOR, code_of, split_brackets, split_elements
from shared.barcode.errors import BarcodeMalformed
from shared.barcode.symbology import (
    ADD_ON_ALONE,
    GS1_SYMBOLOGIES,
    digits_of_azerty,
    split_symbology,
    strip_noise,
    with_separators,
    without_envelope,
)
from shared.barcode.weighed import DEFAULT_WEIGHED_RULES, WeighedRule, read_weighed

# Without a symbology identifier text is GS1 only if it begins with one that stands first on a pack or a pallet.
_FIRST_IDENTIFIER = re.compile(r"0[0-3]\d|253|255|40[12]|41\d|800[346]|801[0378]|8026")
_COMPOSITE = re.compile(r"^(\d{8}|\d{12,13})\|?\]e[0-2]")
_ADD_ON_GAP = re.compile(r"^(\d{8}|\d{12,13})[ +](\d{2}|\d{5})$")


def read_barcode(scan: str, rules: tuple[WeighedRule, ...] = DEFAULT_WEIGHED_RULES) -> ScannedCode:
    """Understand one scan. Raises BarcodeMalformed, and nothing else, with a sentence a picker can read."""
    text = strip_noise(scan)
    if not text or len(text) > SCAN_MAX_CHARACTERS:
        raise BarcodeMalformed("an empty or endless scan", scan=text[:SCAN_MAX_CHARACTERS])
    symbology, content = split_symbology(text)
    if not content:
        raise BarcodeMalformed("a scan without content", scan=text)
    if is_web_address(content):
        return code_of(split_digital_link(content), content)
    enclosed = without_envelope(text)
    if enclosed is not None:
        return _read_gs1(enclosed)
    if content.startswith("("):
        return _read_brackets(content)
    composite = _COMPOSITE.match(content)
    if composite is not None:
        return _read_composite(composite[1], content[composite.end() :], rules)
    digits = digits_of_azerty(content.lstrip("èÈ" + GROUP_SEPARATOR) or content)
    if are_digits(digits):
        return _read_digits(digits, symbology, content, rules)
    parted = _ADD_ON_GAP.match(content)
    if parted is not None:
        return _read_gtin(parted[1], rules, add_on=parted[2])
    plain = with_separators(content)
    if symbology in GS1_SYMBOLOGIES or plain.startswith(GROUP_SEPARATOR) or _FIRST_IDENTIFIER.match(plain):
        return _read_gs1(plain)
    raise BarcodeMalformed("not a product's barcode", scan=text)


def without_symbology(scan: str) -> str:
    """The text of a code that need not be a product's: a badge, a place, the SKU on a shelf label."""
    return split_symbology(strip_noise(scan))[1]


def _read_brackets(text: str) -> ScannedCode:
    return code_of(split_brackets(text), text)


def _read_gs1(text: str) -> ScannedCode:
    return code_of(split_elements(text), text)


def _read_composite(digits: str, beside: str, rules: tuple[WeighedRule, ...]) -> ScannedCode:
    """A retail code with a small GS1 code above it: what that says of the product counts too."""
    product = _read_gtin(digits, rules)
    elements = split_elements(with_separators(beside))
    said = code_of([("01", digits.zfill(14)), *elements], beside)
    return product if product.kind is BarcodeKind.WEIGHED else said


def _read_digits(digits: str, symbology: str, content: str, rules: tuple[WeighedRule, ...]) -> ScannedCode:
    length = len(digits)
    if symbology.upper() in ADD_ON_ALONE and length in (2, 5):
        raise BarcodeMalformed("only the small code beside the barcode was read: scan it again", scan=digits)
    if symbology == "E3":
        gtin, add_on = split_add_on(digits, (13, 12, 8))
        return _read_gtin(gtin or digits, rules, add_on=add_on)
    is_retail = symbology in ("E0", "E4") or (symbology == "e0" and length in (8, 12, 13))
    if length in (8, 12, 13, 14) and is_checked(digits):
        return _read_gtin(digits, rules, is_upc_e_first=symbology == "E0")
    if is_retail and length not in (6, 7, 8):
        return _read_gtin(digits, rules)
    if length in (6, 7, 8) and symbology != "E4":
        return _read_short(digits, rules)
    # Of a length that a GTIN has too, digits with a wrong check digit were misread: no magazine.
    gtin, add_on = split_add_on(digits, (13, 12)) if length not in (13, 14) else ("", "")
    if gtin:
        return _read_gtin(gtin, rules, add_on=add_on)
    if symbology in GS1_SYMBOLOGIES or content[0] in "èÈ\x1d" or length > 14:
        return _read_gs1(digits)
    return _read_gtin(digits, rules)  # which says what is wrong with them


def _read_short(digits: str, rules: tuple[WeighedRule, ...]) -> ScannedCode:
    """A UPC-E; eight digits that are none had better been a GTIN-8, whose check digit was found wrong before."""
    try:
        return _read_gtin(expand_upc_e(digits), rules)
    except BarcodeMalformed:
        canonical_gtin(digits)
        raise


def _read_gtin(
    digits: str, rules: tuple[WeighedRule, ...], add_on: str = "", is_upc_e_first: bool = False
) -> ScannedCode:
    gtin, upc_e = canonical_gtin(digits), ""
    if len(digits) == 8:
        upc_e = _as_upc_e(digits)
        if upc_e and is_upc_e_first:  # scanners give a GTIN-8 another identifier, E4
            gtin, upc_e = upc_e, gtin
    if len(gtin) == 13:
        weighed = read_weighed(gtin, rules)
        if weighed is not None:
            return weighed
    return ScannedCode(kind=BarcodeKind.PRODUCT, gtin=gtin, upc_e=upc_e, add_on=add_on)


def _as_upc_e(digits: str) -> str:
    try:
        return canonical_gtin(expand_upc_e(digits))
    except BarcodeMalformed:
        return ""
