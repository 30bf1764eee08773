"""A valid little store.json; a test breaks one part of it."""

from __future__ import annotations

import json
from typing import Any


def store_file(**changed: Any) -> dict[str, Any]:
    """Four bays of one aisle between the entrance (0) and the desk (3)."""
    return {
        "format": "blinkpick-store/1",
        "store": {
            "name": "Corner Shop",
            "currency": "EUR",
            "languages": ["en", "zh"],
            "time_zone": "Europe/Lisbon",
            "weighed_rules": [{"pattern": "28PPPPPWWWWWC"}],
        },
        "map": {
            "width_m": 10.0,
            "height_m": 4.0,
            "entrance": 0,
            "desk": 3,
            "nodes": [{"id": node, "x_m": node * 2.0, "y_m": 2.0} for node in range(4)],
            "edges": [{"a": node, "b": node + 1, "length_m": 2.0} for node in range(3)],
            "fixtures": [{"x_m": 1.0, "y_m": 0.5, "width_m": 4.0, "height_m": 0.5, "caption": "A1"}],
        },
        "locations": [location(bay, node) for bay, node in ((1, 1), (2, 1), (3, 2), (4, 2))],
        **changed,
    }


def location(bay: int, node: int, **changed: Any) -> dict[str, Any]:
    return {"aisle": "A1", "bay": bay, "shelf": 1, "node": node, "x_m": node * 2.0, "y_m": 1.0, **changed}


def text_of(file: dict[str, Any]) -> str:
    return json.dumps(file)
