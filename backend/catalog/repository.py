"""Every query on products and barcodes; the look-up of order intake is a finished statement: every order passes it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from backend.catalog.models import BarcodeRow, ProductRow
from backend.catalog.products import CatalogProduct, CodedProduct, ScannedProduct
from backend.core.statements import DIALECTS, Statement, listed
from shared.products import Handling, ProductCard, ProductNames, TemperatureClass, UnitOfMeasure

CARDS_KEPT_MAX = 8_192

_products: sa.Table = ProductRow.__table__  # type: ignore[attr-defined]
_barcodes: sa.Table = BarcodeRow.__table__  # type: ignore[attr-defined]

# One row per product and barcode; a product without barcode has one row with an empty one. Looked up by product id
# only: told the store as well, or an order, SQLite would rather read every product of the store.
_with_barcodes = sa.select(_products, _barcodes.c.gtin).select_from(
    _products.outerjoin(_barcodes, _barcodes.c.product_id == _products.c.id)
)
_by_codes = _with_barcodes.where(
    _products.c.id.in_(
        sa.union(
            sa.select(_products.c.id).where(
                _products.c.store_id == sa.bindparam("store_id"),
                _products.c.sku.in_(sa.bindparam("skus", expanding=True)),
            ),
            sa.select(_barcodes.c.product_id).where(
                _barcodes.c.store_id == sa.bindparam("store_id"),
                _barcodes.c.gtin.in_(sa.bindparam("gtins", expanding=True)),
            ),
        )
    )
)


_by_ids = Statement(
    {dialect: _with_barcodes.where(_products.c.id.in_(listed("product_ids", dialect))) for dialect in DIALECTS}
)


_scanned = Statement(
    sa.select(
        _products.c.store_id, _products.c.sku, _products.c.article, _products.c.name_en.label("name"), _barcodes.c.gtin
    )
    .select_from(_products.outerjoin(_barcodes, _barcodes.c.product_id == _products.c.id))
    .where(_products.c.id == sa.bindparam("product_id"))
)


def _coded(dialect: str) -> Any:
    """A row without GTIN for each product found by SKU, and one with it for each GTIN found."""
    found = (_products.c.id, _products.c.sku, _products.c.unit, _products.c.piece_weight_g, _products.c.max_per_order)
    by_sku = sa.select(*found, sa.null().label("gtin")).where(
        _products.c.store_id == sa.bindparam("store_id"), _products.c.sku.in_(listed("skus", dialect))
    )
    by_gtin = (
        sa.select(*found, _barcodes.c.gtin)
        .join_from(_barcodes, _products, _barcodes.c.product_id == _products.c.id)
        .where(_barcodes.c.store_id == sa.bindparam("store_id"), _barcodes.c.gtin.in_(listed("gtins", dialect)))
    )
    return sa.union_all(by_sku, by_gtin)


def _related(dialect: str) -> Any:
    """By SKU or by use, each by its own index; products without a use have nothing in common."""
    of_store = sa.select(_products.c.id).where(_products.c.store_id == sa.bindparam("store_id"))
    by_use = of_store.where(_products.c.use == sa.bindparam("use"), _products.c.use != "")
    by_sku = of_store.where(_products.c.sku.in_(listed("skus", dialect)))
    return _with_barcodes.where(_products.c.id.in_(sa.union(by_sku, by_use)))


_find_related = Statement({dialect: _related(dialect) for dialect in DIALECTS})
_find_coded = Statement({dialect: _coded(dialect) for dialect in DIALECTS})
_by_article = _with_barcodes.where(
    _products.c.store_id == sa.bindparam("store_id"), _products.c.article == sa.bindparam("article")
)


def find_by_codes(
    connection: Connection, store_id: str, *, skus: Sequence[str], gtins: Sequence[str]
) -> list[CatalogProduct]:
    """Every product with one of these SKUs or canonical GTINs, by SKU, in one query."""
    given = {"store_id": store_id, "skus": list(skus), "gtins": list(gtins)}
    return _read(connection.execute(_by_codes, given))


def find_coded(
    connection: Connection, store_id: str, *, skus: Sequence[str], gtins: Sequence[str]
) -> list[CodedProduct]:
    """The same, as little of each as order intake needs; in no order."""
    given = {"store_id": store_id, "skus": json.dumps(skus), "gtins": json.dumps(gtins)}
    found: dict[str, tuple[Any, list[str]]] = {}
    for row in _find_coded.all(connection, given):
        _, codes = found.setdefault(row.id, (row, []))
        if row.gtin is not None:
            codes.append(row.gtin)
    return [
        CodedProduct(row.id, row.sku, UnitOfMeasure(row.unit), row.piece_weight_g, row.max_per_order, tuple(codes))
        for row, codes in found.values()
    ]


def find_by_ids(connection: Connection, store_id: str, product_ids: Sequence[str]) -> list[CatalogProduct]:
    """Those of the products that the store sells."""
    rows = _by_ids.all(connection, {"product_ids": json.dumps(list(product_ids))})
    return _read(row for row in rows if row.store_id == store_id)


def find_scanned(connection: Connection, store_id: str, product_id: str) -> ScannedProduct | None:
    """As little of a product as it takes to check a scan: every pick passes here."""
    rows = _scanned.all(connection, {"product_id": product_id})
    if not rows or rows[0].store_id != store_id:
        return None
    gtins = tuple(sorted(row.gtin for row in rows if row.gtin is not None))
    return ScannedProduct(rows[0].sku, rows[0].article, rows[0].name, gtins)


def find_standing(connection: Connection, store_id: str, location_ids: Sequence[str] | None) -> list[CatalogProduct]:
    """Products by SKU, of these locations or (None) of the whole store."""
    query = _with_barcodes.where(_products.c.store_id == store_id)
    if location_ids is not None:
        wanted = listed("location_ids", connection.dialect.name)
        query = query.where(_products.c.location_id.in_(wanted))
    return _read(connection.execute(query, {"location_ids": json.dumps(list(location_ids or ()))}))


def find_related(connection: Connection, store_id: str, *, skus: Sequence[str], use: str) -> list[CatalogProduct]:
    """Every product with one of these SKUs, and every one of this use, by SKU."""
    given = {"store_id": store_id, "skus": json.dumps(list(skus)), "use": use}
    return _read(_find_related.all(connection, given))


def find_by_article(connection: Connection, store_id: str, article: str) -> CatalogProduct | None:
    """The product a scale label names."""
    found = _read(connection.execute(_by_article, {"store_id": store_id, "article": article})) if article else []
    return found[0] if found else None


def search(connection: Connection, store_id: str, words: Sequence[str], limit: int) -> list[CatalogProduct]:
    """Products whose SKU, article, GTIN or one of whose names holds every word, whatever its case."""
    wanted = sa.select(_products.c.id).where(_products.c.store_id == store_id)
    for word in words:
        escaped = word.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        pattern = f"%{escaped}%"
        columns = (_products.c.sku, _products.c.article, _products.c.name_en, _products.c.name_zh, _products.c.name_pt)
        wanted = wanted.where(
            sa.or_(
                *(sa.func.lower(column).like(pattern, escape="\\") for column in columns),
                _products.c.id.in_(
                    sa.select(_barcodes.c.product_id).where(
                        _barcodes.c.store_id == store_id, _barcodes.c.gtin.like(pattern, escape="\\")
                    )
                ),
            )
        )
    wanted = wanted.order_by(_products.c.sku).limit(limit)
    return _read(connection.execute(_with_barcodes.where(_products.c.id.in_(wanted))))


def get_rows(connection: Connection, store_id: str) -> dict[str, dict[str, Any]]:
    """Every product's columns, by SKU."""
    query = sa.select(_products).where(_products.c.store_id == store_id)
    return {row.sku: dict(row._mapping) for row in connection.execute(query)}


