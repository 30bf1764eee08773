"""Every query of the board: a fixed number of them, however many orders there are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from backend.core.journal import JournalRow
from backend.core.outbox_rows import DEAD, OutboxRow
from backend.orders.models import OrderLineRow, OrderLineStatus, OrderRow, OrderStatus
from backend.picking.models import PickListRow, PickRow, ToteRow
from shared.picking import PickListStatus, PickStatus
from shared.products import UnitOfMeasure

ORDERS_SHOWN_MAX = 500
DEAD_LETTERS_READ_MAX = 200
DUE_BEFORE_READY_MAX = timedelta(days=2)
OPEN = (OrderStatus.ACCEPTED, OrderStatus.PLANNED, OrderStatus.PICKING)
_DONE = (PickStatus.PICKED, PickStatus.SHORT, PickStatus.PROPOSED, PickStatus.SUBSTITUTED)
_LINES_DONE = (
    *(OrderLineStatus.PICKED, OrderLineStatus.SHORT),
    *(OrderLineStatus.PROPOSED, OrderLineStatus.SUBSTITUTED),
)


@dataclass(frozen=True, slots=True)
class LineCounts:
    total: int = 0
    done: int = 0
    short: int = 0


@dataclass(frozen=True, slots=True)
class Metres:
    """How far today's finished walks were together, with how many lines, and with a walk for each order instead."""

    walked_m: float = 0.0
    one_order_per_walk_m: float = 0.0
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Walk:
    """One pick list of today: how long it has been walked and what came of it. Weighed goods count as one unit."""

    picker_id: str
    started_at: datetime
    ended_at: datetime
    lines: int
    units: int

    @property
    def hours(self) -> float:
        return max(0.0, (self.ended_at - self.started_at).total_seconds() / 3600)


def get_orders(session: Session, store_id: str, ready_since: datetime) -> Sequence[OrderRow]:
    """Open orders and those ready since then, most pressing first."""
    return session.exec(
        select(OrderRow)
        .where(col(OrderRow.id).in_(_shown(store_id, ready_since)))
        .order_by(col(OrderRow.due_at), col(OrderRow.id))
    ).all()


def count_lines(session: Session, store_id: str, ready_since: datetime) -> Mapping[str, LineCounts]:
    """Lines of the same orders, cancelled ones left out."""
    is_done = col(OrderLineRow.status).in_(_LINES_DONE)
    query = (
        sa.select(
            col(OrderLineRow.order_id),
            sa.func.count(),
            sa.func.sum(sa.case((is_done, 1), else_=0)),
            sa.func.sum(sa.case((col(OrderLineRow.status) == OrderLineStatus.SHORT, 1), else_=0)),
        )
        .where(
            col(OrderLineRow.order_id).in_(_shown(store_id, ready_since)),
            col(OrderLineRow.status) != OrderLineStatus.CANCELLED,
        )
        .group_by(col(OrderLineRow.order_id))
    )
    rows = session.connection().execute(query).all()
    return {order_id: LineCounts(int(total), int(done), int(short)) for order_id, total, done, short in rows}


def get_pick_lists(session: Session, store_id: str, ready_since: datetime) -> Mapping[str, PickListRow]:
    """The pick list of each of the same orders that has one."""
    query = (
        select(ToteRow.order_id, PickListRow)
        .join(PickListRow, col(PickListRow.id) == col(ToteRow.pick_list_id))
        .where(col(ToteRow.order_id).in_(_shown(store_id, ready_since)))
    )
    return dict(session.exec(query).all())


def get_pick_lists_under_way(session: Session, store_id: str) -> Mapping[str, str]:
    """Who walks with which pick list now."""
    query = select(PickListRow.picker_id, PickListRow.id).where(
        PickListRow.store_id == store_id,
        PickListRow.status == PickListStatus.PICKING,
        col(PickListRow.left_at).is_(None),
    )
    return {picker_id: pick_list_id for picker_id, pick_list_id in session.exec(query).all() if picker_id}


def get_walks(session: Session, store_id: str, due_since: datetime) -> list[Walk]:
    """Every walk begun for a pick list due since then, with at least one line done."""
    is_done = col(PickRow.status).in_(_DONE)
    units = sa.case(
        (col(PickRow.unit) == UnitOfMeasure.EACH, col(PickRow.quantity_picked)),
        (col(PickRow.quantity_picked) > 0, 1),
        else_=0,
    )
    query = (
        sa.select(
            col(PickListRow.picker_id),
            col(PickListRow.started_at),
            col(PickListRow.finished_at),
            sa.func.max(col(PickRow.done_at)),
            sa.func.count(),
            sa.func.sum(units),
        )
        .join(PickListRow, col(PickListRow.id) == col(PickRow.pick_list_id))
        .where(*_walked(store_id, due_since), is_done)
        .group_by(col(PickListRow.id))
    )
    return [
        Walk(picker_id, started_at, finished_at or last_done_at, int(lines), int(units))
        for picker_id, started_at, finished_at, last_done_at, lines, units in session.connection().execute(query)
        if picker_id and started_at
    ]


