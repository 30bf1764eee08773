"""Every query on channels. Intake and events write plain SQL over the tables: they are the busy ones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlmodel import Session, col, select

from backend.catalog.models import BarcodeRow, ProductRow
from backend.channels.models import (
    ChannelEventRow,
    ChannelMessageRow,
    ChannelOrderRow,
    ChannelRow,
    ExceptionStatus,
    IntakeExceptionRow,
)
from backend.core.database import UtcDateTime
from backend.core.outbox_rows import DEAD, OutboxRow
from backend.core.statements import Statement, insert_unless_there
from backend.orders.models import OrderLineRow, OrderRow

Found = Any  # a row with its columns as attributes

_channels: sa.Table = ChannelRow.__table__  # type: ignore[attr-defined]
_messages: sa.Table = ChannelMessageRow.__table__  # type: ignore[attr-defined]
_channel_orders: sa.Table = ChannelOrderRow.__table__  # type: ignore[attr-defined]
_events: sa.Table = ChannelEventRow.__table__  # type: ignore[attr-defined]
_orders: sa.Table = OrderRow.__table__  # type: ignore[attr-defined]
_exceptions: sa.Table = IntakeExceptionRow.__table__  # type: ignore[attr-defined]
_outbox: sa.Table = OutboxRow.__table__  # type: ignore[attr-defined]
_lines: sa.Table = OrderLineRow.__table__  # type: ignore[attr-defined]
_products: sa.Table = ProductRow.__table__  # type: ignore[attr-defined]
_barcodes: sa.Table = BarcodeRow.__table__  # type: ignore[attr-defined]

_substitute_gtin = (
    sa.select(sa.func.min(_barcodes.c.gtin))
    .select_from(_barcodes.join(_products, _products.c.id == _barcodes.c.product_id))
    .where(_products.c.store_id == _lines.c.store_id, _products.c.sku == _lines.c.substitute_sku)
    .correlate(_lines)
    .scalar_subquery()
    .label("substitute_gtin")
)

_insert_message = Statement(sa.insert(_messages))
_insert_channel_order = insert_unless_there(_channel_orders, "store_id", "channel_id", "external_id")
_insert_event = Statement(sa.insert(_events))
_find_message = Statement(
    sa.select(_messages.c.request_hash, _messages.c.verdict, _messages.c.answer_status, _messages.c.answer).where(
        _messages.c.store_id == sa.bindparam("store_id"),
        _messages.c.channel_id == sa.bindparam("channel_id"),
        _messages.c.message_id == sa.bindparam("message_id"),
    )
)
_find_channel_order = Statement(
    sa.select(_channel_orders).where(
        _channel_orders.c.store_id == sa.bindparam("store_id"),
        _channel_orders.c.channel_id == sa.bindparam("channel_id"),
        _channel_orders.c.external_id == sa.bindparam("external_id"),
    )
)
_get_channel_order = Statement(sa.select(_channel_orders).where(_channel_orders.c.id == sa.bindparam("row_id")))
_next_sequence = Statement(
    sa.update(_channels)
    .where(_channels.c.id == sa.bindparam("this_channel"), _channels.c.store_id == sa.bindparam("this_store"))
    .values(last_sequence=_channels.c.last_sequence + 1)
    .returning(_channels.c.last_sequence, _channels.c.adapter, _channels.c.has_webhook)
)
_order_facts = Statement(
    sa.select(_orders.c.external_id, _orders.c.display_code, _orders.c.status).where(
        _orders.c.id == sa.bindparam("order_id"), _orders.c.store_id == sa.bindparam("store_id")
    )
)
_channel_names = Statement(
    sa.select(_channels.c.id, _channels.c.name).where(_channels.c.store_id == sa.bindparam("store_id"))
)
_enabled_channels = Statement(sa.select(_channels).where(_channels.c.is_enabled))
_events_after = Statement(
    sa.select(_events.c.sequence, _events.c.message)
    .where(
        _events.c.store_id == sa.bindparam("store_id"),
        _events.c.channel_id == sa.bindparam("channel_id"),
        _events.c.sequence > sa.bindparam("after"),
    )
    .order_by(_events.c.sequence)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
_acknowledge = Statement(
    sa.update(_channels)
    .where(
        _channels.c.id == sa.bindparam("this_channel"),
        _channels.c.store_id == sa.bindparam("this_store"),
        _channels.c.acknowledged_up_to < sa.bindparam("up_to"),
    )
    .values(acknowledged_up_to=sa.bindparam("up_to"))
)


# Channels


def get_channel(session: Session, channel_id: str) -> ChannelRow | None:
    return session.get(ChannelRow, channel_id)


def get_channels(session: Session) -> Sequence[ChannelRow]:
    return session.exec(select(ChannelRow).order_by(col(ChannelRow.id))).all()


def get_channels_of_store(session: Session, store_id: str) -> Sequence[ChannelRow]:
    return session.exec(select(ChannelRow).where(ChannelRow.store_id == store_id).order_by(col(ChannelRow.name))).all()


def get_channel_names(session: Session, store_id: str) -> dict[str, str]:
    """What people call the channels of a store, by id."""
    return {row.id: row.name for row in _channel_names.all(session.connection(), {"store_id": store_id})}


def find_enabled_channels(connection: Connection) -> list[Found]:
    """Every column of each channel that is switched on."""
    return _enabled_channels.all(connection, {})


# Messages


def find_message(connection: Connection, store_id: str, channel_id: str, message_id: str) -> Found | None:
    """(request_hash, verdict, answer_status, answer) of a message that came before."""
    key = {"store_id": store_id, "channel_id": channel_id, "message_id": message_id}
    return _find_message.one_or_none(connection, key)


def insert_message(connection: Connection, values: dict[str, Any]) -> None:
    _insert_message.run(connection, values)


def delete_messages_before(connection: Connection, instant: datetime) -> int:
    return int(connection.execute(sa.delete(_messages).where(_messages.c.received_at < instant)).rowcount)


# Orders as their channels name them


def find_channel_order(connection: Connection, store_id: str, channel_id: str, external_id: str) -> Found | None:
    key = {"store_id": store_id, "channel_id": channel_id, "external_id": external_id}
    return _find_channel_order.one_or_none(connection, key)


def get_channel_order(connection: Connection, row_id: str) -> Found:
    """Every column of a channel's order that is there."""
    return _get_channel_order.one(connection, {"row_id": row_id})


