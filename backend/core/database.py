"""One database behind two engines: a writer's connection, and readers beside it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Dialect, Engine, make_url
from sqlalchemy.pool import NullPool
from sqlmodel import Session

from backend.core.beside import Beside
from backend.core.readers import Readers
from backend.core.statements import run_text

BUSY_TIMEOUT_MS = 5_000
STUCK_WRITER_MS = 10_000  # a node that dies in the middle of a transaction must not hold the others up for longer
READERS_MAX = 8
STATEMENTS_KEPT_MAX = 1_024
LOOK_AGAIN_S, LOOK_AGAIN_ALONE_S = 1.0, 15.0


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware UTC instant. SQLite keeps it as ISO text of fixed width, so that text order is time order."""

    impl = sa.String(32)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.DateTime(timezone=True))
        return dialect.type_descriptor(sa.String(32))

    # The processors themselves, and not what SQLAlchemy would wrap into some: every row has several instants.

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        return _given_to_postgresql if dialect.name == "postgresql" else _given_to_sqlite

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        return _read


def _given_to_postgresql(value: datetime | None) -> datetime | None:
    return None if value is None else _aware(value).astimezone(UTC)


def _given_to_sqlite(value: datetime | None) -> str | None:
    return None if value is None else utc_text(_aware(value))


def _read(value: Any) -> datetime | None:
    if value is None:
        return None
    return value.astimezone(UTC) if isinstance(value, datetime) else datetime.fromisoformat(value)


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("an instant without a time zone cannot be stored")
    return value


def utc_text(value: datetime) -> str:
    """The stored form of an instant on SQLite, for plain SQL: microseconds always there."""
    in_utc = value if value.tzinfo is UTC else value.astimezone(UTC)
    return in_utc.isoformat(timespec="microseconds")


class Database:
    """Engines for one database URL. SQLite runs in WAL with synchronous=FULL: an answered order survives power loss."""

    def __init__(self, url: str) -> None:
        self.url: URL = _with_driver(make_url(url))
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite and self.url.database in (None, "", ":memory:"):
            raise ValueError("the SQLite database must be a file: readers and the writer have connections of their own")
        if self.is_sqlite and self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        self.write_engine = self._engine(is_writer=True)
        self.read_engine = self._engine(is_writer=False)
        self._readers = Readers(self.read_engine)
        self.beside = Beside(Path(self.url.database) if self.is_sqlite and self.url.database else None)

    def reading(self) -> AbstractContextManager[Session]:
        """A session for reads only; what it sees is one consistent state."""
        return self._readers.session()

    def asking(self) -> AbstractContextManager[Connection]:
        """As `reading`, without a session: for statements made once, of which many run every second."""
        return self._readers.connection()

    @property
    def look_again_s(self) -> float:
        """How often to look, besides every signal, for what somebody else has written, seconds.

        To PostgreSQL other nodes write as well. To SQLite only this process does, and its signals are not lost; what a
        command line beside it changes of what is remembered, `beside` says.
        """
        return LOOK_AGAIN_ALONE_S if self.is_sqlite else LOOK_AGAIN_S

    def take_turn(self, connection: Connection) -> None:
        """Wait, at the start of a writing transaction, until no other node writes. SQLite's BEGIN IMMEDIATE did it."""
        if not self.is_sqlite:
            schema = "coalesce(current_schema(), 'public')"
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock(hashtextextended({schema}, 0))")

    def close(self) -> None:
        self._readers.close()
        self.read_engine.dispose()
        self.write_engine.dispose()

    def _engine(self, *, is_writer: bool) -> Engine:
        return self._sqlite_engine(is_writer) if self.is_sqlite else self._postgresql_engine(is_writer)

    def _postgresql_engine(self, is_writer: bool) -> Engine:
        if not is_writer:
            return sa.create_engine(
                self.url,
                pool_size=READERS_MAX,
                pool_pre_ping=True,
                isolation_level="REPEATABLE READ",
                execution_options={"postgresql_readonly": True},
            )
        engine = sa.create_engine(self.url, pool_size=2, pool_pre_ping=True)

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _record: Any) -> None:
            connection.execute(f"SET idle_in_transaction_session_timeout = {STUCK_WRITER_MS}")
            connection.commit()

        return engine

    def _sqlite_engine(self, is_writer: bool) -> Engine:
        pool: dict[str, Any] = {"poolclass": NullPool} if is_writer else {"pool_size": READERS_MAX}
        engine = sa.create_engine(
            self.url,
            connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000, "cached_statements": 1024},
            **pool,
        )
        begin = "BEGIN IMMEDIATE" if is_writer else "BEGIN"

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _record: Any) -> None:
            connection.isolation_level = None  # we say BEGIN ourselves; the driver's own guesses break savepoints
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "temp_store=MEMORY"):
                connection.execute(f"PRAGMA {pragma}")
            if not is_writer:
                connection.execute("PRAGMA query_only=ON")

        @event.listens_for(engine, "begin")
        def say_begin(connection: Connection) -> None:
            run_text(connection, begin)

        return engine


def _with_driver(url: URL) -> URL:
    return url.set(drivername="postgresql+psycopg") if url.drivername in ("postgresql", "postgres") else url
