"""GS1 Digital Link: the web address in a QR code that names the product as a barcode would.

Any domain may stand in front; identifiers and values follow in the path, more of them in the query (GS1 Digital Link
Standard: URI Syntax). Compressed addresses are refused: they need tables that no shop prints any more.
"""

from __future__ import annotations

import re
from urllib.parse import unquote, unquote_plus

from shared.barcode.code import SCAN_MAX_CHARACTERS, Element
from shared.barcode.elements import check_element
from shared.barcode.errors import BarcodeMalformed
from shared.barcode.identifiers import identifiers

_SCHEME = re.compile(r"^https?://", re.IGNORECASE)
_ADDRESS_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*")
_DOMAIN = re.compile(r"[A-Za-z0-9\-.:\[\]]+")
_PACKED = re.compile(r"[A-Za-z0-9_-]{10,}")
# The words that the first edition of the standard allowed in place of numbers.
_ALIASES = {
    "cpid": "8010", "cpsn": "8011", "cpv": "22", "gcn": "255", "gdti": "253", "giai": "8004", "ginc": "401",
    "gln": "414", "glnx": "254", "gmn": "8013", "grai": "8003", "gsin": "402", "gsrn": "8018", "gsrnp": "8017",
    "gtin": "01", "itip": "8006", "lot": "10", "party": "417", "refno": "8020", "ser": "21", "srin": "8019",
    "sscc": "00",
}  # fmt: skip
# What an address may begin with, and what may follow it in the path, in this order; "|" between alternatives.
_KEYS = {
    "00": "", "01": "22 10 21|235", "253": "", "255": "", "401": "", "402": "", "414": "254|7040", "415": "8020",
    "417": "7040", "8003": "", "8004": "7040", "8006": "22 10 21", "8010": "8011", "8013": "", "8017": "8019",
    "8018": "8019",
}  # fmt: skip
# Identifiers that are no attributes of a product: they qualify a key, or only a printed code carries them.
_NEVER_IN_QUERY = re.compile("03|2[12]|235|254|704[01]|80(11|14|19|20|4[0-3])|8200")
_GTIN_LENGTHS = (8, 12, 13)


def is_web_address(text: str) -> bool:
    return _SCHEME.match(text) is not None


def split_digital_link(text: str) -> list[Element]:
    """Identifiers and values of an address. Raises BarcodeMalformed with a sentence that says what to scan instead."""
    address = _SCHEME.sub("", text).partition("#")[0]
    rest, _, query = address.partition("?")
    domain, _, path = rest.partition("/")
    if not _ADDRESS_CHARACTERS.fullmatch(text) or not _DOMAIN.fullmatch(domain):
        raise _malformed(text, "a web address with characters that cannot be in one")
    in_path = _path_elements(text, path.split("/"))
    in_query = _query_elements(text, query, [number for number, _ in in_path])
    return in_path + in_query


def _path_elements(text: str, steps: list[str]) -> list[Element]:
    """From the last key on: what stands before belongs to the shop."""
    for start in range(len(steps) - 2, -1, -2):
        key = _number(steps[start])
        if key not in identifiers():
            break
        if key in _KEYS:
            pairs = [(_number(steps[at]), steps[at + 1]) for at in range(start, len(steps), 2)]
            if not _is_in_order(key, [number for number, _ in pairs[1:]]):
                raise _malformed(text, "the parts of this product link stand in a wrong order")
            return [_element(text, number, unquote(value)) for number, value in pairs]
    if _PACKED.fullmatch(steps[-1]):
        raise _malformed(text, "a web address without a product number, or a compressed one: scan the bars instead")
    raise _malformed(text, "a web address that names no product: scan the bars instead")


def _query_elements(text: str, query: str, path: list[str]) -> list[Element]:
    elements: list[Element] = []
    for parameter in query.split("&"):
        number, equals, value = parameter.partition("=")
        if not equals or not number.isdigit():
            continue  # the shop's own
        if number not in identifiers() or not _may_be_in_query(number, path):
            raise _malformed(text, f"({number}) cannot stand behind the question mark of a product link")
        if number in path or any(number == said for said, _ in elements):
            raise _malformed(text, f"({number}) is said twice")
        elements.append(_element(text, number, unquote_plus(value)))
    return elements


def _may_be_in_query(number: str, path: list[str]) -> bool:
    if _NEVER_IN_QUERY.fullmatch(number):
        return False
    # A qualifier that could have stood in the path must stand there.
    return not any(_is_in_order(path[0], [*path[1:at], number, *path[at:]]) for at in range(1, len(path) + 1))


def _is_in_order(key: str, qualifiers: list[str]) -> bool:
    for alternative in _KEYS[key].split("|"):
        allowed = iter(alternative.split())
        if all(number in allowed for number in qualifiers):
            return True
    return False


def _number(step: str) -> str:
    return _ALIASES.get(step.lower(), step)


def _element(text: str, number: str, value: str) -> Element:
    # Older addresses write a GTIN without its leading zeros.
    if number == "01" and len(value) in _GTIN_LENGTHS and value.isdigit():
        value = value.zfill(14)
    return check_element(number, value, text)


def _malformed(text: str, sentence: str) -> BarcodeMalformed:
    return BarcodeMalformed(sentence, scan=text[:SCAN_MAX_CHARACTERS])
