"""Uber's notifications and orders read into our own values. Pure.

Sources: developer.uber.com (orders.notification and orders.cancel, retail order fulfilment guide, get order) and
the fields of GET /v1/delivery/order as public clients read them. Amounts are `amount_e5`: a hundred thousand to one.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from backend.channels.port.delivering import delivery_of
from backend.channels.port.errors import PayloadUnknown
from backend.channels.port.fields import (
    id_of,
    instant_of,
    list_of,
    minor_of,
    number_of,
    object_of,
    order_of,
    text_of,
)
from backend.channels.port.incoming import IncomingLine, OrderUnit
from backend.channels.port.notices import Cancelled, Ignored, NewOrder, Notice, OrderAvailable, RawMessage
from backend.channels.port.origins import origin_of
from backend.channels.port.reading import read_json
from shared.delivery import DeliveryKind
from shared.substitution import SubstitutionWish

_NEW = frozenset({"orders.notification", "orders.scheduled.notification"})
_CANCELLED = frozenset({"orders.cancel", "orders.failure"})
UNITS = {
    "PIECE": OrderUnit.EACH,
    "GRAM": OrderUnit.GRAM,
    "KILOGRAM": OrderUnit.KILOGRAM,
    "POUND": OrderUnit.POUND,
}
_WISHES = {
    "REPLACE_FOR_ME": SubstitutionWish.ALLOW,
    "SUBSTITUTE_ME": SubstitutionWish.ALLOW,
    "REMOVE_ITEM": SubstitutionWish.REFUSE,
    "CANCEL": SubstitutionWish.REFUSE,
}
_WISHED_MAX = 5
_GRAMS = {"GRAM": Decimal(1), "KILOGRAM": Decimal(1000), "POUND": Decimal("453.59237")}
_COURIERS = {
    "DELIVERY_BY_UBER": DeliveryKind.PLATFORM_COURIER,
    "DELIVERY_BY_MERCHANT": DeliveryKind.OWN_COURIER,
    "PICKUP": DeliveryKind.PICKUP,
}


def parse_push(message: RawMessage) -> list[Notice]:
    """One notification: the id of an event, and of what it is about. Raises PayloadUnknown."""
    event = read_json(message.body)
    kind = text_of(event, "event_type", max_characters=60)
    common: dict[str, Any] = {
        "message_id": id_of(event, "event_id"),
        "external_id": id_of(object_of(event, "meta"), "resource_id"),
        "original": message.body.decode("utf-8", "replace"),
    }
    if kind in _NEW:
        return [OrderAvailable(**common)]
    if kind in _CANCELLED:
        return [Cancelled(**common, reason=kind)]
    if kind.startswith("orders."):
        return [Ignored(**common, reason=f"{kind} needs nothing from us")]
    raise PayloadUnknown("an event this channel is not subscribed to")


def store_of(message: RawMessage) -> str:
    """The store a notification is for. Raises PayloadUnknown."""
    return text_of(object_of(read_json(message.body), "meta"), "user_id", max_characters=80)


def opened(raw: bytes) -> dict[str, Any]:
    """The order in an answer. Raises PayloadUnknown."""
    answer = read_json(raw)
    found = answer.get("order", answer) if isinstance(answer, dict) else None
    if not isinstance(found, dict):
        raise PayloadUnknown("the platform's order is not an object")
    return found


def items_of(order: Any) -> list[Any]:
    """The items of every cart: a group order has several."""
    return [item for cart in list_of(order, "carts") for item in list_of(cart, "items")]


def amount_of(item: Any) -> Decimal:
    """How much of an item is in the cart: pieces, or grams whatever unit it was ordered in. Raises PayloadUnknown."""
    quantity = object_of(item, "quantity")
    return number_of(quantity, "amount") * _GRAMS.get(text_of(quantity, "unit", "PIECE"), Decimal(1))


def parse_order(order: Any, *, message_id: str, original: str = "") -> NewOrder:
    """An order with its carts and its payment. Raises PayloadUnknown."""
    order_id = id_of(order, "id")
    detail = object_of(object_of(order, "payment"), "payment_detail")
    total = object_of(object_of(detail, "order_total"), "gross")
    currency = text_of(total, "currency_code", max_characters=3)
    prices = _prices(detail)
    items = items_of(order)
    placed_at = instant_of(order, "created_time")
    found = order_of(
        order_id,
        display_code=text_of(order, "display_id", max_characters=40) or order_id[-5:],
        placed_at=placed_at,
        due_at=instant_of(object_of(order, "preparation_time"), "ready_for_pickup_time"),
        note="; ".join(filter(None, (text_of(cart, "special_instructions") for cart in list_of(order, "carts"))))[:400],
        currency=currency,
        total_minor=_minor(total),
        lines=[_line(item, prices) for item in items],
        origin=origin_of("uber_eats", order_id),
        delivery=delivery_of(_COURIERS.get(text_of(order, "fulfillment_type"))),
    )
    return NewOrder(
        message_id=message_id,
        external_id=order_id,
        at=placed_at,
        original=original,
        order=found,
        memory={"items": {id_of(item, "cart_item_id"): _named(item) for item in items}},
    )


def _prices(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Prices stand beside the cart, by cart item."""
    charges = detail.get("item_charges")
    breakdown = charges.get("price_breakdown") if isinstance(charges, Mapping) else None
    found = {}
    for price in breakdown if isinstance(breakdown, list) else []:
        unit = price.get("unit") if isinstance(price, Mapping) else None
        if isinstance(unit, Mapping) and "gross" in unit:
            found[text_of(price, "cart_item_id", max_characters=100)] = unit["gross"]
    return found


