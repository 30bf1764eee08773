"""Orders of Open Delivery 2.0 in the fields of 1.7, as far as they are picked. Pure.

Source: docs/reference/v2/orders.openapi.yaml of Abrasel-Nacional/opendelivery-v2, version 2.0.0-rc.2: the schemas
Order, OrderItem, OrderItemPricing, OrderTimingContext and OrderFulfillment. It has no barcode, and a product's code may
be left out there: such an order is held.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

DEFAULT_UNIT = "UN"
_CONTEXTS = ("delivery", "takeout", "indoor")


def as_version_1(body: Any) -> Any:
    """The same where it is none of version 2, which is known by its `fulfillment`."""
    if not isinstance(body, Mapping) or not isinstance(body.get("fulfillment"), Mapping):
        return body
    fulfillment = body["fulfillment"]
    timing = body.get("timing")
    found = {name: value for name, value in body.items() if name not in _CONTEXTS}
    found |= {name: fulfillment[name] for name in _CONTEXTS if isinstance(fulfillment.get(name), Mapping)}
    if isinstance(timing, Mapping):
        found |= {name: timing[name] for name in ("schedule", "preparationStartDateTime") if timing.get(name)}
    notes = [note for note in (body.get("observations"), body.get("extraInfo")) if isinstance(note, str) and note]
    found["extraInfo"] = "; ".join(notes)
    items = body.get("items")
    found["items"] = [_item(item) for item in items] if isinstance(items, list) else items
    return found


def _item(item: Any) -> Any:
    if not isinstance(item, Mapping):
        return item
    pricing = item.get("pricing")
    prices = (
        {name: pricing[name] for name in ("unitPrice", "totalPrice") if name in pricing}
        if isinstance(pricing, Mapping)
        else {}
    )
    return {"unit": DEFAULT_UNIT, **item, **prices, "specialInstructions": item.get("observations")}
