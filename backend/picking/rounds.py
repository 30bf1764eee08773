"""Looks at a store when something happened there or its time has come, and now and then besides.

A lost signal, and what another node did, costs one slow look and never an order. One store's trouble does not stop the
others.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import structlog

from backend.core.writer import Transaction
from shared.clock import Clock
from shared.events import Event

REST_MIN_S = 0.01  # clocks differ in their last digits
STORES_EVERY_S = 60.0  # a new store in which nothing has happened yet is known after so long

Look = Callable[[str], Awaitable[datetime | None]]
"""Looks at a store; when to look again if nothing happens there, None where only an event could change anything."""
StoreIds = Callable[[], list[str]]

_log = structlog.get_logger("picking")


class Bell:
    """Rung, on the event loop, for the store in which something happened."""

    def __init__(self) -> None:
        self._rung: set[str] = set()
        self._awake = asyncio.Event()

    def ring(self, store_id: str) -> None:
        self._rung.add(store_id)
        self._awake.set()

    def heard(self) -> set[str]:
        """The stores it was rung for since this was asked last."""
        rung, self._rung = self._rung, set()
        self._awake.clear()
        return rung

    async def rest(self, seconds: float) -> None:
        """Until it rings, but no longer than `seconds`."""
        try:
            async with asyncio.timeout(max(seconds, REST_MIN_S)):
                await self._awake.wait()
        except TimeoutError:
            return


@dataclass(frozen=True, slots=True)
class Bells:
    """What the events of flow.py ring, once they are kept: whoever releases trolleys, and whoever offers them."""

    releaser: Bell = field(default_factory=Bell)
    offerer: Bell = field(default_factory=Bell)

    def wake_releaser(self, event: Event, tx: Transaction) -> None:
        tx.after_commit(partial(self.releaser.ring, event.store_id))

    def wake_offerer(self, event: Event, tx: Transaction) -> None:
        tx.after_commit(partial(self.offerer.ring, event.store_id))


@dataclass(frozen=True, slots=True)
class Rhythm:
    """A store is looked at no sooner than `least_s` after it was, and no later than `most_s` after."""

    least_s: float
    most_s: float


async def go_round(look: Look, store_ids: StoreIds, bell: Bell, clock: Clock, rhythm: Rhythm, *, failed: str) -> None:
    """Look at every store in turn, for ever. `failed` is what the log says of a look that did."""
    looked_s: dict[str, float] = {}
    due_s: dict[str, float] = {}
    stores_due_s = -math.inf
    while True:
        rung = bell.heard()
        now_s = clock.monotonic_s()
        if now_s >= stores_due_s or not rung <= due_s.keys():
            try:
                due_s = {store_id: due_s.get(store_id, now_s) for store_id in await asyncio.to_thread(store_ids)}
                stores_due_s = now_s + STORES_EVERY_S
            except Exception:
                _log.exception(failed)
                stores_due_s = now_s + rhythm.least_s
        for store_id in rung & due_s.keys():
            due_s[store_id] = min(due_s[store_id], looked_s.get(store_id, -math.inf) + rhythm.least_s)
        for store_id in sorted(due_s, key=due_s.__getitem__):
            now_s = clock.monotonic_s()
            if due_s[store_id] <= now_s:
                looked_s[store_id] = now_s
                rest_s = await _rest_s(look, store_id, clock, failed)
                due_s[store_id] = now_s + min(max(rest_s, rhythm.least_s), rhythm.most_s)
        await bell.rest(min([stores_due_s, *due_s.values()]) - clock.monotonic_s())


async def _rest_s(look: Look, store_id: str, clock: Clock, failed: str) -> float:
    """How long nothing need be done in this store, as far as its look knows."""
    try:
        again_at = await look(store_id)
    except Exception:
        _log.exception(failed, store=store_id)
        return 0.0
    return math.inf if again_at is None else (again_at - clock.now()).total_seconds()
