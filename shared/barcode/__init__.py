"""The grammar of barcodes: what a scanner may say, and what it means. Pure; the same rule on the phone and the backend.

`read_barcode` understands a scan. Sources, cited where they count: GS1 General Specifications (check digits, element
strings, restricted circulation numbers), GS1 Digital Link URI syntax, ISO/IEC 15424 (symbology identifiers).
"""

from shared.barcode.code import SCAN_MAX_CHARACTERS, BarcodeKind, ScannedCode
from shared.barcode.digits import canonical_gtin, check_digit
from shared.barcode.errors import BarcodeMalformed
from shared.barcode.expiry import Expiry, ExpiryRule, Freshness, expiry_of
from shared.barcode.reading import read_barcode, without_symbology
from shared.barcode.weighed import DEFAULT_WEIGHED_RULES, WeighedRule

__all__ = [
    "DEFAULT_WEIGHED_RULES",
    "SCAN_MAX_CHARACTERS",
    "BarcodeKind",
    "BarcodeMalformed",
    "Expiry",
    "ExpiryRule",
    "Freshness",
    "ScannedCode",
    "WeighedRule",
    "canonical_gtin",
    "check_digit",
    "expiry_of",
    "read_barcode",
    "without_symbology",
]
