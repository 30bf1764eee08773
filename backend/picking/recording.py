"""Writes a planned trolley into the tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from backend.core.writer import Transaction
from backend.orders import repository as orders_repository
from backend.orders.models import OrderStatus
from backend.picking.models import PickListRow, PickRow, ToteRow, WaveRow
from backend.picking.planning import PlannedTrolley
from shared.events import PickListReady
from shared.picking import TOTE_LETTERS, PickStatus

_insert_picks = sa.insert(PickRow.__table__)  # type: ignore[attr-defined]


def record_trolley(trolley: PlannedTrolley, wave: WaveRow, tx: Transaction) -> bool:
    """One pick list with its totes and picks. False, and nothing written, where an order changed meanwhile."""
    orders = orders_repository.get_orders(tx.session, trolley.order_ids)
    if len(orders) != len(trolley.order_ids) or any(order.status != OrderStatus.ACCEPTED for order in orders):
        return False
    if {pick.line.order_line_id for pick in trolley.picks} != order_line_ids(trolley.order_ids, tx):
        return False
    pick_list = PickListRow(
        id=tx.ids.new("pick_list"),
        store_id=wave.store_id,
        wave_id=wave.id,
        due_at=trolley.due_at,
        walk=list(trolley.walk),
        walk_m=trolley.walk_m,
        walk_to_desk_m=trolley.walk_to_desk_m,
        lower_bound_m=trolley.lower_bound_m,
        is_proven_optimal=trolley.is_proven_optimal,
        one_order_per_walk_m=trolley.one_order_per_walk_m,
        walk_unstaged_m=trolley.walk_unstaged_m,
        serpentine_m=trolley.serpentine_m,
        holds=list(trolley.holds),
        released_at=wave.released_at,
    )
    tx.session.add(pick_list)
    tx.session.flush()
    tote_ids: dict[str, str] = {}
    for letter, order_id, placing in zip(TOTE_LETTERS, trolley.order_ids, trolley.placings, strict=False):
        tote = ToteRow(
            id=tx.ids.new("tote"),
            store_id=wave.store_id,
            pick_list_id=pick_list.id,
            order_id=order_id,
            letter=letter,
            added_m=placing.added_m,
            alone_m=placing.alone_m,
            reason=placing.reason,
        )
        tote_ids[order_id] = tote.id
        tx.session.add(tote)
    tx.session.flush()
    picks = _pick_values(trolley, pick_list, tote_ids, tx)
    if picks:
        tx.connection.execute(_insert_picks, picks)  # a hundred at a time: as objects they would take the writer's time
    tx.publish(
        PickListReady(
            store_id=wave.store_id,
            at=tx.now(),
            pick_list_id=pick_list.id,
            order_ids=list(trolley.order_ids),
        )
    )
    return True


def order_line_ids(order_ids: Sequence[str], tx: Transaction) -> set[str]:
    """As they are now: an amended order has others than when it was planned."""
    return orders_repository.find_line_ids(tx.connection, order_ids)


def _pick_values(
    trolley: PlannedTrolley, pick_list: PickListRow, tote_ids: Mapping[str, str], tx: Transaction
) -> list[dict[str, Any]]:
    """The columns of every pick, in the order of the walk."""
    return [
        {
            "id": tx.ids.new("pick"),
            "store_id": pick_list.store_id,
            "pick_list_id": pick_list.id,
            "tote_id": tote_ids[pick.order_id],
            "order_id": pick.order_id,
            "order_line_id": pick.line.order_line_id,
            "product_id": pick.line.product_id,
            "location_id": pick.location_id,
            "position": position,
            "walk_from_previous_m": pick.walk_from_previous_m,
            "unit": pick.line.unit,
            "quantity_ordered": pick.line.quantity,
            "note": pick.line.note,
            "quantity_picked": 0,
            "status": PickStatus.OPEN.value,
            "tote_code": "",
            "store_reason": "",
        }
        for position, pick in enumerate(trolley.picks)
    ]
