"""Which events travel on a channel's stream, and what of each: the published description is checked against it."""

from __future__ import annotations

from typing import Any

from shared.events import (
    Event,
    OrderAccepted,
    OrderAmended,
    OrderCancelled,
    OrderDismissed,
    OrderHandedOver,
    OrderHeld,
    OrderLinePicked,
    OrderLineReopened,
    OrderLineShort,
    OrderLineSubstituted,
    OrderLineSubstitutionProposed,
    OrderPickingStarted,
    OrderReady,
    ProductAvailable,
    ProductSoldOut,
    ProductsPriced,
)

STREAMED_EVENTS: tuple[type[Event], ...] = (
    OrderAccepted,
    OrderAmended,
    OrderHeld,
    OrderDismissed,
    OrderPickingStarted,
    OrderLinePicked,
    OrderLineShort,
    OrderLineReopened,
    OrderLineSubstitutionProposed,
    OrderLineSubstituted,
    OrderReady,
    OrderHandedOver,
    OrderCancelled,
    ProductSoldOut,
    ProductAvailable,
    ProductsPriced,
)
ABOUT_PRODUCTS = frozenset((ProductSoldOut, ProductAvailable, ProductsPriced))
# Said once for every message (at, order), or of no meaning outside this house.
_NOT_IN_BODY = {"store_id", "at", "channel_id", "order_id", "order_line_id", "external_id", "product_id"}


def event_body(event: Event) -> dict[str, Any]:
    """The part of an event that depends on its kind."""
    return event.model_dump(mode="json", exclude=_NOT_IN_BODY)


def body_schema(event: type[Event]) -> dict[str, Any]:
    """JSON schema of `event_body`."""
    schema = event.model_json_schema()
    kept = {name: field for name, field in schema["properties"].items() if name not in _NOT_IN_BODY}
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name in schema.get("required", []) if name in kept],
        "properties": {name: _without_references(field, schema) for name, field in kept.items()},
    }


def _without_references(field: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Put what the bodies refer to where it is used, without its Python name."""
    if "$ref" in field:
        field = schema["$defs"][field["$ref"].rsplit("/", 1)[1]]
    kept = {name: value for name, value in field.items() if name not in ("title", "description", "pattern")}
    if "items" in kept:
        kept["items"] = _without_references(kept["items"], schema)
    if "properties" in kept:
        kept["properties"] = {name: _without_references(part, schema) for name, part in kept["properties"].items()}
    return kept
