"""Calls to a platform: a time limit, no redirects, a bounded answer, and which failures pass."""

from __future__ import annotations

from typing import Any

import httpx

from backend.channels.port.contract import Edge
from backend.channels.port.errors import ChannelUnavailable, PayloadUnknown

TIMEOUT_S = 15.0
ANSWER_MAX_BYTES = 4 * 1024 * 1024
RETRY_AFTER_MAX_S = 3600
PASSING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
_HEADERS_KEPT = ("content-type", "retry-after")


class HttpCaller:
    """One platform's connections. `aclose` it."""

    def __init__(self, edge: Edge) -> None:
        self._http = httpx.AsyncClient(transport=edge.http_transport, timeout=TIMEOUT_S, follow_redirects=False)

    def build(self, method: str, url: str, **given: Any) -> httpx.Request:
        return self._http.build_request(method, url, **given)

    async def send(self, request: httpx.Request) -> httpx.Response:
        """The answer, whatever its status. Raises ChannelUnavailable where there is none, PayloadUnknown where it is
        larger than anybody needs.
        """
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
        headers = {name: response.headers[name] for name in _HEADERS_KEPT if name in response.headers}
        return httpx.Response(response.status_code, headers=headers, content=content, request=request)

    async def ask(self, request: httpx.Request) -> httpx.Response:
        """The answer, unless its status says later: then ChannelUnavailable, with the host's wish."""
        response = await self.send(request)
        raise_if_passing(response)
        return response

    async def aclose(self) -> None:
        await self._http.aclose()


def raise_if_passing(response: httpx.Response) -> None:
    if response.status_code in PASSING_STATUSES:
        raise ChannelUnavailable(
            f"the host answered {response.status_code}",
            path=response.request.url.path,
            status=response.status_code,
            retry_after_s=retry_after_s(response),
        )


def retry_after_s(response: httpx.Response) -> int:
    """Retry-After in seconds; its other form, a date, and nonsense count as no wish."""
    text = response.headers.get("retry-after", "")
    return min(int(text), RETRY_AFTER_MAX_S) if text.isascii() and text.isdigit() and len(text) < 7 else 0
