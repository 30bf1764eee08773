"""WooCommerce's orders read into our own values. Pure.

Sources: the order properties of the REST API version 3 (woocommerce.github.io/woocommerce-rest-api-docs) and the class
WC_Webhook, which builds what is pushed: the order exactly as the API shows it, or only its id once it is deleted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

from backend.channels.port.delivering import delivery_of, joined, said
from backend.channels.port.errors import PayloadUnknown
from backend.channels.port.fields import (
    clean,
    gtins_of,
    id_of,
    instant_of,
    instant_of_epoch,
    list_of,
    minor_of,
    number_of,
    order_of,
    rounded_minor_of,
    text_of,
    whole_of,
)
from backend.channels.port.incoming import IncomingLine
from backend.channels.port.notices import Cancelled, Ignored, NewOrder, Notice, OrderAvailable
from backend.channels.port.reading import read_json
from shared.delivery import Delivery, DeliveryKind

ON_HOLD = "on-hold"
CLOSED = frozenset({"cancelled", "refunded", "failed", "trash"})
PAID_AT_THE_DOOR = "cod"
_PING = re.compile(rb"webhook_id=[0-9]{1,20}")
_EPOCH = re.compile(r"[0-9]{9,11}")
FETCHED = ("local_pickup", "pickup_location")


@dataclass(frozen=True, slots=True)
class Reading:
    """`picked`: the statuses of orders that are to be picked. `due_key`: the meta data field of an extension that
    keeps the promised instant; where there is none, an order is due `prepared_within` of its time.
    """

    picked: frozenset[str]
    prepared_within: timedelta
    due_key: str = ""


def is_ping(body: bytes) -> bool:
    """Whether this is what the shop sends, unsigned, when somebody saves a webhook: it says nothing of any order."""
    return _PING.fullmatch(body) is not None


def parse_webhook(body: bytes, reading: Reading) -> list[Notice]:
    """One pushed message. Raises PayloadUnknown."""
    return [] if is_ping(body) else [notice_of(read_json(body), reading, body.decode())]


def notice_of(order: Any, reading: Reading, original: str = "") -> Notice:
    """What an order says of itself, pushed or listed. Raises PayloadUnknown where it has no id or no status.

    An order that can be named but not picked is announced: it is then read, and held where a person sees it.
    """
    order_id = id_of(order, "id")
    common: dict[str, Any] = {
        "external_id": order_id,
        "original": original or json.dumps(order, default=str),
    }
    if set(order) == {"id"}:
        return Cancelled(message_id=f"deleted:{order_id}", reason="the order was deleted in the shop", **common)
    status = text_of(order, "status")
    if not status:
        raise PayloadUnknown("an order without a status")
    if status in reading.picked:
        try:
            return parse_order(order, reading, original=common["original"])
        except PayloadUnknown:
            return OrderAvailable(message_id=f"order:{order_id}", **common)
    if status in CLOSED and _was_to_be_picked(order, reading):
        return Cancelled(message_id=f"{status[:20]}:{order_id}", reason=f"{status} in the shop", **common)
    modified = text_of(order, "date_modified_gmt", max_characters=30)
    return Ignored(
        message_id=f"{status[:20]}:{order_id}:{modified}", reason=f"{status[:40]} needs nothing from us", **common
    )


def parse_order(order: Any, reading: Reading, *, original: str = "") -> NewOrder:
    """A whole order. Raises PayloadUnknown."""
    order_id = id_of(order, "id")
    currency = text_of(order, "currency")
    items = list_of(order, "line_items")
    placed_at = instant_of(order, "date_created_gmt", UTC)
    incoming = order_of(
        order_id,
        display_code=text_of(order, "number", max_characters=40) or order_id,
        placed_at=placed_at,
        due_at=_due_at(order, placed_at, reading),
        note=_plain(order, "customer_note", 400),
        currency=currency,
        total_minor=minor_of(order, "total", currency),
        lines=[_line(item, currency) for item in items],
        delivery=_delivery(order),
    )
    memory = {
        "currency": currency,
        "is_paid": _is_paid(order),
        "items": {str(whole_of(item, "id")): _refundable(item) for item in items},
    }
    return NewOrder(
        message_id=f"order:{order_id}",
        external_id=order_id,
        at=placed_at,
        original=original,
        order=incoming,
        memory=memory,
    )


def modified_at(order: Any) -> datetime:
    """When an order was last changed, by the shop's clock. Raises PayloadUnknown."""
    return instant_of(order, "date_modified_gmt", UTC)


