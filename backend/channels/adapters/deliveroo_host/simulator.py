"""Deliveroo put together: tokens, the calls of the Picking API, and callbacks signed over a guid and the body."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import httpx
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from backend.channels.adapters.deliveroo_host.platform import DeliverooPlatform
from backend.channels.port.contract import Edge
from backend.channels.port.notices import RawMessage
from backend.channels.port.played_baskets import PlayedRefusal
from backend.channels.port.played_guard import GuardedHost
from backend.channels.port.played_host import PlayedSettings
from backend.channels.port.played_shelf import PlayedShelf, SellingHost
from backend.channels.port.played_tokens import PlayedTokens
from backend.channels.port.playing import SoldProduct
from backend.channels.port.profiles import DELIVEROO
from backend.channels.port.signatures import sign

HOST_URL = "https://deliveroo.example"
PUSHES_MAX = 9
TOKEN_LIFE_S = 300
SHELF = (SoldProduct("EGGS-10", "Eggs, ten", Decimal("31.90")), SoldProduct("RICE-1KG", "Rice 1 kg", Decimal("24.90")))
_DEMO_CREDENTIAL = "simulated-secret-for-nobody"
_DEMO_WEBHOOK_CREDENTIAL = "simulated-webhook-secret"


class HostSettings(PlayedSettings):
    """Who the platform is. The defaults are for demos: they guard nothing."""

    base_url: str = HOST_URL
    client_id: str = "grocer"
    client_secret: SecretStr = SecretStr(_DEMO_CREDENTIAL)
    webhook_secret: SecretStr = SecretStr(_DEMO_WEBHOOK_CREDENTIAL)
    site_id: str = "348502bd-708f-4977-a02c-600c5419e2b7"
    brand_id: str = "corner-shop-gb"


class DeliverooHost(SellingHost, GuardedHost[DeliverooPlatform]):
    """One client with one site."""

    def __init__(
        self, settings: HostSettings, edge: Edge, *, push_transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        super().__init__(settings, edge, attempts_max=PUSHES_MAX, push_transport=push_transport)
        self.settings = settings
        self.shelf = PlayedShelf()
        self._secret = settings.client_secret.get_secret_value()
        self.tokens = PlayedTokens(
            client_id=settings.client_id, client_secret=self._secret, clock=edge.clock, life_s=TOKEN_LIFE_S
        )
        self.platform = DeliverooPlatform(clock=edge.clock, tell=self._tell, site_id=settings.site_id, sells=SHELF)
        order = "/picking/v1/orders/{order_id}"
        menu = f"/menu/v2/brands/{settings.brand_id}/sites/{settings.site_id}/menu"
        self.application = Starlette(
            routes=[
                Route("/oauth2/token", self.tokens.answer, methods=["POST"]),
                Route("/picking/v1/sites/{site_id}/orders/active", self.guarded(self._active), methods=["GET"]),
                Route(order + "/items/{item_id}/substitute", self.guarded(self._substitutes), methods=["GET"]),
                Route(menu + "/item_unavailabilities", self.guarded(self._mark_items), methods=["POST"]),
                Route(order + "/amendments", self.guarded(self._amend), methods=["POST"]),
                Route(order + "/{step}", self.guarded(self._move), methods=["PUT"]),
                Route("/order/v1/orders/{order_id}/prep_stage", self.guarded(self._stage), methods=["POST"]),
            ]
        )

    def channel_settings(self, webhook_url: str) -> dict[str, Any]:
        return {
            "base_url": self.settings.base_url,
            "token_url": f"{self.settings.base_url}/oauth2/token",
            "client_id": self.settings.client_id,
            "client_secret": self._secret,
            "webhook_secret": self.settings.webhook_secret.get_secret_value(),
            "site_id": self.settings.site_id,
            "brand_id": self.settings.brand_id,
        }

    def ask_to_cancel(self, order_id: str) -> bool:
        """The platform cancels, and asks nobody."""
        return False

    def _tell(self, order: dict[str, Any]) -> None:
        content = json.dumps({"event": "order.status_update", "order": order, "metadata": {}}).encode()
        guid = f"{self._chance.getrandbits(64):016x}"

        def build() -> httpx.Request:
            headers = {"x-deliveroo-sequence-guid": guid}
            secret = self.settings.webhook_secret.get_secret_value()
            headers["x-deliveroo-hmac-sha256"] = sign(DELIVEROO, RawMessage(content, headers), secret=secret)
            return httpx.Request("POST", f"{self.pushes.url}/picking", content=content, headers=headers)

        self.pushes.schedule(build)

    def is_let_in(self, request: Request) -> bool:
        return self.tokens.is_known(request.headers.get("authorization", "").removeprefix("Bearer "))

    async def _mark_items(self, request: Request) -> Any:
        """All that are listed or, where one of them is not on the menu, none."""
        marked = {item["item_id"]: item["status"] for item in (await request.json())["item_unavailabilities"]}
        unknown = [sku for sku in marked if not self.shelf.knows(sku)]
        if unknown:
            raise PlayedRefusal(400, f"item_id {unknown[0]} not found in the menu of this site")
        if not {"available", "unavailable", "hidden"}.issuperset(marked.values()):
            raise PlayedRefusal(400, "not a status of an item")
        for sku, status in marked.items():
            self.shelf.switch(sku, is_on_sale=status == "available")
        return {}

    async def _active(self, request: Request) -> Any:
        if request.path_params["site_id"] != self.settings.site_id:
            raise PlayedRefusal(404, "no such site")
        page, size = int(request.query_params["page"]), int(request.query_params["per_page"])
        return {"orders": self.platform.active()[page * size : (page + 1) * size]}

    async def _substitutes(self, request: Request) -> Any:
        needle, limit = request.query_params.get("needle", ""), int(request.query_params["limit"])
        return self.platform.substitutes(request.path_params["order_id"], request.path_params["item_id"], needle, limit)

    async def _amend(self, request: Request) -> Any:
        self.platform.amend(request.path_params["order_id"], (await request.json())["item_amendments"])
        return {}

    async def _move(self, request: Request) -> Any:
        order_id = request.path_params["order_id"]
        match request.path_params["step"]:
            case "start_picking":
                self.platform.start(order_id)
            case "accept":
                self.platform.accept(order_id)
            case "reject":
                self.platform.reject(order_id, (await request.json()).get("reject_reason", ""))
            case _:
                raise PlayedRefusal(404, "no such call")
        return {}

    async def _stage(self, request: Request) -> Any:
        body = await request.json()
        occurred_at = datetime.fromisoformat(body["occurred_at"])
        self.platform.stage(request.path_params["order_id"], body["stage"], occurred_at)
        return {}
