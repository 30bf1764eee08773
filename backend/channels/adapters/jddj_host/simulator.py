"""JD Daojia put together: an ASGI application that checks signatures and clocks, and pushes signed as it signs them."""

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

from backend.channels.adapters.jddj_host.platform import JddjPlatform, Refused
from backend.channels.adapters.jddj_host.products import change_products
from backend.channels.port.contract import Edge
from backend.channels.port.errors import PayloadUnknown, SignatureInvalid
from backend.channels.port.notices import RawMessage
from backend.channels.port.played_host import PlayedHost, PlayedSettings
from backend.channels.port.played_shelf import PlayedShelf, SellingHost
from backend.channels.port.playing import PlayedState
from backend.channels.port.profiles import JDDJ
from backend.channels.port.reading import read_form
from backend.channels.port.signatures import BEIJING, sign, verify

HOST_URL = "https://jddj.example/djapi"
PUSHES_MAX = 6
_DEMO_CREDENTIAL = "0123456789abcdef0123456789abcdef"


class HostSettings(PlayedSettings):
    """Who the platform is. The defaults are for demos: they guard nothing."""

    base_url: str = HOST_URL
    app_key: str = "key_1"
    app_secret: SecretStr = SecretStr(_DEMO_CREDENTIAL)
    token: SecretStr = SecretStr("token-for-nobody")
    station_no: str = "10055645"


class JddjHost(SellingHost, PlayedHost[JddjPlatform]):
    """One application with one store."""

    def __init__(
        self, settings: HostSettings, edge: Edge, *, push_transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        super().__init__(settings, edge, attempts_max=PUSHES_MAX, push_transport=push_transport)
        self.settings = settings
        self.shelf = PlayedShelf()
        self._secret = settings.app_secret.get_secret_value()
        self.platform = JddjPlatform(
            clock=edge.clock,
            tell=self._tell,
            station_no=settings.station_no,
            accept_within_s=settings.accept_within_s,
        )
        self.application = Starlette(routes=[Route("/djapi/{operation:path}", self._call, methods=["POST"])])

    def channel_settings(self, webhook_url: str) -> dict[str, Any]:
        return {
            "base_url": self.settings.base_url,
            "app_key": self.settings.app_key,
            "app_secret": self._secret,
            "token": self.settings.token.get_secret_value(),
            "station_no": self.settings.station_no,
            "accept_within_s": self.settings.accept_within_s,
        }

    def ask_to_cancel(self, order_id: str) -> bool:
        """A shopper whose order is on its way cannot ask any more."""
        if self.platform.state(order_id) is PlayedState.PICKED:
            return False
        return super().ask_to_cancel(order_id)

    def _tell(self, kind: str, order_id: str, status: str) -> None:
        said_at = self._now()

        def build() -> httpx.Request:
            told = {"billId": order_id, "statusId": status, "timestamp": said_at}
            fields = {
                "token": self.settings.token.get_secret_value(),
                "app_key": self.settings.app_key,
                "timestamp": self._now(),
                "format": "json",
                "v": "1.0",
                "jd_param_json": json.dumps(told),
                "sign": "",
            }
            fields["sign"] = sign(JDDJ, RawMessage(urlencode(fields).encode()), secret=self._secret)
            return httpx.Request("POST", f"{self.pushes.url}/djsw/{kind}", data=fields)

        self.pushes.schedule(build)

    async def _call(self, request: Request) -> Response:
        if self._does_not_answer():
            return Response("busy", 503)
        operation = request.path_params["operation"]
        message = RawMessage(await request.body())
        try:
            verify(JDDJ, message, secrets=[self._secret], now=self._clock.now())
            parameters = json.loads(read_form(message.body)["jd_param_json"])
            found: Any = ""
            if operation == "order/es/query":
                found = self.platform.query(parameters)
            elif operation.startswith(("stock/", "venderprice/")):
                return self._change_products(operation, parameters)
            else:
                self.platform.apply(operation, parameters)
        except (SignatureInvalid, PayloadUnknown):
            return JSONResponse({"code": "10014", "msg": "无效Sign签名", "data": ""})
        except Refused as refused:
            inner = json.dumps({"code": "-1", "msg": str(refused), "result": None}, ensure_ascii=False)
            return JSONResponse({"code": "0", "msg": "操作成功", "data": inner})
        if self._loses_the_answer():
            return Response("the call was applied, the answer is lost", 502)
        inner = json.dumps({"code": "0", "msg": "操作成功", "result": found}, ensure_ascii=False)
        return JSONResponse({"code": "0", "msg": "操作成功", "data": inner})

    def _change_products(self, operation: str, parameters: dict[str, Any]) -> Response:
        """These answers have a code of their own where the others have `code`. Raises Refused."""
        inner = change_products(self.shelf, self.settings.station_no, operation, parameters)
        if self._loses_the_answer():
            return Response("the call was applied, the answer is lost", 502)
        text = json.dumps(inner, ensure_ascii=False)
        return JSONResponse({"code": "0", "msg": "操作成功", "data": text})

    def _now(self) -> str:
        return self._clock.now().astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")
