"""Ele.me put together: an ASGI application that checks every sign, and pushes that are signed as it signs them."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import httpx
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backend.channels.adapters.eleme_host.platform import ElemePlatform, Refused
from backend.channels.adapters.eleme_host.products import PREFIX, change_products
from backend.channels.port.contract import Edge
from backend.channels.port.errors import PayloadUnknown, SignatureInvalid
from backend.channels.port.notices import RawMessage
from backend.channels.port.played_host import PlayedHost, PlayedSettings
from backend.channels.port.played_shelf import PlayedShelf, SellingHost
from backend.channels.port.profiles import ELEME
from backend.channels.port.reading import read_form
from backend.channels.port.signatures import sign, verify

HOST_URL = "https://eleme.example/"
PUSHES_MAX = 6
_DEMO_CREDENTIAL = "simulated-secret-for-nobody"


class HostSettings(PlayedSettings):
    """Who the platform is. The defaults are for demos: they guard nothing."""

    base_url: str = HOST_URL
    source: str = "62863"
    secret: SecretStr = SecretStr(_DEMO_CREDENTIAL)
    shop_id: str = "store_1"


class ElemeHost(SellingHost, PlayedHost[ElemePlatform]):
    """One partner with one store."""

    def __init__(
        self, settings: HostSettings, edge: Edge, *, push_transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        super().__init__(settings, edge, attempts_max=PUSHES_MAX, push_transport=push_transport)
        self.settings = settings
        self.shelf = PlayedShelf()
        self._secret = settings.secret.get_secret_value()
        self.platform = ElemePlatform(
            clock=edge.clock, tell=self._tell, shop_id=settings.shop_id, accept_within_s=settings.accept_within_s
        )
        self.application = Starlette(routes=[Route("/", self._call, methods=["POST"])])

    def channel_settings(self, webhook_url: str) -> dict[str, Any]:
        return {
            "base_url": self.settings.base_url,
            "source": self.settings.source,
            "secret": self._secret,
            "shop_id": self.settings.shop_id,
            "accept_within_s": self.settings.accept_within_s,
        }

    def _tell(self, cmd: str, body: dict[str, Any]) -> None:
        ticket = f"{self._chance.getrandbits(128):032X}"

        def build() -> httpx.Request:
            return httpx.Request("POST", f"{self.pushes.url}/push", data=self._signed(cmd, json.dumps(body), ticket))

        self.pushes.schedule(build)

    async def _call(self, request: Request) -> Response:
        if self._does_not_answer():
            return Response("busy", 503)
        message = RawMessage(await request.body())
        try:
            verify(ELEME, message, secrets=[self._secret], now=self._clock.now())
            fields = read_form(message.body)
            found = self._apply(fields["cmd"], json.loads(fields["body"]))
        except (SignatureInvalid, PayloadUnknown):
            return self._answer("error", 20100, "sign error", None)
        except Refused as refused:
            return self._answer(fields["cmd"], refused.errno, str(refused), None)
        if self._loses_the_answer():
            return Response("the command was applied, the answer is lost", 502)
        return self._answer(fields["cmd"], 0, "success", found)

    def _apply(self, cmd: str, body: dict[str, Any]) -> Any:
        if cmd.startswith(PREFIX):
            return change_products(self.shelf, self.settings.shop_id, cmd, body)
        return self.platform.apply(cmd, body)

    def _answer(self, cmd: str, errno: int, error: str, found: Any) -> Response:
        body = json.dumps({"errno": errno, "error": error, "data": found})
        fields = self._signed(f"resp.{cmd}", body, f"{self._chance.getrandbits(128):032X}")
        return JSONResponse({**fields, "body": json.loads(body)})

    def _signed(self, cmd: str, body: str, ticket: str) -> dict[str, str]:
        fields = {
            "cmd": cmd,
            "timestamp": str(int(self._clock.now().timestamp())),
            "version": "3",
            "ticket": ticket,
            "source": self.settings.source,
            "body": body,
            "encrypt": "",
            "sign": "",
        }
        fields["sign"] = sign(ELEME, RawMessage(urlencode(fields).encode()), secret=self._secret)
        return fields
