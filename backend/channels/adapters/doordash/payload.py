"""DoorDash's events and orders read into our own values. Pure.

Sources: developer.doordash.com, marketplace and retail order webhooks: OrderCreate, OrderAdjust, OrderCancel, and the
order they carry. Money is in cents, and an order names no currency.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from backend.channels.port.delivering import delivery_of
from backend.channels.port.errors import PayloadUnknown
from backend.channels.port.fields import (
    id_of,
    instant_of,
    list_of,
    list_or_none_of,
    object_of,
    order_of,
    text_of,
    whole_of,
)
from backend.channels.port.incoming import IncomingLine
from backend.channels.port.notices import Cancelled, Ignored, NewOrder, Notice, RawMessage
from backend.channels.port.origins import origin_of
from backend.channels.port.reading import read_json
from shared.delivery import DeliveryKind

CREATED = "OrderCreate"
_OVER = frozenset({"OrderCancel", "OrderCancelled", "OrderCanceled"})


def parse_push(message: RawMessage, currency: str) -> list[Notice]:
    """One event with its order. Raises PayloadUnknown."""
    body = read_json(message.body)
    event = object_of(body, "event")
    kind, at = text_of(event, "type", max_characters=40), text_of(event, "event_time", max_characters=40)
    order_id = id_of(object_of(body, "order"), "id")
    common: dict[str, Any] = {"message_id": f"{kind}:{order_id}:{at}"[:140], "external_id": order_id}
    if kind == CREATED:
        return [parse_order(body, currency, message_id=common["message_id"], original=message.body.decode())]
    if kind in _OVER:
        return [Cancelled(**common, reason=text_of(body["order"], "cancel_reason", max_characters=120) or kind)]
    return [Ignored(**common, reason=f"{kind or 'an event without a type'} needs nothing from us")]


def store_of(message: RawMessage) -> str:
    """The store an event is for, by the merchant's own number. Raises PayloadUnknown."""
    return text_of(_store(object_of(read_json(message.body), "order")), "merchant_supplied_id", max_characters=80)


def parse_order(body: Any, currency: str, *, message_id: str, original: str = "") -> NewOrder:
    """The order of an event; when it was placed is when the event happened. Raises PayloadUnknown."""
    order = object_of(body, "order")
    order_id = id_of(order, "id")
    items = list(_items(order))
    placed_at = instant_of(object_of(body, "event"), "event_time")
    found = order_of(
        order_id,
        display_code=text_of(order, "external_delivery_id", max_characters=40) or order_id[-6:],
        placed_at=placed_at,
        due_at=instant_of(order, "estimated_pickup_time"),
        note=text_of(order, "order_special_instructions"),
        currency=currency,
        total_minor=whole_of(order, "subtotal"),
        lines=[_line(item) for item in items],
        origin=origin_of("doordash", order_id),
        delivery=delivery_of(DeliveryKind.PICKUP if order.get("is_pickup") is True else None),
    )
    return NewOrder(
        message_id=message_id,
        external_id=order_id,
        at=placed_at,
        original=original,
        order=found,
        memory={"counts": {id_of(item, "line_item_id"): whole_of(item, "quantity") for item in items}},
    )


def _store(order: Mapping[str, Any]) -> Mapping[str, Any]:
    return object_of(order, "store")


def _items(order: Mapping[str, Any]) -> Iterator[Any]:
    """Items stand below their categories, and in newer orders beside them."""
    for category in list_or_none_of(order, "categories"):
        yield from list_of(category, "items")
    yield from list_or_none_of(order, "items")


def _line(item: Any) -> IncomingLine:
    """Pieces: the platform counts whole ones, also of what is sold by weight."""
    try:
        return IncomingLine(
            external_line_id=id_of(item, "line_item_id"),
            sku=text_of(item, "merchant_supplied_id", max_characters=40),
            name=text_of(item, "name", max_characters=120) or "unnamed",
            quantity=Decimal(whole_of(item, "quantity")),
            unit_price_minor=whole_of(item, "price", 0),
            note=text_of(item, "special_instructions"),
        )
    except ValueError as error:
        raise PayloadUnknown("an item cannot be picked as it is") from error
