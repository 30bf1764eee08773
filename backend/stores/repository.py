"""Every query on stores and locations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlmodel import Session, col, select

from backend.core.database import UtcDateTime
from backend.core.statements import Statement
from backend.stores.models import BlockedAisleRow, LocationRow, StoreRow

_locations: sa.Table = LocationRow.__table__  # type: ignore[attr-defined]
_stores: sa.Table = StoreRow.__table__  # type: ignore[attr-defined]
_blocked: sa.Table = BlockedAisleRow.__table__  # type: ignore[attr-defined]
_floor_digest = Statement(sa.select(_stores.c.floor_digest).where(_stores.c.id == sa.bindparam("store_id")))
_facts = Statement(
    sa.select(
        _stores.c.name,
        _stores.c.languages,
        _stores.c.weighed_rules,
        _stores.c.rules,
        _stores.c.currency,
        _stores.c.time_zone,
    ).where(_stores.c.id == sa.bindparam("store_id"))
)
_store_ids = Statement(sa.select(_stores.c.id).order_by(_stores.c.id))
# Asked with each plan and each pick list that is told to a phone.
_find_blocked_aisles = Statement(
    sa.select(_blocked.c.aisle).where(
        _blocked.c.store_id == sa.bindparam("store_id"),
        _blocked.c.ended_at.is_(None),
        _blocked.c.ends_at > sa.bindparam("now", type_=UtcDateTime),
    )
)


def get_store(session: Session, store_id: str) -> StoreRow | None:
    return session.get(StoreRow, store_id)


def get_floor_digest(session: Session, store_id: str) -> str | None:
    """Tells whether a floor one remembers is still the floor."""
    found = _floor_digest.one_or_none(session.connection(), {"store_id": store_id})
    return found.floor_digest if found else None


def find_facts(connection: Connection, store_id: str) -> Any | None:
    """(name, languages, weighed_rules, rules, currency, time_zone): everything of a store but its large map."""
    return _facts.one_or_none(connection, {"store_id": store_id})


def find_store_ids(connection: Connection) -> list[str]:
    return [found.id for found in _store_ids.all(connection, {})]


def get_locations(session: Session, store_id: str) -> Sequence[LocationRow]:
    """Every location there is or was, in the order of their addresses."""
    query = (
        select(LocationRow)
        .where(LocationRow.store_id == store_id)
        .order_by(col(LocationRow.aisle), col(LocationRow.bay), col(LocationRow.shelf))
    )
    return session.exec(query).all()


def get_location_ids(session: Session, store_id: str) -> Mapping[str, str]:
    """Address -> id of every location in use."""
    query = sa.select(_locations.c.aisle, _locations.c.bay, _locations.c.shelf, _locations.c.id).where(
        _locations.c.store_id == store_id, _locations.c.is_in_use
    )
    return {f"{row.aisle}-{row.bay}-{row.shelf}": row.id for row in session.execute(query)}


def insert_locations(session: Session, rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(sa.insert(_locations), rows)


def update_locations(session: Session, rows: list[dict[str, Any]]) -> None:
    """Each row has `id`, `node`, `x_m`, `y_m` and `is_in_use`."""
    if not rows:
        return
    session.connection().execute(
        sa.update(_locations)
        .where(_locations.c.id == sa.bindparam("at_id"))
        .values(
            node=sa.bindparam("at_node"),
            x_m=sa.bindparam("at_x_m"),
            y_m=sa.bindparam("at_y_m"),
            is_in_use=sa.bindparam("at_in_use"),
        ),
        [
            {
                "at_id": row["id"],
                "at_node": row["node"],
                "at_x_m": row["x_m"],
                "at_y_m": row["y_m"],
                "at_in_use": row["is_in_use"],
            }
            for row in rows
        ],
    )


def find_blocked_aisles(connection: Connection, store_id: str, now: datetime) -> frozenset[str]:
    """The names of the aisles nobody should be sent through now."""
    rows = _find_blocked_aisles.all(connection, {"store_id": store_id, "now": now})
    return frozenset(row.aisle for row in rows)


def get_blocked_aisles(session: Session, store_id: str, now: datetime) -> Sequence[BlockedAisleRow]:
    """The same with who said so and until when, the oldest first."""
    query = (
        select(BlockedAisleRow)
        .where(
            BlockedAisleRow.store_id == store_id,
            col(BlockedAisleRow.ended_at).is_(None),
            col(BlockedAisleRow.ends_at) > now,
        )
        .order_by(col(BlockedAisleRow.blocked_at), col(BlockedAisleRow.id))
    )
    return session.exec(query).all()


def get_unended_block(session: Session, store_id: str, aisle: str) -> BlockedAisleRow | None:
    """What was said of one aisle and not taken back, whether its time is over or not."""
    query = (
        select(BlockedAisleRow)
        .where(
            BlockedAisleRow.store_id == store_id,
            BlockedAisleRow.aisle == aisle,
            col(BlockedAisleRow.ended_at).is_(None),
        )
        .order_by(col(BlockedAisleRow.blocked_at).desc())
    )
    return session.exec(query).first()


def get_aisles(session: Session, store_id: str) -> Sequence[str]:
    """The names of the aisles with a location in use."""
    query = select(LocationRow.aisle).where(LocationRow.store_id == store_id, col(LocationRow.is_in_use))
    return session.exec(query.distinct().order_by(col(LocationRow.aisle))).all()
