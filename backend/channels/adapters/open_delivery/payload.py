"""Open Delivery 1.7 read into our own values: events and orders; orders of 2.0 as well. Pure.

Source: docs/reference/v1/openapi.yaml of Abrasel-Nacional/opendelivery-v2, version 1.7.0 (Apache-2.0): the schemas
Event, Order and Price.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pydantic import ValidationError

from backend.channels.adapters.open_delivery.delivering import delivery_in
from backend.channels.adapters.open_delivery.version_2 import as_version_1
from backend.channels.port import (
    Cancelled,
    CancelRequested,
    Ignored,
    IncomingLine,
    IncomingOrder,
    NewOrder,
    Notice,
    OrderAvailable,
    OrderOrigin,
    OrderUnit,
    PayloadUnknown,
    read_json,
)
from backend.channels.port.origins import origin_of

_NOTE_MAX_CHARACTERS = 400
_GTIN = re.compile(r"[0-9]{8,14}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_YEARS = range(2000, 2100)
_NUMBER_MAX = Decimal(10**9)
_ORDER_READY_TO_READ = {"CREATED", "PREPARATION_REQUESTED"}
# The standard says ORDER_CANCELLATION_REQUEST; hosts were seen to write the participle.
_CANCEL_REQUESTED = {"ORDER_CANCELLATION_REQUEST", "ORDER_CANCELLATION_REQUESTED"}
_UNITS = {
    "UN": OrderUnit.EACH,
    "KG": OrderUnit.KILOGRAM,
    "L": OrderUnit.LITRE,
    "OZ": OrderUnit.OUNCE,
    "LB": OrderUnit.POUND,
}
_LITRES_PER_GALLON = Decimal("3.785411784")
_MINOR_DIGITS = {"CLP": 0, "COP": 2, "JPY": 0, "KRW": 0, "PYG": 0, "VND": 0, "BHD": 3, "JOD": 3, "KWD": 3, "TND": 3}


@dataclass(frozen=True, slots=True)
class Origins:
    """The platform a host is, and what the platforms are called whose orders a hub passes on, by their AppId.

    A hub says with `sourceAppId` which application an order is of, and should keep that application's id of it.
    """

    platform: str = ""
    source_apps: Mapping[str, str] = field(default_factory=dict)

    def of(self, source_app_id: Any, order_id: str) -> OrderOrigin | None:
        if isinstance(source_app_id, str) and source_app_id:
            return origin_of(self.source_apps.get(source_app_id, source_app_id), order_id)
        return origin_of(self.platform, order_id)


NO_ORIGINS = Origins()


def parse_event(raw: bytes) -> Notice:
    """One pushed event. Raises PayloadUnknown."""
    return _notice(read_json(raw), raw.decode())


def parse_events(raw: bytes) -> list[Notice]:
    """The answer to polling, oldest first: hosts promise no order. Raises PayloadUnknown."""
    events = read_json(raw)
    if not isinstance(events, list):
        raise PayloadUnknown("polling answers with a list of events")
    timed = [(_instant(event, "createdAt"), _notice(event, json.dumps(event, default=str))) for event in events]
    return [notice for _, notice in sorted(timed, key=lambda pair: pair[0])]


def _notice(event: Any, original: str) -> Notice:
    message_id = _id(event, "eventId")
    common: dict[str, Any] = {
        "message_id": message_id,
        "external_id": _id(event, "orderId"),
        "at": _instant(event, "createdAt"),
        "original": original,
    }
    kind = _text(event, "eventType")
    if kind in _ORDER_READY_TO_READ:
        return OrderAvailable(**common)
    if kind in _CANCEL_REQUESTED:
        return CancelRequested(**common, reason=_cancel_reason(event))
    if kind == "CANCELLED":
        return Cancelled(**common, reason=_cancel_reason(event))
    return Ignored(**common, reason=f"{_clean(kind)[:60]} needs nothing from us")


def _cancel_reason(event: dict[str, Any]) -> str:
    metadata = event.get("metadata")
    if not isinstance(metadata, dict):
        return ""
    return _clean(str(metadata.get("code") or metadata.get("reason") or ""))[:120]


def parse_order(raw: bytes, *, message_id: str, origins: Origins = NO_ORIGINS) -> NewOrder:
    """One order as the host shows it. Raises PayloadUnknown; unknown fields are fine, the standard grows."""
    body = as_version_1(read_json(raw))
    external_id = _id(body, "id")
    items = body.get("items")
    if not isinstance(items, list) or not items:
        raise PayloadUnknown("an order without items", external_id=external_id)
    total, currency = _price(_object(_object(body, "total"), "orderAmount"))
    try:
        order = IncomingOrder(
            external_id=external_id,
            display_code=_clean(_text(body, "displayId"))[:40] or external_id[:8],
            placed_at=_instant(body, "createdAt"),
            due_at=_due_at(body),
            note=_clean(str(body.get("extraInfo") or ""))[:_NOTE_MAX_CHARACTERS],
            currency=currency,
            total_minor=total,
            lines=[_line(item) for item in items],
            origin=origins.of(body.get("sourceAppId"), external_id),
            delivery=delivery_in(body),
        )
    except ValidationError as error:
        where = sorted({".".join(str(part) for part in problem["loc"]) for problem in error.errors()})
        raise PayloadUnknown(
            f"the order cannot be picked as it is: {', '.join(where)[:200]}", external_id=external_id
        ) from None
    memory = {
        "is_preparing_wanted": body.get("sendPreparing") is True,
        "is_picked_up_wanted": body.get("sendPickedUp") is True and body.get("type") == "TAKEOUT",
        "is_tracking_wanted": body.get("sendTracking") is True,
        "is_delivered_by_merchant": _is_delivered_by_merchant(body),
    }
    return NewOrder(
        message_id=message_id,
        external_id=external_id,
        at=order.placed_at,
        original=raw.decode(),
        order=order,
        memory=memory,
    )


def _due_at(body: dict[str, Any]) -> datetime:
    """When it must be packed: the promised slot's start, the pickup, the delivery, or the start of preparation."""
    for group, name in (
        ("schedule", "scheduledDateTimeStart"),
        ("takeout", "takeoutDateTime"),
        ("delivery", "estimatedDeliveryDateTime"),
        ("indoor", "indoorDateTime"),
    ):
        if isinstance(body.get(group), dict) and name in body[group]:
            return _instant(body[group], name)
    return _instant(body, "preparationStartDateTime" if "preparationStartDateTime" in body else "createdAt")


