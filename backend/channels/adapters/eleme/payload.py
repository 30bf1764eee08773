"""Ele.me's pushes and orders read into our own values. Pure.

Sources: open-be.ele.me's developer guide, and the fields of `order.get`, `order.status.push` and `order.user.cancel` as
several public clients name them alike. Money is in fen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from backend.channels.port.delivering import delivery_of, position_of, said
from backend.channels.port.errors import PayloadUnknown
from backend.channels.port.fields import (
    gtins_of,
    id_of,
    instant_of_epoch,
    list_of,
    number_of,
    object_of,
    order_of,
    text_of,
    whole_of,
)
from backend.channels.port.incoming import IncomingLine
from backend.channels.port.notices import Cancelled, CancelRequested, Ignored, NewOrder, Notice, OrderAvailable
from backend.channels.port.origins import origin_of
from shared.delivery import Delivery, DeliveryKind

CURRENCY = "CNY"
STATUS_CANCELLED = "10"
WISH, AGREED_BY_CUSTOMER_SERVICE, AGREED_BY_SYSTEM = "10", "40", "60"
BEFORE_PAYMENT_IS_FINAL = "2"
RESERVED = 2
OWN_COURIER = frozenset({"2", "6"})
_UNDERSTOOD = frozenset(
    {"order.partrefund.push", "order.deliveryStatus.push", "order.remind.push", "order.reverse.push", "shop.msg.push"}
)


@dataclass(frozen=True, slots=True)
class Reading:
    """`prepared_within`: when an order must be packed that is wanted at once, for those name no instant."""

    prepared_within: timedelta


def parse_push(cmd: str, body: dict[str, Any], ticket: str) -> list[Notice]:
    """One command pushed to us. Raises PayloadUnknown."""
    if cmd not in _UNDERSTOOD and cmd not in ("order.create", "order.status.push", "order.user.cancel"):
        raise PayloadUnknown("no command of this platform has this name")
    if cmd == "shop.msg.push":
        return [Ignored(message_id=f"{cmd}:{ticket}"[:100], external_id="shop", reason=f"{cmd} needs nothing from us")]
    holder = body["order"] if isinstance(body.get("order"), dict) else body
    order_id = id_of(holder, "order_id")
    about = text_of(body, "status", max_characters=20) or text_of(body, "type", max_characters=20)
    number = text_of(body, "refund_order_id", max_characters=40)
    common: dict[str, Any] = {
        "message_id": ":".join(part for part in (cmd, order_id, about, number) if part)[:100],
        "external_id": order_id,
    }
    reason = text_of(body, "cancel_reason", max_characters=120) or text_of(body, "reason", max_characters=120)
    if cmd == "order.create":
        return [OrderAvailable(**common)]
    if cmd == "order.status.push" and about == STATUS_CANCELLED:
        return [Cancelled(**common, reason=reason)]
    if cmd == "order.user.cancel":
        return [_wish(body, about, common, reason)]
    return [Ignored(**common, reason=f"{cmd} {about} needs nothing from us")]


def parse_order(answer: Any, reading: Reading, *, message_id: str) -> NewOrder:
    """What `order.get` shows. Raises PayloadUnknown."""
    order, bags = object_of(answer, "order"), list_of(answer, "products")
    order_id = id_of(order, "order_id")
    items = [item for bag in bags for item in (bag if isinstance(bag, list) else [bag])]
    numbered = [(str(number), item) for number, item in enumerate(items, start=1)]
    placed_at = instant_of_epoch(whole_of(order, "create_time"))
    found = order_of(
        order_id,
        display_code=text_of(order, "order_index", max_characters=39) or order_id[-6:],
        placed_at=placed_at,
        due_at=_due_at(order, placed_at, reading),
        note=text_of(order, "remark"),
        currency=CURRENCY,
        total_minor=whole_of(order, "total_fee"),
        lines=[_line(number, item) for number, item in numbered],
        origin=origin_of("eleme", order_id),
        delivery=_delivery(answer, order),
    )
    memory = {
        "items": {number: _named(item) for number, item in numbered},
        "is_platform_courier": text_of(order, "delivery_party") not in OWN_COURIER,
    }
    return NewOrder(message_id=message_id, external_id=order_id, at=placed_at, order=found, memory=memory)


def _delivery(answer: Any, order: Any) -> Delivery | None:
    user = answer.get("user")
    is_own = text_of(order, "delivery_party") in OWN_COURIER
    return delivery_of(
        DeliveryKind.OWN_COURIER if is_own else DeliveryKind.PLATFORM_COURIER,
        recipient_name=said(user, "name"),
        phone=said(user, "phone"),
        lines=[said(user, "address")],
        position=position_of(user.get("coord") if isinstance(user, Mapping) else None),
    )


def shops_of(answer: Any) -> set[str]:
    """The names of the store the order is for: the store's own, and the platform's."""
    shop = object_of(answer, "shop")
    return {text_of(shop, "id"), text_of(shop, "baidu_shop_id")} - {""}


def _wish(body: dict[str, Any], about: str, common: dict[str, Any], reason: str) -> Notice:
    """A wish waits for an answer; what customer service or the system agreed to is a fact, when it is about it all."""
    is_all = text_of(body, "cancel_type") == BEFORE_PAYMENT_IS_FINAL
    if about == WISH:
        number = text_of(body, "refund_order_id", max_characters=40)
        return CancelRequested(**common, reason=reason, memory={"refund_order_id": number})
    if about in (AGREED_BY_CUSTOMER_SERVICE, AGREED_BY_SYSTEM) and is_all:
        return Cancelled(**common, reason=reason)
    return Ignored(**common, reason=f"order.user.cancel {about} needs nothing from us")


def _due_at(order: dict[str, Any], placed_at: datetime, reading: Reading) -> datetime:
    wanted = whole_of(order, "send_time", 0)
    if whole_of(order, "send_immediately", 1) == RESERVED and wanted > 1:
        return instant_of_epoch(wanted)
    return placed_at + reading.prepared_within


def _line(number: str, item: Any) -> IncomingLine:
    """Pieces of what the platform sells; a weight stands in its name, and is the store's own matter."""
    try:
        return IncomingLine(
            external_line_id=number,
            sku=text_of(item, "custom_sku_id", max_characters=40)
            or text_of(item, "baidu_product_id", max_characters=40),
            gtins=gtins_of(text_of(item, "upc")),
            name=text_of(item, "product_name", max_characters=120) or "unnamed",
            quantity=number_of(item, "product_amount"),
            unit_price_minor=whole_of(item, "product_price", 0),
        )
    except ValueError as error:
        raise PayloadUnknown(f"line {number} cannot be picked as it is") from error


def _named(item: Any) -> dict[str, str]:
    """How the platform names this product when part of it is refunded."""
    named = {
        "sku_id": text_of(item, "baidu_product_id", max_characters=40),
        "custom_sku_id": text_of(item, "custom_sku_id", max_characters=40),
        "upc": text_of(item, "upc", max_characters=40),
        "sub_biz_order_id": text_of(item, "sub_biz_order_id", max_characters=40),
    }
    return {
        **{name: value for name, value in named.items() if value},
        "count": f"{number_of(item, 'product_amount'):f}",
    }
