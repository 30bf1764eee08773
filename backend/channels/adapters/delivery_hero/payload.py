"""Delivery Hero's orders read into our own values. Pure.

Sources: qcommerce.developer.glovoapp.com and developer.foodpanda.com (partner picking: use cases, FAQ), and the fields
that public clients of partner.deliveryhero.io/v2 read alike: order_id, order_code, sys.created_at, accepted_for,
payment, items with sku, barcode, name and pricing. Amounts are numbers of whole currency, which an order does not name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from backend.channels.port.delivering import delivery_of
from backend.channels.port.errors import PayloadUnknown
from backend.channels.port.fields import (
    gtins_of,
    id_of,
    instant_of,
    list_of,
    list_or_none_of,
    minor_of,
    number_of,
    object_of,
    order_of,
    text_of,
)
from backend.channels.port.incoming import IncomingLine, OrderUnit
from backend.channels.port.notices import Cancelled, Ignored, NewOrder, Notice, RawMessage
from backend.channels.port.origins import origin_of
from backend.channels.port.reading import read_json
from shared.delivery import DeliveryKind

RECEIVED = "RECEIVED"
VENDOR_DELIVERY = "VENDOR_DELIVERY"
BY_WEIGHT = "KG"
_OVER = frozenset({"CANCELLED", "CANCELED"})
_STORE_NAMES = ("store_id", "id", "external_partner_config_id", "vendor_id")
_COURIERS = {"LOGISTICS_DELIVERY": DeliveryKind.PLATFORM_COURIER, "VENDOR_DELIVERY": DeliveryKind.OWN_COURIER}


@dataclass(frozen=True, slots=True)
class Reading:
    """`currency` of the store's country, and when an order must be packed that names no instant."""

    currency: str
    prepared_within: timedelta


def parse_push(message: RawMessage, reading: Reading) -> list[Notice]:
    """One push: the order as it is now. Raises PayloadUnknown."""
    order = read_json(message.body)
    order_id, status = id_of(order, "order_id"), text_of(order, "status", max_characters=30).upper()
    common: dict[str, Any] = {"message_id": f"{order_id}:{status}", "external_id": order_id}
    if status == RECEIVED:
        original = message.body.decode("utf-8", "replace")
        return [parse_order(order, reading, message_id=common["message_id"], original=original)]
    if status in _OVER:
        reason = text_of(order.get("cancellation"), "reason", max_characters=120)
        return [Cancelled(**common, reason=reason or status.lower())]
    return [Ignored(**common, reason=f"{status} needs nothing from us")]


def stores_of(raw: bytes) -> set[str]:
    """Every name under which the order names its store; empty where it names none. Raises PayloadUnknown."""
    order = read_json(raw)
    client = order.get("client") if isinstance(order, dict) else None
    if not isinstance(client, dict):
        return set()
    return {text_of(client, name, max_characters=80) for name in _STORE_NAMES} - {""}


def parse_order(order: Any, reading: Reading, *, message_id: str, original: str = "") -> NewOrder:
    """An order as it is pushed, or as it is read. Raises PayloadUnknown."""
    order_id = id_of(order, "order_id")
    numbered = [(_line_id(item, number), item) for number, item in enumerate(list_of(order, "items"), start=1)]
    placed_at = instant_of(object_of(order, "sys"), "created_at")
    promised = next((name for name in ("promised_for", "accepted_for") if text_of(order, name)), "")
    due_at = instant_of(order, promised) if promised else placed_at + reading.prepared_within
    payment = object_of(order, "payment")
    total = "order_total" if payment.get("order_total") is not None else "sub_total"
    found = order_of(
        order_id,
        display_code=text_of(order, "order_code", max_characters=40) or order_id[-6:],
        placed_at=placed_at,
        due_at=due_at,
        note=text_of(order, "comment"),
        currency=reading.currency,
        total_minor=minor_of(payment, total, reading.currency),
        lines=[_line(line_id, item, reading.currency) for line_id, item in numbered],
        origin=origin_of("delivery_hero", order_id),
        delivery=delivery_of(_COURIERS.get(text_of(order, "transport_type"))),
    )
    memory = {
        "items": {line_id: _named(item) for line_id, item in numbered},
        "is_vendor_delivery": text_of(order, "transport_type") == VENDOR_DELIVERY,
        "accepted_for": due_at.isoformat(),
    }
    return NewOrder(
        message_id=message_id, external_id=order_id, at=placed_at, original=original, order=found, memory=memory
    )


def _line_id(item: Any, number: int) -> str:
    return text_of(item, "_id", max_characters=100) or str(number)


def _pricing(item: Any) -> Mapping[str, Any]:
    """What counts now; what was ordered at first stands beside it."""
    pricing = item.get("pricing") if isinstance(item, Mapping) else None
    return pricing if isinstance(pricing, Mapping) else object_of(item, "original_pricing")


def is_weighed(pricing: Mapping[str, Any]) -> bool:
    return text_of(pricing, "pricing_type").upper() == BY_WEIGHT


def quantity_of(pricing: Mapping[str, Any]) -> Decimal:
    """Pieces, or kilograms of what is priced by weight. Raises PayloadUnknown."""
    has_weight = is_weighed(pricing) and pricing.get("weight") is not None
    return number_of(pricing, "weight" if has_weight else "quantity")


def _line(line_id: str, item: Any, currency: str) -> IncomingLine:
    pricing = _pricing(item)
    codes = [text_of({"code": code}, "code") for code in list_or_none_of(item, "barcode")]
    try:
        return IncomingLine(
            external_line_id=line_id,
            sku=text_of(item, "sku", max_characters=40),
            gtins=gtins_of(*codes)[:12],
            name=text_of(item, "name", max_characters=120) or "unnamed",
            quantity=quantity_of(pricing),
            unit=OrderUnit.KILOGRAM if is_weighed(pricing) else OrderUnit.EACH,
            unit_price_minor=minor_of(pricing, "unit_price", currency, Decimal(0)),
            note=text_of(item, "instructions"),
        )
    except ValueError as error:
        raise PayloadUnknown("an item cannot be picked as it is") from error


def _named(item: Any) -> dict[str, Any]:
    """How the platform names this item when the basket is put back."""
    pricing = _pricing(item)
    return {
        "id": text_of(item, "_id", max_characters=100),
        "sku": text_of(item, "sku", max_characters=40),
        "quantity": f"{quantity_of(pricing):f}",
        "is_weighed": is_weighed(pricing),
    }
