"""The way from the store's server to the platforms outside: slow, failing, and silent about what it carried out."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum

import httpx
from starlette.applications import Starlette

from tests.simulation.network import GIVE_UP_S, Air
from tests.simulation.virtual_loop import VirtualLoop

READ_WITHIN_S = 15.0  # how long a request waits for an answer that does not come
RETRY_AFTER_S = 7


class SiteTrouble(StrEnum):
    """What is the matter with a platform's machines."""

    NONE = "none"
    GONE = "gone"
    BUSY = "answers 503"
    TOO_MANY = "answers 429"
    MUTE = "does as it is told and does not answer"


@dataclass(eq=False)
class Site:
    """A platform as the network sees it. What goes wrong with it goes wrong until somebody says otherwise."""

    application: Starlette
    air: Air
    trouble: SiteTrouble = SiteTrouble.NONE
    requests: int = 0


class OutsideWorld(httpx.AsyncBaseTransport):
    """Where the server's own requests go: to whoever stands under that name."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop
        self._sites: dict[str, Site] = {}

    def add(self, name: str, application: Starlette, air: Air) -> Site:
        site = self._sites[name] = Site(application, air)
        return site

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        site = self._sites.get(request.url.host)
        if site is None:
            raise httpx.ConnectError("nobody has this name", request=request)
        site.requests += 1
        await asyncio.sleep(site.air.delay_s())
        if not site.air.is_up or site.trouble is SiteTrouble.GONE:
            await asyncio.sleep(GIVE_UP_S)
            raise httpx.ConnectTimeout("the network is gone", request=request)
        if site.trouble is SiteTrouble.BUSY:
            return httpx.Response(503, request=request)
        if site.trouble is SiteTrouble.TOO_MANY:
            return httpx.Response(429, headers={"Retry-After": str(RETRY_AFTER_S)}, request=request)
        answer: asyncio.Future[httpx.Response] = self._loop.create_future()
        self._loop.in_world(0, self._begin, site, request, answer)
        response = await answer
        await asyncio.sleep(site.air.delay_s())
        if not site.air.is_up or site.trouble is SiteTrouble.MUTE:
            await asyncio.sleep(READ_WITHIN_S)
            raise httpx.ReadTimeout("the answer was lost", request=request)
        return response

    def _begin(self, site: Site, request: httpx.Request, answer: asyncio.Future[httpx.Response]) -> None:
        self._loop.create_task(_serve(site, request, answer))


async def _serve(site: Site, request: httpx.Request, answer: asyncio.Future[httpx.Response]) -> None:
    """At the platform: it goes on with what it has begun, whether or not the store still lives."""
    response = await httpx.ASGITransport(app=site.application).handle_async_request(request)
    if not answer.done():
        answer.set_result(response)
