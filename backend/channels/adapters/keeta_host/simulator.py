"""Keeta put together: an ASGI application that checks every signature, and messages signed as it signs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backend.channels.port.contract import Edge
from backend.channels.port.errors import PayloadUnknown, SignatureInvalid
from backend.channels.port.notices import RawMessage
from backend.channels.port.played_baskets import BasketPlatform, PlayedItem, PlayedRefusal, Told
from backend.channels.port.played_host import PlayedHost, PlayedSettings
from backend.channels.port.playing import PlayedState
from backend.channels.port.profiles import KEETA
from backend.channels.port.signatures import sign, verify

HOST_URL = "https://keeta.example/api/open"
PUSHES_MAX = 4  # once, and three times again
FIRST_ORDER_ID = 756_823_555_555_001
FIRST_PRODUCT_ID = 1_234_534_001
EVENTS = {Told.PLACED: 1001, Told.READY: 1006, Told.CANCELLED: 1004}
STATUSES = {PlayedState.NEW: 20, PlayedState.ACCEPTED: 30, PlayedState.PICKED: 30, PlayedState.CANCELLED: 50}
REFUND_ASKED = 1005
_DEMO_CREDENTIAL = "simulated-secret-for-nobody"


class HostSettings(PlayedSettings):
    """Who the platform is. The defaults are for demos: they guard nothing."""

    base_url: str = HOST_URL
    app_id: int = 3_762_772_727
    app_secret: SecretStr = SecretStr(_DEMO_CREDENTIAL)
    access_token: SecretStr = SecretStr("token-for-nobody")
    shop_id: int = 145_541


class KeetaPlatform(BasketPlatform):
    """Baskets whose orders and products have numbers, and whose shoppers may ask for their money."""

    def __init__(self, *, ask_refund: Callable[[str], None], **given: Any) -> None:
        super().__init__(**given)
        self._ask_refund = ask_refund
        self.asked: set[str] = set()

    def ask_to_cancel(self, order_id: str) -> None:
        self.asked.add(order_id)
        self._ask_refund(order_id)

    def answer_refund(self, order_id: str, word: str) -> None:
        """Answered once; an order that is packed may be given back as well."""
        if order_id not in self.asked:
            raise PlayedRefusal(409, "no refund was asked for")
        self.asked.remove(order_id)
        self.find(order_id).heard.append(word)
        if word == "order/agree":
            self.cancel(order_id)

    def _order_id(self, number: int) -> str:
        return str(FIRST_ORDER_ID + number)

    def _item_id(self, number: int) -> str:
        return str(FIRST_PRODUCT_ID + number)


class KeetaHost(PlayedHost[KeetaPlatform]):
    """One application with one store."""

    def __init__(
        self, settings: HostSettings, edge: Edge, *, push_transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        super().__init__(settings, edge, attempts_max=PUSHES_MAX, push_transport=push_transport)
        self.settings = settings
        self._secret = settings.app_secret.get_secret_value()
        self.platform = KeetaPlatform(
            ask_refund=lambda order_id: self._push(REFUND_ASKED, order_id),
            clock=edge.clock,
            tell=lambda told, order_id: self._push(EVENTS[told], order_id),
            sells=(),
            accept_within_s=settings.accept_within_s,
        )
        self.application = Starlette(routes=[Route("/api/open/{operation:path}", self._call, methods=["POST"])])

    def channel_settings(self, webhook_url: str) -> dict[str, Any]:
        return {
            "base_url": self.settings.base_url,
            "callback_url": webhook_url,
            "app_id": self.settings.app_id,
            "app_secret": self._secret,
            "access_token": self.settings.access_token.get_secret_value(),
            "shop_id": self.settings.shop_id,
            "currency": "AED",
        }

    def _push(self, event: int, order_id: str) -> None:
        content = self._content(event, order_id)
        message_id = str(self._chance.getrandbits(60))

        def build() -> httpx.Request:
            url = f"{self.pushes.url}/messages"
            envelope = {
                "sig": "",
                "eventId": event,
                "appId": self.settings.app_id,
                "messageId": message_id,
                "shopId": self.settings.shop_id,
                "message": json.dumps(content, ensure_ascii=False, separators=(",", ":")),
                "timestamp": int(self._clock.now().timestamp()),
            }
            envelope["sig"] = sign(KEETA, RawMessage(json.dumps(envelope).encode()), secret=self._secret, url=url)
            return httpx.Request("POST", url, json=envelope)

        self.pushes.schedule(build)

    def _content(self, event: int, order_id: str) -> dict[str, Any]:
        if event == EVENTS[Told.PLACED]:
            return {"orderInfo": self._shown_order(order_id)}
        status = STATUSES[self.platform.state(order_id)]
        told = {"orderViewId": int(order_id), "shopId": self.settings.shop_id, "status": status}
        return {**told, "opTime": int(self._clock.now().timestamp() * 1000)}

    def _shown_order(self, order_id: str) -> dict[str, Any]:
        basket = self.platform.find(order_id)
        return {
            "baseOrder": {
                "orderViewId": int(order_id),
                "chooseTableware": 0,
                "deliveryTime": int(basket.due_at.timestamp() * 1000),
                "ctime": int(basket.placed_at.timestamp() * 1000),
                "remark": "اترك الطلب عند الباب",
            },
            "merchantOrder": {"status": STATUSES[basket.state], "seqNo": basket.number},
            "feeDtl": {"customerPayTotal": self.platform.total_minor(order_id)},
            "products": [_shown(item) for item in basket.items if item.quantity],
        }

    async def _call(self, request: Request) -> Response:
        if self._does_not_answer():
            return Response("busy", 503)
        operation = request.path_params["operation"]
        body = await request.json()
        if not self._is_signed(operation, body):
            return _answer(109_000_000, "sig error")
        try:
            found = self._apply(operation, str(body["orderViewId"]), body)
        except PlayedRefusal as refused:
            return _answer(209_000_101, str(refused))
        if self._loses_the_answer():
            return Response("the call was applied, the answer is lost", 502)
        return _answer(0, "Success", found)

    def _is_signed(self, operation: str, body: dict[str, Any]) -> bool:
        """What is a list is signed as the text it is written in, without blanks."""
        flat = {
            name: value if isinstance(value, str | int) else json.dumps(value, separators=(",", ":"))
            for name, value in body.items()
        }
        message = RawMessage(json.dumps(flat).encode())
        url = f"{self.settings.base_url}/{operation}"
        try:
            verify(KEETA, message, secrets=[self._secret], now=self._clock.now(), url=url)
        except (SignatureInvalid, PayloadUnknown):
            return False
        shown = (body.get("appId"), body.get("shopId"), body.get("accessToken"))
        settings = self.settings
        return shown == (settings.app_id, settings.shop_id, settings.access_token.get_secret_value())

    def _apply(self, operation: str, order_id: str, body: dict[str, Any]) -> Any:
        platform = self.platform
        match operation:
            case "order/get":
                return {"orderInfo": self._shown_order(order_id)}
            case "order/refund/part/products/preview":
                return {"products": _refundable(platform.find(order_id).items)}
            case "order/confirm":
                platform.accept(order_id, operation)
            case "order/prepare":
                if platform.find(order_id).state is not PlayedState.PICKED:
                    platform.finish(order_id, operation)
            case "order/cancel" if body["cancelReason"] and body["cancelCode"] == 500_000:
                platform.drop(order_id, operation)
            case "order/agree" | "order/reject":
                platform.answer_refund(order_id, operation)
            case "order/refund/part/apply" if body["partRefundType"] in range(200_000, 200_005):
                self._refund(order_id, body["products"], operation)
            case _:
                raise PlayedRefusal(400, "no such call")
        return None

    def _refund(self, order_id: str, products: list[dict[str, Any]], word: str) -> None:
        basket = self.platform.find(order_id)
        there = {int(item.item_id): item.quantity for item in basket.items}
        wanted = {each["orderProductId"]: each["refundCount"] for each in products}
        if basket.state is PlayedState.NEW or any(there.get(number, 0) < count for number, count in wanted.items()):
            raise PlayedRefusal(409, "there is not so much to refund")
        if all(there[number] <= wanted.get(number, 0) for number in there):
            raise PlayedRefusal(409, "not everything can be refunded in part")
        left = {str(number): there[number] - count for number, count in wanted.items()}
        self.platform.change(order_id, left, [], word)


def _answer(code: int, words: str, found: Any = None) -> Response:
    return JSONResponse({"code": code, "message": words, **({} if found is None else {"data": found})})


def _refundable(items: list[PlayedItem]) -> list[dict[str, int]]:
    return [{"orderProductId": int(item.item_id), "refundCount": item.quantity} for item in items if item.quantity]


def _shown(item: PlayedItem) -> dict[str, Any]:
    return {
        "orderProductId": int(item.item_id),
        "name": item.product.name,
        "openItemCode": item.product.sku,
        "upc": item.product.gtin,
        "count": item.quantity,
        "price": int(item.product.price * 100),
    }
