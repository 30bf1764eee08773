"""Checks the scan behind a pick once more: the phone checked it first, but the backend believes no phone blindly."""

from __future__ import annotations

from sqlmodel import Session

from backend.picking.errors import WrongProductScanned
from backend.picking.models import PickRow
from backend.picking.ports import Places, Products
from shared.barcode import BarcodeMalformed
from shared.matching import is_product, read_scan


def check_scan(scan: str, pick: PickRow, places: Places, products: Products, session: Session) -> None:
    """Raise WrongProductScanned unless `scan` is a barcode, the scale article or the SKU of the pick's product.

    A product that left the catalogue after the wave was planned is believed: the picker holds it in the hand.
    """
    stocked = products.by_id(session, pick.store_id, [pick.product_id]).get(pick.product_id)
    if stocked is None:
        return
    rules = places.of_store(session, pick.store_id).weighed_rules
    try:
        code = read_scan(scan.strip(), rules, [stocked.card])
    except BarcodeMalformed as error:
        raise WrongProductScanned(
            f"the scan is no barcode of {stocked.card.names.en}: {error.detail}", pick_id=pick.id
        ) from None
    if not is_product(code, stocked.card, rules):
        raise WrongProductScanned(f"the scan is not {stocked.card.names.en}", pick_id=pick.id, sku=stocked.card.sku)
