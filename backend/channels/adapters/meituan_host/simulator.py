"""Meituan put together: an ASGI application that checks every signature, and pushes signed as it signs them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import httpx
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backend.channels.adapters.meituan_host.platform import MeituanPlatform, Refused
from backend.channels.port.contract import Edge
from backend.channels.port.errors import PayloadUnknown, SignatureInvalid
from backend.channels.port.notices import RawMessage
from backend.channels.port.played_host import PlayedHost, PlayedSettings
from backend.channels.port.profiles import MEITUAN, MEITUAN_PUSH
from backend.channels.port.reading import read_form
from backend.channels.port.signatures import sign, verify

HOST_URL = "https://meituan.example/api/v1"
PUSHES_MAX = 6
_DEMO_CREDENTIAL = "simulated-secret-for-nobody"


class HostSettings(PlayedSettings):
    """Who the platform is. The defaults are for demos: they guard nothing."""

    base_url: str = HOST_URL
    app_id: str = "409"
    app_secret: SecretStr = SecretStr(_DEMO_CREDENTIAL)
    app_poi_code: str = "store_1"


class MeituanHost(PlayedHost[MeituanPlatform]):
    """One application with one store."""

    def __init__(
        self, settings: HostSettings, edge: Edge, *, push_transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        super().__init__(settings, edge, attempts_max=PUSHES_MAX, push_transport=push_transport)
        self.settings = settings
        self._secret = settings.app_secret.get_secret_value()
        self.platform = MeituanPlatform(
            clock=edge.clock,
            tell=self._tell,
            app_poi_code=settings.app_poi_code,
            accept_within_s=settings.accept_within_s,
        )
        route = Route("/api/v1/{operation:path}", self._call, methods=["GET", "POST"])
        self.application = Starlette(routes=[route])

    def channel_settings(self, webhook_url: str) -> dict[str, Any]:
        return {
            "base_url": self.settings.base_url,
            "callback_url": webhook_url,
            "app_id": self.settings.app_id,
            "app_secret": self._secret,
            "app_poi_code": self.settings.app_poi_code,
            "accept_within_s": self.settings.accept_within_s,
        }

    def is_on_sale(self, sku: str) -> bool:
        return self.platform.on_sale[sku]

    def price_of(self, sku: str) -> str:
        return self.platform.prices[sku]

    def put_on_sale(self, sku: str, price: str) -> None:
        self.platform.on_sale[sku], self.platform.prices[sku] = True, price

    def _tell(self, kind: str, fields: dict[str, str]) -> None:
        def build() -> httpx.Request:
            url = f"{self.pushes.url}/{kind}"
            signed = {**fields, "app_id": self.settings.app_id, "timestamp": str(int(self._clock.now().timestamp()))}
            twice = {name: quote(value, safe="") for name, value in signed.items()}
            blank = RawMessage(urlencode({**twice, "sig": ""}).encode())
            twice["sig"] = sign(MEITUAN_PUSH, blank, secret=self._secret, url=url)
            return httpx.Request("POST", url, data=twice)

        self.pushes.schedule(build)

    async def _call(self, request: Request) -> Response:
        if self._does_not_answer():
            return Response("busy", 503)
        operation = request.path_params["operation"]
        try:
            parameters = self._verified(operation, RawMessage(await request.body(), query=request.url.query))
            found: Any = "ok"
            if operation == "order/getOrderDetail":
                found = self.platform.detail(parameters)
            elif operation == "order/getPartRefundFoods":
                found = self.platform.refundable(parameters)
            else:
                self.platform.apply(operation, parameters)
        except (SignatureInvalid, PayloadUnknown):
            return _refusal(703, "签名验证错误")
        except Refused as refused:
            return _refusal(refused.code, refused.words)
        if self._loses_the_answer():
            return Response("the call was applied, the answer is lost", 502)
        return JSONResponse({"data": found})

    def _verified(self, operation: str, message: RawMessage) -> dict[str, str]:
        url = f"{self.settings.base_url}/{operation}"
        verify(MEITUAN, message, secrets=[self._secret], now=self._clock.now(), url=url)
        return read_form(message.body, message.query)


def _refusal(code: int, words: str) -> Response:
    return JSONResponse({"data": "ng", "error": {"code": code, "msg": words}})
