"""The line to the access point's shell: a serial port, or a serial server over TCP. One question at a time.

Whatever is understood is handed to `hear` as well, so what answers no question (labels, a restart) is not lost; damaged
lines are counted and passed over. Of a line nothing is logged: echoes hold keys.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Protocol

import serialx

from backend.labels.drivers.ble_esl.shell import ENTER, LineSplitter, Said, parse_line
from backend.labels.port import AnswerMalformed, AnswerMissing, GatewayUnreachable, Sleep

CONNECT_TIMEOUT_S = 10.0
ANSWER_TIMEOUT_S = 5.0
CHUNK_BYTES = 4_096

HearSaid = Callable[[Said], None]
Wanted = Callable[[Said], bool]


class _Writer(Protocol):
    """What a TCP writer and a serial one have in common."""

    def write(self, data: bytes) -> None: ...
    def close(self) -> None: ...
    async def wait_closed(self) -> None: ...


class ShellLine:
    """An open line. Once lost it stays so; open another."""

    def __init__(self, reader: asyncio.StreamReader, writer: _Writer, hear: HearSaid, sleep: Sleep) -> None:
        self._reader = reader
        self._writer = writer
        self._hear = hear
        self._sleep = sleep
        self._turn = asyncio.Lock()
        self._question: tuple[Wanted, asyncio.Future[Said]] | None = None
        self.lost = asyncio.Event()
        self.why_lost = ""
        self.damaged_lines = 0
        self.bytes_read = self.bytes_written = 0
        self._task = asyncio.create_task(self._read())

    async def ask(self, command: str, is_wanted: Wanted, *, first: str = "") -> Said:
        """Write a command and give what answers it; `first` is a command before it that nobody answers.

        Raises GatewayUnreachable (nothing was written) or AnswerMissing.
        """
        async with self._turn:
            if self.lost.is_set():
                raise GatewayUnreachable(f"the line to the access point is lost: {self.why_lost}")
            answer: asyncio.Future[Said] = asyncio.get_running_loop().create_future()
            self._question = is_wanted, answer
            try:
                for each in (first, command):
                    self._write(each)
                await self._until(answer)
            finally:
                self._question = None
                answer.cancel()
            return answer.result()

    async def close(self) -> None:
        self._lose("closed")
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        with contextlib.suppress(OSError, serialx.SerialException, TimeoutError):
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await self._writer.wait_closed()

    async def _until(self, answer: asyncio.Future[Said]) -> None:
        alarm = asyncio.ensure_future(self._sleep(ANSWER_TIMEOUT_S))
        lost = asyncio.create_task(self.lost.wait())
        try:
            waiters: set[asyncio.Future[Any]] = {answer, alarm, lost}
            await asyncio.wait(waiters, return_when=asyncio.FIRST_COMPLETED)
        finally:
            alarm.cancel()
            lost.cancel()
        if not answer.done():
            why = f"the line was lost: {self.why_lost}" if self.lost.is_set() else "the access point did not answer"
            raise AnswerMissing(why)

    def _write(self, command: str) -> None:
        if command:
            line = command.encode("ascii") + ENTER
            self._writer.write(line)
            self.bytes_written += len(line)

    async def _read(self) -> None:
        splitter = LineSplitter()
        try:
            while received := await self._reader.read(CHUNK_BYTES):
                for line in splitter.feed(received):
                    self._line(line)
                self.damaged_lines += splitter.overlong
                splitter.overlong = 0
                self.bytes_read += len(received)
            self._lose("the other end closed it")
        except (OSError, serialx.SerialException) as error:
            self._lose(f"{type(error).__name__}: {error}"[:200])

    def _line(self, line: bytes) -> None:
        try:
            said = parse_line(line)
        except AnswerMalformed:
            self.damaged_lines += 1
            return
        if said is None:
            return
        if self._question is not None:
            is_wanted, answer = self._question
            if not answer.done() and is_wanted(said):
                answer.set_result(said)
        self._hear(said)

    def _lose(self, why: str) -> None:
        if not self.lost.is_set():
            self.why_lost = why
            self.lost.set()
            self._writer.close()


async def open_line(where: str, baud: int, hear: HearSaid, sleep: Sleep) -> ShellLine:
    """Open a serial port or a connection to a serial server. Raises GatewayUnreachable."""
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            if where.startswith("tcp://"):
                host, _, port = where.removeprefix("tcp://").rpartition(":")
                reader, writer = await asyncio.open_connection(host, int(port))
                return ShellLine(reader, writer, hear, sleep)
            serial_reader, serial_writer = await serialx.open_serial_connection(where, baudrate=baud)
            return ShellLine(serial_reader, serial_writer, hear, sleep)
    except (OSError, TimeoutError, OverflowError, ValueError, serialx.SerialException) as error:
        raise GatewayUnreachable(f"{where}: {type(error).__name__}: {error}"[:200], line=where) from error
