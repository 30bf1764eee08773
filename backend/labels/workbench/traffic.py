"""Counts what is under way between a driver and its fake gateway, so that virtual time can wait for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx


class Traffic:
    """Requests that wait for their answer, and answers that wait for virtual time: those must not hold it up."""

    def __init__(self) -> None:
        self._requests = 0
        self._held_back = 0

    def is_busy(self) -> bool:
        return self._requests > self._held_back

    @contextmanager
    def request(self) -> Iterator[None]:
        self._requests += 1
        try:
            yield
        finally:
            self._requests -= 1

    @contextmanager
    def holding_back(self) -> Iterator[None]:
        """Around a wait for virtual time while answering."""
        self._held_back += 1
        try:
            yield
        finally:
            self._held_back -= 1

    def make_http_client(self, **settings: Any) -> httpx.AsyncClient:
        """For `DriverTools.make_http_client`."""
        return _CountedClient(self, **settings)


class _CountedClient(httpx.AsyncClient):
    def __init__(self, traffic: Traffic, **settings: Any) -> None:
        super().__init__(**settings)
        self._traffic = traffic

    async def send(self, request: httpx.Request, *, stream: bool = False, **options: Any) -> httpx.Response:
        counting = ExitStack()
        counting.enter_context(self._traffic.request())
        try:
            answer = await super().send(request, stream=True, **options)
        except BaseException:
            counting.close()
            raise
        answer.stream = _CountedStream(answer.stream, counting)
        if not stream:
            await answer.aread()
        return answer


class _CountedStream(httpx.AsyncByteStream):
    """An answer's body; the request is over when it is closed."""

    def __init__(self, body: Any, counting: ExitStack) -> None:
        self._body = body
        self._counting = counting

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._body:
            yield piece

    async def aclose(self) -> None:
        try:
            await self._body.aclose()
        finally:
            self._counting.close()
