"""The HTTP side of Keeta: signed JSON, and what its answers mean. Knows no order.

Source: api-docs.mykeeta.com, authorization guide of the standard API. What is a list or an object
is signed as the text it is written in, without blanks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from backend.channels.port.calling import HttpCaller
from backend.channels.port.contract import Edge
from backend.channels.port.errors import ChannelRefused, ChannelUnavailable, PayloadUnknown
from backend.channels.port.notices import RawMessage
from backend.channels.port.profiles import KEETA
from backend.channels.port.reading import read_json
from backend.channels.port.signatures import sign

SYSTEM_ERROR = 309_000_000
WORDS_MAX_CHARACTERS = 100


class KeetaRefused(ChannelRefused):
    """Keeta answered another code than 0. `facts["code"]` is it."""


class KeetaClient:
    """Requests for one application and one store."""

    def __init__(
        self, *, base_url: str, app_id: int, shop_id: int, access_token: str, app_secret: str, edge: Edge
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._common = {"appId": app_id, "shopId": shop_id, "accessToken": access_token}
        self._secret = app_secret
        self._clock = edge.clock
        self._http = HttpCaller(edge)

    async def ask(self, operation: str, parameters: Mapping[str, Any]) -> Any:
        """What stands under `data`. Raises KeetaRefused, ChannelUnavailable, ChannelRefused, PayloadUnknown."""
        url = f"{self._base_url}/{operation}"
        body = {**parameters, **self._common, "timestamp": int(self._clock.now().timestamp()), "sig": ""}
        body["sig"] = sign(KEETA, RawMessage(as_signed(body)), secret=self._secret, url=url)
        response = await self._http.ask(self._http.build("POST", url, json=body))
        if response.status_code != 200:
            raise ChannelRefused(f"the platform answered {response.status_code} to {operation}")
        answer = read_json(response.content)
        code = answer.get("code") if isinstance(answer, dict) else None
        if not isinstance(code, int):
            raise PayloadUnknown(f"the platform's answer to {operation} says nothing")
        if code == SYSTEM_ERROR:
            raise ChannelUnavailable(f"the platform is busy with {operation}")
        if code != 0:
            words = str(answer.get("message", ""))[:WORDS_MAX_CHARACTERS]
            raise KeetaRefused(
                f"the platform refused {operation} ({code})", operation=operation, code=code, words=words
            )
        return answer.get("data")

    async def aclose(self) -> None:
        await self._http.aclose()


def as_signed(body: Mapping[str, Any]) -> bytes:
    """A request as its signature sees it: every value a text or a whole number."""
    flat = {
        name: value if isinstance(value, str | int) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        for name, value in body.items()
    }
    return json.dumps(flat, ensure_ascii=False).encode()
