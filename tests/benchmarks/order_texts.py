"""Orders as a web shop posts them: 12 lines of about 2.2 kB over products the demo store sells."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path
from typing import Any

LINES = 12
KINDS = 200  # different baskets
ID_CHARACTERS = 14
PRODUCTS = Path("backend/demo/files/products.csv")
_ID = "0" * ID_CHARACTERS


def external_id(run: int, number: int) -> str:
    """Of fixed width, so that it can be put into a finished text."""
    return f"b{run:03d}-{number:0{ID_CHARACTERS - 5}d}"


def order_bodies(lines: int = LINES, kinds: int = KINDS) -> list[bytes]:
    """Finished baskets, each with zeros where its id goes."""
    chance = random.Random(1)
    with PRODUCTS.open(encoding="utf-8") as file:
        products = [row for row in csv.DictReader(file) if row["unit"] == "each"]
    return [json.dumps(_order(chance.sample(products, lines))).encode() for _ in range(kinds)]


def with_id(body: bytes, name: str) -> bytes:
    return body.replace(_ID.encode(), name.encode(), 1)


def request(body: bytes, name: str, key: str) -> bytes:
    """The whole HTTP request for one order."""
    text = with_id(body, name)
    head = (
        "POST /api/v1/orders HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {key}\r\nIdempotency-Key: {name}\r\nContent-Length: {len(text)}\r\n\r\n"
    )
    return head.encode() + text


def _order(products: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "external_id": _ID,
        "display_code": "B42",
        "placed_at": "2026-01-05T08:00:00Z",
        "due_at": "2099-01-05T09:30:00Z",
        "note": "Please ring twice and leave the bags at the door.",
        "currency": "EUR",
        "total_minor": sum(int(product["price_minor"]) for product in products),
        "lines": [_line(position, product) for position, product in enumerate(products, 1)],
    }


def _line(position: int, product: dict[str, str]) -> dict[str, Any]:
    return {
        "external_line_id": str(position),
        "sku": product["sku"],
        "gtins": [product["gtins"].split()[0].split(";")[0]],
        "name": product["name_en"],
        "quantity": "1",
        "unit": "each",
        "unit_price_minor": int(product["price_minor"]),
    }
