"""Every query of the hand-over desk."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col, select

from backend.handover.models import HandOverRow
from backend.orders.models import OrderLineRow, OrderRow, OrderStatus

WAITING_MAX = 500


def get_proof(session: Session, order_id: str) -> HandOverRow | None:
    return session.get(HandOverRow, order_id)


def get_waiting(session: Session, store_id: str) -> Sequence[OrderRow]:
    """Orders that are packed and not fetched yet, the most pressing first."""
    query = select(OrderRow).where(OrderRow.store_id == store_id, OrderRow.status == OrderStatus.READY)
    return session.exec(query.order_by(col(OrderRow.due_at), col(OrderRow.id)).limit(WAITING_MAX)).all()


def get_given_product_ids(session: Session, order_ids: Sequence[str]) -> dict[str, set[str]]:
    """Order -> the ordered products of which something lies in its bags."""
    query = select(OrderLineRow.order_id, OrderLineRow.product_id).where(
        col(OrderLineRow.order_id).in_(order_ids),
        sa.or_(col(OrderLineRow.quantity_picked) > 0, col(OrderLineRow.quantity_substituted) > 0),
    )
    given: dict[str, set[str]] = {}
    for order_id, product_id in session.exec(query).all():
        given.setdefault(order_id, set()).add(product_id)
    return given
