"""The HTTP side of WooCommerce: a key and its secret with each request, and what the answers mean. Knows no order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from backend.channels.port.calling import HttpCaller, raise_if_passing
from backend.channels.port.contract import Edge
from backend.channels.port.errors import ChannelRefused, PayloadUnknown
from backend.channels.port.reading import read_json

# The shop answers 500 also to a refund that it will never create: more than is left, or a provider that cannot.
REFUND_REFUSED = "woocommerce_rest_cannot_create_order_refund"


class WooCommerceClient:
    """Requests to one shop with one key. `aclose` it."""

    def __init__(self, *, base_url: str, consumer_key: str, consumer_secret: str, edge: Edge) -> None:
        self._base_url = base_url.rstrip("/")
        self._auth = httpx.BasicAuth(consumer_key, consumer_secret)
        self._http = HttpCaller(edge)

    async def get(self, path: str, parameters: Mapping[str, str] | None = None) -> Any:
        return await self._request("GET", path, params=dict(parameters or {}))

    async def post(self, path: str, body: Any) -> Any:
        return await self._request("POST", path, json=body)

    async def put(self, path: str, body: Any) -> Any:
        return await self._request("PUT", path, json=body)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _request(self, method: str, path: str, **given: Any) -> Any:
        """The JSON of a 2xx answer. Raises ChannelUnavailable, ChannelRefused, PayloadUnknown."""
        request = self._http.build(method, f"{self._base_url}/{path}", **given)
        response = await self._http.send(next(self._auth.auth_flow(request)))
        if response.is_success:
            return read_json(response.content)
        code = _code(response)
        if code != REFUND_REFUSED:
            raise_if_passing(response)
        raise ChannelRefused(f"the shop answered {response.status_code} ({code})", path=path, code=code)


def _code(response: httpx.Response) -> str:
    """The shop's own word for an error; its message is for people, in the shop's language, and may name a shopper."""
    try:
        answer = read_json(response.content)
    except PayloadUnknown:
        return ""
    code = answer.get("code") if isinstance(answer, dict) else None
    return code[:80] if isinstance(code, str) and code.isascii() and code.isprintable() else ""
