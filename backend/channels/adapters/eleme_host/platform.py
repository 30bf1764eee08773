"""Ele.me's side of an order: its status numbers, and what may follow what. Pure but for its clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from backend.channels.port.playing import PlayedState, SoldProduct
from shared.clock import Clock

TO_CONFIRM, CONFIRMED, WITH_COURIER, CANCELLED = "1", "5", "7", "10"
FIRST_ORDER_ID = 15_397_181_282_021
FIRST_PRODUCT_ID = 1_539_717_705_337_067
Tell = Callable[[str, dict[str, Any]], None]


class Refused(Exception):
    """An answer with an error number."""

    def __init__(self, words: str, errno: int = 20253) -> None:
        super().__init__(words)
        self.errno = errno


@dataclass(slots=True)
class PlayedOrder:
    """`shown` is what `order.get` answers; `refunds` every part of it that was refunded."""

    shown: dict[str, Any]
    placed_at: datetime
    status: str = TO_CONFIRM
    is_picked: bool = False
    is_asked: bool = False
    refunds: list[list[dict[str, Any]]] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)

    @property
    def products(self) -> list[dict[str, Any]]:
        return [product for bag in self.shown["products"] for product in bag]

    def left(self, product: dict[str, Any]) -> int:
        refunded = [item for refund in self.refunds for item in refund if item["sku_id"] == product["baidu_product_id"]]
        return int(product["product_amount"]) - sum(int(item["number"]) for item in refunded)


class ElemePlatform:
    """One store's orders. `tell` is called with a command and its body."""

    def __init__(self, *, clock: Clock, tell: Tell, shop_id: str, accept_within_s: int) -> None:
        self._clock = clock
        self._tell = tell
        self._shop_id = shop_id
        self._accept_within = timedelta(seconds=accept_within_s)
        self.orders: dict[str, PlayedOrder] = {}

    # What shoppers and time do

    def place(self, lines: Sequence[tuple[SoldProduct, int]], minutes: int) -> str:
        order_id = str(FIRST_ORDER_ID + len(self.orders))
        now = self._clock.now()
        products: list[dict[str, Any]] = [
            {
                "baidu_product_id": str(FIRST_PRODUCT_ID + number),
                "custom_sku_id": product.sku,
                "upc": product.gtin,
                "product_name": product.name,
                "product_type": 1,
                "product_price": int(product.price * 100),
                "product_amount": count,
                "product_fee": int(product.price * 100) * count,
                "is_free_gift": 0,
            }
            for number, (product, count) in enumerate(lines)
        ]
        shown = {
            "source": "62863",
            "shop": {"id": self._shop_id, "name": "测试店", "baidu_shop_id": "2234098958"},
            "order": {
                "order_id": order_id,
                "order_index": str(len(self.orders) + 1),
                "status": 1,
                "send_immediately": 2,
                "send_time": str(int((now + timedelta(minutes=minutes)).timestamp())),
                "total_fee": sum(product["product_fee"] for product in products),
                "remark": "放门口",
                "delivery_party": 1,
                "create_time": str(int(now.timestamp())),
            },
            "user": {"name": "测试"},
            "products": [products],
            "discount": [],
        }
        self.orders[order_id] = PlayedOrder(shown, now)
        self._tell("order.create", {"order_id": order_id})
        return order_id

    def cancel(self, order_id: str, reason: str = "顾客取消") -> None:
        order = self.orders[order_id]
        if order.status != CANCELLED:
            order.status = CANCELLED
            self._tell("order.status.push", {"order_id": order_id, "status": int(CANCELLED), "reason": reason})

    def ask_to_cancel(self, order_id: str) -> None:
        self.orders[order_id].is_asked = True
        body = {"order_id": order_id, "type": 10, "cancel_type": 2, "cancel_reason": "不要了"}
        self._tell("order.user.cancel", {**body, "refund_order_id": f"9{order_id}"})

    def pass_time(self) -> None:
        now = self._clock.now()
        for order_id, order in self.orders.items():
            if order.status == TO_CONFIRM and now - order.placed_at > self._accept_within:
                self.cancel(order_id, "商家超时未接单")

    # What the store's system does

    def apply(self, cmd: str, body: dict[str, Any]) -> Any:
        """One command -> the data of its answer. Raises Refused."""
        order_id = str(body.get("order_id"))
        order = self.orders.get(order_id)
        if order is None:
            raise Refused("订单不存在")
        match cmd:
            case "order.get":
                return order.shown
            case "order.status.get":
                return {"status": int(order.status)}
            case "order.partrefund.get":
                return {"order_id": order_id, "history_refund_detail": order.refunds}
            case "order.confirm":
                self._move(order, {TO_CONFIRM}, CONFIRMED)
            case "order.pickcomplete":
                self._move(order, {CONFIRMED}, WITH_COURIER)
                order.is_picked = True
            case "order.cancel":
                self._move(order, {TO_CONFIRM, CONFIRMED}, CANCELLED)
            case "order.partrefund":
                self._refund(order, body["products"])
            case "order.agreerefund" | "order.disagreerefund":
                if body.get("refund_order_id") != f"9{order_id}":
                    raise Refused("逆向单不存在")
                self._answer(order_id, order, is_agreed=cmd == "order.agreerefund")
            case _:
                raise Refused("接口不存在")
        order.heard.append(cmd)
        return True

    # What is so

    def state(self, order_id: str) -> PlayedState:
        order = self.orders[order_id]
        if order.status == CANCELLED:
            return PlayedState.CANCELLED
        if order.is_picked:
            return PlayedState.PICKED
        return PlayedState.NEW if order.status == TO_CONFIRM else PlayedState.ACCEPTED

    def quantities(self, order_id: str) -> dict[str, int]:
        order = self.orders[order_id]
        found: Counter[str] = Counter()
        if order.status != CANCELLED:
            for product in order.products:
                found[product["custom_sku_id"]] += order.left(product)
        return {sku: count for sku, count in found.items() if count}

    def _refund(self, order: PlayedOrder, products: list[dict[str, Any]]) -> None:
        if order.status != CONFIRMED:
            raise Refused("订单状态不允许退款")
        by_id = {product["baidu_product_id"]: product for product in order.products}
        if any(item["sku_id"] not in by_id or item["number"] > order.left(by_id[item["sku_id"]]) for item in products):
            raise Refused("退款商品数量错误")
        if sum(item["number"] for item in products) >= sum(order.left(product) for product in order.products):
            raise Refused("不支持全部退款")
        order.refunds.append([dict(item) for item in products])

    def _answer(self, order_id: str, order: PlayedOrder, *, is_agreed: bool) -> None:
        if not order.is_asked:
            raise Refused("没有退款申请")
        order.is_asked = False
        if is_agreed:
            self.cancel(order_id, "商家同意退款")

    def _move(self, order: PlayedOrder, starts: set[str], end: str) -> None:
        if order.status not in starts:
            raise Refused("订单状态不正确")
        order.status = end
