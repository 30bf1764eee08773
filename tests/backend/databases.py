"""Fresh databases for tests: a SQLite file, or tables in a PostgreSQL schema that nobody else sees."""

from __future__ import annotations

import importlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from backend.core.database import Database

BACKEND_FOLDER = Path(__file__).parents[2] / "backend"
POSTGRES_URL = os.environ.get("BLINKPICK_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/test")

# `@both_databases` above a test or a class: the `database` fixture is first SQLite, then PostgreSQL.
both_databases = pytest.mark.parametrize(
    "database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
on_postgresql = pytest.mark.parametrize(
    "database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)

# Deleting from the few tables that a test wrote to is far quicker than TRUNCATE of all.
EMPTY_TABLES = """
DO $$
DECLARE one record; has_rows boolean;
BEGIN
    SET LOCAL lock_timeout = '5s';
    SET LOCAL session_replication_role = replica;  -- foreign keys ask for an order; nothing remains that could miss one
    FOR one IN SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = current_schema() LOOP
        EXECUTE 'SELECT EXISTS (SELECT 1 FROM ' || one.name || ')' INTO has_rows;
        IF has_rows THEN
            EXECUTE 'DELETE FROM ' || one.name;
        END IF;
    END LOOP;
    FOR one IN SELECT quote_ident(sequencename) AS name FROM pg_sequences
               WHERE schemaname = current_schema() AND last_value IS NOT NULL LOOP
        EXECUTE 'ALTER SEQUENCE ' || one.name || ' RESTART';
    END LOOP;
END $$
"""


def create_tables(database: Database) -> None:
    """Every table of every room, as the models say."""
    for path in ("core.outbox_rows", "core.journal"):
        importlib.import_module(f"backend.{path}")
    for models in sorted(BACKEND_FOLDER.glob("*/models.py")):
        importlib.import_module(f"backend.{models.parent.name}.models")
    with database.write_engine.begin() as connection:
        SQLModel.metadata.create_all(connection)


def sqlite_database(template: Path, folder: Path) -> Database:
    """A copy of the file in which the tables were made once: cheaper than making them for each test."""
    path = folder / "blinkpick.db"
    shutil.copy(template, path)
    return Database(f"sqlite:///{path}")


@contextmanager
def postgres_schema() -> Iterator[str]:
    """The URL of a new, empty schema. Skips where no server answers, except in CI: there it must."""
    admin = sa.create_engine(POSTGRES_URL, connect_args={"connect_timeout": 2}, poolclass=sa.NullPool)
    name = f"test_{secrets.token_hex(6)}"
    try:
        with admin.begin() as connection:
            connection.execute(sa.text(f"CREATE SCHEMA {name}"))
    except sa.exc.OperationalError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no PostgreSQL at {POSTGRES_URL}: {str(error.orig).splitlines()[0]}")
    try:
        url = sa.make_url(POSTGRES_URL).update_query_dict({"options": f"-csearch_path={name}"})
        yield url.render_as_string(hide_password=False)
    finally:
        with admin.begin() as connection:
            connection.execute(sa.text(f"DROP SCHEMA {name} CASCADE"))
        admin.dispose()


@contextmanager
def postgres_tables() -> Iterator[str]:
    """The URL of a schema with every table in it, for many tests one after the other: `empty_tables` between them.

    To make some fifty tables anew takes longer than most tests. What a test writes need not outlive a power cut.
    """
    with postgres_schema() as url:
        options = f"{sa.make_url(url).query['options']} -csynchronous_commit=off"
        url = sa.make_url(url).update_query_dict({"options": options}).render_as_string(hide_password=False)
        database = Database(url)
        create_tables(database)
        database.close()
        yield url


def empty_tables(url: str) -> None:
    """As if they had just been made. Raises where somebody still writes to them, or has added a table."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text(EMPTY_TABLES))
        found = set(sa.inspect(connection).get_table_names())
    assert found == set(SQLModel.metadata.tables), "a test has left other tables than it found"
