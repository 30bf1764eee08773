"""A fake gateway on a real socket, asked through the counted client."""

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
from backend.labels.workbench.traffic import Traffic
from backend.labels.workbench.virtual_time import VirtualTime

Run = Callable[[Awaitable[Any]], Any]


class Bench:
    """A gateway that says hello."""

    def __init__(self) -> None:
        self.traffic = Traffic()
        self.time = VirtualTime(is_busy=self.traffic.is_busy)
        self.gateway = FakeGateway(Starlette(routes=[Route("/", self._hello)]), self.time, self.traffic)

    async def _hello(self, _request: Request) -> Response:
        async with self.gateway.answering():
            return PlainTextResponse("hello")


class TestFakeGateway:
    def test_unplugged_and_plugged_in_again_it_has_its_old_address(self, run: Run) -> None:
        async def scenario() -> None:
            bench = Bench()
            await bench.gateway.start()
            url = bench.gateway.url
            async with bench.traffic.make_http_client(trust_env=False) as client:
                assert (await client.get(url)).text == "hello"
                await bench.gateway.stop()
                with pytest.raises(httpx.HTTPError):
                    await client.get(url)
                await bench.gateway.start()
                assert bench.gateway.url == url
                assert (await client.get(url)).text == "hello"
                await bench.gateway.stop()
            assert not bench.traffic.is_busy()

        run(scenario())

    def test_a_slow_answer_comes_when_its_virtual_time_has_passed(self, run: Run) -> None:
        async def scenario() -> None:
            bench = Bench()
            await bench.gateway.start()
            bench.gateway.answers_after_s = 30
            async with bench.traffic.make_http_client(trust_env=False) as client:
                asking = asyncio.create_task(client.get(bench.gateway.url))
                await bench.time.advance(29)
                assert not asking.done()
                await bench.time.advance(1)
                assert (await asking).text == "hello"
            await bench.gateway.stop()

        run(scenario())


class TestTraffic:
    def test_a_request_is_under_way_until_its_answer_is_read(self, run: Run) -> None:
        async def scenario() -> None:
            bench = Bench()
            await bench.gateway.start()
            async with (
                bench.traffic.make_http_client(trust_env=False) as client,
                client.stream("GET", bench.gateway.url) as answer,
            ):
                assert bench.traffic.is_busy()
                await answer.aread()
            assert not bench.traffic.is_busy()
            await bench.gateway.stop()

        run(scenario())
