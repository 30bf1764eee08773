"""Codes that a store sticks on its own things, told apart from products: what was scanned, in one spelling. Pure.

Returnable containers may carry a GRAI instead (GS1 General Specifications, application identifier 8003).
"""

from __future__ import annotations

import re

from shared.commands import TOTE_CODE_MAX_CHARACTERS
from shared.store_rules import StoreRules

_SYMBOLOGY = re.compile(r"^\][A-Za-z][0-9A-Za-z]")
_GRAI = re.compile(r"^\(?8003\)?0[0-9]{13}[0-9A-Za-z-]{1,16}$")  # a zero, the asset type with its check digit, a serial


def tote_code(scan: str, rules: StoreRules) -> str | None:
    """The code of a tote as it is kept and compared, or None where the scan is no tote."""
    code = _SYMBOLOGY.sub("", scan.strip()).upper()
    is_own = code.startswith(rules.tote_prefix.upper()) and len(code) > len(rules.tote_prefix)
    if len(code) > TOTE_CODE_MAX_CHARACTERS or not (is_own or _GRAI.match(code)):
        return None
    return code.replace("(", "").replace(")", "") if _GRAI.match(code) else code
