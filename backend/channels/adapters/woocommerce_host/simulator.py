"""The shop put together: an ASGI application that asks for the key, and webhooks signed as WooCommerce signs them."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import httpx
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backend.channels.adapters.woocommerce_host.platform import Refused, WooCommerceShop
from backend.channels.adapters.woocommerce_host.shelf import ShopShelf
from backend.channels.port.contract import Edge
from backend.channels.port.notices import RawMessage
from backend.channels.port.played_host import PlayedHost, PlayedSettings
from backend.channels.port.profiles import WOOCOMMERCE
from backend.channels.port.signatures import equal, sign

HOST_URL = "https://shop.example/wp-json/wc/v3"
PUSHES_MAX = 1  # the shop sends each webhook once
_DEMO_CREDENTIAL = "simulated-secret-for-nobody"


class HostSettings(PlayedSettings):
    """Which shop it is. The defaults are for demos: they guard nothing."""

    base_url: str = HOST_URL
    consumer_key: str = "ck_simulated"
    consumer_secret: SecretStr = SecretStr(_DEMO_CREDENTIAL)
    webhook_secret: SecretStr = SecretStr(_DEMO_CREDENTIAL)


class WooCommerceHost(PlayedHost[WooCommerceShop]):
    """One shop with one key and two webhooks: for orders created, and for orders updated."""

    def __init__(
        self, settings: HostSettings, edge: Edge, *, push_transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        super().__init__(settings, edge, attempts_max=PUSHES_MAX, push_transport=push_transport)
        self.settings = settings
        self._secret = settings.webhook_secret.get_secret_value()
        pair = f"{settings.consumer_key}:{settings.consumer_secret.get_secret_value()}"
        self._authorization = f"Basic {base64.b64encode(pair.encode()).decode()}"
        self._deliveries = 0
        self.platform = WooCommerceShop(clock=edge.clock, tell=self._tell)
        self.shelf = ShopShelf()
        base = "/wp-json/wc/v3"
        orders = f"{base}/orders"
        self.application = Starlette(
            routes=[
                Route(orders, self._guarded, methods=["GET"]),
                Route(f"{orders}/{{order_id}}", self._guarded, methods=["GET", "PUT"]),
                Route(f"{orders}/{{order_id}}/{{kind}}", self._guarded, methods=["GET", "POST"]),
                Route(f"{base}/products", self._guarded, methods=["GET"]),
                Route(f"{base}/products/batch", self._guarded, methods=["POST"]),
                Route(f"{base}/products/{{product_id:int}}", self._guarded, methods=["PUT"]),
                Route(f"{base}/data/currencies/current", self._guarded, methods=["GET"]),
            ]
        )

    def channel_settings(self, webhook_url: str) -> dict[str, Any]:
        return {
            "base_url": self.settings.base_url,
            "consumer_key": self.settings.consumer_key,
            "consumer_secret": self.settings.consumer_secret.get_secret_value(),
            "webhook_secret": self._secret,
            "due_meta_key": "delivery_at",
        }

    def ask_to_cancel(self, order_id: str) -> bool:
        return False

    def is_on_sale(self, sku: str) -> bool:
        return self.shelf.is_on_sale(sku)

    def price_of(self, sku: str) -> str:
        """What a shopper pays, as the shop writes it."""
        regular, sale = self.shelf.price_of(sku)
        return sale or regular

    def put_on_sale(self, sku: str, price: str) -> None:
        self.shelf.put(sku, price)

    def _tell(self, topic: str, order_id: str) -> None:
        def build() -> httpx.Request:
            self._deliveries += 1
            body = json.dumps(self.platform.read(order_id), separators=(",", ":")).encode()
            headers = {
                "Content-Type": "application/json",
                "X-WC-Webhook-Source": "https://shop.example/",
                "X-WC-Webhook-Topic": topic,
                "X-WC-Webhook-Resource": "order",
                "X-WC-Webhook-Event": topic.removeprefix("order."),
                "X-WC-Webhook-Signature": sign(WOOCOMMERCE, RawMessage(body), secret=self._secret),
                "X-WC-Webhook-Delivery-ID": f"{self._deliveries:032x}",
            }
            return httpx.Request("POST", self.pushes.url, content=body, headers=headers)

        self.pushes.schedule(build)

    async def _guarded(self, request: Request) -> Response:
        if self._does_not_answer():
            return Response("busy", 503)
        if not equal(request.headers.get("authorization", ""), self._authorization):
            return _error(401, "woocommerce_rest_cannot_view")
        try:
            found = self._answer(request, await request.body())
        except Refused as refused:
            return _error(refused.status, refused.code)
        if request.method != "GET" and self._loses_the_answer():
            return Response("the call was applied, the answer is lost", 502)
        return JSONResponse(found, 201 if request.method == "POST" else 200)

    def _answer(self, request: Request, body: bytes) -> Any:
        part = request.url.path.partition("/wp-json/wc/v3/")[2].split("/")
        if part[0] == "data":
            return {"code": "EUR", "name": "Euro", "symbol": "&euro;"}
        if part == ["products"]:
            return self.shelf.listed(request.query_params.get("sku", ""))
        if part == ["products", "batch"]:
            changes = json.loads(body)["update"]
            return {"update": [self.shelf.change(int(change["id"]), change) for change in changes]}
        if part[0] == "products":
            return self.shelf.change(request.path_params["product_id"], json.loads(body))
        return self._about_orders(request, body)

    def _about_orders(self, request: Request, body: bytes) -> Any:
        order_id, kind = request.path_params.get("order_id"), request.path_params.get("kind")
        if order_id is None:
            asked = request.query_params
            after = datetime.fromisoformat(asked["modified_after"]).replace(tzinfo=UTC)
            return self.platform.changed_after(after, page=int(asked["page"]), per_page=int(asked["per_page"]))
        match request.method, kind:
            case "GET", None:
                return self.platform.read(order_id)
            case "PUT", None:
                return self.platform.update(order_id, json.loads(body))
            case "GET", "refunds":
                return self.platform.refunds_of(order_id)
            case "POST", "refunds":
                return self.platform.refund(order_id, json.loads(body))
            case "GET", "notes":
                return self.platform.notes_of(order_id)
            case "POST", "notes":
                return self.platform.note(order_id, json.loads(body)["note"])
            case _:
                raise Refused(404, "rest_no_route")


def _error(status: int, code: str) -> Response:
    return JSONResponse({"code": code, "message": "", "data": {"status": status}}, status)
