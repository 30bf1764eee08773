"""What the outbox asks of channels: an announced order is read, a call is made, a deadline is looked at."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from backend.channels import commands, repository
from backend.channels.commands import Sender
from backend.channels.known_channels import KnownChannels
from backend.channels.models import ChannelRow
from backend.channels.once import once
from backend.channels.port import Call, CallTooEarly, Capability, ChannelError, ChannelUnavailable, DeadlineKind
from backend.channels.put_off import PutOff
from backend.core.database import Database
from backend.core.outbox_rows import Job
from shared.clock import Clock


class OutboxWork:
    """`handle` is the bus. Everything here happens at least once."""

    def __init__(
        self,
        database: Database,
        known: KnownChannels,
        put_off: PutOff,
        clock: Clock,
        handle: Callable[[Any], Awaitable[Any]],
    ) -> None:
        self._database = database
        self._known = known
        self._put_off = put_off
        self._clock = clock
        self._handle = handle

    async def fetch(self, job: Job) -> None:
        """Read an announced order from its channel. What can never be read is held, where a person sees it."""
        channel, adapter = self._known.open(job.body["channel_id"])
        sender, external_id = Sender(channel.store_id, channel.id), str(job.body["external_id"])
        try:
            found = await adapter.fetch(external_id)
        except ChannelError as error:
            if error.is_retryable:
                raise
            await once(self._handle, commands.HoldUnreadableOrder(sender, external_id, error))
        else:
            await once(self._handle, commands.TakeFetchedOrder(sender, found))

    async def deliver(self, job: Job) -> None:
        """Make one call to a channel. Raises ChannelUnavailable (again later) or ChannelRefused (never)."""
        channel, adapter = self._known.open(job.body["channel_id"], is_outward=True)
        call, capability = Call(**job.body["call"]), adapter.capability
        is_timed = bool(capability.deadlines or capability.min_interval_per_order_s)
        if is_timed:
            self._wait_for_its_time(channel, capability, call)
        sender = Sender(channel.store_id, channel.id)
        try:
            async with self.heard_of(channel):
                await adapter.send(call)
        except ChannelUnavailable:
            if is_timed:  # it may have heard it all the same: the next one keeps its distance from this one as well
                await self._handle(commands.NoteCall(sender, call.external_id, ""))
            raise
        if is_timed or call.meets:
            await self._handle(commands.NoteCall(sender, call.external_id, call.meets))

    async def act_on_deadline(self, job: Job) -> None:
        await self._handle(commands.ActOnDeadline(job.body["store_id"], job.body["deadline_id"]))

    def _wait_for_its_time(self, channel: ChannelRow, capability: Capability, call: Call) -> None:
        """Some platforms refuse calls that come too soon after one another. Raises CallTooEarly."""
        with self._database.asking() as connection:
            order = repository.find_channel_order(connection, channel.store_id, channel.id, call.external_id)
        if order is None:
            return
        waits = [(order.last_call_at, capability.min_interval_per_order_s)]
        if call.meets == DeadlineKind.FINISH:
            waits.append((order.accepted_at, capability.final_call_after_accept_s))
        now = self._clock.now()
        wait_s = max(
            (wait_s - (now - since).total_seconds() for since, wait_s in waits if since is not None), default=0
        )
        if wait_s > 0:
            raise CallTooEarly(f"the platform takes this in {wait_s:.0f} s", retry_after_s=math.ceil(wait_s))

    @asynccontextmanager
    async def heard_of(self, channel: ChannelRow) -> AsyncIterator[None]:
        """A channel that answers, whatever it says, is there."""
        try:
            yield
        except ChannelError as error:
            if error.is_retryable:
                self._put_off.did_not_answer(channel.id)
            raise
        await self._put_off.answered(channel.id)
