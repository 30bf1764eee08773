"""Connections that only read, kept between two questions: to borrow one from the pool each time costs more than to ask.

Each question still has a transaction of its own, so that all of it sees one consistent state, and the next a newer one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.engine import Engine
from sqlmodel import Session

from backend.core.statements import run_text

T = TypeVar("T")

KEPT_MAX = 8
# A server may have gone meanwhile. After this long the pool looks at the connection again before it lends it, seconds.
UNUSED_MAX_S = 1.0


class ReadSession(Session):
    """A session on a connection that is in a transaction already: who asks for no more begins nothing."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(bind=connection, expire_on_commit=False, autoflush=False)
        self._connection = connection

    def connection(self, *arguments: Any, **options: Any) -> Connection:
        return super().connection(*arguments, **options) if arguments or options else self._connection


class _Reader:
    """One connection, and the session on it."""

    __slots__ = ("connection", "kept_at_s", "session")

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.session = ReadSession(connection)
        self.kept_at_s = 0.0


class Readers:
    """Lends connections of one engine. May be asked from any thread; each connection has one borrower at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_file = engine.dialect.name == "sqlite"
        self._kept: list[_Reader] = []

    def connection(self) -> AbstractContextManager[Connection]:
        """A connection in a transaction that ends with the block. One that an error came out of is not kept."""
        return self._lend(attrgetter("connection"))

    def session(self) -> AbstractContextManager[Session]:
        """The same, with a session on it."""
        return self._lend(attrgetter("session"))

    def close(self) -> None:
        while self._kept:
            self._kept.pop().connection.close()

    @contextmanager
    def _lend(self, part: Callable[[_Reader], T]) -> Iterator[T]:
        reader = self._take()
        connection, session = reader.connection, reader.session
        try:
            if not self._is_file:
                connection.begin()
            elif connection.in_transaction():
                # To SQLAlchemy it is one transaction for ever: what it does around each takes longer than to ask.
                run_text(connection, "BEGIN")
            else:
                connection.begin()
            yield part(reader)
            if session.in_transaction():
                session.close()
            self._end(connection)
        except BaseException:
            session.close()
            connection.close()
            raise
        self._keep(reader)

    def _end(self, connection: Connection) -> None:
        if not connection.in_transaction():
            return  # a session has rolled it back
        if self._is_file:
            run_text(connection, "COMMIT")
        else:
            connection.commit()

    def _take(self) -> _Reader:
        while self._kept:
            try:
                reader = self._kept.pop()
            except IndexError:  # another thread was quicker
                break
            if self._is_file or time.monotonic() - reader.kept_at_s <= UNUSED_MAX_S:
                return reader
            reader.connection.close()
        return _Reader(self._engine.connect())

    def _keep(self, reader: _Reader) -> None:
        if len(self._kept) < KEPT_MAX:
            reader.kept_at_s = time.monotonic()
            self._kept.append(reader)
        else:
            reader.connection.close()
