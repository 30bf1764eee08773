"""Uber Eats put together: tokens, the order calls, and notifications signed with the client's secret."""

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
from backend.channels.port.notices import RawMessage
from backend.channels.port.played_baskets import BasketPlatform, PlayedItem, PlayedRefusal, Told
from backend.channels.port.played_guard import GuardedHost
from backend.channels.port.played_host import PlayedSettings
from backend.channels.port.played_shelf import PlayedShelf, SellingHost
from backend.channels.port.played_tokens import PlayedTokens
from backend.channels.port.playing import PlayedState, SoldProduct
from backend.channels.port.profiles import UBER
from backend.channels.port.signatures import sign

HOST_URL = "https://uber.example"
PUSHES_MAX = 7
CURRENCY = "USD"
SHELF = (SoldProduct("EGGS-10", "Eggs, ten", Decimal("31.90")),)
EVENTS = {Told.PLACED: "orders.notification", Told.CANCELLED: "orders.cancel", Told.READY: "orders.release"}
STATES = {
    PlayedState.NEW: "OFFERED",
    PlayedState.ACCEPTED: "ACCEPTED",
    PlayedState.PICKED: "ACCEPTED",
    PlayedState.CANCELLED: "FAILED",
}
_DEMO_CREDENTIAL = "simulated-secret-for-nobody"


class HostSettings(PlayedSettings):
    """Who the platform is. The defaults are for demos: they guard nothing."""

    base_url: str = HOST_URL
    client_id: str = "grocer"
    client_secret: SecretStr = SecretStr(_DEMO_CREDENTIAL)
    store_id: str = "c7f1dc2f-fabe-4997-845c-cad26fdcb894"
    accept_within_s: int = 690


