"""iFood's events and orders read into our own values. Pure.

Sources: developer.ifood.com.br, modules events (structure, codes, polling), order (details, negotiation of orders) and
picking. Instants may have eight digits after the second. An order counts its items in `unit`, its money in whole reais.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from backend.channels.port.delivering import delivery_of, joined, position_of, said
from backend.channels.port.errors import PayloadUnknown
from backend.channels.port.fields import (
    gtins_of,
    id_of,
    instant_of,
    list_of,
    minor_of,
    number_of,
    object_of,
    order_of,
    rounded_minor_of,
    text_of,
)
from backend.channels.port.incoming import IncomingLine, OrderUnit
from backend.channels.port.notices import Cancelled, CancelRequested, Ignored, NewOrder, Notice, OrderAvailable
from backend.channels.port.origins import origin_of
from backend.channels.port.reading import read_json
from shared.delivery import Delivery, DeliveryKind
from shared.substitution import SubstitutionWish

CURRENCY = "BRL"
PLACED, CANCELLED, DISPUTE = "PLACED", "CANCELLED", "HANDSHAKE_DISPUTE"
WHOLE_ORDER = "CANCELLATION"
CANCELS_IF_SHORT = "STORE_CANCEL_ORDER"
_WISHES = {
    "STORE_CHOOSE_OTHER_ITEMS": SubstitutionWish.ALLOW,
    "STORE_REMOVE_ITEMS": SubstitutionWish.REFUSE,
    CANCELS_IF_SHORT: SubstitutionWish.REFUSE,
}
_COURIERS = {"MERCHANT": DeliveryKind.OWN_COURIER, "IFOOD": DeliveryKind.PLATFORM_COURIER}
_UNITS = {
    "UN": OrderUnit.EACH,
    "KG": OrderUnit.KILOGRAM,
    "G": OrderUnit.GRAM,
    "L": OrderUnit.LITRE,
}
_WEIGHED = frozenset({OrderUnit.KILOGRAM, OrderUnit.GRAM})


def parse_event(raw: bytes) -> Notice:
    """One pushed event. Raises PayloadUnknown."""
    return event_of(read_json(raw), raw.decode())


def parse_events(raw: bytes) -> list[Notice]:
    """The answer to polling, oldest first: the platform promises no order. Raises PayloadUnknown."""
    events = read_json(raw)
    if not isinstance(events, list):
        raise PayloadUnknown("polling answers with a list of events")
    notices = [event_of(event, json.dumps(event, default=str)) for event in events]
    return sorted(notices, key=lambda notice: notice.at.timestamp() if notice.at else 0.0)


def event_of(event: Any, original: str) -> Notice:
    """Raises PayloadUnknown where it has no id or instant, or is about an order that it does not name."""
    kind = text_of(event, "fullCode", max_characters=60)
    common: dict[str, Any] = {
        "message_id": id_of(event, "id"),
        "at": instant_of(event, "createdAt"),
        "original": original,
    }
    metadata = event.get("metadata")
    if kind == PLACED:
        return OrderAvailable(**common, external_id=id_of(event, "orderId"))
    if kind == CANCELLED:
        return Cancelled(**common, external_id=id_of(event, "orderId"), reason=_reason(metadata))
    if kind == DISPUTE and text_of(metadata, "action") == WHOLE_ORDER:
        dispute_id = id_of(metadata, "disputeId") if text_of(metadata, "disputeId") else common["message_id"]
        external_id = id_of(event, "orderId")
        return CancelRequested(
            **common, external_id=external_id, reason=_reason(metadata), memory={"dispute_id": dispute_id}
        )
    external_id = text_of(event, "orderId", max_characters=80)
    return Ignored(**common, external_id=external_id, reason=f"{kind or 'it'} needs nothing from us")


def merchant_of(event: Any) -> str:
    """For which store an event is; empty for a sign of life, which is for nobody's."""
    return text_of(event, "merchantId")