def insert_channel_order(connection: Connection, values: dict[str, Any]) -> bool:
    """False, and nothing is written, where the order is known already."""
    return _insert_channel_order.one_or_none(connection, values) is not None


def update_channel_order(connection: Connection, row_id: str, **values: Any) -> None:
    connection.execute(sa.update(_channel_orders).where(_channel_orders.c.id == row_id).values(**values))


def note_call(
    connection: Connection, store_id: str, channel_id: str, external_id: str, now: datetime, meets: str
) -> None:
    """When the channel last heard of an order, and when it heard that we accept it."""
    heard: dict[str, Any] = {"last_call_at": now}
    if meets == "accept":
        heard["accepted_at"] = sa.func.coalesce(_channel_orders.c.accepted_at, sa.bindparam("now", now, UtcDateTime))
    noting = sa.update(_channel_orders).where(
        _channel_orders.c.store_id == store_id,
        _channel_orders.c.channel_id == channel_id,
        _channel_orders.c.external_id == external_id,
    )
    connection.execute(noting.values(**heard))


def get_channel_orders(
    session: Session,
    store_id: str,
    channel_id: str,
    *,
    status: str | None = None,
    external_id: str | None = None,
    before: str | None = None,
    limit: int,
) -> Sequence[Found]:
    """What a channel sent, newest first, each with what the orders room knows of it. `before` is an external id."""
    shown_status = sa.func.coalesce(_orders.c.status, _channel_orders.c.status)
    query = (
        sa.select(
            _channel_orders.c.external_id,
            _channel_orders.c.status.label("intake_status"),
            _channel_orders.c.reason,
            _channel_orders.c.received_at,
            _orders.c.id.label("order_id"),
            _orders.c.status.label("order_status"),
            _orders.c.display_code,
            _orders.c.due_at,
            _orders.c.ready_at,
            _orders.c.cancel_reason,
        )
        .outerjoin(
            _orders,
            sa.and_(
                _orders.c.store_id == _channel_orders.c.store_id,
                _orders.c.channel_id == _channel_orders.c.channel_id,
                _orders.c.external_id == _channel_orders.c.external_id,
            ),
        )
        .where(_channel_orders.c.store_id == store_id, _channel_orders.c.channel_id == channel_id)
        .order_by(_channel_orders.c.id.desc())
        .limit(limit)
    )
    if status is not None:
        query = query.where(shown_status == status)
    if external_id is not None:
        query = query.where(_channel_orders.c.external_id == external_id)
    if before is not None:
        edge = sa.select(_channel_orders.c.id).where(
            _channel_orders.c.store_id == store_id,
            _channel_orders.c.channel_id == channel_id,
            _channel_orders.c.external_id == before,
        )
        query = query.where(_channel_orders.c.id < edge.scalar_subquery())
    return session.connection().execute(query).all()


