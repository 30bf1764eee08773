"""Every query on orders. Intake and picked lines write plain SQL over the same tables: they are the busy ones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlmodel import Session, col, select

from backend.core.database import UtcDateTime
from backend.core.statements import DIALECTS, Statement, insert_unless_there, listed
from backend.orders.models import OrderLineRow, OrderLineStatus, OrderRow, OrderStatus

_orders: sa.Table = OrderRow.__table__  # type: ignore[attr-defined]
_lines: sa.Table = OrderLineRow.__table__  # type: ignore[attr-defined]
_insert_order = insert_unless_there(_orders, "store_id", "channel_id", "external_id")
_insert_line = Statement(sa.insert(_lines))
_find = Statement(
    sa.select(_orders.c.id, _orders.c.status).where(
        _orders.c.store_id == sa.bindparam("store_id"),
        _orders.c.channel_id == sa.bindparam("channel_id"),
        _orders.c.external_id == sa.bindparam("external_id"),
    )
)
_find_waiting = Statement(
    sa.select(
        sa.func.count().label("orders"),
        sa.func.min(_orders.c.due_at).label("first_due_at"),
        sa.func.min(_orders.c.accepted_at).label("oldest_accepted_at"),
        sa.func.max(_orders.c.accepted_at).label("newest_accepted_at"),
    ).where(_orders.c.store_id == sa.bindparam("store_id"), _orders.c.status == sa.bindparam("status"))
)
_find_for_plan = Statement(
    sa.select(_orders.c.id, _orders.c.display_code, _orders.c.due_at, _orders.c.accepted_at)
    .where(_orders.c.store_id == sa.bindparam("store_id"), _orders.c.status == sa.bindparam("status"))
    .order_by(_orders.c.due_at, _orders.c.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
    .offset(sa.bindparam("after", type_=sa.Integer))
)
_find_lines_for_plan = Statement(
    {
        dialect: sa.select(
            _lines.c.order_id, _lines.c.id, _lines.c.product_id, _lines.c.unit, _lines.c.quantity_ordered, _lines.c.note
        )
        .where(_lines.c.order_id.in_(listed("order_ids", dialect)))
        .order_by(_lines.c.order_id, _lines.c.position)
        for dialect in DIALECTS
    }
)
_moved = (_orders.c.id, _orders.c.store_id, _orders.c.channel_id)
_move = {
    (before, after): Statement(
        {
            dialect: sa.update(_orders)
            .where(_orders.c.id.in_(listed("order_ids", dialect)), _orders.c.status == before.value)
            .values(
                {"status": sa.literal(after.value)}
                | ({instant: sa.bindparam("at", type_=UtcDateTime)} if instant is not None else {})
            )
            .returning(*_moved)
            for dialect in DIALECTS
        }
    )
    for before, after, instant in (
        (OrderStatus.ACCEPTED, OrderStatus.PLANNED, None),
        (OrderStatus.PLANNED, OrderStatus.PICKING, "picking_started_at"),
    )
}
_find_outcomes = Statement(
    {
        dialect: sa.select(
            _lines.c.order_id,
            _lines.c.status,
            _lines.c.unit,
            _lines.c.quantity_ordered,
            _lines.c.quantity_picked,
            _lines.c.quantity_substituted,
            _lines.c.tolerance_percent,
        ).where(_lines.c.order_id.in_(listed("order_ids", dialect)))
        for dialect in DIALECTS
    }
)
_find_line = Statement(
    sa.select(
        _lines.c.id.label("order_line_id"),
        _lines.c.order_id,
        _lines.c.external_line_id,
        _lines.c.sku,
        _lines.c.unit,
        _lines.c.quantity_ordered,
        _orders.c.store_id,
        _orders.c.channel_id,
    )
    .join(_orders, _orders.c.id == _lines.c.order_id)
    .where(_lines.c.id == sa.bindparam("order_line_id"), _orders.c.store_id == sa.bindparam("store_id"))
)
_find_tolerance = Statement(sa.select(_lines.c.tolerance_percent).where(_lines.c.id == sa.bindparam("order_line_id")))
_channel_of_line = (
    sa.select(_orders.c.channel_id).where(_orders.c.id == _lines.c.order_id).correlate(_lines).scalar_subquery()
)
_settle_line = Statement(
    sa.update(_lines)
    .where(_lines.c.id == sa.bindparam("this_line"), _lines.c.store_id == sa.bindparam("this_store"))
    .values(
        status=sa.bindparam("new_status"),
        quantity_picked=sa.bindparam("new_quantity_picked"),
        short_reason=sa.bindparam("new_short_reason"),
    )
    .returning(
        _lines.c.id.label("order_line_id"),
        _lines.c.order_id,
        _lines.c.external_line_id,
        _lines.c.sku,
        _lines.c.unit,
        _lines.c.quantity_ordered,
        _lines.c.store_id,
        _channel_of_line.label("channel_id"),
    )
)
_settle_substituted = Statement(
    sa.update(_lines)
    .where(_lines.c.id == sa.bindparam("this_line"))
    .values(
        {
            name: sa.bindparam(f"new_{name}")
            for name in (
                *("status", "quantity_picked", "quantity_substituted"),
                *("short_reason", "substitute_sku", "proposal_id"),
            )
        }
    )
)


def find_id(connection: Connection, store_id: str, channel_id: str, external_id: str) -> tuple[str, str] | None:
    """(id, status) of an order by the channel's own name for it."""
    key = {"store_id": store_id, "channel_id": channel_id, "external_id": external_id}
    row = _find.one_or_none(connection, key)
    return (row.id, row.status) if row else None


def insert_order(connection: Connection, order: dict[str, Any]) -> bool:
    """False, and nothing is written, where the channel has sent it before."""
    return _insert_order.one_or_none(connection, order) is not None


