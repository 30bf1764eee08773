"""Keeps the line to one access point: opens it, finds out who is there, notices restarts, opens it again when lost."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from datetime import datetime
from typing import Any

from backend.labels.drivers.ble_esl.absolute_time import TimeReading
from backend.labels.drivers.ble_esl.line import ShellLine, open_line
from backend.labels.drivers.ble_esl.shell import READ_TIME, WHO, AbsoluteTime, Booted, Role, Said
from backend.labels.port import DriverTools, GatewayError, GatewayUnreachable, Sleep

HEARTBEAT_S = 30.0
RECONNECT_MIN_S, RECONNECT_MAX_S = 1.0, 30.0


class AccessPointLink:
    """`on_said` hears everything the shell says, and `Booted` also when only the clock shows a restart."""

    def __init__(
        self,
        where: str,
        baud: int,
        tools: DriverTools,
        *,
        on_said: Callable[[Said], None],
        on_up: Callable[[], None],
        on_down: Callable[[GatewayUnreachable], None],
    ) -> None:
        self._where, self._baud, self._tools = where, baud, tools
        self._on_said, self._on_up, self._on_down = on_said, on_up, on_down
        self._is_known = False
        self._time: TimeReading | None = None
        self._damaged_lines = 0
        self.line: ShellLine | None = None
        """The line, whoever is at its other end."""
        self.trouble = "not opened yet"
        self.last_heard_at: datetime | None = None
        self.restarted_at: datetime | None = None
        """When the access point was last noticed to have started anew while we watched."""

    @property
    def open_line(self) -> ShellLine | None:
        """The line, if an access point is known to be at the other end."""
        return self.line if self.line is not None and self._is_known and not self.line.lost.is_set() else None

    @property
    def damaged_lines(self) -> int:
        """How many lines have been passed over because they were not whole."""
        return self._damaged_lines + (self.line.damaged_lines if self.line is not None else 0)

    async def connect(self) -> None:
        """Open the line and see who is there. Raises GatewayError."""
        self.line = await open_line(self._where, self._baud, self._hear, self._tools.sleep)
        role = await self.line.ask(WHO, lambda said: isinstance(said, Role), first=" ")
        if role != Role("AP"):
            raise GatewayUnreachable(f"at the other end is no access point but {role}", line=self._where)
        await self._read_time(self.line)
        self._is_known, self.trouble = True, ""
        self._on_up()

    async def keep(self) -> None:
        """Look after the line for ever; open it again after every loss of it."""
        delay_s = RECONNECT_MIN_S
        while True:
            try:
                if self.open_line is None:
                    await self.connect()
                delay_s = RECONNECT_MIN_S
                await self._watch()
            except GatewayError as error:
                self.trouble = error.detail
            await self.drop()
            await self._tools.sleep(delay_s)
            delay_s = min(delay_s * 2, RECONNECT_MAX_S)

    async def drop(self) -> None:
        """Let go of the line, if there is one."""
        line, self.line, self._is_known = self.line, None, False
        if line is not None:
            self._damaged_lines += line.damaged_lines
            self._on_down(GatewayUnreachable(f"the line was lost: {line.why_lost}", line=self._where))
            await line.close()

    async def _watch(self) -> None:
        """Ask for the time now and then, until the line is lost. Raises GatewayError then."""
        while self.line is not None:
            await first_of(self.line.lost, HEARTBEAT_S, self._tools.sleep)
            await self._read_time(self.line)
            self.trouble = ""

    async def _read_time(self, line: ShellLine) -> None:
        said = await line.ask(READ_TIME, lambda said: isinstance(said, AbsoluteTime))
        assert isinstance(said, AbsoluteTime)
        reading = TimeReading(said.milliseconds, self._tools.clock.monotonic_s())
        if self._time is not None and self._time.has_restarted(reading):
            self._hear(Booted())
        self._time = reading

    def _hear(self, said: Said) -> None:
        self.last_heard_at = self._tools.clock.now()
        if isinstance(said, Booted):
            self._time, self.restarted_at = None, self.last_heard_at
        self._on_said(said)


async def first_of(event: asyncio.Event, seconds: float, sleep: Sleep) -> None:
    """Until it happens or the time is over; `seconds` may be infinite."""
    waiters: list[asyncio.Future[Any]] = [asyncio.create_task(event.wait())]
    if seconds < math.inf:
        waiters.append(asyncio.ensure_future(sleep(max(0.0, seconds))))
    try:
        await asyncio.wait(waiters, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for waiter in waiters:
            waiter.cancel()
        await asyncio.gather(*waiters, return_exceptions=True)