def find_order_facts(connection: Connection, store_id: str, order_id: str) -> Found | None:
    """(external_id, display_code, status) of an accepted order."""
    return _order_facts.one_or_none(connection, {"order_id": order_id, "store_id": store_id})


def find_order_id(connection: Connection, store_id: str, channel_id: str, external_id: str) -> str | None:
    """Our id of an accepted order, by the channel's own name for it."""
    query = sa.select(_orders.c.id).where(
        _orders.c.store_id == store_id, _orders.c.channel_id == channel_id, _orders.c.external_id == external_id
    )
    return connection.execute(query).scalar_one_or_none()


def find_line_id(connection: Connection, order_id: str, external_line_id: str) -> str | None:
    """Our id of a line, by the channel's own name for it."""
    query = sa.select(_lines.c.id).where(_lines.c.order_id == order_id, _lines.c.external_line_id == external_line_id)
    return connection.execute(query).scalar_one_or_none()


def get_order_lines(connection: Connection, order_id: str) -> Sequence[Found]:
    query = (
        sa.select(
            _lines.c.external_line_id,
            _lines.c.sku,
            _lines.c.unit,
            _lines.c.quantity_ordered,
            _lines.c.quantity_picked,
            _lines.c.status,
            _lines.c.short_reason,
            _lines.c.wish,
            _lines.c.quantity_substituted,
            _lines.c.substitute_sku,
            _substitute_gtin,
            _lines.c.proposal_id,
        )
        .where(_lines.c.order_id == order_id)
        .order_by(_lines.c.position)
    )
    return connection.execute(query).all()


# Exceptions


def get_exception(session: Session, store_id: str, exception_id: str) -> IntakeExceptionRow | None:
    query = select(IntakeExceptionRow).where(
        IntakeExceptionRow.id == exception_id, IntakeExceptionRow.store_id == store_id
    )
    return session.exec(query).one_or_none()


def get_open_exception(session: Session, store_id: str, channel_id: str, external_id: str) -> IntakeExceptionRow | None:
    query = select(IntakeExceptionRow).where(
        IntakeExceptionRow.store_id == store_id,
        IntakeExceptionRow.channel_id == channel_id,
        IntakeExceptionRow.external_id == external_id,
        IntakeExceptionRow.status == ExceptionStatus.OPEN,
    )
    return session.exec(query).one_or_none()


def get_exceptions(session: Session, store_id: str, *, status: str | None, limit: int) -> Sequence[IntakeExceptionRow]:
    """The exceptions of a store, the longest waiting first."""
    query = select(IntakeExceptionRow).where(IntakeExceptionRow.store_id == store_id)
    if status:
        query = query.where(IntakeExceptionRow.status == status)
    return session.exec(query.order_by(col(IntakeExceptionRow.created_at)).limit(limit)).all()


def erase_closed_exceptions(connection: Connection, before: datetime) -> None:
    """What the orders said that nobody waits for any more."""
    is_closed = sa.and_(_exceptions.c.closed_at < before, _exceptions.c.incoming != "")
    connection.execute(sa.update(_exceptions).where(is_closed).values(incoming=""))


