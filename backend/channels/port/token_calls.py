"""Calls that need an access token: fetched with the client's credentials, kept while it lives, renewed once."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx

from backend.channels.port.calling import HttpCaller, raise_if_passing
from backend.channels.port.contract import Edge
from backend.channels.port.errors import ChannelRefused, PayloadUnknown
from backend.channels.port.reading import read_json

TOKEN_SPARE_S = 30.0
TOKEN_DEFAULT_S = 300.0
TOKEN_LIFE_MAX_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenSource:
    """Where a platform gives out tokens, and how it wants to see them.

    `form`: fields besides `grant_type`. `is_basic`: client and secret go into the Authorization header of the request
    instead of its form. `header` and `prefix`: how the token is shown with each call. `is_camel_case`: the fields of
    form and answer are called clientId, clientSecret, grantType, accessToken and expiresIn.
    """

    url: str
    client_id: str
    client_secret: str
    form: tuple[tuple[str, str], ...] = ()
    is_basic: bool = False
    header: str = "Authorization"
    prefix: str = "Bearer "
    is_camel_case: bool = False

    def named(self, name: str) -> str:
        """A field of the standard as this platform calls it."""
        first, *others = name.split("_")
        return first + "".join(other.title() for other in others) if self.is_camel_case else name


class TokenCalls:
    """Requests to one platform with one client's credentials. `aclose` it."""

    def __init__(self, *, base_url: str, source: TokenSource, edge: Edge) -> None:
        self._base_url = base_url.rstrip("/")
        self._source = source
        self._clock = edge.clock
        self._http = HttpCaller(edge)
        self._token = ""
        self._token_ends_s = 0.0
        self._token_lock = asyncio.Lock()

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return await self.request("GET", path, headers=headers)

    async def post(self, path: str, body: Any | None = None) -> httpx.Response:
        return await self.request("POST", path, body=body)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def request(
        self, method: str, path: str, *, body: Any | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """One request; its body is JSON. A token the platform no longer knows is renewed once.

        Raises ChannelUnavailable for what passes, ChannelRefused for credentials nobody takes, PayloadUnknown.
        """
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
        shown = {**headers, self._source.header: self._source.prefix + token}
        return await self._http.send(self._http.build(method, self._base_url + path, headers=shown, **content))

    async def _fresh_token(self) -> str:
        async with self._token_lock:
            if not self._token or self._clock.monotonic_s() >= self._token_ends_s:
                await self._fetch_token()
            return self._token

    async def _fetch_token(self) -> None:
        source = self._source
        form = {**dict(source.form), source.named("grant_type"): "client_credentials"}
        headers = {}
        if source.is_basic:
            pair = base64.b64encode(f"{source.client_id}:{source.client_secret}".encode()).decode()
            headers["Authorization"] = f"Basic {pair}"
        else:
            form |= {
                source.named("client_id"): source.client_id,
                source.named("client_secret"): source.client_secret,
            }
        response = await self._http.ask(self._http.build("POST", source.url, data=form, headers=headers))
        if response.status_code != 200:
            raise ChannelRefused(f"the token address answered {response.status_code} to our credentials")
        answer = read_json(response.content)
        token = answer.get(source.named("access_token")) if isinstance(answer, dict) else None
        if not isinstance(token, str) or not token or not token.isascii() or not token.isprintable():
            raise PayloadUnknown("the token address answered without a token")
        self._token = token
        self._token_ends_s = (
            self._clock.monotonic_s() + _lifetime_s(answer.get(source.named("expires_in"))) - TOKEN_SPARE_S
        )


def _lifetime_s(value: Any) -> float:
    """How long a token lives. Hosts leave it out, or write it as text; then a short life is assumed."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return TOKEN_DEFAULT_S
    return float(min(max(value, 0), TOKEN_LIFE_MAX_S))
