"""GS1 element strings: with separators as a scanner sends them, or with brackets as they are printed."""

from __future__ import annotations

import re
from fractions import Fraction

from shared.barcode.code import SCAN_MAX_CHARACTERS, BarcodeKind, Element, ScannedCode
from shared.barcode.digits import canonical_gtin
from shared.barcode.errors import BarcodeMalformed
from shared.barcode.identifiers import identifier_at, identifiers

GROUP_SEPARATOR = "\x1d"  # how FNC1 arrives
GRAMS_PER_POUND = Fraction("453.59237")
GRAMS_PER_TROY_OUNCE = Fraction("31.1034768")
_BRACKETED = re.compile(r"(?<!\\)\((\d*)\)")
_MINOR_DIGITS = 2
# Which identifier names the product: 01 itself; 03 when made to order; 8006 one piece of it; 02 and 8026 in a case.
_PRODUCT_IDENTIFIERS = ("01", "03", "8006", "02", "8026")
_WEIGHTS = (("310", Fraction(1000)), ("320", GRAMS_PER_POUND), ("356", GRAMS_PER_TROY_OUNCE))


def split_elements(text: str) -> list[Element]:
    """Identifiers and values of an element string without symbology identifier. Raises BarcodeMalformed."""
    elements: list[Element] = []
    start = 0
    while start < len(text):
        if text[start] == GROUP_SEPARATOR:
            start += 1  # also where none is needed (GS1 GS 7.8.6), and after the last
            continue
        identifier = identifier_at(text, start)
        if identifier is None:
            raise _malformed(text, f"there is no GS1 identifier {text[start : start + 4]}")
        start += len(identifier.number)
        end = text.find(GROUP_SEPARATOR, start)
        end = len(text) if end < 0 else end
        if identifier.fixed_length is not None:
            end = min(end, start + identifier.fixed_length)
        elements.append(_checked(text, identifier.number, text[start:end]))
        start = end
    return _without_contradiction(text, elements)


def split_brackets(text: str) -> list[Element]:
    """The same for a code as it is printed: `(01)09501101530003(10)AB-1`. Raises BarcodeMalformed.

    A bracket inside a value is written with a backslash before it.
    """
    found = list(_BRACKETED.finditer(text))
    if not found or found[0].start() != 0:
        raise _malformed(text, "no GS1 identifier stands in brackets at the start")
    elements: list[Element] = []
    for first, following in zip(found, [*found[1:], None], strict=True):
        end = len(text) if following is None else following.start()
        elements.append(_checked(text, first[1], text[first.end() : end].replace("\\(", "(")))
    return _without_contradiction(text, elements)


def code_of(elements: list[Element], text: str) -> ScannedCode:
    """What the elements say of a product. Raises BarcodeMalformed where they say nothing."""
    if not elements:
        raise _malformed(text, "a GS1 code without content")
    said = dict(elements)
    gtin = next((canonical_gtin(said[number][:14]) for number in _PRODUCT_IDENTIFIERS if number in said), "")
    weight_g, price_minor = _weight_g(said), _price_minor(said)
    if not gtin:
        return ScannedCode(kind=BarcodeKind.OTHER, elements=tuple(elements))
    is_weighed = weight_g is not None or price_minor is not None
    kind = BarcodeKind.WEIGHED if is_weighed else BarcodeKind.PRODUCT
    return ScannedCode(kind=kind, gtin=gtin, weight_g=weight_g, price_minor=price_minor, elements=tuple(elements))


def check_element(number: str, value: str, text: str) -> Element:
    """One element from elsewhere, a web address for example. Raises BarcodeMalformed."""
    return _checked(text, number, value)


def _checked(text: str, number: str, value: str) -> Element:
    identifier = identifiers().get(number)
    complaint = identifier.complaint(value) if identifier is not None else f"there is no GS1 identifier {number}"
    if complaint:
        raise _malformed(text, complaint)
    return number, value


def _without_contradiction(text: str, elements: list[Element]) -> list[Element]:
    said: dict[str, str] = {}
    for number, value in elements:
        if said.setdefault(number, value) != value:
            raise _malformed(text, f"({number}) is said twice and differently")
    return elements


def _weight_g(said: dict[str, str]) -> int | None:
    for family, grams in _WEIGHTS:
        for number, value in said.items():
            if number.startswith(family) and len(number) == 4:
                return round(int(value) * grams / Fraction(10 ** int(number[3])))
    return None


def _price_minor(said: dict[str, str]) -> int | None:
    """Of a weighed pack (392n, or 393n after three digits of the currency), in hundredths."""
    for number, value in said.items():
        if number[:3] in ("392", "393") and len(number) == 4:
            amount = value[3:] if number.startswith("393") else value
            return round(Fraction(int(amount) * 10**_MINOR_DIGITS, 10 ** int(number[3])))
    return None


def _malformed(text: str, sentence: str) -> BarcodeMalformed:
    return BarcodeMalformed(sentence, scan=text[:SCAN_MAX_CHARACTERS])
