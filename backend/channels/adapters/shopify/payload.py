"""Shopify's webhooks and orders read into our own values. Pure.

Sources: shopify.dev, webhook topics orders/create, orders/paid, orders/cancelled and orders/updated (the body is the
order as the REST Admin API shows it), and object Order of the GraphQL Admin API 2026-04.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from backend.channels.adapters.shopify.queries import number_of_gid
from backend.channels.port.errors import PayloadUnknown
from backend.channels.port.fields import (
    gtins_of,
    id_of,
    instant_of,
    list_of,
    list_or_none_of,
    minor_of,
    object_of,
    order_of,
    text_of,
    whole_of,
)
from backend.channels.port.incoming import IncomingLine
from backend.channels.port.notices import Cancelled, Ignored, NewOrder, Notice, RawMessage
from backend.channels.port.origins import origin_of
from backend.channels.port.reading import read_json
from shared.order_origin import OrderOrigin

TOPIC, WEBHOOK_ID = "x-shopify-topic", "x-shopify-webhook-id"
TOPICS = frozenset(
    {
        "orders/create",
        "orders/paid",
        "orders/cancelled",
        "orders/updated",
        "orders/edited",
        "orders/fulfilled",
        "orders/partially_fulfilled",
    }
)


@dataclass(frozen=True, slots=True)
class Reading:
    """`topic`: which message makes an order ours. `prepared_within`: when an order must be packed that names no
    instant in `due_attribute`, an attribute the shop's own checkout may set.
    """

    topic: str
    prepared_within: timedelta
    due_attribute: str = ""


def parse_push(message: RawMessage, reading: Reading) -> list[Notice]:
    """One webhook. Whether the order is cancelled stands in the signed body, not in a header. Raises PayloadUnknown."""
    topic = message.headers.get(TOPIC, "")
    if topic not in TOPICS:
        raise PayloadUnknown("a topic this channel is not subscribed to")
    message_id = f"{topic}:{message.headers.get(WEBHOOK_ID, '')}"[:100]
    body = read_json(message.body)
    if topic == "orders/edited":
        order_id = id_of(object_of(body, "order_edit"), "order_id")
        return [Ignored(message_id=message_id, external_id=order_id, reason="an edit needs nothing from us")]
    order_id = id_of(body, "id")
    if text_of(body, "cancelled_at"):
        reason = text_of(body, "cancel_reason", max_characters=120)
        return [Cancelled(message_id=message_id, external_id=order_id, reason=reason)]
    if topic != reading.topic:
        return [Ignored(message_id=message_id, external_id=order_id, reason=f"{topic} needs nothing from us")]
    if not _goods(body):
        return [Ignored(message_id=message_id, external_id=order_id, reason="there is nothing to pick")]
    return [parse_order(body, reading, message_id=message_id, original=message.body.decode("utf-8", "replace"))]


def parse_order(body: Any, reading: Reading, *, message_id: str, original: str = "") -> NewOrder:
    """An order as a webhook shows it. What is not sent to anybody (gift cards, tips) is not picked."""
    order_id = id_of(body, "id")
    currency = text_of(body, "currency", max_characters=3)
    goods = _goods(body)
    placed_at = instant_of(body, "created_at")
    total = "current_total_price" if body.get("current_total_price") is not None else "total_price"
    order = order_of(
        order_id,
        display_code=text_of(body, "name", max_characters=40) or order_id[-6:],
        placed_at=placed_at,
        due_at=_due_at(body, placed_at, reading),
        note=text_of(body, "note"),
        currency=currency,
        total_minor=minor_of(body, total, currency),
        lines=[_line(item, currency) for item in goods],
        origin=_origin(body, order_id),
    )
    memory = {"counts": {id_of(item, "id"): _count(item) for item in goods}}
    return NewOrder(
        message_id=message_id, external_id=order_id, at=placed_at, original=original, order=order, memory=memory
    )


def _origin(body: Any, order_id: str) -> OrderOrigin | None:
    """An application that brings another platform's orders says with `source_identifier` what they are called there."""
    source = origin_of(text_of(body, "source_name"), text_of(body, "source_identifier"))
    return source or origin_of("shopify", order_id)


def as_pushed(answer: Any) -> dict[str, Any]:
    """An order as the GraphQL API shows it, in the words of a webhook. Raises PayloadUnknown."""

    def amount(holder: Any, name: str) -> str:
        return text_of(object_of(object_of(holder, name), "shopMoney"), "amount", max_characters=30)

    items = []
    for item in list_of(object_of(answer, "lineItems"), "nodes"):
        variant = item.get("variant") if isinstance(item, Mapping) else None
        items.append(
            {
                "id": number_of_gid(text_of(item, "id", max_characters=200)),
                "name": text_of(item, "name"),
                "sku": text_of(item, "sku"),
                "barcode": text_of(variant, "barcode"),
                "current_quantity": whole_of(item, "currentQuantity"),
                "requires_shipping": item.get("requiresShipping"),
                "price": amount(item, "originalUnitPriceSet"),
            }
        )
    attributes = [
        {"name": text_of(each, "key"), "value": text_of(each, "value")} for each in list_of(answer, "customAttributes")
    ]
    return {
        "id": number_of_gid(text_of(answer, "id", max_characters=200)),
        "name": text_of(answer, "name"),
        "created_at": text_of(answer, "createdAt"),
        "note": text_of(answer, "note"),
        "currency": text_of(answer, "currencyCode"),
        "current_total_price": amount(answer, "currentTotalPriceSet"),
        "note_attributes": attributes,
        "line_items": items,
    }


def _goods(body: Any) -> list[Any]:
    return [
        item
        for item in list_of(body, "line_items")
        if not (isinstance(item, Mapping) and item.get("requires_shipping") is False) and _count(item)
    ]


def _count(item: Any) -> int:
    """What is still ordered of a line: it may have been edited before the order came to us."""
    name = "current_quantity" if isinstance(item, Mapping) and item.get("current_quantity") is not None else "quantity"
    return whole_of(item, name)


def _due_at(body: Any, placed_at: datetime, reading: Reading) -> datetime:
    for attribute in list_or_none_of(body, "note_attributes") if reading.due_attribute else []:
        if text_of(attribute, "name") == reading.due_attribute:
            return instant_of(attribute, "value")
    return placed_at + reading.prepared_within


def _line(item: Any, currency: str) -> IncomingLine:
    """Pieces of what the shop sells: the API knows whole numbers only."""
    notes = [
        f"{text_of(each, 'name')}: {text_of(each, 'value')}"
        for each in list_or_none_of(item, "properties")
        if not text_of(each, "name").startswith("_")  # hidden from the shopper
    ]
    try:
        return IncomingLine(
            external_line_id=id_of(item, "id"),
            sku=text_of(item, "sku", max_characters=40),
            gtins=gtins_of(text_of(item, "barcode")),
            name=text_of(item, "name", max_characters=120) or text_of(item, "title", max_characters=120) or "unnamed",
            quantity=Decimal(_count(item)),
            unit_price_minor=minor_of(item, "price", currency, Decimal(0)),
            note="; ".join(notes)[:400],
        )
    except ValueError as error:
        raise PayloadUnknown("a line cannot be picked as it is") from error
