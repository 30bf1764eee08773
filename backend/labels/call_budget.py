"""So many calls a second to a server that counts them, the urgent ones first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from backend.labels.port import Sleep

LEFT_FOR_URGENT = 0.5  # of one second's worth: a light that comes now is sent now


class CallBudget:
    """At most `per_s` calls a second, and at most one second's worth at once.

    Whoever may wait goes one after the other, and leaves half of a second's worth untouched.
    """

    def __init__(self, per_s: float, monotonic_s: Callable[[], float], sleep: Sleep) -> None:
        self._per_s = per_s
        self._monotonic_s = monotonic_s
        self._sleep = sleep
        self._most = max(1.0, per_s)
        self._left = self._most
        self._counted_at_s = monotonic_s()
        self._line = asyncio.Lock()

    async def take(self, *, is_urgent: bool) -> None:
        """Returns when one call more may be made."""
        if is_urgent:
            await self._take(1.0)
        else:
            async with self._line:
                await self._take(max(1.0, self._most * LEFT_FOR_URGENT))

    async def _take(self, needed: float) -> None:
        while (short := needed - self._count()) > 1e-9:
            await self._sleep(short / self._per_s)
        self._left -= 1.0

    def _count(self) -> float:
        now_s = self._monotonic_s()
        self._left = min(self._most, self._left + (now_s - self._counted_at_s) * self._per_s)
        self._counted_at_s = now_s
        return self._left
