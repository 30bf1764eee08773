"""The HTTP side of Meituan: signed parameters, and what its answers mean. Knows no order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from backend.channels.port.calling import HttpCaller
from backend.channels.port.contract import Edge
from backend.channels.port.errors import ChannelRefused, ChannelUnavailable, PayloadUnknown
from backend.channels.port.notices import RawMessage
from backend.channels.port.profiles import MEITUAN
from backend.channels.port.reading import read_json
from backend.channels.port.signatures import sign

# What an error says when the same will be taken later: the platform is busy, or asks for patience.
_PASSING_WORDS = ("系统", "稍后", "繁忙", "频繁", "超时", "限流")
TOO_EARLY_WORDS = "1分钟内不能"
TOO_EARLY_S = 60


class MeituanRefused(ChannelRefused):
    """Meituan answered `ng`. `facts["code"]` is its number, `facts["words"]` what it says of it."""


class MeituanClient:
    """Requests for one application."""

    def __init__(self, *, base_url: str, app_id: str, app_secret: str, edge: Edge) -> None:
        self._base_url = base_url.rstrip("/")
        self._app_id = app_id
        self._secret = app_secret
        self._clock = edge.clock
        self._http = HttpCaller(edge)

    async def get(self, operation: str, parameters: Mapping[str, str]) -> Any:
        return await self._request("GET", operation, parameters)

    async def post(self, operation: str, parameters: Mapping[str, str]) -> Any:
        return await self._request("POST", operation, parameters)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _request(self, method: str, operation: str, parameters: Mapping[str, str]) -> Any:
        """What stands under `data`. Raises MeituanRefused, ChannelUnavailable, ChannelRefused, PayloadUnknown."""
        url = f"{self._base_url}/{operation}"
        signed = {**parameters, "app_id": self._app_id, "timestamp": str(int(self._clock.now().timestamp())), "sig": ""}
        signed["sig"] = sign(MEITUAN, RawMessage(b"", query=urlencode(signed)), secret=self._secret, url=url)
        given: dict[str, Any] = {"params": signed} if method == "GET" else {"data": signed}
        response = await self._http.ask(self._http.build(method, url, **given))
        if response.status_code != 200:
            raise ChannelRefused(f"the platform answered {response.status_code} to {operation}")
        answer = read_json(response.content)
        if not isinstance(answer, dict) or answer.get("data") is None:
            raise PayloadUnknown(f"the platform's answer to {operation} says nothing")
        if answer["data"] in ("ng", "null") or "error" in answer:
            raise _refusal(operation, answer.get("error"))
        return answer["data"]


def _refusal(operation: str, error: Any) -> ChannelRefused | ChannelUnavailable:
    code = str(error.get("code", "")) if isinstance(error, dict) else ""
    words = str(error.get("msg", "")) if isinstance(error, dict) else ""
    if TOO_EARLY_WORDS in words:
        return ChannelUnavailable(f"{operation} comes too early", retry_after_s=TOO_EARLY_S)
    if any(passing in words for passing in _PASSING_WORDS):
        return ChannelUnavailable(f"the platform is busy with {operation}", code=code)
    return MeituanRefused(
        f"the platform refused {operation} ({code})", operation=operation, code=code, words=words[:100]
    )
