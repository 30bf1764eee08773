"""A fake gateway that speaks HTTP on a real loopback socket; what it answers is the driver's own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp

from backend.labels.workbench.traffic import Traffic
from backend.labels.workbench.virtual_time import VirtualTime

LOOPBACK = "127.0.0.1"
SHUTDOWN_S = 1
TICK_S = 0.05


class _QuietServer(uvicorn.Server):
    """Leaves the process's signals alone, and says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listens.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class FakeGateway:
    """Serves an application. Stopped and started again it keeps its port, like a device that was unplugged.

    It lives in virtual time: `answers_after_s` is how long each answer takes there.
    """

    def __init__(self, application: ASGIApp, time: VirtualTime, traffic: Traffic) -> None:
        self.time = time
        self.traffic = traffic
        self.answers_after_s = 0.0
        self._application = application
        self._port = 0
        self._running: tuple[_QuietServer, asyncio.Task[None]] | None = None

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._port}"

    async def start(self, port: int = 0) -> None:
        # With its protocol named, asyncio turns off the waiting for more to send, which costs 40 ms an answer.
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((LOOPBACK, port or self._port))
        self._port = listening.getsockname()[1]
        server = _QuietServer(
            uvicorn.Config(
                self._application, log_level="error", lifespan="off", timeout_graceful_shutdown=SHUTDOWN_S, ws="none"
            )
        )
        self._running = server, asyncio.create_task(server.serve(sockets=[listening]))
        await server.listens.wait()

    async def stop(self) -> None:
        """Unplug it: connections break. Safe to call twice."""
        if self._running is not None:
            (server, task), self._running = self._running, None
            server.should_exit = True
            await task

    @asynccontextmanager
    async def answering(self) -> AsyncIterator[None]:
        """Around the making of an answer: it takes its time first."""
        if self.answers_after_s > 0:
            with self.traffic.holding_back():
                await self.time.sleep(self.answers_after_s)
        yield

    async def run_by_itself(self, speed: float) -> None:
        """Let time run, `speed` times as fast as the wall's; for somebody who starts a fake by hand."""
        while True:
            await asyncio.sleep(TICK_S)
            await self.time.advance(TICK_S * speed)
