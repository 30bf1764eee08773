"""What drivers share whose gateway is a server: called in batches, asked again and again what became of it."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from backend.labels.batching import Asked, Batcher
from backend.labels.port import (
    DriverTools,
    GatewayError,
    GatewayEvent,
    GatewayHealth,
    GatewayUnreachable,
    HearGateway,
)


class Api(Protocol):
    """A connection to the server; nothing goes out before it is asked something."""

    async def close(self) -> None: ...


A = TypeVar("A", bound=Api)
C = TypeVar("C")


class PolledServer(Generic[A, C]):
    """Opens, closes and tells how it does. `C` is a command; the driver says how to check, to send and to poll."""

    def __init__(self, tools: DriverTools, batch_max: int) -> None:
        self._tools = tools
        self._http: A | None = None
        self._hear: HearGateway | None = None
        self._batcher: Batcher[C] = Batcher(self._send_batch, batch_max)
        self._wake = asyncio.Event()
        self._poller: asyncio.Task[None] | None = None
        self._trouble = "not opened yet"
        self._last_heard_at: datetime | None = None

    @abstractmethod
    def _connect(self) -> A: ...

    @abstractmethod
    async def _begin(self, api: A) -> None:
        """Find out whether the server is there and lets us in. Raises GatewayError."""

    @abstractmethod
    async def _send_batch(self, batch: Sequence[Asked[C]]) -> None: ...

    @abstractmethod
    async def _poll(self) -> None:
        """Goes on until it is cancelled."""

    async def open(self, hear: HearGateway) -> None:
        api = self._http = self._connect()
        try:
            await self._begin(api)
        except GatewayError as error:
            await self.close()
            self._trouble = error.detail
            raise GatewayUnreachable(error.detail) from error
        self._hear = hear
        self._all_is_well()
        self._batcher.start()
        self._poller = asyncio.create_task(self._poll())

    async def close(self) -> None:
        self._hear = None
        await self._batcher.close()
        poller, self._poller = self._poller, None
        if poller is not None:
            poller.cancel()
            await asyncio.gather(poller, return_exceptions=True)
        if self._http is not None:
            await self._http.close()
            self._http = None
        self._trouble = "closed"

    def _health(self, *, pending: int, labels_known: int) -> GatewayHealth:
        return GatewayHealth(
            is_reachable=not self._trouble,
            detail=self._trouble,
            pending=pending,
            labels_known=labels_known,
            last_heard_at=self._last_heard_at,
        )

    def _all_is_well(self) -> None:
        self._trouble, self._last_heard_at = "", self._tools.clock.now()

    def _say(self, event: GatewayEvent) -> None:
        if self._hear is not None:
            self._hear(event)

    @property
    def _api(self) -> A:
        if self._http is None:
            raise GatewayUnreachable("the driver is closed")
        return self._http
