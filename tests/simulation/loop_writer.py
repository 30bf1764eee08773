"""The single writer without its thread: groups, savepoints and commits as in a shop, at an instant the loop chooses.

The power may go at any point of a group: in the middle of a statement, before the commit, or after the commit and
before anybody was told.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from backend.core.writer import Writer, _Job

INSTRUCTIONS_PER_LOOK = 50  # how often SQLite asks, within a statement, whether the power is still there


class PowerGone(BaseException):
    """The machine stopped here. Nobody catches it but the world."""


class Power:
    """The server's power supply. `fail_after(n)` lets it go at the n-th look from now."""

    def __init__(self, on_gone: Callable[[], None]) -> None:
        self._on_gone = on_gone
        self._looks_left: int | None = None
        self._watched: list[sqlite3.Connection] = []
        self.is_gone = False

    def fail_after(self, looks: int) -> None:
        self._looks_left = looks
        self._watch()

    def hold(self) -> None:
        """It stays on from now on."""
        self._looks_left = None
        self._watch()

    def supply(self, raw: sqlite3.Connection) -> None:
        """This connection writes with this power. SQLite asks only while the power may go: asking takes time."""
        self._watched.append(raw)
        self._watch()

    def cut_off(self) -> None:
        """Nothing asks any more."""
        for raw in self._watched:
            with suppress(sqlite3.ProgrammingError):  # this one is closed already
                raw.set_progress_handler(None, 0)
        self._watched.clear()

    def _watch(self) -> None:
        look = None if self._looks_left is None else self.look
        for raw in self._watched:
            with suppress(sqlite3.ProgrammingError):
                raw.set_progress_handler(look, INSTRUCTIONS_PER_LOOK)

    def look(self) -> bool:
        """Whether the power has gone; everything that happens to the disk asks first."""
        if self._looks_left is not None and not self.is_gone:
            self._looks_left -= 1
            if self._looks_left <= 0:
                self.is_gone = True
        return self.is_gone

    def check(self) -> None:
        if self.look():
            raise PowerGone

    def went(self) -> None:
        self._on_gone()


class LoopWriter(Writer):
    """`start` opens the connection; jobs run in the loop's next round, together, on one commit."""

    power: Power
    on_commit: Callable[[], None]

    def start(self) -> None:
        engine = self._database.write_engine
        self._open: list[sqlite3.Connection] = []
        sa.event.listen(engine, "connect", self._connected)
        sa.event.listen(engine, "commit", lambda _connection: self.power.check())
        self._connection: Connection | None = engine.connect()
        self._is_called = False

    def _connected(self, raw: sqlite3.Connection, _record: object) -> None:
        self.power.supply(raw)
        self._open.append(raw)

    def stop(self) -> None:
        if self._connection is not None:
            self._queue.put(None)
            self._run_waiting()
            self._connection.close()
            self._connection = None

    def abandon(self) -> None:
        """What the disk sees of a crash: an open transaction that nobody will ever commit."""
        self._connection = None
        self.power.cut_off()
        for raw in self._open:
            with suppress(sqlite3.ProgrammingError):  # this one is closed already
                raw.rollback()
                raw.close()  # whoever still holds SQLAlchemy's wrapper of it holds nothing

    @property
    def is_running(self) -> bool:
        return self._connection is not None

    def _put(self, job: _Job[Any]) -> None:
        super()._put(job)
        if not self._is_called:
            self._is_called = True
            job.loop.call_soon(self._run_waiting)

    def _run_waiting(self) -> None:
        self._is_called = False
        while self._connection is not None and not self._queue.empty():
            jobs, _ = self._next_jobs()
            if not jobs:
                continue
            try:
                self.power.check()
                self._run_group(self._connection, jobs)
                self.power.check()
            except PowerGone:
                self.power.went()
                return
            if self.power.is_gone:  # SQLite was stopped within a statement: what it raised is nobody's news
                self.power.went()
                return
            self.on_commit()
