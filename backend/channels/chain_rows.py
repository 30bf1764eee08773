"""What must be known of a chain's stores to choose one: read only where a channel belongs to a chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from backend.catalog.models import SoldOutRow
from backend.channels.models import ChannelRow
from backend.orders.models import OrderRow, OrderStatus
from backend.people.models import PersonRow, Role, ShiftRow
from backend.stores.models import StoreRow

_channels: sa.Table = ChannelRow.__table__  # type: ignore[attr-defined]
_orders: sa.Table = OrderRow.__table__  # type: ignore[attr-defined]
_people: sa.Table = PersonRow.__table__  # type: ignore[attr-defined]
_shifts: sa.Table = ShiftRow.__table__  # type: ignore[attr-defined]
_sold_out: sa.Table = SoldOutRow.__table__  # type: ignore[attr-defined]
_stores: sa.Table = StoreRow.__table__  # type: ignore[attr-defined]
_OPEN = (OrderStatus.ACCEPTED, OrderStatus.PLANNED, OrderStatus.PICKING)


def get_channels(connection: Connection, channel_id: str, chain: str) -> list[Any]:
    """(id, store_id) of a channel and of every other of its chain that is switched on, one for each store."""
    is_own = _channels.c.id == channel_id
    is_wanted = is_own
    if chain:
        adapter = sa.select(_channels.c.adapter).where(is_own).scalar_subquery()
        is_of_chain = _channels.c.settings["chain"].as_string() == chain
        is_wanted = is_own | (_channels.c.is_enabled & (_channels.c.adapter == adapter) & is_of_chain)
    query = sa.select(_channels.c.id, _channels.c.store_id).where(is_wanted).order_by(is_own.desc(), _channels.c.id)
    found: dict[str, Any] = {}
    for row in connection.execute(query).all():
        found.setdefault(row.store_id, row)
    return list(found.values())


def get_stores(connection: Connection, store_ids: Sequence[str]) -> Mapping[str, Any]:
    """(id, name, latitude, longitude) of each, by id."""
    query = sa.select(_stores.c.id, _stores.c.name, _stores.c.latitude, _stores.c.longitude)
    return {row.id: row for row in connection.execute(query.where(_stores.c.id.in_(store_ids))).all()}


def count_open_orders(connection: Connection, store_id: str, due_at: datetime) -> int:
    """Orders that are due no later and are not picked yet."""
    query = sa.select(sa.func.count()).where(
        _orders.c.store_id == store_id, _orders.c.status.in_(_OPEN), _orders.c.due_at <= due_at
    )
    return int(connection.execute(query).scalar_one())


def count_pickers(connection: Connection, store_id: str) -> int:
    """On shift now."""
    query = (
        sa.select(sa.func.count())
        .select_from(_shifts.join(_people, _people.c.id == _shifts.c.person_id))
        .where(_shifts.c.store_id == store_id, _shifts.c.ended_at.is_(None), _people.c.role == Role.PICKER)
    )
    return int(connection.execute(query).scalar_one())


def measure_order_s(connection: Connection, store_id: str, since: datetime) -> float | None:
    """How long a picker had an order on their trolley, on average since an instant. None where none was finished.

    Orders that share a trolley count whole, so that this errs on the slow side.
    """
    query = sa.select(_orders.c.picking_started_at, _orders.c.ready_at).where(
        _orders.c.store_id == store_id, _orders.c.ready_at >= since, _orders.c.picking_started_at.is_not(None)
    )
    rows = connection.execute(query.order_by(_orders.c.ready_at.desc()).limit(200)).all()
    return sum((row.ready_at - row.picking_started_at).total_seconds() for row in rows) / len(rows) if rows else None


def find_sold_out(connection: Connection, store_id: str, product_ids: Sequence[str]) -> set[str]:
    query = sa.select(_sold_out.c.product_id).where(
        _sold_out.c.store_id == store_id, _sold_out.c.product_id.in_(product_ids)
    )
    return set(connection.execute(query).scalars())
