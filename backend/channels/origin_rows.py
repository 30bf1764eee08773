"""Which channel brought a platform's order first: one row for each order of each platform, in each store."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from backend.channels.models import OrderOriginRow
from backend.core.statements import Statement, insert_unless_there

_origins: sa.Table = OrderOriginRow.__table__  # type: ignore[attr-defined]
_insert = insert_unless_there(_origins, "store_id", "platform", "platform_order_id")
_find = Statement(
    sa.select(_origins.c.channel_order_id, _origins.c.placed_at).where(
        _origins.c.store_id == sa.bindparam("store_id"),
        _origins.c.platform == sa.bindparam("platform"),
        _origins.c.platform_order_id == sa.bindparam("platform_order_id"),
    )
)


def insert(connection: Connection, values: dict[str, Any]) -> bool:
    """False, and nothing is written, where a channel has brought the order before."""
    return _insert.one_or_none(connection, values) is not None


def get(connection: Connection, values: dict[str, Any]) -> Any:
    """(channel_order_id, placed_at) of the order that is there."""
    return _find.one(connection, values)


def pass_on(connection: Connection, values: dict[str, Any], channel_order_id: str, placed_at: datetime) -> None:
    """Another order has the same id now."""
    connection.execute(
        sa.update(_origins)
        .where(
            _origins.c.store_id == values["store_id"],
            _origins.c.platform == values["platform"],
            _origins.c.platform_order_id == values["platform_order_id"],
        )
        .values(channel_order_id=channel_order_id, placed_at=placed_at)
    )
