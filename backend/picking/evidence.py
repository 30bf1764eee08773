"""Checks the scan behind a pick once more: the phone checked it first, but the backend believes no phone blindly."""

from __future__ import annotations

from sqlalchemy import Connection

from backend.picking.errors import WrongProductScanned
from backend.picking.ports import FindLabelPlace, FindScanned, Places
from backend.picking.repository import Found
from shared.barcode import BarcodeMalformed
from shared.labels import pressed_label
from shared.matching import Scannable, is_product, read_scan
from shared.products import UnitOfMeasure
from shared.store_rules import LabelPress


def check_scan(scan: str, pick: Found, places: Places, find_scanned: FindScanned, connection: Connection) -> None:
    """Raise WrongProductScanned unless `scan` is a barcode, the scale article or the SKU of the pick's product.

    A product that left the catalogue after the wave was planned is believed: the picker holds it in the hand.
    """
    product = find_scanned(connection, pick.store_id, pick.product_id)
    if product is not None:
        check_scan_of(scan, product, product.name, pick, places, connection)


def check_press(
    evidence: str, pick: Found, places: Places, find_label_place: FindLabelPlace, connection: Connection
) -> None:
    """Raise WrongProductScanned unless the label that was pressed hangs at the pick's place, and presses count here."""
    label_id = pressed_label(evidence)
    if label_id is None or places.rules(connection, pick.store_id).label_press is not LabelPress.COUNTS:
        raise WrongProductScanned("in this store a product must be scanned", pick_id=pick.id)
    if UnitOfMeasure(pick.unit) is not UnitOfMeasure.EACH:
        raise WrongProductScanned("a label says nothing of what it weighs: scan or type it", pick_id=pick.id)
    if find_label_place(connection, pick.store_id, label_id) != pick.location_id:
        raise WrongProductScanned("the label that was pressed hangs at another place", pick_id=pick.id)


def check_scan_of(
    scan: str, product: Scannable, name: str, pick: Found, places: Places, connection: Connection
) -> None:
    """Raise WrongProductScanned unless `scan` is this product, which people call `name`."""
    text = scan.strip()
    if text in product.gtins:  # nearly always; how the store's scales write does not matter then
        return
    rules = places.weighed_rules(connection, pick.store_id)
    try:
        code = read_scan(text, rules, [product])
    except BarcodeMalformed as error:
        raise WrongProductScanned(f"the scan is no barcode of {name}: {error.detail}", pick_id=pick.id) from None
    if not is_product(code, product, rules):
        raise WrongProductScanned(f"the scan is not {name}", pick_id=pick.id, sku=product.sku)