def _is_paid(order: Any) -> bool:
    return bool(text_of(order, "date_paid_gmt"))


def _was_to_be_picked(order: Any, reading: Reading) -> bool:
    """Whether an order that is closed has been one to pick: one nobody ever paid was not, and may yet be paid late."""
    is_at_the_door = text_of(order, "payment_method") == PAID_AT_THE_DOOR
    return _is_paid(order) or is_at_the_door or ON_HOLD in reading.picked


def _delivery(order: Any) -> Delivery | None:
    """Who carries it is the shop's own matter, and not said. Without a shipping address the one of the bill counts."""
    billing, shipping = _object(order, "billing"), _object(order, "shipping")
    to = shipping if said(shipping, "address_1") else billing
    ways = order.get("shipping_lines")
    methods = [said(way, "method_id") for way in (ways if isinstance(ways, list) else [])]
    is_fetched = any(method.startswith(FETCHED) for method in methods)
    return delivery_of(
        DeliveryKind.PICKUP if is_fetched else None,
        recipient_name=joined(said(to, "first_name"), said(to, "last_name")),
        phone=said(shipping, "phone") or said(billing, "phone"),
        lines=[
            said(to, "company"),
            said(to, "address_1"),
            said(to, "address_2"),
            joined(said(to, "postcode"), said(to, "city")),
            said(to, "state"),
        ],
    )


def _object(holder: Any, name: str) -> Any:
    return holder.get(name) if isinstance(holder, Mapping) else None


def _due_at(order: Any, placed_at: datetime, reading: Reading) -> datetime:
    """The promised instant, in seconds since 1970 or as ISO 8601 with its zone, as delivery extensions keep it."""
    for key, field in _meta(order):
        if reading.due_key and key == reading.due_key and text_of(field, "value"):
            value = text_of(field, "value")
            return instant_of_epoch(int(value)) if _EPOCH.fullmatch(value) else instant_of(field, "value")
    return placed_at + reading.prepared_within


def _line(item: Any, currency: str) -> IncomingLine:
    line_id = str(whole_of(item, "id"))
    try:
        return IncomingLine(
            external_line_id=line_id,
            sku=text_of(item, "sku", max_characters=40),
            gtins=gtins_of(text_of(item, "global_unique_id")),
            name=_plain(item, "name", 120) or "unnamed",
            quantity=number_of(item, "quantity"),
            unit_price_minor=rounded_minor_of(item, "price", currency),
            note="; ".join(_choices(item))[:400],
        )
    except ValueError as error:
        raise PayloadUnknown(f"line {line_id} cannot be picked as it is") from error


def _choices(item: Any) -> Iterator[str]:
    """What the shopper chose of a product, as the shop shows it; keys with a leading bar are its own business."""
    for key, field in _meta(item):
        value = field.get("display_value")
        if not key.startswith("_") and isinstance(value, str) and isinstance(field.get("display_key"), str):
            yield f"{_plain(field, 'display_key', 60)}: {_plain(field, 'display_value', 100)}"


def _meta(holder: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    fields = holder.get("meta_data") if isinstance(holder, Mapping) else None
    for field in fields if isinstance(fields, list) else []:
        if isinstance(field, Mapping) and isinstance(field.get("key"), str):
            yield field["key"], field


def _refundable(item: Any) -> dict[str, Any]:
    """What a refund of this line must repeat: quantity, total and taxes as the shop computed them."""
    taxes = [
        [str(whole_of(tax, "id")), f"{number_of(tax, 'total'):f}"]
        for tax in list_of(item, "taxes")
        if text_of(tax, "total")
    ]
    return {
        "quantity": f"{number_of(item, 'quantity'):f}",
        "total": f"{number_of(item, 'total'):f}",
        "taxes": taxes,
    }


def _plain(holder: Any, name: str, max_characters: int) -> str:
    """A text without the entities that WordPress writes."""
    return clean(unescape(text_of(holder, name, max_characters=10_000)))[:max_characters]