def get_barcodes(connection: Connection, store_id: str) -> dict[str, str]:
    """GTIN -> product id, for the whole store."""
    query = sa.select(_barcodes.c.gtin, _barcodes.c.product_id).where(_barcodes.c.store_id == store_id)
    return {row.gtin: row.product_id for row in connection.execute(query)}


def insert_products(connection: Connection, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(sa.insert(_products), rows)


def update_products(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Whole rows, found by their id."""
    if not rows:
        return
    columns = [column.name for column in _products.c if column.name not in ("id", "store_id", "sku")]
    connection.execute(
        sa.update(_products)
        .where(_products.c.id == sa.bindparam("at_id"))
        .values({name: sa.bindparam(f"at_{name}") for name in columns}),
        [{f"at_{name}": row[name] for name in ("id", *columns)} for row in rows],
    )


def replace_barcodes(connection: Connection, store_id: str, gone: Iterable[str], rows: list[dict[str, str]]) -> None:
    """Take the GTINs `gone` away, then add `rows` (gtin and product_id)."""
    for_one = sa.delete(_barcodes).where(
        _barcodes.c.store_id == sa.bindparam("at_store"), _barcodes.c.gtin == sa.bindparam("at_gtin")
    )
    if listed := [{"at_store": store_id, "at_gtin": gtin} for gtin in gone]:
        connection.execute(for_one, listed)
    if rows:
        connection.execute(sa.insert(_barcodes), [{"store_id": store_id, **row} for row in rows])


def _read(rows: Iterable[Any]) -> list[CatalogProduct]:
    """Products by SKU, each with its barcodes ascending."""
    found: dict[str, tuple[Any, list[str]]] = {}
    for row in rows:
        _, gtins = found.setdefault(row.id, (row, []))
        if row.gtin is not None:
            gtins.append(row.gtin)
    in_order = sorted(found.values(), key=lambda product: str(product[0].sku))
    return [
        CatalogProduct(
            _card(row, tuple(sorted(gtins))),
            row.location_id,
            row.use,
            tuple(row.substitutes.split()),
            row.was_minor,
            row.promotion,
        )
        for row, gtins in in_order
    ]


@lru_cache(CARDS_KEPT_MAX)
def _card(row: Any, gtins: tuple[str, ...]) -> ProductCard:
    """Made once for as long as the product stays as it is: each scan and each walk asks for it."""
    return ProductCard(
        id=row.id,
        sku=row.sku,
        gtins=list(gtins),
        names=ProductNames(en=row.name_en, zh=row.name_zh, pt=row.name_pt),
        department=row.department,
        unit=UnitOfMeasure(row.unit),
        temperature=TemperatureClass(row.temperature),
        handling=Handling(row.handling),
        is_age_restricted=row.is_age_restricted,
        price_minor=row.price_minor,
        piece_weight_g=row.piece_weight_g,
        max_per_order=row.max_per_order,
        article=row.article,
        size=row.size,
        picture=row.picture,
    )
