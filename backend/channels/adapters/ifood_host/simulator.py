"""iFood put together: an ASGI application that gives out tokens and events, and webhooks signed as it signs them."""

from __future__ import annotations

import json
from typing import Any

import httpx
from pydantic import Field, SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backend.channels.adapters.ifood_host.ingestion import Ingestion
from backend.channels.adapters.ifood_host.platform import IfoodPlatform, Refused
from backend.channels.port.contract import Edge
from backend.channels.port.notices import RawMessage
from backend.channels.port.played_host import PlayedHost, PlayedSettings
from backend.channels.port.played_shelf import PlayedShelf, SellingHost
from backend.channels.port.played_tokens import PlayedTokens
from backend.channels.port.profiles import IFOOD
from backend.channels.port.signatures import sign

HOST_URL = "https://ifood.example"
PUSHES_MAX = 6
_DEMO_CREDENTIAL = "simulated-secret-for-nobody"
_SHELF = {"4006381333931": "MILK-1L", "7891000100103": "RICE-1KG", "4056489123450": "EGGS-10"}
_ITEM_CALLS = {"PATCH": "change", "DELETE": "remove", "POST": "replace"}


class HostSettings(PlayedSettings):
    """Which application and store it is. The defaults are for demos: they guard nothing."""

    base_url: str = HOST_URL
    merchant_id: str = Field(default="cad65e8f-6fc6-438a-b159-e64a902a6b9a", min_length=36)
    client_id: str = "blinkpick"
    client_secret: SecretStr = SecretStr(_DEMO_CREDENTIAL)
    accept_within_s: int = 480
    catalogue: dict[str, str] = _SHELF
    items_per_window: int = 0


class IfoodHost(SellingHost, PlayedHost[IfoodPlatform]):
    """One application with one store."""

    def __init__(
        self, settings: HostSettings, edge: Edge, *, push_transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        super().__init__(settings, edge, attempts_max=PUSHES_MAX, push_transport=push_transport)
        self.settings = settings
        self.shelf = PlayedShelf()
        self.ingestion = Ingestion(self.shelf, settings.catalogue, settings.items_per_window, edge.clock)
        self._secret = settings.client_secret.get_secret_value()
        self.tokens = PlayedTokens(
            client_id=settings.client_id, client_secret=self._secret, clock=edge.clock, is_camel_case=True
        )
        self.platform = IfoodPlatform(
            clock=edge.clock,
            chance=self._chance,
            tell=self._tell,
            merchant_id=settings.merchant_id,
            accept_within_s=settings.accept_within_s,
            catalogue=settings.catalogue,
        )
        self.application = Starlette(
            routes=[
                Route("/authentication/v1.0/oauth/token", self._token, methods=["POST"]),
                Route("/{module}/v1.0/{path:path}", self._guarded, methods=["GET", "POST", "PATCH", "DELETE"]),
            ]
        )

    def channel_settings(self, webhook_url: str) -> dict[str, Any]:
        return {
            "base_url": self.settings.base_url,
            "merchant_id": self.settings.merchant_id,
            "client_id": self.settings.client_id,
            "client_secret": self._secret,
            "accept_within_s": self.settings.accept_within_s,
        }

    def _tell(self, event: dict[str, Any]) -> None:
        def build() -> httpx.Request:
            body = json.dumps(event, separators=(",", ":")).encode()
            headers = {
                "Content-Type": "application/json",
                "X-IFood-Signature": sign(IFOOD, RawMessage(body), secret=self._secret),
            }
            return httpx.Request("POST", self.pushes.url, content=body, headers=headers)

        self.pushes.schedule(build)

    async def _token(self, request: Request) -> Response:
        return _error(503, "busy") if self._does_not_answer() else await self.tokens.answer(request)

    async def _guarded(self, request: Request) -> Response:
        if self._does_not_answer():
            return _error(503, "busy")
        if not self.tokens.is_known(request.headers.get("authorization", "").removeprefix("Bearer ")):
            return _error(401, "token expired")
        try:
            response = self._answer(request, await request.body())
        except Refused as refused:
            return _error(refused.status, refused.message)
        if request.method != "GET" and self._loses_the_answer():
            return _error(502, "the call was applied, the answer is lost")
        return response

    def _answer(self, request: Request, raw: bytes) -> Response:
        body: Any = json.loads(raw) if raw else {}
        match (request.method, request.path_params["module"], *request.path_params["path"].split("/")):
            case "GET", "events", "events:polling":
                events = list(self.platform.events.values())
                self._chance.shuffle(events)
                return JSONResponse(events) if events else Response(status_code=204)
            case "PATCH", "item", "ingestion", self.settings.merchant_id:
                self.ingestion.take(body)
            case "POST", "events", "events", "acknowledgment":
                self.platform.acknowledge(body)
            case "GET", "order", "orders", order_id:
                return JSONResponse(self.platform.read(order_id))
            case "GET", "order", "orders", order_id, "cancellationReasons":
                reasons = self.platform.reasons(order_id)
                return JSONResponse(reasons) if reasons else Response(status_code=204)
            case "POST", "order", "orders", order_id, "requestCancellation":
                self.platform.request_cancellation(order_id, body)
            case "POST", "order", "disputes", dispute_id, answer:
                self.platform.settle(dispute_id, answer)
            case "POST", "order" | "picking", "orders", order_id, operation:
                self.platform.step(order_id, operation)
            case ("PATCH" | "DELETE", "picking", "orders", order_id, "items", unique_id) | (
                "POST",
                "picking",
                "orders",
                order_id,
                "items",
                unique_id,
                "replace",
            ):
                self.platform.edit(order_id, unique_id, _ITEM_CALLS[request.method], body)
                return Response(status_code=204)
            case _:
                raise Refused(404, "no such operation")
        return Response(status_code=202)


def _error(status: int, message: str) -> Response:
    return JSONResponse({"error": {"code": str(status), "message": message}}, status)
