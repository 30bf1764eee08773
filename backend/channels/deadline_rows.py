"""Every query on deadlines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlmodel import Session, col, select

from backend.channels.models import ChannelDeadlineRow, DeadlineStatus
from backend.core import statements

_table: sa.Table = ChannelDeadlineRow.__table__  # type: ignore[attr-defined]
_insert = statements.insert_unless_there(_table, "store_id", "channel_id", "external_id", "kind")


def insert_unless_there(connection: Connection, row: ChannelDeadlineRow) -> bool:
    """False, and nothing is written, where this limit of this order is known already."""
    return _insert.one_or_none(connection, row.model_dump()) is not None


def get(session: Session, store_id: str, deadline_id: str) -> ChannelDeadlineRow | None:
    query = select(ChannelDeadlineRow).where(
        ChannelDeadlineRow.id == deadline_id, ChannelDeadlineRow.store_id == store_id
    )
    return session.exec(query).one_or_none()


def close(
    connection: Connection,
    store_id: str,
    channel_id: str,
    external_id: str,
    status: DeadlineStatus,
    now: datetime,
    kind: str = "",
) -> None:
    """Close an order's open limits, or one of them."""
    closing = sa.update(_table).where(
        _table.c.store_id == store_id,
        _table.c.channel_id == channel_id,
        _table.c.external_id == external_id,
        _table.c.closed_at.is_(None),
    )
    if kind:
        closing = closing.where(_table.c.kind == kind)
    connection.execute(closing.values(status=status.value, closed_at=now))


def get_open(session: Session, store_id: str, limit: int) -> Sequence[ChannelDeadlineRow]:
    """What is waited for, the most pressing first."""
    query = select(ChannelDeadlineRow).where(
        ChannelDeadlineRow.store_id == store_id, col(ChannelDeadlineRow.closed_at).is_(None)
    )
    return session.exec(query.order_by(col(ChannelDeadlineRow.expires_at)).limit(limit)).all()


def get_pressing(session: Session, store_id: str, missed_since: datetime, limit: int) -> Sequence[ChannelDeadlineRow]:
    """What a person must look at: limits nothing can be done about by itself, and those missed since then."""
    is_pressing = sa.and_(
        col(ChannelDeadlineRow.closed_at).is_(None), col(ChannelDeadlineRow.status) == DeadlineStatus.PRESSING
    )
    is_missed = sa.and_(
        col(ChannelDeadlineRow.closed_at) >= missed_since, col(ChannelDeadlineRow.status) == DeadlineStatus.MISSED
    )
    query = select(ChannelDeadlineRow).where(ChannelDeadlineRow.store_id == store_id, sa.or_(is_pressing, is_missed))
    return session.exec(query.order_by(col(ChannelDeadlineRow.expires_at)).limit(limit)).all()
