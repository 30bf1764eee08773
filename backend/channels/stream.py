"""A channel's stream: every event in order, resumed by number; and the channel's own requests, each answered once kept.

Neither side has more under way than agreed: see `stream_session.py`, which decides. Here are sockets, tasks and time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import structlog

from backend.channels import repository
from backend.channels.commands import AcknowledgeEvents, Sender
from backend.channels.errors import ChannelNotFound, StreamMisused
from backend.channels.stream_session import Asked, StreamSession
from backend.core.database import Database
from shared.channel_stream import Acknowledgement, Answer, Heartbeat

HEARTBEAT_S = 20.0

SendText = Callable[[str], Awaitable[None]]
ReceiveText = Callable[[], Awaitable[str]]
Check = Callable[[], Awaitable[object]]
Handle = Callable[[Any], Awaitable[Any]]
CarryOut = Callable[[Sender, Asked], Coroutine[Any, Any, Answer]]


_log = structlog.get_logger("channels")


@dataclass(frozen=True, slots=True)
class Line:
    """One connection: how to send and to receive, and whether its key is still good."""

    send: SendText
    receive: ReceiveText
    check: Check


@dataclass(slots=True)
class _Connection:
    sender: Sender
    line: Line
    session: StreamSession
    news: asyncio.Event = field(default_factory=asyncio.Event)
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def send(self, text: str) -> None:
        async with self.one_at_a_time:
            await self.line.send(text)


class ChannelStreams:
    """Every stream that is open on this node. `carry_out` answers a channel's requests."""

    def __init__(
        self,
        database: Database,
        handle: Handle,
        carry_out: CarryOut,
        *,
        heartbeat_s: float = HEARTBEAT_S,
        poll_s: float | None = None,
    ) -> None:
        self._database = database
        self._handle = handle
        self._carry_out = carry_out
        self._heartbeat_s = heartbeat_s
        self._poll_s = poll_s or database.look_again_s  # another node's events ring no bell here
        self._open: dict[str, list[_Connection]] = {}
        self._acknowledged: dict[str, int] = {}  # heard here, and written in a moment
        self._keeping: dict[str, asyncio.Task[None]] = {}
        self._carrying: set[asyncio.Task[Answer]] = set()

    def wake(self, channel_id: str) -> None:
        """There may be news of this channel. Called on the event loop, after the commit."""
        for connection in self._open.get(channel_id, ()):
            connection.news.set()

    async def serve(self, sender: Sender, after: int | None, line: Line) -> None:
        """Send events after `after`, or after the last acknowledged one, until the connection ends.

        The line's `check` is asked before anything is sent or carried out, so that a revoked key ends an open stream.
        What is being carried out when the connection ends is carried out all the same: the channel asks again, by the
        same id. Raises StreamMisused, what `check` raises, and whatever `send` and `receive` raise when the connection
        is gone.
        """
        connection = _Connection(sender, line, self._start(sender, after))
        self._open.setdefault(sender.channel_id, []).append(connection)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._send(connection))
                tasks.create_task(self._receive(connection, tasks))
        except BaseExceptionGroup as several:
            raise several.exceptions[0] from None
        finally:
            self._open[sender.channel_id].remove(connection)

    def _start(self, sender: Sender, after: int | None) -> StreamSession:
        with self._database.reading() as session:
            channel = repository.get_channel(session, sender.channel_id)
        if channel is None:
            raise ChannelNotFound(f"no channel {sender.channel_id}")
        acknowledged = max(channel.acknowledged_up_to, self._acknowledged.get(sender.channel_id, 0))
        start = acknowledged if after is None else after
        if not 0 <= start <= channel.last_sequence:
            raise StreamMisused(f"after={start}, but the stream ends at {channel.last_sequence}")
        return StreamSession(start)

    async def _send(self, connection: _Connection) -> None:
        sender, session, silent_s = connection.sender, connection.session, 0.0
        while True:
            await connection.line.check()
            connection.news.clear()
            room = session.room
            messages = self._read(sender, session.sent_up_to, room) if room > 0 else []
            for sequence, text in messages:
                session.sent(sequence)
                await connection.send(text)
            if messages:
                silent_s = 0.0
            if messages and len(messages) == room:
                continue  # there may be more
            try:
                async with asyncio.timeout(self._poll_s):
                    await connection.news.wait()
            except TimeoutError:
                silent_s += self._poll_s
            if silent_s >= self._heartbeat_s:
                silent_s = 0.0
                await connection.send(Heartbeat(sequence=session.sent_up_to).model_dump_json())

    async def _receive(self, connection: _Connection, tasks: asyncio.TaskGroup) -> None:
        session = connection.session
        while True:
            while session.is_full:
                connection.answered.clear()
                await connection.answered.wait()
            text = await connection.line.receive()
            was_full = session.room <= 0
            said = session.receive(text)
            if isinstance(said, Acknowledgement):
                if was_full:
                    connection.news.set()
                self._keep(connection.sender, said.ack)
            elif said is not None:
                await connection.line.check()
                tasks.create_task(self._answer(connection, said))

    async def _answer(self, connection: _Connection, asked: Asked | None) -> None:
        """Carry out one request, and then those about the same order that came meanwhile."""
        while asked is not None:
            carrying = asyncio.create_task(self._carry_out(connection.sender, asked))
            self._carrying.add(carrying)
            carrying.add_done_callback(self._carrying.discard)
            answer = await asyncio.shield(carrying)
            await connection.send(answer.model_dump_json())
            asked = connection.session.answered(asked)
            connection.answered.set()

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
