"""A server that is not there is said so with its reason; what was opened is closed, and may be closed twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from backend.labels.batching import Asked
from backend.labels.polled_server import PolledServer
from backend.labels.port import DriverTools, GatewayBusy, GatewayUnreachable
from shared.clock import ManualClock

Run = Callable[[Awaitable[Any]], Any]


class Line:
    """A connection that counts how often it was closed."""

    def __init__(self) -> None:
        self.closed = 0

    async def close(self) -> None:
        self.closed += 1


class Server(PolledServer[Line, str]):
    """Sends nothing anywhere; `is_there` says what it finds when it is opened."""

    def __init__(self, *, is_there: bool = True) -> None:
        super().__init__(DriverTools(ManualClock()), 2)
        self.is_there = is_there
        self.line = Line()
        self.polls = 0
        self.sent: list[str] = []

    def _connect(self) -> Line:
        return self.line

    async def _begin(self, api: Line) -> None:
        if not self.is_there:
            raise GatewayBusy("closed for today")

    async def _send_batch(self, batch: Sequence[Asked[str]]) -> None:
        for each in batch:
            self.sent.append(each.what)
            each.done()

    async def _poll(self) -> None:
        self.polls += 1
        await asyncio.Event().wait()


def test_what_it_finds_is_its_health(run: Run) -> None:
    async def scenario() -> None:
        server = Server(is_there=False)
        assert server._health(pending=0, labels_known=0).detail == "not opened yet"
        with pytest.raises(GatewayUnreachable, match="closed for today"):
            await server.open(lambda _event: None)
        assert server._health(pending=0, labels_known=0).detail == "closed for today"
        assert server.line.closed == 1
        server.is_there = True
        await server.open(lambda _event: None)
        health = server._health(pending=3, labels_known=5)
        assert (health.is_reachable, health.pending, health.labels_known) == (True, 3, 5)
        await server.close()

    run(scenario())


def test_open_it_sends_and_polls_and_closed_it_does_neither(run: Run) -> None:
    async def scenario() -> None:
        server = Server()
        await server.open(lambda _event: None)
        await server._batcher.ask("light")
        await server.close()
        await server.close()
        assert (server.sent, server.polls, server.line.closed) == (["light"], 1, 1)
        with pytest.raises(GatewayUnreachable):
            await server._batcher.ask("light")
        with pytest.raises(GatewayUnreachable):
            server._api.closed  # noqa: B018 - is there to raise
        assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []

    run(scenario())
