"""The HTTP side of Open Delivery: tokens, time limits, and which failures pass. Knows no order."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import httpx

from backend.channels.port import ChannelRefused, Edge, PayloadUnknown, read_json
from backend.channels.port.calling import HttpCaller, raise_if_passing

TOKEN_SPARE_S = 30.0
TOKEN_DEFAULT_S = 300.0
TOKEN_LIFE_MAX_S = 86_400


class OpenDeliveryClient:
    """Requests to one host with one merchant's credentials."""

    def __init__(self, *, base_url: str, token_url: str, client_id: str, client_secret: str, edge: Edge) -> None:
        self._base_url = base_url.rstrip("/")
        self._token_url = token_url
        self._credentials = {"client_id": client_id, "client_secret": client_secret, "grant_type": "client_credentials"}
        self._clock = edge.clock
        self._http = HttpCaller(edge)
        self._token = ""
        self._token_ends_s = 0.0
        self._token_lock = asyncio.Lock()

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return await self._request("GET", path, headers=headers)

    async def post(self, path: str, body: Any | None = None) -> httpx.Response:
        return await self._request("POST", path, body=body)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _request(
        self, method: str, path: str, *, body: Any | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """One request. A token the host no longer knows is renewed once. Raises ChannelUnavailable for what passes."""
        response = await self._authorised(method, path, body, headers or {})
        if response.status_code == 401:
            self._token = ""
            response = await self._authorised(method, path, body, headers or {})
        if response.status_code == 401:
            raise ChannelRefused("the host does not accept our credentials", path=path)
        raise_if_passing(response)
        return response

    async def _authorised(self, method: str, path: str, body: Any | None, headers: Mapping[str, str]) -> httpx.Response:
        token = await self._fresh_token()
        content = {} if body is None else {"json": body}
        request = self._http.build(
            method, self._base_url + path, headers={**headers, "Authorization": f"Bearer {token}"}, **content
        )
        return await self._http.send(request)

    async def _fresh_token(self) -> str:
        async with self._token_lock:
            if not self._token or self._clock.monotonic_s() >= self._token_ends_s:
                await self._fetch_token()
            return self._token

    async def _fetch_token(self) -> None:
        response = await self._http.ask(self._http.build("POST", self._token_url, data=self._credentials))
        if response.status_code != 200:
            raise ChannelRefused(f"the token address answered {response.status_code} to our credentials")
        answer = read_json(response.content)
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
            raise PayloadUnknown("the token address answered without a token")
        self._token = token
        self._token_ends_s = self._clock.monotonic_s() + _lifetime_s(answer.get("expires_in")) - TOKEN_SPARE_S


def _lifetime_s(value: Any) -> float:
    """How long a token lives. Hosts leave it out, or write it as text; then a short life is assumed."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return TOKEN_DEFAULT_S
    return float(min(max(value, 0), TOKEN_LIFE_MAX_S))
