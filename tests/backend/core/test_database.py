"""The database keeps what it answered: WAL and FULL are really set, readers cannot write, instants keep their zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa

from backend.core.database import Database, UtcDateTime, utc_text
from tests.backend.databases import both_databases, on_postgresql

SYNCHRONOUS_FULL = 2


class TestSqlite:
    @pytest.mark.parametrize("engine", ["write_engine", "read_engine"])
    def test_every_connection_runs_in_wal_with_full_synchronous(self, database: Database, engine: str) -> None:
        with getattr(database, engine).connect() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == SYNCHRONOUS_FULL
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1

    def test_a_reader_refuses_to_write(self, database: Database) -> None:
        with database.reading() as session, pytest.raises(sa.exc.OperationalError, match="readonly"):
            session.connection().exec_driver_sql("DELETE FROM journal")

    def test_a_reader_sees_one_state_while_the_writer_goes_on(self, database: Database) -> None:
        count = "SELECT count(*) FROM journal"
        with database.reading() as session:
            before = session.connection().exec_driver_sql(count).scalar_one()
            with database.write_engine.begin() as connection:
                connection.exec_driver_sql(
                    "INSERT INTO journal (store_id, at, name, body) VALUES ('s', 'x', 'n', '{}')"
                )
            assert session.connection().exec_driver_sql(count).scalar_one() == before
        with database.reading() as session:
            assert session.connection().exec_driver_sql(count).scalar_one() == before + 1

    @pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
    def test_a_database_in_memory_is_refused(self, url: str) -> None:
        with pytest.raises(ValueError, match="must be a file"):
            Database(url)

    def test_the_folder_is_made(self, tmp_path: Path) -> None:
        Database(f"sqlite:///{tmp_path}/var/deep/blinkpick.db").close()
        assert (tmp_path / "var" / "deep").is_dir()


class TestPostgresql:
    @pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
    def test_the_usual_spellings_find_our_driver(self, scheme: str) -> None:
        database = Database(f"{scheme}://someone:hidden@db.example:5433/shop")
        assert database.url.drivername == "postgresql+psycopg"
        assert database.url.host == "db.example"
        assert database.url.password == "hidden"
        assert not database.is_sqlite
        database.close()

    @on_postgresql
    def test_tables_live_in_the_schema_of_the_test_alone(self, database: Database) -> None:
        with database.read_engine.connect() as connection:
            schema = connection.execute(sa.text("SELECT current_schema()")).scalar_one()
            assert schema.startswith("test_")
            assert "journal" in sa.inspect(connection).get_table_names(schema=schema)


@both_databases
class TestUtcDateTime:
    def test_an_instant_comes_back_aware_in_utc_to_the_microsecond(self, database: Database) -> None:
        said = datetime(2026, 3, 4, 9, 30, 0, 1, tzinfo=timezone(timedelta(hours=8)))
        assert self._through(database, said) == said
        assert self._through(database, said).utcoffset() == timedelta(0)

    def test_a_naive_instant_is_refused(self, database: Database) -> None:
        with pytest.raises(sa.exc.StatementError, match="without a time zone"):
            self._through(database, datetime(2026, 3, 4))

    def test_text_order_is_time_order(self, database: Database) -> None:
        first = datetime(2026, 3, 4, 9, 30, 0, 0, tzinfo=UTC)
        assert utc_text(first) < utc_text(first + timedelta(microseconds=1)) < utc_text(first + timedelta(seconds=1))

    def _through(self, database: Database, value: datetime) -> datetime:
        table = sa.Table("instants", sa.MetaData(), sa.Column("at", UtcDateTime))
        with database.write_engine.begin() as connection:
            table.create(connection, checkfirst=True)
            connection.execute(sa.insert(table), {"at": value})
            found = connection.execute(sa.select(table.c.at)).scalar_one()
            table.drop(connection)
        assert isinstance(found, datetime)
        return found
