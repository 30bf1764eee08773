"""What every simulator needs: how unkind it is, messages that repeat and overtake each other, a socket to listen on."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import random
import socket
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

import httpx
import uvicorn

from shared.clock import Clock

RETRY_AFTER_S = 5.0
TIMEOUT_S = 10.0
ANSWERS_KEPT_MAX = 1_000
COPIES_MAX = 4
IDLE_S = 0.2


@dataclass(frozen=True, slots=True)
class Unkindness:
    """How unkind a platform is. Chances from 0 to 1."""

    repeat: float = 0.0
    delay_max_s: float = 0.0
    busy: float = 0.0
    answer_lost: float = 0.0


@dataclass(frozen=True, slots=True)
class SoldProduct:
    """What a platform sells for the store. `price` in whole currency for one of what it counts."""

    sku: str
    name: str
    price: Decimal
    gtin: str = ""


class PlayedState(StrEnum):
    """How far an order is on the platform, in words that fit every platform."""

    NEW = "new"
    ACCEPTED = "accepted"
    PICKED = "picked"
    CANCELLED = "cancelled"


class PlayedPlatform(Protocol):
    """What the contract suite asks of a simulator. `application` is its ASGI application."""

    pushes: Pushes
    application: Any
    is_down: bool

    def channel_settings(self, webhook_url: str) -> dict[str, Any]:
        """What the channel that talks to this platform must be set to."""
        ...

    def place(self, lines: Sequence[tuple[SoldProduct, int]], *, minutes: int = 60) -> str:
        """A shopper orders; returns the platform's id of the order."""
        ...

    def cancel(self, order_id: str) -> None:
        """The shopper or the platform cancels; nobody asks the store."""

    def ask_to_cancel(self, order_id: str) -> bool:
        """The shopper would like to cancel. False where this platform knows no such question."""
        ...

    def pass_time(self) -> None:
        """What the platform does by itself as time goes by: cancel what nobody accepted in time."""

    def state(self, order_id: str) -> PlayedState: ...

    def quantities(self, order_id: str) -> dict[str, int]:
        """What the shopper gets as far as the platform knows, by SKU; nothing of what is cancelled."""
        ...

    def heard(self, order_id: str) -> Counter[str]:
        """Every call that changed something, and how often."""
        ...


@dataclass(order=True, slots=True)
class _Sending:
    due_s: float
    number: int
    build: Callable[[], httpx.Request] = field(compare=False)
    attempt: int = field(default=1, compare=False)


class Pushes:
    """Messages on their way to the store: each once or more often, each copy after a delay of its own.

    A message that is not answered with 2xx is sent again, `attempts_max` times in all. `url` may be set later.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        chance: random.Random,
        unkindness: Unkindness,
        attempts_max: int,
        transport: httpx.AsyncBaseTransport | None = None,
        retry_after_s: float = RETRY_AFTER_S,
    ) -> None:
        self.url = ""
        self.answers: deque[tuple[int, bytes]] = deque(maxlen=ANSWERS_KEPT_MAX)
        self.given_up = 0
        self._clock = clock
        self._chance = chance
        self._unkindness = unkindness
        self._attempts_max = attempts_max
        self._retry_after_s = retry_after_s
        self._waiting: list[_Sending] = []
        self._number = 0
        self._http = httpx.AsyncClient(transport=transport, timeout=TIMEOUT_S)

    def schedule(self, build: Callable[[], httpx.Request]) -> None:
        """Plan one message; `build` makes it when it leaves, with the instant of that moment."""
        copies = 1
        while self._chance.random() < self._unkindness.repeat and copies < COPIES_MAX:
            copies += 1
        for _ in range(copies):
            self._push(build, self._chance.uniform(0, self._unkindness.delay_max_s))

    async def drain(self) -> int:
        """Send everything planned, in the order it comes due; what fails waits for another call. How many were sent."""
        now, self._waiting = self._waiting, []
        for sending in sorted(now):
            await self._send(sending)
        return len(now)

    async def run(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Send each message when its time comes, for ever."""
        while True:
            while self.due_in_s == 0:
                await self._send(heapq.heappop(self._waiting))
            await sleep(IDLE_S)

    @property
    def is_empty(self) -> bool:
        return not self._waiting

    @property
    def due_in_s(self) -> float | None:
        """How long until the next message leaves; None where none is planned."""
        return max(0.0, self._waiting[0].due_s - self._clock.monotonic_s()) if self._waiting else None

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _send(self, sending: _Sending) -> None:
        try:
            response = await self._http.send(sending.build())
            status, content = response.status_code, response.content
        except httpx.HTTPError:
            status, content = 0, b""
        self.answers.append((status, content))
        if 200 <= status < 300:
            return
        if sending.attempt < self._attempts_max:
            self._push(sending.build, self._retry_after_s, sending.attempt + 1)
        else:
            self.given_up += 1

    def _push(self, build: Callable[[], httpx.Request], delay_s: float, attempt: int = 1) -> None:
        self._number += 1
        due_s = self._clock.monotonic_s() + delay_s
        heapq.heappush(self._waiting, _Sending(due_s, self._number, build, attempt))


class Listening:
    """An ASGI application on a socket, inside somebody else's process: their signals are theirs."""

    def __init__(self, application: Any, name: str) -> None:
        self._application = application
        self._name = name
        self._server: _Server | None = None
        self._listener: socket.socket | None = None
        self._task: asyncio.Task[None] | None = None

    def bind(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Take the socket; returns the base URL. Port 0 takes any free one."""
        self._listener = socket.create_server((host, port))
        return f"http://{host}:{self._listener.getsockname()[1]}"

    async def serve(self) -> None:
        """Answer on the socket that was taken; returns when it does."""
        if self._listener is None:
            raise RuntimeError("bind comes before serve")
        self._server = _Server(
            uvicorn.Config(self._application, log_level="warning", lifespan="off", ws="websockets-sansio")
        )
        self._task = asyncio.create_task(self._server.serve(sockets=[self._listener]), name=self._name)
        is_up = asyncio.create_task(self._server.is_up.wait())
        await asyncio.wait([self._task, is_up], return_when=asyncio.FIRST_COMPLETED)

    async def stop(self) -> None:
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            await self._task


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
