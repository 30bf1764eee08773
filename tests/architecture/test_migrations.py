"""The migrations make exactly the tables that the models say, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlmodel import SQLModel

from backend.core.database import Database
from backend.core.migrating import is_at_head, migrate
from tests.backend.databases import create_tables, postgres_schema


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """No table yet: what a first start finds."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path}/empty.db")
        yield database
        database.close()
        return
    with postgres_schema() as url:
        database = Database(url)
        yield database
        database.close()


def table_names(database: Database) -> set[str]:
    with database.read_engine.connect() as connection:
        return set(sa.inspect(connection).get_table_names())


def test_an_empty_database_is_not_at_head_until_migrated(empty_database: Database) -> None:
    assert not is_at_head(empty_database)
    migrate(empty_database)
    assert is_at_head(empty_database)


def test_twice_is_once(empty_database: Database) -> None:
    migrate(empty_database)
    before = table_names(empty_database)
    migrate(empty_database)
    assert table_names(empty_database) == before


def test_the_tables_are_those_of_the_models(empty_database: Database) -> None:
    migrate(empty_database)
    with empty_database.write_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, SQLModel.metadata)
    assert differences == []
    assert table_names(empty_database) >= set(SQLModel.metadata.tables)


def test_a_missing_table_would_be_seen(empty_database: Database) -> None:
    create_tables(empty_database)
    with empty_database.write_engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE tote" if empty_database.is_sqlite else "DROP TABLE tote CASCADE"))
    with empty_database.write_engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) != []
