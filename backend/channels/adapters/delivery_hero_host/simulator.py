"""Delivery Hero put together: tokens, one address for each order, and pushes that show the agreed secret."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from backend.channels.port.contract import Edge
from backend.channels.port.played_baskets import BasketPlatform, PlayedItem, PlayedRefusal, Told
from backend.channels.port.played_guard import GuardedHost
from backend.channels.port.played_host import PlayedSettings
from backend.channels.port.played_shelf import PlayedShelf, SellingHost
from backend.channels.port.played_tokens import PlayedTokens
from backend.channels.port.playing import PlayedState, SoldProduct

HOST_URL = "https://deliveryhero.example/v2"
PUSHES_MAX = 6
SHELF = (SoldProduct("EGGS-10", "Eggs, ten", Decimal("31.90")),)
CURRENCY = "EUR"
STATUSES = {
    PlayedState.NEW: "RECEIVED",
    PlayedState.ACCEPTED: "RECEIVED",
    PlayedState.PICKED: "READY_FOR_PICKUP",
    PlayedState.CANCELLED: "CANCELLED",
}
_DEMO_CREDENTIAL = "simulated-secret-for-nobody"
_DEMO_WEBHOOK_CREDENTIAL = "Basic cGFydG5lcjpub2JvZHk="


class HostSettings(PlayedSettings):
    """Who the platform is. The defaults are for demos: they guard nothing."""

    base_url: str = HOST_URL
    client_id: str = "grocer"
    client_secret: SecretStr = SecretStr(_DEMO_CREDENTIAL)
    webhook_secret: SecretStr = SecretStr(_DEMO_WEBHOOK_CREDENTIAL)
    chain_id: str = "chain_1"
    store_id: str = "store_1"


class DeliveryHeroHost(SellingHost, GuardedHost[BasketPlatform]):
    """One chain with one store; its riders deliver, so that nobody waits for an acceptance."""

    def __init__(
        self, settings: HostSettings, edge: Edge, *, push_transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        super().__init__(settings, edge, attempts_max=PUSHES_MAX, push_transport=push_transport)
        self.settings = settings
        self.shelf = PlayedShelf()
        self._secret = settings.client_secret.get_secret_value()
        self.tokens = PlayedTokens(client_id=settings.client_id, client_secret=self._secret, clock=edge.clock)
        self.platform = BasketPlatform(
            clock=edge.clock, tell=self._tell, sells=SHELF, accept_within_s=None, starts_as=PlayedState.ACCEPTED
        )
        order = "/v2/chains/{chain_id}/orders/{order_id}"
        catalog = f"/v2/chains/{settings.chain_id}/vendors/{settings.store_id}/catalog"
        self.application = Starlette(
            routes=[
                Route(catalog, self.guarded(self._change_catalog, 202), methods=["PUT"]),
                Route("/v2/oauth/token", self.tokens.answer, methods=["POST"]),
                Route(order, self.guarded(self._read), methods=["GET"]),
                Route(order, self.guarded(self._put), methods=["PUT"]),
            ]
        )

    def channel_settings(self, webhook_url: str) -> dict[str, Any]:
        return {
            "base_url": self.settings.base_url,
            "client_id": self.settings.client_id,
            "client_secret": self._secret,
            "webhook_secret": self.settings.webhook_secret.get_secret_value(),
            "chain_id": self.settings.chain_id,
            "store_id": self.settings.store_id,
            "currency": CURRENCY,
        }

    def ask_to_cancel(self, order_id: str) -> bool:
        """The platform cancels, and asks nobody."""
        return False

    def is_let_in(self, request: Request) -> bool:
        return self.tokens.is_known(request.headers.get("authorization", "").removeprefix("Bearer "))

    def _tell(self, told: Told, order_id: str) -> None:
        content = json.dumps(self._shown(order_id)).encode()

        def build() -> httpx.Request:
            headers = {"Authorization": self.settings.webhook_secret.get_secret_value()}
            return httpx.Request("POST", f"{self.pushes.url}/orders", content=content, headers=headers)

        self.pushes.schedule(build)

    def _shown(self, order_id: str) -> dict[str, Any]:
        basket = self.platform.find(order_id)
        return {
            "order_id": order_id,
            "external_order_id": str(9_000_000 + basket.number),
            "order_code": f"{basket.number:04d}",
            "status": STATUSES[basket.state],
            "transport_type": "LOGISTICS_DELIVERY",
            "order_type": "DELIVERY",
            "comment": "No bell",
            "client": {"chain_id": self.settings.chain_id, "store_id": self.settings.store_id},
            "sys": {"created_at": basket.placed_at.isoformat()},
            "promised_for": basket.due_at.isoformat(),
            "payment": {
                "sub_total": self.platform.total_minor(order_id) / 100,
                "order_total": self.platform.total_minor(order_id) / 100,
            },
            "items": [_shown_item(item) for item in basket.items],
        }

    async def _read(self, request: Request) -> Any:
        return self._shown(self._order(request))

    async def _put(self, request: Request) -> Any:
        order_id, body = self._order(request), await request.json()
        basket = self.platform.find(order_id)
        if body["order_id"] != order_id:
            raise PlayedRefusal(400, "another order")
        match body["status"]:
            case "READY_FOR_PICKUP":
                if basket.state is not PlayedState.ACCEPTED:
                    raise PlayedRefusal(409, "the order is fulfilled or cancelled")
                self._take(order_id, body["items"])
                self.platform.finish(order_id, "READY_FOR_PICKUP")
            case "UPDATE_CART":
                self._take(order_id, body["items"])
            case "CANCELLED" if body["cancellation"]["reason"]:
                self.platform.drop(order_id, "CANCELLED")
            case _:
                raise PlayedRefusal(400, "not a status of this order")
        return self._shown(order_id)

    async def _change_catalog(self, request: Request) -> Any:
        """A job works through the list; what is not sold here is left out of it."""
        for product in (await request.json())["products"]:
            if not isinstance(product.get("active", True), bool) or not product.keys() & {"active", "price"}:
                raise PlayedRefusal(400, "not a change of a product")
            if "active" in product:
                self.shelf.switch(product["sku"], is_on_sale=product["active"])
            if "price" in product:
                self.shelf.charge(product["sku"], Decimal(str(product["price"])))
        return {"job_id": f"{self._chance.getrandbits(64):016x}", "job_status": "QUEUED"}

    def _take(self, order_id: str, items: list[dict[str, Any]]) -> None:
        """A whole basket: an item that is not named is still there, one that is new must replace another."""
        quantities: dict[str, int] = {}
        added: list[tuple[str, int]] = []
        for item in items:
            status = item["status"]
            if status in ("NOT_FOUND", "REPLACED"):
                quantities[item["_id"]] = 0
            elif status == "IN_CART" and "_id" in item:
                quantities[item["_id"]] = item["pricing"]["quantity"]
            elif status == "IN_CART" and item.get("replaced_id") in quantities:
                added.append((item["sku"], item["pricing"]["quantity"]))
            else:
                raise PlayedRefusal(400, "not a status of an item")
        self.platform.change(order_id, quantities, added, "basket")

    def _order(self, request: Request) -> str:
        if request.path_params["chain_id"] != self.settings.chain_id:
            raise PlayedRefusal(403, "another chain")
        order_id: str = request.path_params["order_id"]
        return order_id


def _shown_item(item: PlayedItem) -> dict[str, Any]:
    price = float(item.product.price)
    return {
        "_id": item.item_id,
        "sku": item.product.sku,
        "barcode": [item.product.gtin] if item.product.gtin else [],
        "name": item.product.name,
        "status": "NOT_PROCESSED",
        "pricing": {"pricing_type": "UNIT", "quantity": item.quantity, "unit_price": price},
        "original_pricing": {"pricing_type": "UNIT", "quantity": item.ordered, "unit_price": price},
    }
