"""A clock with its own sleep: minutes of waiting labels pass in an instant, always in the same order."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable

from shared.clock import ManualClock

SETTLE_ROUNDS = 40
LOOK_EVERY_S = 0.001


def _never_busy() -> bool:
    return False


class VirtualTime:
    """`clock` and `sleep` belong together: who sleeps wakes up when `advance` has moved the clock that far.

    `is_busy` says whether something real is under way (a request on a socket): time stands still until it is over.
    """

    def __init__(self, clock: ManualClock | None = None, is_busy: Callable[[], bool] = _never_busy) -> None:
        self.clock = clock or ManualClock()
        self.is_busy = is_busy
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._sleepers, (self.clock.monotonic_s() + seconds, self._count, waking))
        await waking

    async def advance(self, seconds: float) -> None:
        """Let time pass; everything that falls due on the way happens at its own instant."""
        end_s = self.clock.monotonic_s() + seconds
        await self.settle()
        while self._sleepers and self._sleepers[0][0] <= end_s:
            due_s, _, waking = heapq.heappop(self._sleepers)
            if waking.done():
                continue
            self.clock.advance(max(0.0, due_s - self.clock.monotonic_s()))
            waking.set_result(None)
            await self.settle()
        self.clock.advance(max(0.0, end_s - self.clock.monotonic_s()))
        await self.settle()

    async def settle(self) -> None:
        """Let every task that can run, run, and every request that is under way come to its end."""
        await _let_run()
        while self.is_busy():
            await asyncio.sleep(LOOK_EVERY_S)
            if not self.is_busy():
                await _let_run()


async def _let_run() -> None:
    for _ in range(SETTLE_ROUNDS):
        await asyncio.sleep(0)
