"""JD Daojia's pushes and orders read into our own values. Pure.

Sources: opendj.jd.com's page on messages, and the fields of `order/es/query` as several public clients name them alike.
Money is in fen, instants are Beijing's without saying so.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from backend.channels.port.capability import DeadlineKind
from backend.channels.port.delivering import delivery_of, position_of, said
from backend.channels.port.errors import PayloadUnknown
from backend.channels.port.fields import gtins_of, id_of, list_of, number_of, object_of, order_of, text_of, whole_of
from backend.channels.port.incoming import IncomingLine
from backend.channels.port.notices import Cancelled, CancelRequested, Ignored, NewOrder, Notice, OrderAvailable
from backend.channels.port.origins import origin_of
from backend.channels.port.reading import read_json
from backend.channels.port.signatures import BEIJING
from shared.delivery import Delivery, DeliveryKind

CURRENCY = "CNY"
NEW, CANCEL_ASKED, CANCEL = "newOrder", "applyCancelOrder", "userCancelOrder"
STATUS_CANCEL_ASKED, STATUS_CANCELLED = "20030", "20020"
_UNDERSTOOD = frozenset(
    {
        "orderWaitOutStore",
        "deliveryOrder",
        "finishOrder",
        "pushDeliveryStatus",
        "newAfterSaleBill",
        "afterSaleBillStatus",
        "orderAdjust",
        "lockOrder",
        "orderInfoChange",
        "pickFinishOrder",
    }
)
_FORM = "%Y-%m-%d %H:%M:%S"
_CARRIERS = {"2938": DeliveryKind.OWN_COURIER, "9999": DeliveryKind.PICKUP}


def parse_push(path: str, parameters: str) -> list[Notice]:
    """One message: the last part of its path, and its `jd_param_json`. Raises PayloadUnknown."""
    kind = path.strip("/").rsplit("/", 1)[-1]
    body = read_json(parameters.encode("utf-8", "replace"))
    order_id = id_of(body, "billId" if isinstance(body, dict) and "billId" in body else "orderId")
    status = text_of(body, "statusId", max_characters=20) or text_of(body, "deliveryStatus", max_characters=20)
    said_at = text_of(body, "timestamp", max_characters=30)
    common: dict[str, Any] = {
        "message_id": ":".join(part for part in (kind, order_id, status, said_at) if part)[:100],
        "external_id": order_id,
        "original": parameters,
    }
    if kind == NEW:
        return [OrderAvailable(**common)]
    if kind == CANCEL_ASKED and status in ("", STATUS_CANCEL_ASKED):
        return [CancelRequested(**common, reason=text_of(body, "remark", max_characters=120))]
    if kind == CANCEL and status in ("", STATUS_CANCELLED):
        return [Cancelled(**common, reason=text_of(body, "remark", max_characters=120))]
    if kind in _UNDERSTOOD or kind in (CANCEL_ASKED, CANCEL):
        return [Ignored(**common, reason=f"{kind} {status} needs nothing from us")]
    raise PayloadUnknown("no message of this platform is sent to this path")


def _delivery(info: Any) -> Delivery | None:
    carrier = text_of(info, "deliveryCarrierNo", max_characters=20)
    return delivery_of(
        _CARRIERS.get(carrier, DeliveryKind.PLATFORM_COURIER) if carrier else None,
        recipient_name=said(info, "buyerFullName"),
        phone=said(info, "buyerMobile", "buyerTelephone"),
        lines=[said(info, "buyerFullAddress")],
        position=position_of(info, "buyerLat", "buyerLng"),
    )


def parse_order(info: Any, *, message_id: str) -> NewOrder:
    """One entry of the answer to `order/es/query`. Raises PayloadUnknown."""
    order_id = id_of(info, "orderId")
    products = [(str(number), item) for number, item in enumerate(list_of(info, "product"), start=1)]
    placed_at = _instant(info, "orderStartTime")
    pick_by = _instant_or_none(info, "pickDeadline")
    due_at = pick_by or _instant_or_none(info, "orderPreStartDeliveryTime") or _instant(info, "orderPreEndDeliveryTime")
    order = order_of(
        order_id,
        display_code=text_of(info, "orderNum", max_characters=39) or order_id[-6:],
        placed_at=placed_at,
        due_at=due_at,
        note=text_of(info, "orderBuyerRemark"),
        currency=CURRENCY,
        total_minor=whole_of(info, "orderTotalMoney"),
        lines=[_line(number, item) for number, item in products],
        origin=origin_of("jddj", order_id),
        delivery=_delivery(info),
    )
    memory = {
        "skus": {number: _named(item) for number, item in products},
        "carrier": text_of(info, "deliveryCarrierNo", max_characters=20),
    }
    return NewOrder(
        message_id=message_id,
        external_id=order_id,
        at=placed_at,
        order=order,
        memory=memory,
        deadlines={DeadlineKind.FINISH: pick_by} if pick_by is not None else {},
    )


def first_order(answer: Any, order_id: str) -> dict[str, Any]:
    """The order out of the answer to a query by its number. Raises PayloadUnknown where it is not that one."""
    found = list_of(object_of(answer, "result"), "resultList")
    if not found or text_of(found[0], "orderId") != order_id:
        raise PayloadUnknown("the platform answered with another order or none", external_id=order_id)
    order: dict[str, Any] = found[0]
    return order


def _line(number: str, item: Any) -> IncomingLine:
    """Pieces of what the platform sells; a weight stands in its name, and is the store's own matter."""
    try:
        return IncomingLine(
            external_line_id=number,
            sku=text_of(item, "skuIdIsv", max_characters=40) or text_of(item, "skuId", max_characters=40),
            gtins=gtins_of(text_of(item, "upcCode")),
            name=text_of(item, "skuName", max_characters=120) or "unnamed",
            quantity=number_of(item, "skuCount"),
            unit_price_minor=whole_of(item, "skuJdPrice", 0),
        )
    except ValueError as error:
        raise PayloadUnknown(f"line {number} cannot be picked as it is") from error


def _named(item: Any) -> dict[str, Any]:
    """How the platform names this product when the order is adjusted."""
    sku_id = text_of(item, "skuId", max_characters=40)
    name = {"skuId": int(sku_id)} if sku_id.isdigit() else {"outSkuId": text_of(item, "skuIdIsv", max_characters=40)}
    return {**name, "skuCount": whole_of(item, "skuCount")}


def _instant(info: Any, name: str) -> datetime:
    try:
        return datetime.strptime(text_of(info, name), _FORM).replace(tzinfo=BEIJING).astimezone(UTC)
    except ValueError as error:
        raise PayloadUnknown(f"{name} is not an instant") from error


def _instant_or_none(info: Any, name: str) -> datetime | None:
    return _instant(info, name) if text_of(info, name) else None
