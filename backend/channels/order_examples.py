"""Orders as they may be posted, for the description of the interface: the least an order says, and what more it may."""

from __future__ import annotations

from typing import Any

_LEAST: dict[str, Any] = {
    "external_id": "web-10042",
    "display_code": "A42",
    "placed_at": "2026-01-05T08:00:00Z",
    "due_at": "2026-01-05T09:30:00Z",
    "currency": "EUR",
    "total_minor": 598,
    "lines": [{"external_line_id": "1", "sku": "010001", "name": "Hobbleton Corn Flakes", "quantity": "2"}],
}
_BY_BARCODE: dict[str, Any] = {
    "external_line_id": "1",
    "gtins": ["9520100000003"],
    "name": "Hobbleton Corn Flakes",
    "quantity": "2",
    "unit": "each",
    "unit_price_minor": 299,
    "quantity_max": "2",
    "substitution": "ask",
    "wished_skus": ["010003", "010005"],
}
_WEIGHED: dict[str, Any] = {
    "external_line_id": "2",
    "sku": "BANANA",
    "name": "Bananas",
    "quantity": "1.250",
    "unit": "kg",
    "unit_price_minor": 199,
    "weight_tolerance_percent": 10,
    "note": "Not too ripe",
}

ORDER_EXAMPLES: dict[str, dict[str, Any]] = {
    "The least an order says": _LEAST,
    "A substitute wished for, weighed goods, notes": {
        **_LEAST,
        "note": "Ring twice",
        "total_minor": 847,
        "lines": [_BY_BARCODE, _WEIGHED],
    },
}
