"""Connections that only read, kept between two questions: to borrow one from the pool each time costs more than to ask.

Each question still has a transaction of its own, so that all of it sees one consistent state, and the next a newer one.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.engine import Engine

from backend.core.statements import run_text

KEPT_MAX = 8
# A server may have gone meanwhile. After this long the pool looks at the connection again before it lends it, seconds.
UNUSED_MAX_S = 1.0


class Readers:
    """Lends connections of one engine. May be asked from any thread; each connection has one borrower at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_file = engine.dialect.name == "sqlite"
        self._kept: list[tuple[Connection, float]] = []

    @contextmanager
    def borrow(self) -> Iterator[Connection]:
        """A connection in a transaction that ends with the block. One that an error came out of is not kept."""
        connection = self._take()
        try:
            if self._is_file:
                self._begin_anew(connection)
                yield connection
                if connection.in_transaction():  # a session may have rolled it back
                    run_text(connection, "COMMIT")
            else:
                with connection.begin():
                    yield connection
        except BaseException:
            connection.close()
            raise
        self._keep(connection)

    def close(self) -> None:
        while self._kept:
            self._kept.pop()[0].close()

    @staticmethod
    def _begin_anew(connection: Connection) -> None:
        """To SQLAlchemy this connection is in one transaction for ever; its own steps around each take their time."""
        if connection.in_transaction():
            run_text(connection, "BEGIN")
        else:
            connection.begin()

    def _take(self) -> Connection:
        while self._kept:
            try:
                connection, kept_at_s = self._kept.pop()
            except IndexError:  # another thread was quicker
                break
            if self._is_file or time.monotonic() - kept_at_s <= UNUSED_MAX_S:
                return connection
            connection.close()
        return self._engine.connect()

    def _keep(self, connection: Connection) -> None:
        if len(self._kept) < KEPT_MAX:
            self._kept.append((connection, time.monotonic()))
        else:
            connection.close()
