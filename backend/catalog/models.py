"""The tables of the catalogue."""

from __future__ import annotations

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

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
    size: str = ""
    piece_weight_g: int = 0
    picture: str = ""
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