def insert_lines(connection: Connection, lines: list[dict[str, Any]]) -> None:
    _insert_line.run_all(connection, lines)


def delete_lines(connection: Connection, order_id: str) -> None:
    """Every line of an order nobody has planned a walk for."""
    connection.execute(sa.delete(_lines).where(_lines.c.order_id == order_id))


def get_line_facts(connection: Connection, store_id: str, order_line_id: str) -> dict[str, Any]:
    """What a line's events say of it, besides what was picked: its order, channel, product and quantity ordered."""
    facts: dict[str, Any] = _find_line.one(connection, {"store_id": store_id, "order_line_id": order_line_id})._asdict()
    return facts


def find_tolerance(connection: Connection, order_line_id: str) -> int:
    """By how many percent weighed goods of this line may differ from what was ordered."""
    return int(_find_tolerance.one(connection, {"order_line_id": order_line_id}).tolerance_percent)


def settle_line(
    connection: Connection,
    store_id: str,
    order_line_id: str,
    *,
    status: OrderLineStatus,
    quantity_picked: int,
    short_reason: str | None = None,
) -> dict[str, Any]:
    """What a picker made of a line. Returns its facts, as `get_line_facts` does."""
    values = {
        "this_line": order_line_id,
        "this_store": store_id,
        "new_status": status.value,
        "new_quantity_picked": quantity_picked,
        "new_short_reason": short_reason,
    }
    facts: dict[str, Any] = _settle_line.one(connection, values)._asdict()
    return facts


def settle_substituted(
    connection: Connection,
    order_line_id: str,
    *,
    status: OrderLineStatus,
    quantity_picked: int,
    quantity_substituted: int,
    short_reason: str | None,
    substitute_sku: str | None,
    proposal_id: str | None,
) -> None:
    """What a picker, and then a shopper, made of a line whose product was missing."""
    values = {
        "this_line": order_line_id,
        "new_status": status.value,
        "new_quantity_picked": quantity_picked,
        "new_quantity_substituted": quantity_substituted,
        "new_short_reason": short_reason,
        "new_substitute_sku": substitute_sku,
        "new_proposal_id": proposal_id,
    }
    _settle_substituted.run(connection, values)


def get_order(session: Session, store_id: str, order_id: str) -> OrderRow | None:
    return session.exec(select(OrderRow).where(OrderRow.id == order_id, OrderRow.store_id == store_id)).one_or_none()


def get_by_external_id(session: Session, store_id: str, channel_id: str, external_id: str) -> OrderRow | None:
    query = select(OrderRow).where(
        OrderRow.store_id == store_id, OrderRow.channel_id == channel_id, OrderRow.external_id == external_id
    )
    return session.exec(query).one_or_none()


def get_orders(session: Session, order_ids: Sequence[str]) -> Sequence[OrderRow]:
    return session.exec(select(OrderRow).where(col(OrderRow.id).in_(order_ids))).all()


def find_waiting(connection: Connection, store_id: str) -> Any:
    """(orders, first_due_at, oldest_accepted_at, newest_accepted_at) of the orders that no trolley has yet."""
    return _find_waiting.one(connection, {"store_id": store_id, "status": OrderStatus.ACCEPTED.value})


def get_waiting_for_plan(session: Session, store_id: str, limit: int, offset: int = 0) -> Sequence[Any]:
    """(id, display_code, due_at, accepted_at) of orders no trolley has, the most pressing first, after `offset`."""
    given = {"store_id": store_id, "status": OrderStatus.ACCEPTED.value, "most": limit, "after": offset}
    return _find_for_plan.all(session.connection(), given)


def move_orders(
    connection: Connection, order_ids: Sequence[str], before: OrderStatus, after: OrderStatus, at: datetime
) -> list[Any]:
    """Take those of the orders a step further that are at `before`; (id, store_id, channel_id) of each, by id."""
    moved = _move[before, after].all(connection, {"order_ids": json.dumps(list(order_ids)), "at": at})
    return sorted(moved, key=attrgetter("id"))


def find_outcomes(connection: Connection, order_ids: Sequence[str]) -> Sequence[Any]:
    """(order_id, status, unit, quantity_ordered, quantity_picked, quantity_substituted) of several orders' lines."""
    return _find_outcomes.all(connection, {"order_ids": json.dumps(list(order_ids))})


def find_line_ids(connection: Connection, order_ids: Sequence[str]) -> set[str]:
    query = sa.select(_lines.c.id).where(_lines.c.order_id.in_(order_ids))
    return set(connection.execute(query).scalars())


def get_lines_for_plan(session: Session, order_ids: Sequence[str]) -> Sequence[Any]:
    """(order_id, id, product_id, unit, quantity_ordered, note) of several orders' lines, by order and position."""
    return _find_lines_for_plan.all(session.connection(), {"order_ids": json.dumps(list(order_ids))})


def get_of_channel(
    session: Session, store_id: str, channel_id: str, *, status: str | None, since: datetime | None, limit: int
) -> Sequence[OrderRow]:
    """A channel's orders, newest first."""
    query = select(OrderRow).where(OrderRow.store_id == store_id, OrderRow.channel_id == channel_id)
    if status:
        query = query.where(OrderRow.status == status)
    if since:
        query = query.where(col(OrderRow.accepted_at) >= since)
    return session.exec(query.order_by(col(OrderRow.accepted_at).desc()).limit(limit)).all()


def cancel_open_lines(session: Session, order_id: str) -> None:
    session.execute(
        sa.update(_lines)
        .where(
            _lines.c.order_id == order_id,
            _lines.c.status.in_([OrderLineStatus.OPEN, OrderLineStatus.PROPOSED]),
        )
        .values(status=OrderLineStatus.CANCELLED)
    )
