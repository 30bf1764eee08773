"""Every query on planned and applied prices."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlmodel import Session, col, select

from backend.catalog.models import PriceBatchRow, PriceChangeRow, ProductRow, TillPriceRow
from backend.core.statements import listed

PLANNED, APPLYING, APPLIED, WITHDRAWN = "planned", "applying", "applied", "withdrawn"

Change = tuple[str, int, int | None, str]
"""Product id, price, what it was before the promotion, the promotion's caption."""

_CHANGE = ("product_id", "price_minor", "was_minor", "promotion")

_products: sa.Table = ProductRow.__table__  # type: ignore[attr-defined]
_batches: sa.Table = PriceBatchRow.__table__  # type: ignore[attr-defined]
_changes: sa.Table = PriceChangeRow.__table__  # type: ignore[attr-defined]
_till: sa.Table = TillPriceRow.__table__  # type: ignore[attr-defined]
_changed = (_products.c.price_minor, _products.c.was_minor, _products.c.promotion)


@dataclass(frozen=True, slots=True)
class ComparedPrice:
    """One product's price in the catalogue and at the till (None: it never said one), minor units."""

    product_id: str
    sku: str
    name: str
    location_id: str
    catalogue_minor: int
    till_minor: int | None


@dataclass(frozen=True, slots=True)
class PricedProduct:
    """A product that a batch of prices names, and whether it has that price already."""

    product_id: str
    is_applied: bool


def get_begun(connection: Connection, store_id: str, limit: int) -> dict[str, list[PricedProduct]]:
    """The products of the latest batches whose instant has come, by batch."""
    latest = (
        sa.select(_batches.c.id)
        .where(_batches.c.store_id == store_id, _batches.c.status.in_((APPLYING, APPLIED)))
        .order_by(_batches.c.begins_at.desc(), _batches.c.id)
        .limit(limit)
    )
    begun: dict[str, list[PricedProduct]] = {batch_id: [] for batch_id in connection.scalars(latest)}
    query = (
        sa.select(_changes.c.batch_id, _changes.c.product_id, _changes.c.applied_at)
        .where(_changes.c.batch_id.in_([*begun]))
        .order_by(_changes.c.batch_id, _changes.c.product_id)
    )
    for row in connection.execute(query):
        begun[row.batch_id].append(PricedProduct(row.product_id, row.applied_at is not None))
    return begun


def find_prices(connection: Connection, store_id: str, product_ids: Sequence[str]) -> Sequence[Any]:
    """(sku, price_minor, was_minor) of these products, by SKU."""
    query = sa.select(_products.c.sku, _products.c.price_minor, _products.c.was_minor).where(
        _products.c.store_id == store_id, _products.c.id.in_(product_ids)
    )
    return connection.execute(query.order_by(_products.c.sku)).all()


def find_ids_by_sku(connection: Connection, store_id: str) -> dict[str, str]:
    """Of every product of the store."""
    query = sa.select(_products.c.sku, _products.c.id).where(_products.c.store_id == store_id)
    return {row.sku: row.id for row in connection.execute(query)}


def get_batches(session: Session, store_id: str, limit: int) -> Sequence[PriceBatchRow]:
    """The latest first; ends of promotions after what began them."""
    query = select(PriceBatchRow).where(PriceBatchRow.store_id == store_id)
    return session.exec(query.order_by(col(PriceBatchRow.begins_at).desc(), col(PriceBatchRow.id)).limit(limit)).all()


def get_batch(session: Session, batch_id: str) -> PriceBatchRow | None:
    return session.get(PriceBatchRow, batch_id)


def get_ends(session: Session, batch_id: str) -> Sequence[PriceBatchRow]:
    """The batches that end its promotions."""
    return session.exec(select(PriceBatchRow).where(PriceBatchRow.ends_batch_id == batch_id)).all()


def insert_changes(connection: Connection, batch_id: str, changes: Sequence[Change]) -> None:
    connection.execute(
        sa.insert(_changes),
        [dict(zip(_CHANGE, change, strict=True)) | {"batch_id": batch_id} for change in changes],
    )


def next_changes(connection: Connection, batch_id: str, limit: int) -> list[Change]:
    """What of it is not applied yet, by product id."""
    query = (
        sa.select(_changes.c.product_id, _changes.c.price_minor, _changes.c.was_minor, _changes.c.promotion)
        .where(_changes.c.batch_id == batch_id, _changes.c.applied_at.is_(None))
        .order_by(_changes.c.product_id)
        .limit(limit)
    )
    return [tuple(row) for row in connection.execute(query)]


def set_prices(connection: Connection, changes: Sequence[Change]) -> list[str]:
    """Give products their prices. Returns the ids of those whose price or promotion is another one than before."""
    before = _prices(connection, [product_id for product_id, *_ in changes])
    others = [change for change in changes if before[change[0]] != change[1:]]
    if others:
        connection.execute(
            sa.update(_products)
            .where(_products.c.id == sa.bindparam("at_id"))
            .values({column.name: sa.bindparam(f"at_{column.name}") for column in _changed}),
            [
                {"at_id": product_id, "at_price_minor": price, "at_was_minor": was, "at_promotion": caption}
                for product_id, price, was, caption in others
            ],
        )
    return [product_id for product_id, *_ in others]


def end_promotions(connection: Connection, begun_by: str, changes: Sequence[Change]) -> list[str]:
    """As `set_prices`, for products that still have the price which that batch gave them."""
    before = _prices(connection, [product_id for product_id, *_ in changes])
    begun = sa.select(_changes.c.product_id, _changes.c.price_minor, _changes.c.was_minor, _changes.c.promotion).where(
        _changes.c.batch_id == begun_by, _changes.c.product_id.in_(list(before))
    )
    still = {row[0] for row in connection.execute(begun) if before[row[0]] == tuple(row[1:])}
    return set_prices(connection, [change for change in changes if change[0] in still])


def mark_applied(connection: Connection, batch_id: str, changes: Sequence[Change], at: datetime) -> None:
    connection.execute(
        sa.update(_changes)
        .where(_changes.c.batch_id == batch_id, _changes.c.product_id.in_([product_id for product_id, *_ in changes]))
        .values(applied_at=at)
    )


def _prices(connection: Connection, product_ids: list[str]) -> dict[str, Any]:
    query = sa.select(_products.c.id, *_changed).where(_products.c.id.in_(product_ids))
    return {row[0]: tuple(row[1:]) for row in connection.execute(query)}


def put_till_prices(connection: Connection, store_id: str, prices: Mapping[str, int], at: datetime) -> None:
    """By product id; in place of what the till said of them before."""
    connection.execute(
        sa.delete(_till).where(_till.c.product_id.in_(listed("product_ids", connection.dialect.name))),
        {"product_ids": json.dumps([*prices])},
    )
    connection.execute(
        sa.insert(_till),
        [
            {"product_id": product_id, "store_id": store_id, "price_minor": price, "taken_at": at}
            for product_id, price in prices.items()
        ],
    )


def compare(connection: Connection, store_id: str) -> list[ComparedPrice]:
    """Every product of the store, by SKU."""
    query = (
        sa.select(
            _products.c.id,
            _products.c.sku,
            _products.c.name_en,
            _products.c.location_id,
            _products.c.price_minor,
            _till.c.price_minor.label("till_minor"),
        )
        .select_from(_products.outerjoin(_till, _till.c.product_id == _products.c.id))
        .where(_products.c.store_id == store_id)
        .order_by(_products.c.sku)
    )
    return [ComparedPrice(*row) for row in connection.execute(query)]
