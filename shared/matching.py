"""Whether a scan is the product we look for, and how much of it: one rule for the phone and for the backend."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from shared.barcode import (
    BarcodeKind,
    BarcodeMalformed,
    ScannedCode,
    WeighedRule,
    canonical_gtin,
    read_barcode,
    without_symbology,
)
from shared.products import ProductCard


class Scannable(Protocol):
    """What a scan is held against."""

    @property
    def sku(self) -> str: ...
    @property
    def article(self) -> str: ...
    @property
    def gtins(self) -> Sequence[str]: ...


def is_product(code: ScannedCode, product: Scannable, rules: tuple[WeighedRule, ...]) -> bool:
    """By GTIN; for scale labels by the article number, which is the SKU or sits in one of the product's own GTINs."""
    if code.gtins:
        return any(_same_gtin(scanned, gtin) for scanned in code.gtins for gtin in product.gtins)
    if not code.article:
        return False
    # Where a product names no article of its own, shops write the SKU into the scale.
    if code.article in (product.sku, product.article):
        return True
    return any(_article(gtin, rules) == code.article for gtin in product.gtins)


def read_scan(scan: str, rules: tuple[WeighedRule, ...], products: Iterable[Scannable]) -> ScannedCode:
    """A barcode, or the SKU of one of `products` as it stands on the shelf label. Raises BarcodeMalformed."""
    text = without_symbology(scan)
    if any(text == product.sku for product in products):
        return ScannedCode(kind=BarcodeKind.PRODUCT, article=text)
    return read_barcode(scan, rules)


def weight_of(code: ScannedCode, product: ProductCard) -> int | None:
    """Grams on a scale label, or computed from its price and the price per kilogram; None if it says neither."""
    if code.weight_g is not None:
        return code.weight_g or None
    if code.kind is BarcodeKind.WEIGHED and code.price_minor and product.price_minor:
        return round(code.price_minor * 1000 / product.price_minor) or None
    return None


def _same_gtin(scanned: str, gtin: str) -> bool:
    try:
        return scanned == canonical_gtin(gtin)
    except BarcodeMalformed:
        return False


def _article(gtin: str, rules: tuple[WeighedRule, ...]) -> str:
    try:
        return read_barcode(gtin, rules).article
    except BarcodeMalformed:
        return ""
