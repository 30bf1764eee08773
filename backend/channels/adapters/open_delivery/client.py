"""The HTTP side of Open Delivery: tokens, time limits, and which failures pass. Knows no order."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import httpx

from backend.channels.port import ChannelRefused, ChannelUnavailable, Edge, PayloadUnknown, read_json

TIMEOUT_S = 15.0
TOKEN_SPARE_S = 30.0
TOKEN_DEFAULT_S = 300.0
TOKEN_LIFE_MAX_S = 86_400
ANSWER_MAX_BYTES = 4 * 1024 * 1024
RETRY_AFTER_MAX_S = 3600
_PASSING_STATUSES = {408, 425, 429, 500, 502, 503, 504}


class OpenDeliveryClient:
    """Requests to one host with one merchant's credentials."""

    def __init__(self, *, base_url: str, token_url: str, client_id: str, client_secret: str, edge: Edge) -> None:
        self._base_url = base_url.rstrip("/")
        self._token_url = token_url
        self._credentials = {"client_id": client_id, "client_secret": client_secret, "grant_type": "client_credentials"}
        self._clock = edge.clock
        self._http = httpx.AsyncClient(transport=edge.http_transport, timeout=TIMEOUT_S, follow_redirects=False)
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
        if response.status_code in _PASSING_STATUSES:
            raise ChannelUnavailable(
                f"the host answered {response.status_code}", path=path, retry_after_s=_retry_after_s(response)
            )
        return response

    async def _authorised(self, method: str, path: str, body: Any | None, headers: Mapping[str, str]) -> httpx.Response:
        token = await self._fresh_token()
        content = {} if body is None else {"json": body}
        request = self._http.build_request(
            method, self._base_url + path, headers={**headers, "Authorization": f"Bearer {token}"}, **content
        )
        return await self._send(request)

    async def _fresh_token(self) -> str:
        async with self._token_lock:
            if not self._token or self._clock.monotonic_s() >= self._token_ends_s:
                await self._fetch_token()
            return self._token

    async def _fetch_token(self) -> None:
        response = await self._send(self._http.build_request("POST", self._token_url, data=self._credentials))
        if response.status_code in _PASSING_STATUSES:
            raise ChannelUnavailable(
                f"the token address answered {response.status_code}", retry_after_s=_retry_after_s(response)
            )
        if response.status_code != 200:
            raise ChannelRefused(f"the token address answered {response.status_code} to our credentials")
        answer = read_json(response.content)
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
            raise PayloadUnknown("the token address answered without a token")
        self._token = token
        self._token_ends_s = self._clock.monotonic_s() + _lifetime_s(answer.get("expires_in")) - TOKEN_SPARE_S

    async def _send(self, request: httpx.Request) -> httpx.Response:
        try:
            response = await self._http.send(request, stream=True)
            try:
                content = b""
                async for chunk in response.aiter_bytes():
                    content += chunk
                    if len(content) > ANSWER_MAX_BYTES:
                        raise PayloadUnknown(f"the host answered more than {ANSWER_MAX_BYTES} bytes")
            finally:
                await response.aclose()
        except httpx.HTTPError as error:
            raise ChannelUnavailable(f"the host could not be reached ({type(error).__name__})") from None
        return httpx.Response(response.status_code, headers=_plain(response.headers), content=content, request=request)


def _lifetime_s(value: Any) -> float:
    """How long a token lives. Hosts leave it out, or write it as text; then a short life is assumed."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return TOKEN_DEFAULT_S
    return float(min(max(value, 0), TOKEN_LIFE_MAX_S))


def _plain(headers: httpx.Headers) -> dict[str, str]:
    return {name: headers[name] for name in ("content-type", "retry-after") if name in headers}


def _retry_after_s(response: httpx.Response) -> int:
    """Retry-After in seconds; its other form, a date, and nonsense count as no wish."""
    text = response.headers.get("retry-after", "")
    return min(int(text), RETRY_AFTER_MAX_S) if text.isascii() and text.isdigit() and len(text) < 7 else 0
