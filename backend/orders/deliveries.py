"""How orders get to their customers: kept while they are needed, and the slip that is made once for each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlmodel import Session

from backend.core.statements import Statement, insert_unless_there
from backend.core.writer import Transaction
from backend.orders.models import DeliverySlipRow, OrderDeliveryRow, OrderRow, OrderStatus
from shared.delivery import Delivery, DeliveryKind, Position

_deliveries: sa.Table = OrderDeliveryRow.__table__  # type: ignore[attr-defined]
_slips: sa.Table = DeliverySlipRow.__table__  # type: ignore[attr-defined]
_orders: sa.Table = OrderRow.__table__  # type: ignore[attr-defined]
_insert_delivery = Statement(sa.insert(_deliveries))
_insert_slip = insert_unless_there(_slips, "order_id")
_find_slip = Statement(sa.select(_slips.c.id).where(_slips.c.order_id == sa.bindparam("order_id")))
_OVER = (OrderStatus.READY, OrderStatus.HANDED_OVER, OrderStatus.CANCELLED)


def keep(connection: Connection, store_id: str, order_id: str, delivery: Delivery | None) -> None:
    """Of a new order; of one that is amended, after `forget`."""
    if delivery is None:
        return
    position = delivery.position
    values: dict[str, Any] = {
        "order_id": order_id,
        "store_id": store_id,
        "kind": delivery.kind or "",
        "recipient_name": delivery.recipient_name,
        "phone": delivery.phone,
        "address_lines": list(delivery.address_lines),
        "latitude": position.latitude if position else None,
        "longitude": position.longitude if position else None,
        "route_note": delivery.route_note,
        "handover_code": delivery.handover_code,
    }
    _insert_delivery.run(connection, values)


def forget(connection: Connection, order_id: str) -> None:
    connection.execute(sa.delete(_deliveries).where(_deliveries.c.order_id == order_id))


def make_slip(tx: Transaction, store_id: str, order_id: str, at: datetime) -> str:
    """The id of an order's slip, which is made the first time it is asked for."""
    found = find_slip(tx.connection, order_id)
    if found:
        return found
    slip_id = tx.ids.new("slip")
    is_new = _insert_slip.one_or_none(
        tx.connection, {"id": slip_id, "store_id": store_id, "order_id": order_id, "made_at": at}
    )
    return slip_id if is_new is not None else find_slip(tx.connection, order_id)


def find_slip(connection: Connection, order_id: str) -> str:
    """Empty where none was made."""
    row = _find_slip.one_or_none(connection, {"order_id": order_id})
    return str(row.id) if row is not None else ""


def get_slip(session: Session, store_id: str, slip_id: str) -> DeliverySlipRow | None:
    row = session.get(DeliverySlipRow, slip_id)
    return row if row is not None and row.store_id == store_id else None


def get_slip_ids(session: Session, order_ids: list[str]) -> dict[str, str]:
    """Order -> its slip, of those that have one."""
    query = sa.select(_slips.c.order_id, _slips.c.id).where(_slips.c.order_id.in_(order_ids))
    return {row.order_id: row.id for row in session.connection().execute(query).all()}


def get(session: Session, order_ids: list[str]) -> dict[str, Delivery]:
    """Order -> what is known, and not erased yet, of how it gets to its customer."""
    query = sa.select(_deliveries).where(_deliveries.c.order_id.in_(order_ids))
    return {row.order_id: _read(row) for row in session.connection().execute(query).all()}


def erase(connection: Connection, before: datetime) -> int:
    """Forget who the customers were of orders that were over before an instant; returns how many orders' it was."""
    over_at = sa.func.coalesce(_orders.c.handed_over_at, _orders.c.cancelled_at, _orders.c.ready_at)
    is_over = sa.and_(_orders.c.status.in_(_OVER), over_at < before, _orders.c.due_at < before)
    over = sa.select(_orders.c.id).where(is_over)
    connection.execute(sa.update(_orders).where(is_over, _orders.c.note != "").values(note=""))
    return int(connection.execute(sa.delete(_deliveries).where(_deliveries.c.order_id.in_(over))).rowcount)


def _read(row: Any) -> Delivery:
    is_placed = row.latitude is not None and row.longitude is not None
    return Delivery(
        kind=DeliveryKind(row.kind) if row.kind else None,
        recipient_name=row.recipient_name,
        phone=row.phone,
        address_lines=list(row.address_lines),
        position=Position(latitude=row.latitude, longitude=row.longitude) if is_placed else None,
        route_note=row.route_note,
        handover_code=row.handover_code,
    )
