"""A test bed over HTTP: its tools live in its time, its gateway gets lost and slow."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from backend.labels.workbench.fake_gateway import FakeGateway
from backend.labels.workbench.http_rig import HttpRig

Run = Callable[[Awaitable[Any]], Any]


class HelloRig(HttpRig):
    """A gateway that says hello."""

    def __init__(self) -> None:
        super().__init__(seed=1)
        self.gateway = FakeGateway(Starlette(routes=[Route("/", self._hello)]), self.time, self.traffic)

    async def _hello(self, _request: Request) -> Response:
        async with self.gateway.answering():
            return PlainTextResponse("hello")


class TestHttpRig:
    def test_a_driver_with_its_tools_lives_in_its_time_and_loses_it(self, run: Run) -> None:
        async def scenario() -> None:
            rig = HelloRig()
            await rig.gateway.start()
            async with rig.tools.make_http_client(base_url=rig.gateway.url, trust_env=False) as client:

                async def driver() -> tuple[str, float]:
                    await rig.tools.sleep(5)
                    return (await client.get("/")).text, rig.tools.clock.monotonic_s()

                rig.answer_slowly(2)
                working = asyncio.create_task(driver())
                await rig.advance(60)
                assert working.done()
                assert working.result() == ("hello", 7.0)
                await rig.lose_gateway()
                with pytest.raises(httpx.HTTPError):
                    await client.get("/")
            assert rig.shown("A") is None

        run(scenario())
