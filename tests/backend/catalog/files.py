"""A valid little products.csv; a test breaks one cell of it."""

from __future__ import annotations

import csv
import io
from typing import Any

from backend.catalog.importing import COLUMNS

MILK_GTIN = "9520100000003"
RICE_GTIN = "9520100000102"


def milk(**changed: Any) -> dict[str, Any]:
    return {
        "sku": "milk-1",
        "gtins": MILK_GTIN,
        "name_en": "Whole Milk",
        "name_zh": "全脂牛奶",
        "name_pt": "Leite integral",
        "department": "Dairy",
        "unit": "each",
        "temperature": "chilled",
        "price_minor": "129",
        "size": "1 l",
        "piece_weight_g": "1000",
        "picture": "carton:1565c0",
        "article": "",
        "location": "A1-1-1",
        **changed,
    }


def rice(**changed: Any) -> dict[str, Any]:
    own = {"sku": "rice-1", "gtins": RICE_GTIN, "name_en": "Rice 100%", "name_zh": "大米", "location": "A1-2-1"}
    return milk(**{**own, **changed})


def bananas(**changed: Any) -> dict[str, Any]:
    own = {"sku": "ban", "gtins": "", "name_en": "Bananas", "name_zh": "香蕉", "name_pt": "Bananas"}
    return milk(**{**own, "unit": "gram", "article": "21001", "location": "A1-3-1", **changed})


def text_of(*rows: dict[str, Any], columns: tuple[str, ...] = COLUMNS) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
