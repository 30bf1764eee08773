"""Asks every channel that must be asked for news, each at its own pace, and empties the inbox of what is old."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import structlog

from backend.channels.commands import ForgetMessages
from backend.channels.service import ChannelsService
from backend.orders.commands import ForgetCustomers
from shared.clock import Clock
from shared.errors import BlinkpickError

LOOK_S = 5.0  # for a channel that was added or switched on meanwhile
REST_MIN_S = 1.0
FORGET_EVERY_S = 3_600.0
MESSAGES_KEPT_DAYS = 30
_log = structlog.get_logger("channels")

Sleep = Callable[[float], Awaitable[None]]


class ChannelPoller:
    """Runs beside the server. `handle` is the bus; time and sleep are handed in."""

    def __init__(
        self,
        channels: ChannelsService,
        handle: Callable[[Any], Awaitable[object]],
        clock: Clock,
        sleep: Sleep = asyncio.sleep,
        *,
        personal_data_kept_days: int = MESSAGES_KEPT_DAYS,
    ) -> None:
        self._channels = channels
        self._handle = handle
        self._clock = clock
        self._sleep = sleep
        self._personal_data_kept = timedelta(days=personal_data_kept_days)
        self._next_s: dict[str, float] = {}
        self._forget_at_s = 0.0
        self._unreachable: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="channel poller")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def poll_due(self) -> int:
        """Ask every channel whose time has come; returns how many messages were new."""
        now_s = self._clock.monotonic_s()
        due = []
        for channel_id, interval_s in self._channels.known.pollable():
            if self._next_s.get(channel_id, now_s) <= now_s:
                self._next_s[channel_id] = now_s + interval_s
                due.append(channel_id)
        return sum(await asyncio.gather(*(self._poll(channel_id) for channel_id in due)))

    async def _run(self) -> None:
        while True:
            try:
                await self.poll_due()
                await self._forget()
            except Exception:
                _log.exception("polling failed")
            await self._sleep(self._rest_s())

    def _rest_s(self) -> float:
        """Until the next channel's turn, and no longer than a look."""
        soonest_s = min(self._next_s.values(), default=float("inf")) - self._clock.monotonic_s()
        return min(LOOK_S, max(REST_MIN_S, soonest_s))

    async def _poll(self, channel_id: str) -> int:
        """One channel's trouble is its own; it is logged when it begins and when it ends."""
        try:
            count = await self._channels.poll(channel_id)
        except BlinkpickError as error:
            if channel_id not in self._unreachable:
                self._unreachable.add(channel_id)
                _log.warning("channel cannot be polled", channel_id=channel_id, error=error.detail)
            wish_s = float(error.facts.get("retry_after_s", 0))
            self._next_s[channel_id] = max(self._next_s[channel_id], self._clock.monotonic_s() + wish_s)
            return 0
        if channel_id in self._unreachable:
            self._unreachable.discard(channel_id)
            _log.info("channel can be polled again", channel_id=channel_id)
        return count

    async def _forget(self) -> None:
        if self._clock.monotonic_s() >= self._forget_at_s:
            self._forget_at_s = self._clock.monotonic_s() + FORGET_EVERY_S
            now = self._clock.now()
            forgotten = now - self._personal_data_kept
            await self._handle(ForgetMessages(now - timedelta(days=MESSAGES_KEPT_DAYS), contents_before=forgotten))
            await self._handle(ForgetCustomers(forgotten))
