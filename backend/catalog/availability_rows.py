"""Every query on what is sold out. The look after each pick is on the busiest path: one plain statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from backend.catalog.models import ProductRow, SoldOutRow
from backend.core.statements import Statement, insert_unless_there

_sold_out: sa.Table = SoldOutRow.__table__  # type: ignore[attr-defined]
_products: sa.Table = ProductRow.__table__  # type: ignore[attr-defined]

_find = Statement(
    sa.select(_sold_out.c.product_id, _sold_out.c.caused_by).where(
        _sold_out.c.store_id == sa.bindparam("store_id"), _sold_out.c.sku == sa.bindparam("sku")
    )
)
_mark = insert_unless_there(_sold_out, "store_id", "sku")


@dataclass(frozen=True, slots=True)
class SoldOutProduct:
    """A product the shelf has no more of. `caused_by`: a person, or the line in which it was missed."""

    product_id: str
    sku: str
    name_en: str
    name_zh: str
    name_pt: str
    location_id: str
    since: datetime
    caused_by: str


def find(connection: Connection, store_id: str, sku: str) -> Any | None:
    """(product_id, caused_by) where it is sold out."""
    return _find.one_or_none(connection, {"store_id": store_id, "sku": sku})


def mark(connection: Connection, store_id: str, product_id: str, sku: str, caused_by: str, now: datetime) -> bool:
    """False where it was sold out already."""
    row = {"store_id": store_id, "product_id": product_id, "sku": sku, "caused_by": caused_by, "since": now}
    return _mark.one_or_none(connection, row) is not None


def clear(connection: Connection, store_id: str, product_id: str) -> bool:
    """False where it was not sold out."""
    gone = sa.delete(_sold_out).where(_sold_out.c.store_id == store_id, _sold_out.c.product_id == product_id)
    return bool(connection.execute(gone).rowcount)


def find_product_id(connection: Connection, store_id: str, sku: str) -> str | None:
    query = sa.select(_products.c.id).where(_products.c.store_id == store_id, _products.c.sku == sku)
    return connection.execute(query).scalar_one_or_none()


def find_sku(connection: Connection, store_id: str, product_id: str) -> str | None:
    query = sa.select(_products.c.sku).where(_products.c.store_id == store_id, _products.c.id == product_id)
    return connection.execute(query).scalar_one_or_none()


def get_sold_out(connection: Connection, store_id: str, limit: int) -> Sequence[SoldOutProduct]:
    """The latest first."""
    query = (
        sa.select(
            _sold_out.c.product_id,
            _sold_out.c.sku,
            _products.c.name_en,
            _products.c.name_zh,
            _products.c.name_pt,
            _products.c.location_id,
            _sold_out.c.since,
            _sold_out.c.caused_by,
        )
        .join(_products, _products.c.id == _sold_out.c.product_id)
        .where(_sold_out.c.store_id == store_id)
        .order_by(_sold_out.c.since.desc(), _sold_out.c.sku)
        .limit(limit)
    )
    return [SoldOutProduct(**row._mapping) for row in connection.execute(query)]
