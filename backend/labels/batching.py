"""Commands that go out together: what is asked for while one call is under way is the next call."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from backend.labels.port import GatewayError, GatewayUnreachable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked(Generic[T]):
    """One command that waits for its call; say `done` or `fail` exactly once."""

    what: T
    _answered: asyncio.Future[None]

    def done(self) -> None:
        if not self._answered.done():
            self._answered.set_result(None)

    def fail(self, error: GatewayError) -> None:
        if not self._answered.done():
            self._answered.set_exception(error)


class Batcher(Generic[T]):
    """Nobody is kept waiting to make a batch larger: the first command goes at once."""

    def __init__(self, send: Callable[[Sequence[Asked[T]]], Awaitable[None]], batch_max: int) -> None:
        self._send = send
        self._batch_max = batch_max
        self._waiting: list[Asked[T]] = []
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Whoever still waits hears that it is over; safe to call twice, and before `start`."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        waiting, self._waiting = self._waiting, []
        for each in waiting:
            each.fail(GatewayUnreachable("the driver is closed"))

    async def ask(self, what: T) -> None:
        """Returns once it was sent; raises what `send` said of it, or GatewayUnreachable."""
        if self._task is None:
            raise GatewayUnreachable("the driver is closed")
        asked = Asked(what, asyncio.get_running_loop().create_future())
        self._waiting.append(asked)
        self._wake.set()
        await asked._answered

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                batch, self._waiting = self._waiting[: self._batch_max], self._waiting[self._batch_max :]
                try:
                    await self._send(batch)
                except GatewayError as error:
                    for each in batch:
                        each.fail(error)
                except BaseException:
                    for each in batch:
                        each.fail(GatewayUnreachable("the driver was closed meanwhile"))
                    raise
