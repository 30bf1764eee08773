"""Checks the scan behind a pick once more: the phone checked it first, but the backend believes no phone blindly."""

from __future__ import annotations

from sqlalchemy import Connection

from backend.picking.errors import WrongProductScanned
from backend.picking.ports import FindProducts, Places
from backend.picking.repository import Found
from shared.barcode import BarcodeMalformed
from shared.matching import is_product, read_scan
from shared.products import ProductCard


def check_scan(scan: str, pick: Found, places: Places, find_products: FindProducts, connection: Connection) -> None:
    """Raise WrongProductScanned unless `scan` is a barcode, the scale article or the SKU of the pick's product.

    A product that left the catalogue after the wave was planned is believed: the picker holds it in the hand.
    """
    found = find_products(connection, pick.store_id, [pick.product_id])
    if not found:
        return
    check_scan_of(scan, found[0].card, pick, places, connection)


def check_scan_of(scan: str, card: ProductCard, pick: Found, places: Places, connection: Connection) -> None:
    """Raise WrongProductScanned unless `scan` is a barcode, the scale article or the SKU of this product."""
    rules = places.weighed_rules(connection, pick.store_id)
    try:
        code = read_scan(scan.strip(), rules, [card])
    except BarcodeMalformed as error:
        raise WrongProductScanned(
            f"the scan is no barcode of {card.names.en}: {error.detail}", pick_id=pick.id
        ) from None
    if not is_product(code, card, rules):
        raise WrongProductScanned(f"the scan is not {card.names.en}", pick_id=pick.id, sku=card.sku)