def count_open_exceptions(session: Session, store_id: str) -> dict[str, int]:
    """How many orders of each channel wait for a supervisor."""
    query = (
        select(IntakeExceptionRow.channel_id, sa.func.count())
        .where(IntakeExceptionRow.store_id == store_id, IntakeExceptionRow.status == ExceptionStatus.OPEN)
        .group_by(col(IntakeExceptionRow.channel_id))
    )
    return {channel_id: int(count) for channel_id, count in session.exec(query).all()}


# Events


def next_sequence(connection: Connection, store_id: str, channel_id: str) -> Found:
    """Take the next number of a channel's stream: (last_sequence, adapter, has_webhook). Locks the channel's row, so
    that two nodes never take the same number and never leave a gap.
    """
    return _next_sequence.one(connection, {"this_channel": channel_id, "this_store": store_id})


def insert_event(connection: Connection, values: dict[str, Any]) -> None:
    _insert_event.run(connection, values)


def find_events_after(connection: Connection, store_id: str, channel_id: str, sequence: int, limit: int) -> list[Found]:
    """(sequence, message) of what comes after a number of a channel's stream, in order."""
    values = {"store_id": store_id, "channel_id": channel_id, "after": sequence, "limit": limit}
    return _events_after.all(connection, values)


def acknowledge_events(connection: Connection, store_id: str, channel_id: str, sequence: int) -> None:
    """Move the acknowledged mark forward; never back."""
    _acknowledge.run(connection, {"this_channel": channel_id, "this_store": store_id, "up_to": sequence})


# Undelivered calls: rows of the outbox that are ours, by the channel their partition begins with


def get_dead_letters(
    connection: Connection, channel_ids: Sequence[str], topics: Sequence[str], limit: int
) -> list[dict[str, Any]]:
    """The newest undelivered calls of these channels."""
    query = sa.select(_outbox).where(*_is_dead(topics)).order_by(_outbox.c.sequence.desc())
    found: list[dict[str, Any]] = []
    for row in connection.execute(query.where(_is_of(channel_ids)).limit(limit)).all():
        body = json.loads(row.body)
        asked = {"operation": "webhook" if "sequence" in body else "fetch", "external_id": body.get("external_id", "")}
        call = body.get("call", asked)
        found.append(
            {
                "id": row.id,
                "channel_id": body["channel_id"],
                "external_id": call["external_id"],
                "operation": call["operation"],
                "attempts": row.attempts,
                "error": row.last_error or "",
                "created_at": row.created_at,
                "dead_at": row.dead_at,
            }
        )
    return found


def count_dead_letters(connection: Connection, channel_id: str, topics: Sequence[str]) -> int:
    query = sa.select(sa.func.count()).select_from(_outbox).where(*_is_dead(topics), _is_of([channel_id]))
    return int(connection.execute(query).scalar_one())


def is_dead_letter_of(connection: Connection, job_id: str, channel_ids: Sequence[str], topics: Sequence[str]) -> bool:
    query = sa.select(_outbox.c.id).where(_outbox.c.id == job_id, *_is_dead(topics), _is_of(channel_ids))
    return connection.execute(query).one_or_none() is not None


def get_waiting_bodies(connection: Connection, topic: str, partition: str) -> list[str]:
    """The bodies of what waits for its turn or is under way."""
    query = sa.select(_outbox.c.body).where(
        _outbox.c.topic == topic, _outbox.c.partition == partition, _outbox.c.state != DEAD
    )
    return [row.body for row in connection.execute(query).all()]


def _is_dead(topics: Sequence[str]) -> tuple[sa.ColumnElement[bool], ...]:
    return (_outbox.c.state == DEAD, _outbox.c.topic.in_(topics))


def _is_of(channel_ids: Sequence[str]) -> sa.ColumnElement[bool]:
    starts = [_outbox.c.partition.startswith(f"{channel_id}:", autoescape=True) for channel_id in channel_ids]
    return sa.or_(sa.false(), *starts)