def parse_order(raw: bytes, *, message_id: str) -> NewOrder:
    """One order as the platform shows it. Raises PayloadUnknown."""
    body = read_json(raw)
    order_id = id_of(body, "id")
    option = text_of(body.get("picking"), "replacementOptions")
    placed_at = instant_of(body, "createdAt")
    items = [(_line(item, _WISHES.get(option)), item) for item in list_of(body, "items")]
    order = order_of(
        order_id,
        display_code=text_of(body, "displayId", max_characters=40) or order_id[:8],
        placed_at=placed_at,
        due_at=_due_at(body, placed_at),
        note=text_of(body, "extraInfo"),
        currency=CURRENCY,
        total_minor=minor_of(object_of(body, "total"), "orderAmount", CURRENCY),
        lines=[line for line, _ in items],
        origin=origin_of("ifood", order_id),
        delivery=_delivery(body),
    )
    memory = {
        "cancels_if_short": option == CANCELS_IF_SHORT,
        "is_delivered_by_store": text_of(body.get("delivery"), "deliveredBy") == "MERCHANT",
        "items": {
            line.external_line_id: {"quantity": f"{line.quantity:f}", "is_weighed": line.unit in _WEIGHED}
            for line, _ in items
        },
    }
    return NewOrder(
        message_id=message_id,
        external_id=order_id,
        at=placed_at,
        original=raw.decode(),
        order=order,
        memory=memory,
    )


def quantities_of(body: Any) -> dict[str, Decimal]:
    """How much of each item an order has now, by the item's id and by its barcode. Raises PayloadUnknown."""
    found: dict[str, Decimal] = {}
    for item in list_of(body, "items"):
        quantity = number_of(item, "quantity")
        found[text_of(item, "uniqueId")] = quantity
        if text_of(item, "ean"):
            found[text_of(item, "ean")] = found.get(text_of(item, "ean"), Decimal(0)) + quantity
    return found


def _due_at(body: Any, placed_at: datetime) -> datetime:
    """The slot's start, the pickup, the delivery, or the moment preparation should begin."""
    for group, name in (
        ("schedule", "deliveryDateTimeStart"),
        ("takeout", "takeoutDateTime"),
        ("delivery", "deliveryDateTime"),
    ):
        if text_of(body.get(group), name):
            return instant_of(body[group], name)
    return instant_of(body, "preparationStartDateTime") if text_of(body, "preparationStartDateTime") else placed_at


def _delivery(body: Any) -> Delivery | None:
    delivery, customer = _in(body, "delivery"), _in(body, "customer")
    address, phone = _in(delivery, "deliveryAddress"), _in(customer, "phone")
    localizer = said(phone, "localizer")
    is_fetched = said(body, "orderType") in ("TAKEOUT", "DINE_IN")
    return delivery_of(
        DeliveryKind.PICKUP if is_fetched else _COURIERS.get(said(delivery, "deliveredBy")),
        recipient_name=said(customer, "name"),
        phone=joined(said(phone, "number"), f"({localizer})" if localizer else ""),
        lines=[
            joined(said(address, "streetName"), said(address, "streetNumber"), by=", ")
            or said(address, "formattedAddress"),
            said(address, "complement"),
            said(address, "neighborhood"),
            joined(said(address, "postalCode"), said(address, "city"), said(address, "state")),
        ],
        position=position_of(_in(address, "coordinates")),
        route_note=joined(said(address, "reference"), said(delivery, "observations"), by="; "),
        handover_code=said(delivery, "pickupCode"),
    )


def _in(holder: Any, name: str) -> Any:
    return holder.get(name) if isinstance(holder, Mapping) else None


def _line(item: Any, wish: SubstitutionWish | None) -> IncomingLine:
    line_id = id_of(item, "uniqueId")
    unit = text_of(item, "unit", "UN").upper()
    if unit not in _UNITS:
        raise PayloadUnknown(f"an item counted in {unit[:20]}")
    try:
        return IncomingLine(
            external_line_id=line_id,
            sku=text_of(item, "externalCode", max_characters=40),
            gtins=gtins_of(text_of(item, "ean")),
            name=text_of(item, "name", max_characters=120) or "unnamed",
            quantity=number_of(item, "quantity"),
            unit=_UNITS[unit],
            unit_price_minor=rounded_minor_of(item, "unitPrice", CURRENCY),
            note="; ".join(_notes(item))[:400],
            substitution=wish,
        )
    except ValueError as error:
        raise PayloadUnknown(f"item {line_id} cannot be picked as it is") from error


def _notes(item: Any) -> list[str]:
    options = item.get("options")
    notes = [
        f"{text_of(option, 'quantity', '1')} x {text_of(option, 'name')}"
        for option in (options if isinstance(options, list) else [])
        if text_of(option, "name")
    ]
    return [note for note in (text_of(item, "observations"), *notes) if note]


def _reason(metadata: Any) -> str:
    for name in ("CANCEL_REASON", "message", "details", "reason"):
        if isinstance(metadata, Mapping) and isinstance(metadata.get(name), str):
            return text_of(metadata, name, max_characters=120)
    return ""
