"""DoorDash put together: tokens that the caller signs, the order calls, and events that show the agreed token."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Callable
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
from backend.channels.port.playing import PlayedState, SoldProduct

HOST_URL = "https://doordash.example/marketplace"
PUSHES_MAX = 6
SHELF = (SoldProduct("EGGS-10", "Eggs, ten", Decimal("31.90")),)
EVENTS = {Told.PLACED: "OrderCreate", Told.CANCELLED: "OrderCancel", Told.READY: "OrderReadyForPickup"}
_DEMO_CREDENTIAL = "c2ltdWxhdGVkLXNlY3JldC1mb3Itbm9ib2R5"
_DEMO_WEBHOOK_CREDENTIAL = "simulated-webhook-secret"


class HostSettings(PlayedSettings):
    """Who the platform is. The defaults are for demos: they guard nothing."""

    base_url: str = HOST_URL
    developer_id: str = "dev_1"
    key_id: str = "key_1"
    signing_secret: SecretStr = SecretStr(_DEMO_CREDENTIAL)
    webhook_secret: SecretStr = SecretStr(_DEMO_WEBHOOK_CREDENTIAL)
    store_id: str = "601135"


class DoorDashHost(SellingHost, GuardedHost[BasketPlatform]):
    """One access key with one store."""

    def __init__(
        self, settings: HostSettings, edge: Edge, *, push_transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        super().__init__(settings, edge, attempts_max=PUSHES_MAX, push_transport=push_transport)
        self.settings = settings
        self.shelf = PlayedShelf()
        self.platform = BasketPlatform(
            clock=edge.clock, tell=self._tell, sells=SHELF, accept_within_s=settings.accept_within_s
        )
        order = "/marketplace/api/v1/orders/{order_id}"
        items = f"/marketplace/api/v2/stores/{settings.store_id}/items"
        self.application = Starlette(
            routes=[
                Route(items, self.guarded(self._change_items, 202), methods=["PATCH"]),
                Route(order, self.guarded(self._confirm, 202), methods=["PATCH"]),
                Route(order + "/adjustment", self.guarded(self._adjust, 202), methods=["PATCH"]),
                Route(order + "/cancellation", self.guarded(self._cancel, 202), methods=["PATCH"]),
                Route(order + "/events/order_ready_for_pickup", self.guarded(self._ready, 202), methods=["PATCH"]),
            ]
        )

    def channel_settings(self, webhook_url: str) -> dict[str, Any]:
        return {
            "base_url": self.settings.base_url,
            "developer_id": self.settings.developer_id,
            "key_id": self.settings.key_id,
            "signing_secret": self.settings.signing_secret.get_secret_value(),
            "webhook_secret": self.settings.webhook_secret.get_secret_value(),
            "store_id": self.settings.store_id,
            "accept_within_s": self.settings.accept_within_s,
        }

    def ask_to_cancel(self, order_id: str) -> bool:
        """The platform cancels, and asks nobody."""
        return False

    def is_let_in(self, request: Request) -> bool:
        """A token of this access key that was signed with its secret and has not ended."""
        head, _, signature = request.headers.get("authorization", "").removeprefix("Bearer ").rpartition(".")
        key = base64.urlsafe_b64decode(self.settings.signing_secret.get_secret_value())
        right = base64.urlsafe_b64encode(hmac.digest(key, head.encode(), "sha256")).decode().rstrip("=")
        if not hmac.compare_digest(right, signature):
            return False
        try:
            claims = json.loads(base64.urlsafe_b64decode(head.partition(".")[2] + "=="))
        except (binascii.Error, ValueError):
            return False
        is_ours = (claims["iss"], claims["kid"]) == (self.settings.developer_id, self.settings.key_id)
        return bool(is_ours and claims["exp"] >= self._clock.now().timestamp())

    def _tell(self, told: Told, order_id: str) -> None:
        self._push(EVENTS[told], order_id)

    def _push(self, kind: str, order_id: str) -> None:
        event = {"type": kind, "status": "NEW", "event_time": self._clock.now().isoformat()}
        content = json.dumps({"event": event, "order": self._shown(order_id)}).encode()

        def build() -> httpx.Request:
            headers = {"Authorization": self.settings.webhook_secret.get_secret_value()}
            return httpx.Request("POST", f"{self.pushes.url}/orders", content=content, headers=headers)

        self.pushes.schedule(build)

    def _shown(self, order_id: str) -> dict[str, Any]:
        basket = self.platform.find(order_id)
        return {
            "id": order_id,
            "external_delivery_id": f"D-{123_678 + basket.number}",
            "subtotal": self.platform.total_minor(order_id),
            "tax": 0,
            "estimated_pickup_time": basket.due_at.isoformat(),
            "is_pickup": False,
            "order_special_instructions": "Leave at my door",
            "store": {"merchant_supplied_id": self.settings.store_id, "provider_type": "custom"},
            "categories": [{"name": "Grocery", "items": [_shown_item(item) for item in basket.items if item.quantity]}],
        }

    async def _change_items(self, request: Request) -> Any:
        """The list is queued; what is not sold here is left out of it."""
        for item in (await request.json())["items"]:
            sku, availability = item["merchant_supplied_item_id"], item.get("item_availability", "")
            if availability not in ("", "ACTIVE", "INACTIVE"):
                raise PlayedRefusal(400, "validation_error")
            if availability:
                self.shelf.switch(sku, is_on_sale=availability == "ACTIVE")
            if "price_info" in item:
                self.shelf.charge(sku, Decimal(min(item["price_info"].values())) / 100)
        return {"operation_status": "QUEUED"}

    async def _confirm(self, request: Request) -> None:
        order_id, body = request.path_params["order_id"], await request.json()
        step: Callable[[str, str], None] = (
            self.platform.accept if body["order_status"] == "success" else self._fail_unconfirmed
        )
        _with_400(lambda: step(order_id, f"confirmed as {body['order_status']}"))

    def _fail_unconfirmed(self, order_id: str, word: str) -> None:
        if self.platform.find(order_id).state is not PlayedState.NEW:
            raise PlayedRefusal(409, "the order has already been processed")
        self.platform.drop(order_id, word)

    async def _adjust(self, request: Request) -> None:
        order_id, items = request.path_params["order_id"], (await request.json())["items"]
        basket = self.platform.find(order_id)
        if basket.state is not PlayedState.ACCEPTED:
            raise PlayedRefusal(400, "the order is not confirmed or has been cancelled")
        there = {item.item_id for item in basket.items if item.quantity}
        if any(item["line_item_id"] not in there for item in items):
            raise PlayedRefusal(404, "the item does not exist")
        quantities: dict[str, int] = {}
        added: list[tuple[str, int]] = []
        for item in items:
            quantities[item["line_item_id"]] = item["quantity"] if item["adjustment_type"] == "ITEM_UPDATE" else 0
            if item["adjustment_type"] == "ITEM_SUBSTITUTE":
                substitute = item["substituted_item"]
                added.append((substitute["merchant_supplied_id"], substitute["quantity"]))
        self.platform.change(order_id, quantities, added, "adjustment")
        self._push("OrderAdjust", order_id)

    async def _cancel(self, request: Request) -> None:
        order_id, body = request.path_params["order_id"], await request.json()
        if body["cancel_reason"] not in ("ITEM_OUT_OF_STOCK", "STORE_CLOSED", "KITCHEN_BUSY", "OTHERS"):
            raise PlayedRefusal(400, "not a reason")
        _with_400(lambda: self.platform.drop(order_id, "cancellation"))

    async def _ready(self, request: Request) -> None:
        """Saying it again changes nothing."""
        order_id = request.path_params["order_id"]
        if self.platform.find(order_id).state is not PlayedState.PICKED:
            _with_400(lambda: self.platform.finish(order_id, "order_ready_for_pickup"))


def _with_400(step: Callable[[], None]) -> None:
    """A step out of turn, as this platform refuses it."""
    try:
        step()
    except PlayedRefusal as refused:
        raise PlayedRefusal(400 if refused.status == 409 else refused.status, str(refused)) from None


def _shown_item(item: PlayedItem) -> dict[str, Any]:
    return {
        "line_item_id": item.item_id,
        "merchant_supplied_id": item.product.sku,
        "name": item.product.name,
        "quantity": item.quantity,
        "price": int(item.product.price * 100),
        "special_instructions": "",
        "extras": [],
    }
