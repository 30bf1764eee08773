"""HubRise put together: an ASGI application that knows one token, and events signed and sent to one callback."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import httpx
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backend.channels.adapters.hubrise_host.platform import HubRisePlatform, Refused
from backend.channels.port.contract import Edge
from backend.channels.port.notices import RawMessage
from backend.channels.port.played_host import PlayedHost, PlayedSettings
from backend.channels.port.played_shelf import PlayedShelf, SellingHost
from backend.channels.port.profiles import HUBRISE
from backend.channels.port.signatures import equal, sign

HOST_URL = "https://hubrise.example/v1"
PUSHES_MAX = 6
CATALOG_ID = "87yu4"
_DEMO_CREDENTIAL = "simulated-secret-for-nobody"


class HostSettings(PlayedSettings):
    """Which connection it is. The defaults are for demos: they guard nothing."""

    base_url: str = HOST_URL
    access_token: SecretStr = SecretStr(_DEMO_CREDENTIAL)
    client_secret: SecretStr = SecretStr(_DEMO_CREDENTIAL)
    location_id: str = "3r4s3-1"
    catalog_name: str = "Web"


class HubRiseHost(SellingHost, PlayedHost[HubRisePlatform]):
    """One location with one connection."""

    def __init__(
        self, settings: HostSettings, edge: Edge, *, push_transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        taking = _Taking(push_transport or httpx.AsyncHTTPTransport(), self)
        super().__init__(settings, edge, attempts_max=PUSHES_MAX, push_transport=taking)
        self.settings = settings
        self.shelf = PlayedShelf()
        self._secret = settings.client_secret.get_secret_value()
        self.platform = HubRisePlatform(
            clock=edge.clock,
            tell=self._tell,
            location_id=settings.location_id,
            accept_within_s=settings.accept_within_s,
        )
        orders = f"/v1/locations/{settings.location_id}/orders"
        inventory = f"/v1/catalogs/{CATALOG_ID}/locations/{settings.location_id}/inventory"
        self.application = Starlette(
            routes=[
                Route("/v1/callback/events", self._guarded, methods=["GET"]),
                Route("/v1/callback/events/{event_id}", self._guarded, methods=["GET", "DELETE"]),
                Route(orders, self._guarded, methods=["GET"]),
                Route(f"/v1/locations/{settings.location_id}/catalogs", self._guarded, methods=["GET"]),
                Route(inventory, self._guarded, methods=["PATCH"]),
                Route(f"{orders}/{{order_id}}", self._guarded, methods=["GET", "PATCH"]),
            ]
        )

    def channel_settings(self, webhook_url: str) -> dict[str, Any]:
        return {
            "base_url": self.settings.base_url,
            "access_token": self.settings.access_token.get_secret_value(),
            "client_secret": self._secret,
            "location_id": self.settings.location_id,
            "accept_within_s": self.settings.accept_within_s,
            "catalog_name": self.settings.catalog_name,
        }

    def ask_to_cancel(self, order_id: str) -> bool:
        return False

    def _tell(self, event: dict[str, Any]) -> None:
        def build() -> httpx.Request:
            body = json.dumps(event).encode()
            signature = sign(HUBRISE, RawMessage(body), secret=self._secret)
            headers = {"Content-Type": "application/json", "X-HubRise-Hmac-SHA256": signature}
            return httpx.Request("POST", self.pushes.url, content=body, headers=headers)

        self.pushes.schedule(build)

    async def _guarded(self, request: Request) -> Response:
        if self._does_not_answer():
            return _error(503, "internal_error")
        if not equal(request.headers.get("x-access-token", ""), self.settings.access_token.get_secret_value()):
            return _error(401, "unauthorized")
        try:
            found = self._answer(request, await request.body())
        except Refused as refused:
            return _error(refused.status, refused.error_type)
        if request.method != "GET" and self._loses_the_answer():
            return _error(502, "internal_error")
        return JSONResponse(found) if found is not None else Response(status_code=200)

    def _answer(self, request: Request, body: bytes) -> Any:
        if request.url.path.endswith("/catalogs"):
            return [{"id": CATALOG_ID, "name": self.settings.catalog_name}, {"id": "sdm3b", "name": "Another"}]
        if request.url.path.endswith("/inventory"):
            return self._patch_inventory(json.loads(body))
        order_id, event_id = request.path_params.get("order_id"), request.path_params.get("event_id")
        if order_id is not None:
            is_update = request.method == "PATCH"
            return self.platform.update(order_id, json.loads(body)) if is_update else self.platform.read(order_id)
        if event_id is not None and request.method == "DELETE":
            self.platform.take(event_id)
            return None
        if event_id is not None:
            return self._event(event_id)
        asked = request.query_params
        count = int(asked.get("count", "100"))
        if "status" in asked:
            return self.platform.listed(asked["status"], datetime.fromisoformat(asked["after"]))[:count]
        return [_without_states(event) for event in list(self.platform.events.values())[:count]]

    def _patch_inventory(self, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """What is not in the catalogue is left alone; the answer has what was changed."""
        if not all("sku_ref" in entry and "stock" in entry for entry in entries):
            raise Refused(422, "unprocessable_entity")
        return [
            entry
            for entry in entries
            if self.shelf.switch(entry["sku_ref"], is_on_sale=entry["stock"] is None or Decimal(entry["stock"]) > 0)
        ]

    def _event(self, event_id: str) -> dict[str, Any]:
        if event_id not in self.platform.events:
            raise Refused(404, "not_found")
        return self.platform.events[event_id]

    def taken(self, event_id: str) -> None:
        """A callback has answered: the event is deleted at once."""
        self.platform.events.pop(event_id, None)


class _Taking(httpx.AsyncBaseTransport):
    """Any answer from 200 to 499 means that the event was taken."""

    def __init__(self, inner: httpx.AsyncBaseTransport, host: HubRiseHost) -> None:
        self._inner = inner
        self._host = host

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await self._inner.handle_async_request(request)
        if 200 <= response.status_code < 500:
            self._host.taken(json.loads(request.content)["id"])
        return response


def _without_states(event: dict[str, Any]) -> dict[str, Any]:
    """The list leaves the states out, to save bandwidth."""
    return {name: value for name, value in event.items() if not name.endswith("_state")}


def _error(status: int, error_type: str) -> Response:
    return JSONResponse({"error_type": error_type}, status)