def _is_delivered_by_merchant(body: dict[str, Any]) -> bool:
    delivery = body.get("delivery")
    return isinstance(delivery, dict) and delivery.get("deliveredBy") == "MERCHANT"


def _line(item: Any) -> IncomingLine:
    quantity = _number(item, "quantity")
    unit = _text(item, "unit")
    if unit == "GAL":
        unit, quantity = "L", (quantity * _LITRES_PER_GALLON).quantize(Decimal("0.001"))
    if unit not in _UNITS:
        raise PayloadUnknown(f"an item counted in {_clean(unit)[:20]}")
    price, _ = _price(_object(item, "unitPrice"))
    ean = re.sub(r"\s", "", str(item.get("ean") or ""))
    return IncomingLine(
        external_line_id=_clean(_text(item, "id"))[:120],
        sku=_clean(_text(item, "externalCode"))[:40],
        gtins=[ean] if _GTIN.fullmatch(ean) else [],
        name=_clean(_text(item, "name"))[:120] or "unnamed",
        quantity=quantity,
        unit=_UNITS[unit],
        unit_price_minor=price,
        note=_line_note(item),
    )


def _line_note(item: dict[str, Any]) -> str:
    parts = [_clean(str(item.get("specialInstructions") or ""))]
    options = item.get("options")
    for option in options if isinstance(options, list) else []:
        if isinstance(option, dict):
            parts.append(f"{option.get('quantity', 1)} x {_clean(str(option.get('name', '')))}")
    return "; ".join(part for part in parts if part)[:_NOTE_MAX_CHARACTERS]


def _price(price: dict[str, Any]) -> tuple[int, str]:
    currency = _text(price, "currency")
    digits = _MINOR_DIGITS.get(currency, 2)
    value = _number(price, "value").scaleb(digits).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return int(value), currency


def _number(holder: Any, field: str) -> Decimal:
    value = holder.get(field) if isinstance(holder, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise PayloadUnknown(f"{field} is not a number")
    number = Decimal(value)
    if abs(number) > _NUMBER_MAX:
        raise PayloadUnknown(f"{field} is larger than we can take")
    return number


def _object(holder: Any, field: str) -> dict[str, Any]:
    value = holder.get(field) if isinstance(holder, dict) else None
    if not isinstance(value, dict):
        raise PayloadUnknown(f"{field} is missing")
    return value


def _text(holder: Any, field: str) -> str:
    value = holder.get(field) if isinstance(holder, dict) else None
    if not isinstance(value, str) or not value:
        raise PayloadUnknown(f"{field} is missing")
    return value


def _id(holder: Any, field: str) -> str:
    value = _text(holder, field)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._:\-]{0,79}", value):
        raise PayloadUnknown(f"{field} is not an id")
    return value


def _instant(holder: Any, field: str) -> datetime:
    try:
        instant = datetime.fromisoformat(_text(holder, field))
    except ValueError as error:
        raise PayloadUnknown(f"{field} is not an instant") from error
    if instant.tzinfo is None:
        raise PayloadUnknown(f"{field} has no time zone")
    if instant.year not in _YEARS:
        raise PayloadUnknown(f"{field} is not of this century")
    return instant.astimezone(UTC)


def _clean(text: str) -> str:
    return _CONTROL.sub(" ", text.encode("utf-8", "replace").decode()).strip()
