"""One request of a driver: what becomes of it is told apart, and nothing secret stands in an error."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from backend.labels.calling import call
from backend.labels.port import AnswerMalformed, AnswerMissing, GatewayError, GatewayUnreachable
from backend.labels.workbench.virtual_time import VirtualTime

Run = Callable[[Awaitable[Any]], Any]
SECRET_URL = "http://gateway.example/light?key=hush"


async def ask(answer: Callable[[httpx.Request], Any], time: VirtualTime, *, bytes_max: int = 100) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        request = client.build_request("POST", SECRET_URL, headers={"Authorization": "Bearer hush"}, content=b"hush")
        asking = asyncio.create_task(call(client, request, time.sleep, within_s=5, bytes_max=bytes_max))
        await time.advance(10)
        return await asking


def raising(error: Exception) -> Callable[[httpx.Request], Any]:
    def answer(_request: httpx.Request) -> httpx.Response:
        raise error

    return answer


class TestCall:
    def test_an_answer_comes_back_whatever_its_status(self, run: Run) -> None:
        answer = run(ask(lambda _: httpx.Response(409, json={"why": "busy"}), VirtualTime()))
        assert (answer.status_code, answer.json()) == (409, {"why": "busy"})

    def test_a_packed_answer_is_unpacked_once(self, run: Run) -> None:
        packed = httpx.Response(200, headers={"Content-Encoding": "gzip"}, content=gzip.compress(b"hello"))
        assert run(ask(lambda _: packed, VirtualTime())).text == "hello"

    @pytest.mark.parametrize(
        ("error", "kind"),
        [
            (httpx.ConnectError("hush"), GatewayUnreachable),
            (httpx.ConnectTimeout("hush"), GatewayUnreachable),
            (httpx.PoolTimeout("hush"), GatewayUnreachable),
            (httpx.ReadTimeout("hush"), AnswerMissing),
            (httpx.RemoteProtocolError("hush"), AnswerMissing),
            (httpx.WriteError("hush"), AnswerMissing),
        ],
    )
    def test_failures_are_told_apart_by_whether_it_may_have_arrived(
        self, run: Run, error: Exception, kind: type[GatewayError]
    ) -> None:
        with pytest.raises(kind) as raised:
            run(ask(raising(error), VirtualTime()))
        assert "hush" not in f"{raised.value} {raised.value.facts}"

    def test_an_answer_that_does_not_come_is_missing(self, run: Run) -> None:
        async def never(_request: httpx.Request) -> httpx.Response:
            await asyncio.Event().wait()
            raise AssertionError

        with pytest.raises(AnswerMissing, match="within 5 s"):
            run(ask(never, VirtualTime()))

    def test_an_answer_without_end_is_cut_off(self, run: Run) -> None:
        with pytest.raises(AnswerMalformed, match="more than 100 bytes"):
            run(ask(lambda _: httpx.Response(200, content=b"x" * 101), VirtualTime()))
