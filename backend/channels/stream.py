"""A channel's stream: every event in order, not more under way than the channel acknowledged, resumed by number."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import structlog
from pydantic import ValidationError

from backend.channels import repository
from backend.channels.commands import AcknowledgeEvents, Sender
from backend.channels.errors import ChannelNotFound, StreamMisused
from backend.channels.stream_messages import Acknowledgement, Heartbeat
from backend.core.database import Database

UNACKNOWLEDGED_MAX = 100
HEARTBEAT_S = 20.0

SendText = Callable[[str], Awaitable[None]]
ReceiveText = Callable[[], Awaitable[str]]
Check = Callable[[], Awaitable[object]]
Handle = Callable[[Any], Awaitable[Any]]


_log = structlog.get_logger("channels")


@dataclass(slots=True)
class _Progress:
    sent: int
    acknowledged: int
    news: asyncio.Event = field(default_factory=asyncio.Event)


class ChannelStreams:
    """Every stream that is open on this node."""

    def __init__(
        self, database: Database, handle: Handle, *, heartbeat_s: float = HEARTBEAT_S, poll_s: float | None = None
    ) -> None:
        self._database = database
        self._handle = handle
        self._heartbeat_s = heartbeat_s
        self._poll_s = poll_s or database.look_again_s  # another node's events ring no bell here
        self._open: dict[str, list[_Progress]] = {}
        self._acknowledged: dict[str, int] = {}  # heard here, and written in a moment
        self._keeping: dict[str, asyncio.Task[None]] = {}

    def wake(self, channel_id: str) -> None:
        """There may be news of this channel. Called on the event loop, after the commit."""
        for progress in self._open.get(channel_id, ()):
            progress.news.set()

    async def serve(
        self, sender: Sender, after: int | None, send: SendText, receive: ReceiveText, check: Check
    ) -> None:
        """Send events after `after`, or after the last acknowledged one, until the connection ends.

        `check` is asked before anything is sent, so that a revoked key ends an open stream. Raises StreamMisused, what
        `check` raises, and whatever `send` and `receive` raise when the connection is gone.
        """
        progress = self._start(sender, after)
        self._open.setdefault(sender.channel_id, []).append(progress)
        tasks = [
            asyncio.create_task(self._send(sender, progress, send, check)),
            asyncio.create_task(self._receive(sender, progress, receive)),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._open[sender.channel_id].remove(progress)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            task.result()

    def _start(self, sender: Sender, after: int | None) -> _Progress:
        with self._database.reading() as session:
            channel = repository.get_channel(session, sender.channel_id)
        if channel is None:
            raise ChannelNotFound(f"no channel {sender.channel_id}")
        acknowledged = max(channel.acknowledged_up_to, self._acknowledged.get(sender.channel_id, 0))
        start = acknowledged if after is None else after
        if not 0 <= start <= channel.last_sequence:
            raise StreamMisused(f"after={start}, but the stream ends at {channel.last_sequence}")
        return _Progress(sent=start, acknowledged=start)

    async def _send(self, sender: Sender, progress: _Progress, send: SendText, check: Check) -> None:
        silent_s = 0.0
        while True:
            await check()
            progress.news.clear()
            room = UNACKNOWLEDGED_MAX - (progress.sent - progress.acknowledged)
            messages = self._read(sender, progress.sent, room) if room > 0 else []
            for sequence, text in messages:
                assert sequence == progress.sent + 1, f"event {progress.sent + 1} of {sender.channel_id} is missing"
                progress.sent = sequence
                await send(text)
            if messages:
                silent_s = 0.0
            if messages and len(messages) == room:
                continue  # there may be more
            try:
                async with asyncio.timeout(self._poll_s):
                    await progress.news.wait()
            except TimeoutError:
                silent_s += self._poll_s
            if silent_s >= self._heartbeat_s:
                silent_s = 0.0
                await send(Heartbeat(sequence=progress.sent).model_dump_json())

    async def _receive(self, sender: Sender, progress: _Progress, receive: ReceiveText) -> None:
        while True:
            text = await receive()
            try:
                sequence = Acknowledgement.model_validate_json(text).ack
            except ValidationError:
                raise StreamMisused('the only message we understand is {"ack": <sequence>}') from None
            if sequence > progress.sent:
                raise StreamMisused(f"{sequence} was not sent on this connection; the last one was {progress.sent}")
            if sequence > progress.acknowledged:
                is_full = progress.sent - progress.acknowledged >= UNACKNOWLEDGED_MAX
                progress.acknowledged = sequence
                if is_full:
                    progress.news.set()
                self._keep(sender, sequence)

    def _keep(self, sender: Sender, sequence: int) -> None:
        """Write the mark when there is time; of several, only the last."""
        channel_id = sender.channel_id
        self._acknowledged[channel_id] = max(sequence, self._acknowledged.get(channel_id, 0))
        if channel_id not in self._keeping:
            self._keeping[channel_id] = asyncio.create_task(self._write(sender))

    async def _write(self, sender: Sender) -> None:
        channel_id, written = sender.channel_id, 0
        try:
            while self._acknowledged[channel_id] > written:
                written = self._acknowledged[channel_id]
                await self._handle(AcknowledgeEvents(sender, written))
        except Exception:
            _log.exception("an acknowledgement was not kept; the next one is", channel_id=channel_id)
        finally:
            del self._keeping[channel_id]

    def _read(self, sender: Sender, after: int, limit: int) -> list[tuple[int, str]]:
        with self._database.asking() as connection:
            rows = repository.find_events_after(connection, sender.store_id, sender.channel_id, after, limit)
            return [(row.sequence, row.message) for row in rows]