class UberEatsHost(SellingHost, GuardedHost[BasketPlatform]):
    """One client with one store."""

    def __init__(
        self, settings: HostSettings, edge: Edge, *, push_transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        super().__init__(settings, edge, attempts_max=PUSHES_MAX, push_transport=push_transport)
        self.settings = settings
        self.shelf = PlayedShelf()
        self._secret = settings.client_secret.get_secret_value()
        self.tokens = PlayedTokens(client_id=settings.client_id, client_secret=self._secret, clock=edge.clock)
        self.platform = BasketPlatform(
            clock=edge.clock, tell=self._tell, sells=SHELF, accept_within_s=settings.accept_within_s
        )
        order = "/v1/delivery/order/{order_id}"
        item = f"/v2/eats/stores/{settings.store_id}/menus/items/{{item_id}}"
        self.application = Starlette(
            routes=[
                Route("/oauth/v2/token", self.tokens.answer, methods=["POST"]),
                Route(order, self.guarded(self._read), methods=["GET"]),
                Route(item, self.guarded(self._update_item, 204), methods=["POST"]),
                Route(order + "/{operation}", self.guarded(self._apply, 204), methods=["POST"]),
            ]
        )

    def channel_settings(self, webhook_url: str) -> dict[str, Any]:
        return {
            "base_url": self.settings.base_url,
            "token_url": f"{self.settings.base_url}/oauth/v2/token",
            "client_id": self.settings.client_id,
            "client_secret": self._secret,
            "store_id": self.settings.store_id,
        }

    def ask_to_cancel(self, order_id: str) -> bool:
        """The platform cancels, and asks nobody."""
        return False

    def is_let_in(self, request: Request) -> bool:
        return self.tokens.is_known(request.headers.get("authorization", "").removeprefix("Bearer "))

    def _tell(self, told: Told, order_id: str) -> None:
        self._notify(EVENTS[told], order_id)

    def _notify(self, event_type: str, order_id: str) -> None:
        event = {
            "event_id": f"{self._chance.getrandbits(128):032x}",
            "event_time": int(self._clock.now().timestamp()),
            "event_type": event_type,
            "meta": {"user_id": self.settings.store_id, "resource_id": order_id, "status": "pos"},
            "resource_href": f"{self.settings.base_url}/v1/delivery/order/{order_id}",
        }
        content = json.dumps(event).encode()

        def build() -> httpx.Request:
            headers = {
                "X-Uber-Signature": sign(UBER, RawMessage(content), secret=self._secret),
                "X-Environment": "sandbox",
            }
            return httpx.Request("POST", f"{self.pushes.url}/orders", content=content, headers=headers)

        self.pushes.schedule(build)

    async def _read(self, request: Request) -> Any:
        order_id = request.path_params["order_id"]
        basket = self.platform.find(order_id)
        prices = [
            {"cart_item_id": item.item_id, "unit": {"gross": _money(item.product.price)}} for item in basket.items
        ]
        total = Decimal(self.platform.total_minor(order_id)) / 100
        is_ready = basket.state is PlayedState.PICKED
        return {
            "order": {
                "id": order_id,
                "display_id": f"{basket.number:05d}",
                "state": STATES[basket.state],
                "preparation_status": "READY_FOR_HANDOFF" if is_ready else "PREPARING",
                "fulfillment_type": "DELIVERY_BY_UBER",
                "store": {"id": self.settings.store_id},
                "created_time": basket.placed_at.isoformat(),
                "preparation_time": {"ready_for_pickup_time": basket.due_at.isoformat()},
                "carts": [
                    {
                        "id": "cart-1",
                        "special_instructions": "Paper bags",
                        "items": [_shown(item) for item in basket.items if item.quantity],
                    }
                ],
                "payment": {
                    "payment_detail": {
                        "order_total": {"gross": _money(total)},
                        "item_charges": {"price_breakdown": prices},
                    }
                },
            }
        }

    async def _update_item(self, request: Request) -> None:
        """Only what is named is updated, and only what is on the menu."""
        sku, body = request.path_params["item_id"], await request.json()
        if not self.shelf.knows(sku):
            raise PlayedRefusal(404, "no such item")
        if "suspension_info" in body:
            until_s = body["suspension_info"]["suspension"]["suspend_until"] or 0
            self.shelf.switch(sku, is_on_sale=until_s <= self._clock.now().timestamp())
        if "price_info" in body:
            self.shelf.charge(sku, Decimal(body["price_info"]["price"]) / 100)

    async def _apply(self, request: Request) -> Any:
        order_id, operation = request.path_params["order_id"], request.path_params["operation"]
        body = await request.json()
        state = self.platform.find(order_id).state
        match operation:
            case "accept":
                self.platform.accept(order_id, operation)
            case "ready":
                self.platform.finish(order_id, operation)
            case "deny" if state is PlayedState.NEW and body["deny_reason"]["type"]:
                self.platform.drop(order_id, operation)
            case "cancel" if state is PlayedState.ACCEPTED and body["cancellation_reason"]["type"]:
                self.platform.drop(order_id, operation)
            case "resolve-fulfillment-issues":
                self._resolve(order_id, body["fulfillment_issues"])
            case _:
                raise PlayedRefusal(400, "not a call for this order")

    def _resolve(self, order_id: str, issues: list[dict[str, Any]]) -> None:
        """The issues of one call; the shopper approves of what is given instead, a while later."""
        quantities: dict[str, int] = {}
        added: list[tuple[str, int]] = []
        for issue in issues:
            if issue["action_type"] not in ("REMOVE_ITEM", "REPLACE_FOR_ME"):
                raise PlayedRefusal(400, "the action is not one the shopper prefers")
            quantities[issue["root_item"]["cart_item_id"]] = issue["item_availability"]["items_available"]["amount"]
            if "item_substitute" in issue:
                substitute = issue["item_substitute"]
                added.append((substitute["external_data"], substitute["quantity"]["amount"]))
        self.platform.change(order_id, quantities, added, "resolve-fulfillment-issues")
        self._notify("orders.fulfillment_issues.resolved", order_id)


def _shown(item: PlayedItem) -> dict[str, Any]:
    return {
        "id": item.product.sku,
        "cart_item_id": item.item_id,
        "title": item.product.name,
        "external_data": item.product.sku,
        "quantity": {"amount": item.quantity, "unit": "PIECE"},
        "fulfillment_action": {"fulfillment_action_type": "REPLACE_FOR_ME"},
    }


def _money(amount: Decimal) -> dict[str, Any]:
    return {"amount_e5": int(amount * 100_000), "currency_code": CURRENCY}