def sum_metres(session: Session, store_id: str, due_since: datetime) -> Metres:
    """Of the walks brought back whose pick list was due since then; lines that were cancelled are not counted."""
    is_back = (*_walked(store_id, due_since), col(PickListRow.status) == PickListStatus.FINISHED)
    lengths = sa.select(sa.func.sum(col(PickListRow.walk_m)), sa.func.sum(col(PickListRow.one_order_per_walk_m))).where(
        *is_back
    )
    lines = (
        sa.select(sa.func.count(col(PickRow.id)))
        .join(PickListRow, col(PickListRow.id) == col(PickRow.pick_list_id))
        .where(*is_back, col(PickRow.status).in_(_DONE))
    )
    connection = session.connection()
    walked_m, one_order_per_walk_m = connection.execute(lengths).one()
    return Metres(float(walked_m or 0), float(one_order_per_walk_m or 0), int(connection.execute(lines).scalar_one()))


def count_shorts(session: Session, store_id: str, due_since: datetime) -> Mapping[str, int]:
    """Short picks by reason, of pick lists due since then."""
    query = (
        sa.select(col(PickRow.short_reason), sa.func.count())
        .join(PickListRow, col(PickListRow.id) == col(PickRow.pick_list_id))
        .where(*_walked(store_id, due_since), col(PickRow.status) == PickStatus.SHORT)
        .group_by(col(PickRow.short_reason))
    )
    return {reason: int(count) for reason, count in session.connection().execute(query) if reason}


def count_punctual(session: Session, store_id: str, due_since: datetime, now: datetime) -> tuple[int, int, int]:
    """Of orders due since then: (ready in time, ready, overdue and still not ready)."""
    is_ready = col(OrderRow.status).in_([OrderStatus.READY, OrderStatus.HANDED_OVER])
    is_in_time = sa.and_(is_ready, col(OrderRow.ready_at) <= col(OrderRow.due_at))
    is_overdue = sa.and_(sa.not_(is_ready), col(OrderRow.due_at) < now)
    query = sa.select(*(sa.func.sum(sa.case((which, 1), else_=0)) for which in (is_in_time, is_ready, is_overdue)))
    row = (
        session.connection()
        .execute(
            query.where(
                col(OrderRow.store_id) == store_id,
                col(OrderRow.status).in_([*OPEN, OrderStatus.READY, OrderStatus.HANDED_OVER]),
                col(OrderRow.due_at) >= due_since,
            )
        )
        .one()
    )
    return int(row[0] or 0), int(row[1] or 0), int(row[2] or 0)


def get_dead_letters(session: Session, store_id: str, channel_ids: Sequence[str]) -> list[OutboxRow]:
    """Deliveries given up, newest first; whose they are stands in their body."""
    query = select(OutboxRow).where(OutboxRow.state == DEAD).order_by(col(OutboxRow.sequence).desc())
    rows = session.exec(query.limit(DEAD_LETTERS_READ_MAX)).all()
    return [row for row in rows if _is_of_store(json.loads(row.body), store_id, channel_ids)]


def get_newest_sequences(session: Session, store_ids: Sequence[str]) -> Mapping[str, int]:
    """How far each store's journal has come."""
    query = (
        sa.select(col(JournalRow.store_id), sa.func.max(col(JournalRow.sequence)))
        .where(col(JournalRow.store_id).in_(store_ids))
        .group_by(col(JournalRow.store_id))
    )
    return {store_id: sequence for store_id, sequence in session.connection().execute(query) if sequence}


def _shown(store_id: str, ready_since: datetime) -> sa.Select[tuple[str]]:
    """Ids of the orders on the board."""
    is_here = col(OrderRow.store_id) == store_id
    is_lately_ready = sa.and_(
        is_here,
        col(OrderRow.status) == OrderStatus.READY,
        col(OrderRow.due_at) >= ready_since - DUE_BEFORE_READY_MAX,  # lets the index leave out the years before
        col(OrderRow.ready_at) >= ready_since,
    )
    chosen = (
        sa.select(col(OrderRow.id))
        .where(sa.or_(sa.and_(is_here, col(OrderRow.status).in_(OPEN)), is_lately_ready))
        .order_by(col(OrderRow.due_at), col(OrderRow.id))
        .limit(ORDERS_SHOWN_MAX)
    )
    return sa.select(chosen.subquery().c.id)


def _walked(store_id: str, due_since: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        col(PickListRow.store_id) == store_id,
        col(PickListRow.status).in_([PickListStatus.PICKING, PickListStatus.FINISHED]),
        col(PickListRow.due_at) >= due_since,
    )


def _is_of_store(body: dict[str, Any], store_id: str, channel_ids: Sequence[str]) -> bool:
    return body.get("store_id") == store_id or body.get("channel_id") in channel_ids
