"""Meituan put together: an ASGI application that checks every signature, and pushes signed as it signs them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode

import httpx
from pydantic import BaseModel, ConfigDict, Field, SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backend.channels.adapters.meituan_host.platform import MeituanPlatform, Refused
from backend.channels.port.contract import Edge
from backend.channels.port.errors import PayloadUnknown, SignatureInvalid
from backend.channels.port.notices import RawMessage
from backend.channels.port.playing import PlayedState, Pushes, SoldProduct, Unkindness
from backend.channels.port.profiles import MEITUAN, MEITUAN_PUSH
from backend.channels.port.reading import read_form
from backend.channels.port.signatures import sign, verify

HOST_URL = "https://meituan.example/api/v1"
PUSHES_MAX = 6
_DEMO_CREDENTIAL = "simulated-secret-for-nobody"


class HostSettings(BaseModel):
    """Who the platform is, and how unkind. The defaults are for demos: they guard nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    seed: int = 1
    base_url: str = HOST_URL
    app_id: str = "409"
    app_secret: SecretStr = SecretStr(_DEMO_CREDENTIAL)
    app_poi_code: str = "store_1"
    accept_within_s: int = 300
    repeat: float = Field(default=0.0, ge=0, le=1)
    delay_max_s: float = Field(default=0.0, ge=0, le=60)
    busy: float = Field(default=0.0, ge=0, lt=1)
    answer_lost: float = Field(default=0.0, ge=0, lt=1)


class MeituanHost:
    """One application with one store."""

    def __init__(
        self, settings: HostSettings, edge: Edge, *, push_transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self.settings = settings
        self.is_down = False
        self._clock = edge.clock
        self._chance = random.Random(settings.seed)
        self._unkindness = Unkindness(settings.repeat, settings.delay_max_s, settings.busy, settings.answer_lost)
        self._secret = settings.app_secret.get_secret_value()
        self.pushes = Pushes(
            clock=edge.clock,
            chance=self._chance,
            unkindness=self._unkindness,
            attempts_max=PUSHES_MAX,
            transport=push_transport,
        )
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

    def place(self, lines: Sequence[tuple[SoldProduct, int]], *, minutes: int = 60) -> str:
        return self.platform.place(lines, minutes)

    def cancel(self, order_id: str) -> None:
        self.platform.cancel(order_id)

    def ask_to_cancel(self, order_id: str) -> bool:
        self.platform.ask_to_cancel(order_id)
        return True

    def pass_time(self) -> None:
        self.platform.pass_time()

    def state(self, order_id: str) -> PlayedState:
        return self.platform.state(order_id)

    def quantities(self, order_id: str) -> dict[str, int]:
        return self.platform.quantities(order_id)

    def heard(self, order_id: str) -> Counter[str]:
        return Counter(self.platform.orders[order_id].heard)

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
        if self.is_down or self._chance.random() < self._unkindness.busy:
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
        if self._chance.random() < self._unkindness.answer_lost:
            return Response("the call was applied, the answer is lost", 502)
        return JSONResponse({"data": found})

    def _verified(self, operation: str, message: RawMessage) -> dict[str, str]:
        url = f"{self.settings.base_url}/{operation}"
        verify(MEITUAN, message, secrets=[self._secret], now=self._clock.now(), url=url)
        return read_form(message.body, message.query)


def _refusal(code: int, words: str) -> Response:
    return JSONResponse({"data": "ng", "error": {"code": code, "msg": words}})
