"""Meituan's side of an order: its status numbers, what may follow what, and what it refuses. Pure but for its clock."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from backend.channels.port.playing import PlayedState, SoldProduct
from shared.clock import Clock

PUSHED, CONFIRMED, DELIVERING, CANCELLED = "2", "4", "6", "9"
FIRST_ORDER_ID = 28_983_933_726_634_026
PICKED_AFTER_CONFIRM = timedelta(minutes=1)
Tell = Callable[[str, dict[str, str]], None]


class Refused(Exception):
    """An answer `ng`, with the platform's number and words."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code
        self.words = words


@dataclass(slots=True)
class PlayedOrder:
    """`fields` is what was pushed; `left` how many of each item (by its place) the shopper still gets."""

    fields: dict[str, str]
    items: list[dict[str, Any]]
    placed_at: datetime
    left: list[int]
    status: str = PUSHED
    confirmed_at: datetime | None = None
    is_picked: bool = False
    is_refund_asked: bool = False
    heard: list[str] = field(default_factory=list)


class MeituanPlatform:
    """One store's orders. `tell` is called with the kind of a push and its fields."""

    def __init__(self, *, clock: Clock, tell: Tell, app_poi_code: str, accept_within_s: int) -> None:
        self._clock = clock
        self._tell = tell
        self._app_poi_code = app_poi_code
        self._accept_within = timedelta(seconds=accept_within_s)
        self.orders: dict[str, PlayedOrder] = {}
        self.on_sale: dict[str, bool] = {}
        self.prices: dict[str, str] = {}

    # What shoppers and time do

    def place(self, lines: Sequence[tuple[SoldProduct, int]], minutes: int) -> str:
        order_id = str(FIRST_ORDER_ID + len(self.orders))
        now = self._clock.now()
        items = [
            {
                "app_food_code": product.sku,
                "food_name": product.name,
                "sku_id": product.sku,
                "upc": product.gtin,
                "quantity": count,
                "price": float(product.price),
                "unit": "份",
                "box_num": 0,
                "box_price": 0,
                "food_discount": 1,
            }
            for product, count in lines
        ]
        total = sum((product.price * count for product, count in lines), Decimal(0))
        fields = {
            "order_id": order_id,
            "wm_order_id_view": order_id,
            "app_poi_code": self._app_poi_code,
            "detail": json.dumps(items, ensure_ascii=False),
            "total": f"{total}",
            "original_price": f"{total}",
            "caution": "放门口 & 别按铃=谢谢+",
            "ctime": str(int(now.timestamp())),
            "utime": str(int(now.timestamp())),
            "delivery_time": str(int((now + timedelta(minutes=minutes)).timestamp())),
            "day_seq": str(len(self.orders) + 1),
            "logistics_code": "1001",
            "pick_type": "0",
            "status": PUSHED,
            "extras": "[]",
        }
        self.orders[order_id] = PlayedOrder(fields, items, now, [count for _, count in lines])
        self._tell("order", fields)
        return order_id

    def cancel(self, order_id: str, reason: str = "顾客取消") -> None:
        order = self.orders[order_id]
        if order.status != CANCELLED:
            order.status = CANCELLED
            self._tell("cancel", {"order_id": order_id, "reason_code": "1001", "reason": reason})

    def ask_to_cancel(self, order_id: str) -> None:
        self.orders[order_id].is_refund_asked = True
        self._tell("refund", self._refund(order_id, "apply"))

    def pass_time(self) -> None:
        now = self._clock.now()
        for order_id, order in self.orders.items():
            if order.status == PUSHED and now - order.placed_at > self._accept_within:
                self.cancel(order_id, "商家超时未接单")

    # What the store's system does

    def apply(self, operation: str, parameters: dict[str, str]) -> None:
        """One call. Raises Refused."""
        if operation.startswith("retail/"):
            self._change_products(operation, parameters)
            return
        order = self._find(parameters)
        match operation:
            case "order/confirm":
                self._confirm(order)
            case "order/cancel":
                if order.status == CANCELLED:
                    raise Refused(808, "操作失败,订单已经取消")
                order.status = CANCELLED
            case "order/applyPartRefund":
                self._refund_part(order, parameters)
            case "order/preparationMealComplete":
                self._picked(order)
            case "order/refund/agree" | "order/refund/reject":
                self._answer_refund(parameters["order_id"], order, operation)
            case _:
                raise Refused(1, "接口不存在")
        order.heard.append(operation)

    def detail(self, parameters: dict[str, str]) -> dict[str, Any]:
        order = self._find(parameters)
        return {**order.fields, "detail": order.items, "status": int(order.status)}

    def refundable(self, parameters: dict[str, str]) -> list[dict[str, Any]]:
        order = self._find(parameters)
        return [
            {**{name: item[name] for name in ("app_food_code", "sku_id", "food_name")}, "count": left}
            for item, left in zip(order.items, order.left, strict=True)
            if left
        ]

    # What is so

    def state(self, order_id: str) -> PlayedState:
        order = self.orders[order_id]
        if order.status == CANCELLED:
            return PlayedState.CANCELLED
        if order.is_picked:
            return PlayedState.PICKED
        return PlayedState.NEW if order.status == PUSHED else PlayedState.ACCEPTED

    def quantities(self, order_id: str) -> dict[str, int]:
        order = self.orders[order_id]
        found: Counter[str] = Counter()
        if order.status != CANCELLED:
            for item, left in zip(order.items, order.left, strict=True):
                found[item["sku_id"]] += left
        return {sku: count for sku, count in found.items() if count}

    def _change_products(self, operation: str, parameters: dict[str, str]) -> None:
        if parameters.get("app_poi_code") != self._app_poi_code:
            raise Refused(803, "不存在此门店")
        for food in json.loads(parameters["food_data"]):
            match operation:
                case "retail/sellStatus":
                    self.on_sale[food["app_food_code"]] = parameters["sell_status"] == "0"
                case "retail/sku/price":
                    self.prices.update({sku["sku_id"]: sku["price"] for sku in food["skus"]})
                case _:
                    raise Refused(1, "接口不存在")

    def _confirm(self, order: PlayedOrder) -> None:
        if order.status == CANCELLED:
            raise Refused(808, "操作失败,订单已经取消")
        if order.status != PUSHED:
            raise Refused(808, "操作失败,订单已经确认过了")
        order.status, order.confirmed_at = CONFIRMED, self._clock.now()

    def _picked(self, order: PlayedOrder) -> None:
        if order.status != CONFIRMED or order.confirmed_at is None:
            raise Refused(808, "操作失败,订单状态不正确")
        if order.is_picked:
            raise Refused(1015, "商家已完成备货，不能重复备货")
        if self._clock.now() - order.confirmed_at < PICKED_AFTER_CONFIRM:
            raise Refused(1015, "商家接单后1分钟内不能确认已完成出货")
        order.is_picked = True

    def _refund_part(self, order: PlayedOrder, parameters: dict[str, str]) -> None:
        if order.status != CONFIRMED:
            raise Refused(808, "操作失败,订单状态不正确")
        wanted = json.loads(parameters["food_data"])
        left = list(order.left)
        for food in wanted:
            places = [n for n, item in enumerate(order.items) if item["sku_id"] == food.get("sku_id")]
            if not places or sum(left[n] for n in places) < food["count"]:
                raise Refused(1001, "退款商品数量错误, 重复退款")
            for _ in range(food["count"]):
                place = next(n for n in places if left[n])
                left[place] -= 1
        if not any(left):
            raise Refused(1001, "不支持全部退款")
        order.left = left

    def _answer_refund(self, order_id: str, order: PlayedOrder, operation: str) -> None:
        if not order.is_refund_asked:
            raise Refused(1002, "没有退款申请")
        order.is_refund_asked = False
        if operation.endswith("agree"):
            order.status = CANCELLED
        self._tell("refund", self._refund(order_id, "agree" if operation.endswith("agree") else "reject"))

    def _refund(self, order_id: str, kind: str) -> dict[str, str]:
        ctime = str(int(self._clock.now().timestamp()))
        return {
            "order_id": order_id,
            "notify_type": kind,
            "refund_id": f"7{order_id}",
            "ctime": ctime,
            "reason": "不要了",
        }

    def _find(self, parameters: dict[str, str]) -> PlayedOrder:
        order = self.orders.get(parameters.get("order_id", ""))
        if order is None:
            raise Refused(805, "订单不存在")
        return order
