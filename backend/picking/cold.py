"""The record of the cold chain: when an order leaves its trolley, how long its cold products were out of the cold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from backend.core.writer import Transaction
from backend.picking import repository
from backend.picking.models import PickListRow
from backend.picking.ports import FindProducts, Places, StockedProduct
from backend.picking.repository import Found
from shared.cold import limit_of
from shared.events import ColdEnded
from shared.picking import PickStatus
from shared.products import TemperatureClass

_IN_TOTE = frozenset({PickStatus.PICKED, PickStatus.SHORT, PickStatus.PROPOSED, PickStatus.SUBSTITUTED})


def cold_since(
    picks: Sequence[Found], products: Mapping[str, StockedProduct]
) -> dict[tuple[str, TemperatureClass], datetime]:
    """(tote id, temperature) -> when its first cold product went in. A substitute is as cold as what it stands for."""
    since: dict[tuple[str, TemperatureClass], datetime] = {}
    for pick in picks:
        product = products.get(pick.product_id)
        is_in_tote = pick.status in _IN_TOTE and (pick.quantity_picked or pick.status != PickStatus.SHORT)
        if product is None or product.card.temperature is TemperatureClass.AMBIENT or not is_in_tote:
            continue
        key = (pick.tote_id, product.card.temperature)
        if pick.done_at is not None:
            since[key] = min(since.get(key, pick.done_at), pick.done_at)
    return since


class ColdRecord:
    """Told as each order is packed, or else with the end of the walk."""

    def __init__(self, places: Places, find_products: FindProducts) -> None:
        self._places = places
        self._find_products = find_products

    def end(self, pick_list: PickListRow, order_ids: Sequence[str], at: datetime, tx: Transaction) -> None:
        """These orders leave the trolley at `at`."""
        assert pick_list.picker_id is not None, "a trolley under way has a picker"
        picks = repository.find_picks(tx.connection, pick_list.id)
        product_ids = sorted({pick.product_id for pick in picks})
        found = self._find_products(tx.connection, pick_list.store_id, product_ids)
        products = {product.card.id: product for product in found}
        rules = self._places.of_store(tx.session, pick_list.store_id).rules
        orders = {tote.id: tote.order_id for tote in repository.find_totes(tx.connection, pick_list.id)}
        for (tote_id, temperature), began_at in sorted(cold_since(picks, products).items()):
            if orders[tote_id] not in order_ids:
                continue
            out_s, limit_s = int((at - began_at).total_seconds()), int(limit_of(temperature, rules))
            tx.publish(
                ColdEnded(
                    store_id=pick_list.store_id,
                    at=at,
                    pick_list_id=pick_list.id,
                    order_id=orders[tote_id],
                    temperature=temperature,
                    began_at=began_at,
                    out_s=max(0, out_s),
                    limit_s=limit_s,
                    is_over=bool(limit_s) and out_s > limit_s,
                    picker_id=pick_list.picker_id,
                )
            )
