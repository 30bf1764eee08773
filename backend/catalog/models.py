"""The tables of the catalogue."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from backend.core.database import UtcDateTime
from shared.products import Handling


class ProductRow(SQLModel, table=True):
    __tablename__ = "product"
    __table_args__ = (
        sa.UniqueConstraint("store_id", "sku", name="product_sku"),
        sa.Index("product_article", "store_id", "article"),
        sa.Index("product_location", "store_id", "location_id"),
        sa.Index("product_use", "store_id", "use"),
    )

    id: str = Field(primary_key=True)
    store_id: str
    sku: str
    name_en: str
    name_zh: str = ""
    name_pt: str = ""
    department: str = ""
    unit: str
    temperature: str
    handling: str = Handling.ORDINARY
    is_age_restricted: bool = False
    price_minor: int = 0
    was_minor: int | None = None  # what it cost before a promotion, and costs again after it
    promotion: str = ""
    size: str = ""
    piece_weight_g: int = 0
    picture: str = ""
    max_per_order: int = 0  # pieces, or grams; 0: no limit
    article: str = ""  # the number a scale prints for it; empty for what is not weighed
    location_id: str
    use: str = ""  # products of one use may stand in for each other
    substitutes: str = ""  # SKUs with blanks between, the best first


class BarcodeRow(SQLModel, table=True):
    """One GTIN means one product of the store; a product may have several."""

    __tablename__ = "barcode"
    __table_args__ = (sa.PrimaryKeyConstraint("store_id", "gtin"),)

    store_id: str
    gtin: str
    product_id: str = Field(foreign_key="product.id", index=True)


class SoldOutRow(SQLModel, table=True):
    """A product the shelf has no more of. `caused_by`: a person, or the order line in which it was missed."""

    __tablename__ = "sold_out_product"
    __table_args__ = (sa.PrimaryKeyConstraint("store_id", "sku"),)

    store_id: str
    sku: str
    product_id: str = Field(foreign_key="product.id", index=True)
    since: datetime = Field(sa_type=UtcDateTime)
    caused_by: str


class PriceBatchRow(SQLModel, table=True):
    """New prices that begin to hold together. `status`: planned, applied or withdrawn."""

    __tablename__ = "price_batch"
    __table_args__ = (sa.Index("price_batch_by_store", "store_id", "begins_at"),)

    id: str = Field(primary_key=True)
    store_id: str
    name: str
    begins_at: datetime = Field(sa_type=UtcDateTime)
    status: str
    planned_at: datetime = Field(sa_type=UtcDateTime)
    planned_by: str
    applied_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    prices: int
    ends_batch_id: str | None = None  # the promotion whose end this is


class PriceChangeRow(SQLModel, table=True):
    """One product's new price."""

    __tablename__ = "price_change"
    __table_args__ = (sa.PrimaryKeyConstraint("batch_id", "product_id"),)

    batch_id: str = Field(foreign_key="price_batch.id")
    product_id: str = Field(foreign_key="product.id")
    price_minor: int
    was_minor: int | None = None
    promotion: str = ""
    applied_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TillPriceRow(SQLModel, table=True):
    """What the till charges for a product, as it said last."""

    __tablename__ = "till_price"

    product_id: str = Field(primary_key=True, foreign_key="product.id")
    store_id: str = Field(index=True)
    price_minor: int
    taken_at: datetime = Field(sa_type=UtcDateTime)
