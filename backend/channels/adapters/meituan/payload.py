"""Meituan's pushes read into our own values. Pure.

Sources: the fields as several public clients of the open platform name them alike (order push, full refund push, cancel
push); the platform's own pages stand behind a sign-in. Numbers: open-shangou.meituan.com/home/docDetail/149, 216, 165.
Every value arrives encoded twice; by the time it is read here the form has been decoded once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import unquote_plus

from backend.channels.port.delivering import delivery_of, position_of, said
from backend.channels.port.errors import PayloadUnknown
from backend.channels.port.fields import (
    gtins_of,
    id_of,
    instant_of_epoch,
    list_of,
    minor_of,
    number_of,
    order_of,
    text_of,
    whole_of,
)
from backend.channels.port.incoming import IncomingLine
from backend.channels.port.notices import Cancelled, CancelRequested, Ignored, NewOrder, Notice, RawMessage
from backend.channels.port.origins import origin_of
from backend.channels.port.reading import read_form, read_json
from shared.delivery import Delivery, DeliveryKind

CURRENCY = "CNY"
# 0000 is the store's own courier; a shopper who collects has pick_type 1. All others are couriers of the platform.
OWN_COURIER = frozenset({"", "0000"})
COLLECTED = "1"


@dataclass(frozen=True, slots=True)
class Reading:
    """`prepared_within`: when an order must be packed that is wanted at once, for those name no instant."""

    prepared_within: timedelta


def parse_push(message: RawMessage, reading: Reading) -> list[Notice]:
    """One pushed message; its path says what it is about. Raises PayloadUnknown."""
    fields = decoded(message)
    kind = message.path.strip("/")
    if kind == "order":
        return [parse_order(fields, reading, original=message.body.decode("ascii", "replace"))]
    order_id = id_of(fields, "order_id")
    about = text_of(fields, "notify_type") or text_of(fields, "status") or text_of(fields, "logistics_status")
    number = text_of(fields, "refund_id") or text_of(fields, "ctime") or text_of(fields, "utime")
    common: dict[str, Any] = {
        "message_id": ":".join(part for part in (kind, order_id, about, number) if part)[:100],
        "external_id": order_id,
    }
    reason = text_of(fields, "reason", max_characters=120)
    if kind == "cancel" or (kind == "refund" and about == "agree"):
        return [Cancelled(**common, reason=reason)]
    if kind == "refund" and about == "apply":
        return [CancelRequested(**common, reason=reason)]
    if kind in ("refund", "confirmed", "completed", "delivery", "part_refund", "remind"):
        return [Ignored(**common, reason=f"{kind} {about} needs nothing from us")]
    raise PayloadUnknown("no message of this platform is sent to this path")


def decoded(message: RawMessage) -> dict[str, str]:
    """The parameters of a push as a shopper typed them. Raises PayloadUnknown."""
    try:
        return {
            name: unquote_plus(value, errors="strict") for name, value in read_form(message.body, message.query).items()
        }
    except UnicodeDecodeError as error:
        raise PayloadUnknown("a parameter is not text") from error


def parse_order(fields: Mapping[str, Any], reading: Reading, *, original: str = "") -> NewOrder:
    """An order as it is pushed, or as it is read: there `detail` is a list, here it is one in a text."""
    order_id = id_of(fields, "order_id")
    items = fields.get("detail")
    items = read_json(items.encode()) if isinstance(items, str) else items
    numbered = [(str(number), item) for number, item in enumerate(list_of({"detail": items}, "detail"), start=1)]
    placed_at = instant_of_epoch(whole_of(fields, "ctime"))
    kind = _kind(fields)
    order = order_of(
        order_id,
        display_code=text_of(fields, "day_seq", max_characters=39) or order_id[-6:],
        placed_at=placed_at,
        due_at=_due_at(fields, placed_at, reading),
        note=text_of(fields, "caution"),
        currency=CURRENCY,
        total_minor=minor_of(fields, "total", CURRENCY),
        lines=[_line(number, item) for number, item in numbered],
        origin=origin_of("meituan", order_id),
        delivery=_delivery(fields, kind),
    )
    memory = {
        "items": {number: _named(item) for number, item in numbered},
        "is_platform_courier": kind is DeliveryKind.PLATFORM_COURIER,
    }
    return NewOrder(
        message_id=f"order:{order_id}",
        external_id=order_id,
        at=placed_at,
        original=original,
        order=order,
        memory=memory,
    )


def _kind(fields: Mapping[str, Any]) -> DeliveryKind:
    if text_of(fields, "pick_type") == COLLECTED:
        return DeliveryKind.PICKUP
    is_own = text_of(fields, "logistics_code") in OWN_COURIER
    return DeliveryKind.OWN_COURIER if is_own else DeliveryKind.PLATFORM_COURIER


def _delivery(fields: Mapping[str, Any], kind: DeliveryKind) -> Delivery | None:
    return delivery_of(
        kind,
        recipient_name=said(fields, "recipient_name"),
        phone=said(fields, "recipient_phone"),
        lines=[said(fields, "recipient_address")],
        position=position_of(fields),
    )


def _due_at(fields: Mapping[str, Any], placed_at: datetime, reading: Reading) -> datetime:
    wanted = whole_of(fields, "delivery_time", 0)
    return instant_of_epoch(wanted) if wanted > 0 else placed_at + reading.prepared_within


def _line(number: str, item: Any) -> IncomingLine:
    """Quantities are packs: whatever a pack weighs stands in its name and unit, and is the store's own matter."""
    notes = [text_of(item, name) for name in ("spec", "food_property")]
    try:
        return IncomingLine(
            external_line_id=number,
            sku=text_of(item, "sku_id", max_characters=40) or text_of(item, "app_food_code", max_characters=40),
            gtins=gtins_of(text_of(item, "upc")),
            name=text_of(item, "food_name", max_characters=120) or "unnamed",
            quantity=number_of(item, "quantity"),
            unit_price_minor=minor_of(item, "price", CURRENCY, Decimal(0)),
            note="; ".join(note for note in notes if note)[:400],
        )
    except ValueError as error:
        raise PayloadUnknown(f"line {number} cannot be picked as it is") from error


def _named(item: Any) -> dict[str, str]:
    """How the platform names this item when part of it is refunded."""
    names = ("app_food_code", "sku_id", "item_id")
    found = {name: text_of(item, name, max_characters=100) for name in names}
    return {**{name: value for name, value in found.items() if value}, "count": f"{number_of(item, 'quantity'):f}"}
