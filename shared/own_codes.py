"""Codes that a store sticks on its own things, told apart from products: what was scanned, in one spelling. Pure.

Returnable containers may carry a GRAI instead (GS1 General Specifications, application identifier 8003).
"""

from __future__ import annotations

import re

from shared.commands import OWN_CODE_MAX_CHARACTERS
from shared.store_rules import StoreRules

_SYMBOLOGY = re.compile(r"^\][A-Za-z][0-9A-Za-z]")
_GRAI = re.compile(r"^\(?8003\)?0[0-9]{13}[0-9A-Za-z-]{1,16}$")  # a zero, the asset type with its check digit, a serial
_BLANK = re.compile(r"\s")


def tote_code(scan: str, rules: StoreRules) -> str | None:
    """The code of a tote as it is kept and compared, or None where the scan is no tote."""
    code = _spelt(scan)
    if _GRAI.match(code):
        return code.replace("(", "").replace(")", "")
    return _own(code, rules.tote_prefix)


def bag_code(scan: str, rules: StoreRules) -> str | None:
    """The same of a bag."""
    return _own(_spelt(scan), rules.bag_prefix)


def place_code(scan: str, rules: StoreRules) -> str | None:
    """The same of a place where packed orders stand."""
    return _own(_spelt(scan), rules.place_prefix)


def _spelt(scan: str) -> str:
    return _SYMBOLOGY.sub("", scan.strip()).upper()


def _own(code: str, prefix: str) -> str | None:
    is_own = code.startswith(prefix.upper()) and len(prefix) < len(code) <= OWN_CODE_MAX_CHARACTERS
    return code if is_own and not _BLANK.search(code) else None