def _minor(amount: Any) -> int:
    currency = text_of(amount, "currency_code", max_characters=3)
    return minor_of({"amount": number_of(amount, "amount_e5").scaleb(-5)}, "amount", currency)


def _line(item: Any, prices: Mapping[str, Any]) -> IncomingLine:
    quantity = object_of(item, "quantity")
    unit = text_of(quantity, "unit", "PIECE")
    cart_item_id = id_of(item, "cart_item_id")
    if unit not in UNITS:
        raise PayloadUnknown("an item counted in a unit nobody knows")
    try:
        return IncomingLine(
            external_line_id=cart_item_id,
            sku=text_of(item, "external_data", max_characters=40) or text_of(item, "id", max_characters=40),
            name=text_of(item, "title", max_characters=120) or "unnamed",
            quantity=number_of(quantity, "amount"),
            unit=UNITS[unit],
            unit_price_minor=_minor(prices[cart_item_id]) if cart_item_id in prices else 0,
            note=_note(item),
            substitution=_WISHES.get(_preference(item)),
            wished_skus=_wished(item),
        )
    except ValueError as error:
        raise PayloadUnknown("an item cannot be picked as it is") from error


def _note(item: Mapping[str, Any]) -> str:
    for name in ("customer_request", "customer_requests"):
        if isinstance(item.get(name), Mapping):
            return text_of(item[name], "special_instructions")
    return ""


def _preference(item: Mapping[str, Any]) -> str:
    """What the shopper wants where it is missing; empty where the order does not say."""
    action = item.get("fulfillment_action")
    return text_of(action, "fulfillment_action_type") or text_of(action, "action_type")


def _wished(item: Mapping[str, Any]) -> list[str]:
    """What the shopper chose instead, by the store's own number."""
    action = item.get("fulfillment_action")
    chosen = action.get("item_substitutes") if isinstance(action, Mapping) else None
    found = [
        text_of(each, "external_data", max_characters=40) or text_of(each, "id", max_characters=40)
        for each in (chosen if isinstance(chosen, list) else [])
    ]
    return [sku for sku in found if sku.isascii() and sku.isprintable() and " " not in sku and sku][:_WISHED_MAX]


def _named(item: Any) -> dict[str, Any]:
    """How the platform names this item when something is wrong with it."""
    quantity = object_of(item, "quantity")
    amount: Decimal = number_of(quantity, "amount")
    return {
        "id": text_of(item, "id", max_characters=100),
        "external_data": text_of(item, "external_data", max_characters=100),
        "amount": f"{amount:f}",
        "unit": text_of(quantity, "unit", "PIECE"),
        "preference": _preference(item),
        "wished": _wished(item),
    }
