"""JD Daojia's side of an order: its status numbers, and what may follow what. Pure but for its clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from backend.channels.port.playing import PlayedState, SoldProduct
from backend.channels.port.signatures import BEIJING
from shared.clock import Clock

TO_PROCESS, TO_SHIP, DELIVERING = "41000", "32000", "33040"
CANCELLED, CANCEL_ASKED = "20020", "20030"
FIRST_ORDER_ID = 2_400_000_000_000_001
FIRST_SKU_ID = 2_000_000_001
_PICKED = ("OrderJDZBDelivery", "OrderSerllerDelivery", "OrderSelfMention", "OrderDDTCDelivery")
Tell = Callable[[str, str, str], None]


class Refused(Exception):
    """An answer with another code than 0."""


@dataclass(slots=True)
class PlayedOrder:
    """`info` is what a query shows, `products` the list in it; `counts` how many of each stay."""

    info: dict[str, Any]
    products: list[dict[str, Any]]
    counts: list[int]
    placed_at: datetime
    status: str = TO_PROCESS
    before_asked: str = ""
    heard: list[str] = field(default_factory=list)


class JddjPlatform:
    """One store's orders. `tell` is called with a message's name, the order's number and its status."""

    def __init__(self, *, clock: Clock, tell: Tell, station_no: str, accept_within_s: int) -> None:
        self._clock = clock
        self._tell = tell
        self._station_no = station_no
        self._accept_within = timedelta(seconds=accept_within_s)
        self.orders: dict[str, PlayedOrder] = {}

    # What shoppers and time do

    def place(self, lines: Sequence[tuple[SoldProduct, int]], minutes: int) -> str:
        order_id = str(FIRST_ORDER_ID + len(self.orders))
        now = self._clock.now()
        products = [
            {
                "skuId": FIRST_SKU_ID + number,
                "skuName": product.name,
                "skuIdIsv": product.sku,
                "upcCode": product.gtin,
                "skuJdPrice": int(product.price * 100),
                "skuCount": count,
                "isGift": False,
            }
            for number, (product, count) in enumerate(lines)
        ]
        info = {
            "orderId": int(order_id),
            "srcInnerType": 0,
            "orderType": 10000,
            "orderStartTime": self._text(now),
            "orderPurchaseTime": self._text(now),
            "orderPreStartDeliveryTime": self._text(now + timedelta(minutes=minutes)),
            "orderPreEndDeliveryTime": self._text(now + timedelta(minutes=minutes + 30)),
            "pickDeadline": self._text(now + timedelta(minutes=minutes)),
            "deliveryStationNo": self._station_no,
            "deliveryStationNoIsv": "",
            "deliveryCarrierNo": "9966",
            "orderTotalMoney": sum(int(product.price * 100) * count for product, count in lines),
            "orderBuyerRemark": "放门口",
            "orderNum": len(self.orders) + 1,
        }
        self.orders[order_id] = PlayedOrder(info, products, [count for _, count in lines], now)
        self._tell("newOrder", order_id, TO_PROCESS)
        return order_id

    def cancel(self, order_id: str) -> None:
        order = self.orders[order_id]
        if order.status != CANCELLED:
            order.status = CANCELLED
            self._tell("userCancelOrder", order_id, CANCELLED)

    def ask_to_cancel(self, order_id: str) -> None:
        order = self.orders[order_id]
        order.before_asked, order.status = order.status, CANCEL_ASKED
        self._tell("applyCancelOrder", order_id, CANCEL_ASKED)

    def pass_time(self) -> None:
        now = self._clock.now()
        for order_id, order in self.orders.items():
            if order.status == TO_PROCESS and now - order.placed_at > self._accept_within:
                self.cancel(order_id)

    # What the store's system does

    def query(self, parameters: dict[str, Any]) -> dict[str, Any]:
        order = self.orders.get(str(parameters.get("orderId")))
        found = [] if order is None else [self._shown(order)]
        return {"pageNo": 1, "pageSize": 20, "totalCount": len(found), "resultList": found}

    def apply(self, operation: str, parameters: dict[str, Any]) -> None:
        """One call. Raises Refused."""
        order_id = str(parameters.get("orderId"))
        order = self.orders.get(order_id)
        if order is None:
            raise Refused("订单不存在")
        match operation.rsplit("/", 1)[-1]:
            case "orderAcceptOperate":
                self._move(order, {TO_PROCESS}, TO_SHIP)
            case "adjustOrder":
                if not self._adjust(order, parameters["oaosAdjustDTOList"]):
                    return
            case name if name in _PICKED:
                self._move(order, {TO_SHIP}, DELIVERING)
            case "cancelAndRefund":
                self._move(order, {TO_PROCESS, TO_SHIP}, CANCELLED)
            case "orderCancelOperate":
                self._move(order, {CANCEL_ASKED}, CANCELLED if parameters["isAgreed"] else order.before_asked)
                if parameters["isAgreed"]:
                    self._tell("userCancelOrder", order_id, CANCELLED)
            case _:
                raise Refused("接口不存在")
        order.heard.append(operation)

    # What is so

    def state(self, order_id: str) -> PlayedState:
        status = self.orders[order_id].status
        if status == CANCELLED:
            return PlayedState.CANCELLED
        if status == DELIVERING:
            return PlayedState.PICKED
        return PlayedState.NEW if status == TO_PROCESS else PlayedState.ACCEPTED

    def quantities(self, order_id: str) -> dict[str, int]:
        order = self.orders[order_id]
        found: Counter[str] = Counter()
        if order.status != CANCELLED:
            for product, count in zip(order.products, order.counts, strict=True):
                found[product["skuIdIsv"]] += count
        return {sku: count for sku, count in found.items() if count}

    def _adjust(self, order: PlayedOrder, wanted: list[dict[str, Any]]) -> bool:
        """Whether anything changed: what is asked for is what stays, so that it may be asked twice."""
        if order.status != TO_SHIP:
            raise Refused("订单状态不允许调整")
        left = {item["skuId"]: item["skuCount"] for item in wanted}
        counts = [left.pop(product["skuId"], 0) for product in order.products]
        if (
            left
            or not any(counts)
            or any(new > product["skuCount"] for new, product in zip(counts, order.products, strict=True))
        ):
            raise Refused("调整商品错误")
        is_new = counts != order.counts
        order.counts = counts
        return is_new

    def _move(self, order: PlayedOrder, starts: set[str], end: str) -> None:
        if order.status not in starts:
            raise Refused("订单状态已改变")
        order.status = end

    def _shown(self, order: PlayedOrder) -> dict[str, Any]:
        products = [
            {**product, "skuCount": count} for product, count in zip(order.products, order.counts, strict=True) if count
        ]
        return {**order.info, "orderStatus": int(order.status), "product": products}

    def _text(self, instant: datetime) -> str:
        return instant.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")
