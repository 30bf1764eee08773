"""HubRise's events and orders read into our own values. Pure.

Source: content/developers/api/en/{orders,callbacks,general-concepts}.md of HubRise/website: order statuses, items that
are marked as deleted, decimals and money as texts, the order before and after in an event.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from backend.channels.port.delivering import delivery_of, joined, position_of, said
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
    whole_of,
)
from backend.channels.port.incoming import IncomingLine
from backend.channels.port.notices import Cancelled, Ignored, NewOrder, Notice, OrderAvailable
from backend.channels.port.origins import origin_of
from shared.delivery import Delivery, DeliveryKind
from shared.order_origin import OrderOrigin

_FETCHED = frozenset({"collection", "eat_in"})
NEW = frozenset({"new", "received"})
OVER = frozenset({"rejected", "cancelled", "delivery_failed"})
_MONEY = re.compile(r"(-?[0-9]{1,11}\.[0-9]{2}) ([A-Z]{3})")
_ITEM_TEXTS = ("product_name", "sku_name", "sku_ref", "price", "tax_rate", "customer_notes")
_OPTION_TEXTS = ("option_list_name", "name", "ref", "price")
_DEAL_TEXTS = ("deal_key", "label", "pricing_effect", "pricing_value")


@dataclass(frozen=True, slots=True)
class Reading:
    """`prepared_within`: when an order is due that names no instant."""

    prepared_within: timedelta


def event_of(event: Any, reading: Reading, original: str = "") -> Notice:
    """One event, pushed or retrieved. Raises PayloadUnknown where it has no id, or is about an order without one."""
    common: dict[str, Any] = {"message_id": id_of(event, "id"), "original": original or _written(event)}
    kind = text_of(event, "resource_type", max_characters=40)
    if kind != "order":
        return Ignored(**common, reason=f"{kind} needs nothing from us")
    order = object_of(event, "new_state")
    common |= {"external_id": order_id_of(event), "at": instant_of(event, "created_at")}
    status = text_of(order, "status", max_characters=40)
    if status in OVER:
        return Cancelled(**common, reason=f"{status} at the platform")
    if status not in NEW:
        return Ignored(**common, reason=f"{status} needs nothing from us")
    try:
        found = parse_order({**order, "id": common["external_id"]}, reading)
    except PayloadUnknown:
        return OrderAvailable(**common)  # it is read then, and held where a person sees it
    return NewOrder(**common, order=found.order, memory=found.memory)


def listed(order: Any, reading: Reading) -> Notice:
    """An order that is still new, as the list of orders shows it. Raises PayloadUnknown where it has no id."""
    order_id = id_of(order, "id")
    try:
        return parse_order(order, reading, original=_written(order))
    except PayloadUnknown:
        return OrderAvailable(message_id=f"order:{order_id}", external_id=order_id, original=_written(order))


def parse_order(order: Any, reading: Reading, *, original: str = "") -> NewOrder:
    """A whole order. Raises PayloadUnknown."""
    order_id = id_of(order, "id")
    items = [item for item in list_of(order, "items") if not is_deleted(item)]
    placed_at = instant_of(order, "created_at")
    total, currency = money_of(order, "total")
    incoming = order_of(
        order_id,
        display_code=text_of(order, "collection_code", max_characters=40)
        or text_of(order, "ref", max_characters=40)
        or order_id,
        placed_at=placed_at,
        due_at=_due_at(order, placed_at, reading),
        note=text_of(order, "customer_notes"),
        currency=currency,
        total_minor=total,
        lines=[_line(item) for item in items],
        origin=_origin(order),
        delivery=_delivery(order),
    )
    memory = {
        "service_type": text_of(order, "service_type", max_characters=40),
        "items": {text_of(item, "id"): _remade(item) for item in items},
    }
    return NewOrder(
        message_id=f"order:{order_id}",
        external_id=order_id,
        at=placed_at,
        original=original,
        order=incoming,
        memory=memory,
    )


def order_id_of(event: Any) -> str:
    """Which order an event is about. Raises PayloadUnknown."""
    if text_of(event, "order_id"):
        return id_of(event, "order_id")
    return id_of(object_of(event, "new_state"), "id")


def location_of(event: Any) -> str:
    """For which location an event is; empty where it does not say."""
    state = event.get("new_state") if isinstance(event, Mapping) else None
    return text_of(event, "location_id") or text_of(state, "location_id")


def money_of(holder: Any, name: str) -> tuple[int, str]:
    """Money as "8.90 EUR" -> minor units and currency. Raises PayloadUnknown."""
    match = _MONEY.fullmatch(text_of(holder, name))
    if match is None:
        raise PayloadUnknown(f"{name} is not money")
    return minor_of({name: match[1]}, name, match[2]), match[2]


def _due_at(order: Any, placed_at: datetime, reading: Reading) -> datetime:
    """What the store has confirmed goes before what the shopper expects."""
    for name in ("confirmed_time", "expected_time"):
        if text_of(order, name):
            return instant_of(order, name)
    return placed_at + reading.prepared_within


def _origin(order: Any) -> OrderOrigin | None:
    """The application that created the order, and its own reference: the private one is unique, the other should be."""
    application = re.sub(r"\s+(bridge|connect)$", "", text_of(order, "created_by"), flags=re.IGNORECASE)
    return origin_of(application, text_of(order, "private_ref") or text_of(order, "ref"))


def _delivery(order: Any) -> Delivery | None:
    """Who delivers it is said only where a courier is at work on it already."""
    customer, service = order.get("customer"), text_of(order, "service_type")
    kind = DeliveryKind.PICKUP if service in _FETCHED else None
    if said(order.get("delivery"), "carrier"):
        kind = DeliveryKind.PLATFORM_COURIER
    access_code = said(customer, "phone_access_code")
    return delivery_of(
        kind,
        recipient_name=joined(said(customer, "first_name"), said(customer, "last_name")),
        phone=joined(said(customer, "phone"), f"({access_code})" if access_code else ""),
        lines=[
            said(customer, "company_name"),
            said(customer, "address_1"),
            said(customer, "address_2"),
            joined(said(customer, "postal_code"), said(customer, "city")),
            said(customer, "state"),
        ],
        position=position_of(customer),
        route_note=said(customer, "delivery_notes"),
        handover_code=said(order, "collection_code"),
    )


def _line(item: Any) -> IncomingLine:
    line_id = id_of(item, "id")
    price, _ = money_of(item, "price")
    names = [text_of(item, name) for name in ("product_name", "sku_name")]
    notes = [text_of(item, "customer_notes"), *(_option_note(option) for option in _options(item))]
    try:
        return IncomingLine(
            external_line_id=line_id,
            sku=text_of(item, "sku_ref", max_characters=40),
            name=", ".join(name for name in names if name)[:120] or "unnamed",
            quantity=number_of(item, "quantity"),
            unit_price_minor=price,
            note="; ".join(note for note in notes if note)[:400],
        )
    except ValueError as error:
        raise PayloadUnknown(f"item {line_id} cannot be picked as it is") from error


def _option_note(option: Any) -> str:
    name = text_of(option, "name")
    if option.get("removed") is True:
        return f"without {name}"
    return f"{whole_of(option, 'quantity', 1)} x {name}"


def _options(item: Any) -> list[Any]:
    options = list_of(item, "options") if item.get("options") is not None else []
    if not all(isinstance(option, Mapping) for option in options):
        raise PayloadUnknown("an option is not an object")
    return options


def is_deleted(item: Any) -> bool:
    """Deleted items stay in an order, marked."""
    return isinstance(item, Mapping) and item.get("deleted") is True


def _remade(item: Any) -> dict[str, Any]:
    """What must be said of an item that takes another's place: all of it but its id and its quantity."""
    kept: dict[str, Any] = {name: text_of(item, name) for name in _ITEM_TEXTS if text_of(item, name)}
    options = [
        {
            **{name: text_of(option, name) for name in _OPTION_TEXTS if text_of(option, name)},
            "quantity": whole_of(option, "quantity", 1),
            **({"removed": True} if option.get("removed") is True else {}),
        }
        for option in _options(item)
    ]
    deal = item.get("deal_line")
    return {
        **kept,
        **({"options": options} if options else {}),
        **({"deal_line": {name: text_of(deal, name) for name in _DEAL_TEXTS if text_of(deal, name)}} if deal else {}),
        "quantity": f"{number_of(item, 'quantity'):f}",
    }


def _written(value: Any) -> str:
    return json.dumps(value, default=str)
