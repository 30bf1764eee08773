"""Deliveroo's callbacks and orders read into our own values. Pure.

Sources: api-docs.deliveroo.com: picking-api-webhook, picking-api-order-integration, fulfillment-types (the order's
fields), picking-v1-amend-order (amended items) and picking-v1-get-active-orders. Money is in minor units.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.channels.port.capability import DeadlineKind
from backend.channels.port.delivering import delivery_of
from backend.channels.port.errors import PayloadUnknown
from backend.channels.port.fields import (
    id_of,
    instant_of,
    list_of,
    list_or_none_of,
    number_of,
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
from shared.substitution import SubstitutionWish

GUID = "x-deliveroo-sequence-guid"
EVENTS = frozenset({"order.new", "order.status_update"})
PLACED = "PLACED"
_OVER = frozenset({"REJECTED", "CANCELED", "CANCELLED"})
_MAY_SUBSTITUTE, _MAY_REMOVE = "PARTNER_CHOSEN_SUBSTITUTION", "ITEM_REMOVAL"
_COURIERS = {
    "deliveroo": DeliveryKind.PLATFORM_COURIER,
    "restaurant": DeliveryKind.OWN_COURIER,
    "customer": DeliveryKind.PICKUP,
}


def parse_push(message: RawMessage) -> list[Notice]:
    """One callback. They come in any order and more than once: the guid tells them apart. Raises PayloadUnknown."""
    event, order = opened(message)
    if event not in EVENTS:
        raise PayloadUnknown("an event this channel is not subscribed to")
    order_id, status = id_of(order, "id"), text_of(order, "status", max_characters=30).upper()
    message_id = f"{order_id}:{status}:{message.headers.get(GUID, '')}"[:140]
    if status in _OVER:
        return [Cancelled(message_id=message_id, external_id=order_id, reason=status.lower())]
    if status != PLACED:
        return [Ignored(message_id=message_id, external_id=order_id, reason=f"{status} needs nothing from us")]
    if order.get("archived_items"):
        return [Ignored(message_id=message_id, external_id=order_id, reason="our own amendments come back")]
    return [parse_order(order, message_id=message_id, original=message.body.decode("utf-8", "replace"))]


def opened(message: RawMessage) -> tuple[str, dict[str, Any]]:
    """The event and its order, which stands in a body in some of them. Raises PayloadUnknown."""
    envelope = read_json(message.body)
    holder = envelope.get("body") if isinstance(envelope, Mapping) and "body" in envelope else envelope
    return text_of(envelope, "event", max_characters=40), object_of(holder, "order")


def parse_order(order: Any, *, message_id: str, original: str = "") -> NewOrder:
    """An order as callbacks and the list of active ones show it. Raises PayloadUnknown."""
    order_id = id_of(order, "id")
    total = object_of(order, "total_price")
    currency = text_of(total, "currency_code", max_characters=3)
    items = list_of(order, "items")
    placed_at = instant_of({"placed": _placed(order)}, "placed")
    found = order_of(
        order_id,
        display_code=text_of(order, "display_id", max_characters=40) or order_id[-6:],
        placed_at=placed_at,
        due_at=instant_of(order, "prepare_for"),
        note=text_of(order, "order_notes"),
        currency=currency,
        total_minor=whole_of(total, "fractional"),
        lines=[_line(item) for item in items],
        origin=origin_of("deliveroo", order_id),
        delivery=delivery_of(_COURIERS.get(text_of(order, "fulfillment_type"))),
    )
    deadlines = {}
    if text_of(order, "confirm_at"):  # a scheduled order: it may wait until then
        deadlines[DeadlineKind.START] = instant_of(order, "confirm_at")
    return NewOrder(
        message_id=message_id,
        external_id=order_id,
        at=placed_at,
        original=original,
        order=found,
        memory={"counts": {id_of(item, "id"): whole_of(item, "quantity") for item in items}},
        deadlines=deadlines,
    )


def active_orders(answer: Any) -> list[Any]:
    """The orders of one page of a site's active ones."""
    return answer if isinstance(answer, list) else list_of(answer, "orders")


def _placed(order: Mapping[str, Any]) -> str:
    """When it was placed; the log of its statuses says it."""
    for entry in list_or_none_of(order, "status_log"):
        if text_of(entry, "status").upper() == PLACED:
            return text_of(entry, "at")
    return text_of(order, "created_at")


def _line(item: Any) -> IncomingLine:
    """Pieces: the API has no weighed items."""
    price = item.get("unit_price") if isinstance(item, Mapping) else None
    try:
        return IncomingLine(
            external_line_id=id_of(item, "id"),
            sku=text_of(item, "plu", max_characters=40) or text_of(item, "pos_item_id", max_characters=40),
            name=text_of(item, "name", max_characters=120) or "unnamed",
            quantity=number_of(item, "quantity"),
            unit_price_minor=whole_of(price, "fractional", 0),
            note=text_of(item, "notes"),
            substitution=_wish(item),
        )
    except ValueError as error:
        raise PayloadUnknown("an item cannot be picked as it is") from error


def _wish(item: Mapping[str, Any]) -> SubstitutionWish | None:
    """What the shopper allows where it is missing; None where the platform does not say."""
    allowed = item.get("allowed_actions_if_items_are_unavailable")
    if not isinstance(allowed, list):
        return None
    if _MAY_SUBSTITUTE in allowed:
        return SubstitutionWish.ALLOW
    return SubstitutionWish.REFUSE if _MAY_REMOVE in allowed else None
