"""Keeta's messages and orders read into our own values. Pure.

Sources: api-docs.mykeeta.com, standard API: the webhook's envelope and event ids, order placed,
cancelled, refund, order details. The page that lists a product's and a fee's fields could not be
had whole: `_SKU` and the names beside it are every name such a field has on the pages that could,
and an order that has none of them waits for a supervisor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from backend.channels.port.errors import PayloadUnknown
from backend.channels.port.fields import (
    gtins_of,
    id_of,
    instant_of_epoch,
    list_of,
    object_of,
    order_of,
    text_of,
    whole_of,
)
from backend.channels.port.incoming import IncomingLine
from backend.channels.port.notices import Cancelled, CancelRequested, Ignored, NewOrder, Notice, RawMessage
from backend.channels.port.origins import origin_of
from backend.channels.port.reading import read_json

PLACED, ACCEPTED, COMPLETED, CANCELLED, REFUND, DELIVERY, PART_REFUND = range(1001, 1008)
_SKU = ("openItemCode", "skuOpenItemCode", "spuOpenItemCode", "skuId")
_COUNT = ("count", "quantity", "productCount")
_NAME = ("name", "productName", "spuName")
_PRICE = ("price", "productPrice")
_TOTAL = ("customerPayTotal", "payTotal", "total", "originalTotal")
_GTIN = ("upc", "upcCode", "barcode")


@dataclass(frozen=True, slots=True)
class Reading:
    """`currency` of the store's country, and when an order must be packed before it is delivered."""

    currency: str
    delivered_after: timedelta


def parse_push(message: RawMessage, reading: Reading) -> list[Notice]:
    """One message; its content is a JSON text within the JSON. Raises PayloadUnknown."""
    envelope = read_json(message.body)
    event, content = whole_of(envelope, "eventId"), _content(envelope)
    message_id = id_of(envelope, "messageId")
    if event == PLACED:
        info = object_of(content, "orderInfo")
        return [parse_order(info, reading, message_id=message_id, original=message.body.decode())]
    common: dict[str, Any] = {"message_id": message_id, "external_id": id_of(content, "orderViewId")}
    reason = text_of(content, "cancelReason", max_characters=120) or text_of(content, "reason", max_characters=120)
    if event == CANCELLED:
        return [Cancelled(**common, reason=reason)]
    if event == REFUND:
        return [CancelRequested(**common, reason=reason)]
    if event in (ACCEPTED, COMPLETED, DELIVERY, PART_REFUND):
        return [Ignored(**common, reason=f"{event} needs nothing from us")]
    raise PayloadUnknown("an event this channel is not subscribed to")


def parse_order(info: Any, reading: Reading, *, message_id: str, original: str = "") -> NewOrder:
    """The `orderInfo` of a message or of an answer. Money is in minor units. Raises PayloadUnknown."""
    base = object_of(info, "baseOrder")
    order_id = id_of(base, "orderViewId")
    products = list_of(info, "products")
    placed_at = _instant(base, "ctime")
    fees = info.get("feeDtl")
    found = order_of(
        order_id,
        display_code=text_of(info.get("merchantOrder"), "seqNo", max_characters=39) or order_id[-6:],
        placed_at=placed_at,
        due_at=_due_at(base, reading),
        note=text_of(base, "remark"),
        currency=reading.currency,
        total_minor=whole_of(fees, _first(fees, _TOTAL)),
        lines=[_line(product) for product in products],
        origin=origin_of("keeta", order_id),
    )
    memory = {
        "counts": {id_of(product, "orderProductId"): whole_of(product, _first(product, _COUNT)) for product in products}
    }
    return NewOrder(
        message_id=message_id, external_id=order_id, at=placed_at, original=original, order=found, memory=memory
    )


def opened(answer: Any) -> dict[str, Any]:
    """The order in an answer. Raises PayloadUnknown."""
    return object_of(answer, "orderInfo")


def status_of(info: Any) -> int:
    """30 confirmed, 50 cancelled, and what lies between. Raises PayloadUnknown."""
    return whole_of(object_of(info, "merchantOrder"), "status")


def _content(envelope: Any) -> Any:
    text = envelope.get("message") if isinstance(envelope, Mapping) else None
    if not isinstance(text, str):
        raise PayloadUnknown("the message has no content")
    return read_json(text.encode("utf-8", "replace"))


def _due_at(base: Mapping[str, Any], reading: Reading) -> datetime:
    """Collected when it is ready, or packed some time before it is delivered."""
    if text_of(base, "estimatedDiningReadyUrgeTime").strip("0"):
        return _instant(base, "estimatedDiningReadyUrgeTime")
    return _instant(base, "deliveryTime") - reading.delivered_after


def _instant(holder: Mapping[str, Any], name: str) -> datetime:
    """Milliseconds since the epoch: longer than the numbers an order may hold, so read as digits."""
    digits = text_of(holder, name, max_characters=20)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 14):
        raise PayloadUnknown(f"{name} is no instant")
    return instant_of_epoch(int(digits) // 1000)


def _first(holder: Any, names: Sequence[str]) -> str:
    """The first of these names that is there. Raises PayloadUnknown."""
    for name in names:
        if isinstance(holder, Mapping) and holder.get(name) not in (None, ""):
            return name
    raise PayloadUnknown(f"none of {', '.join(names)} is there")


def _line(product: Any) -> IncomingLine:
    """Pieces of what the platform sells for the store."""
    has_price = isinstance(product, Mapping) and any(product.get(name) is not None for name in _PRICE)
    codes = [text_of(product, name) for name in _GTIN]
    try:
        return IncomingLine(
            external_line_id=id_of(product, "orderProductId"),
            sku=text_of(product, _first(product, _SKU), max_characters=40),
            gtins=gtins_of(*codes),
            name=text_of(product, _first(product, _NAME), max_characters=120),
            quantity=Decimal(whole_of(product, _first(product, _COUNT))),
            unit_price_minor=whole_of(product, _first(product, _PRICE)) if has_price else 0,
            note=text_of(product, "remark"),
        )
    except ValueError as error:
        raise PayloadUnknown("a product cannot be picked as it is") from error
