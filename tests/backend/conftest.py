"""What the backend's tests share: a fresh database with every table, and a writer that runs on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from backend.core.database import Database
from backend.core.writer import Writer
from shared.clock import ManualClock
from shared.ids import SeededIdSource
from tests.backend.databases import create_tables, empty_tables, postgres_tables, sqlite_database

# Plain tracebacks: the pretty ones, with every local variable, take seconds each.
structlog.configure(
    processors=[structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)]
)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables and nothing in them."""
    path = tmp_path_factory.mktemp("template") / "blinkpick.db"
    database = Database(f"sqlite:///{path}")
    create_tables(database)
    database.close()
    return path


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Every table in a schema of this process's own; who writes to them empties them."""
    with postgres_tables() as url:
        yield url


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Fresh and empty. SQLite, unless `@both_databases` (tests/backend/databases.py) asks for PostgreSQL."""
    if getattr(request, "param", "sqlite") == "sqlite":
        database = sqlite_database(request.getfixturevalue("sqlite_template"), tmp_path)
        yield database
        database.close()
        return
    url = request.getfixturevalue("postgres_url")
    database = Database(url)
    yield database
    database.close()
    empty_tables(url)


@pytest.fixture
def writer(database: Database, clock: ManualClock, ids: SeededIdSource, run: Callable[..., Any]) -> Iterator[Writer]:
    """A started writer without listeners; hand it `writer.listeners` or `on_events` as the test needs."""
    writer = Writer(database, clock, ids)
    writer.start()
    yield writer
    writer.stop()  # before `run` closes the loop that its answers go to
