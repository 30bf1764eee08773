"""Connections kept between questions: each question sees one state, the next a newer one, a broken one is let go."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection
from sqlmodel import select

from backend.core import readers as readers_module
from backend.core.database import Database
from backend.core.journal import JournalRow
from backend.core.readers import Readers
from tests.backend.databases import both_databases, on_postgresql

COUNT = sa.text("SELECT count(*) FROM journal")


def write_one(database: Database) -> None:
    with database.write_engine.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO journal (store_id, at, name, body) VALUES ('s', '2026-01-01T00:00:00+00:00', 'n', '')")
        )


def raw(connection: Connection) -> object:
    return connection.connection.dbapi_connection


@both_databases
class TestBorrow:
    def test_a_question_sees_one_state_and_the_next_a_newer_one(self, database: Database) -> None:
        for before in range(3):
            with database.asking() as connection:
                assert connection.execute(COUNT).scalar_one() == before
                write_one(database)
                assert connection.execute(COUNT).scalar_one() == before

    def test_the_same_connection_is_lent_again(self, database: Database) -> None:
        with database.asking() as connection:
            first = raw(connection)
        with database.asking() as connection:
            assert raw(connection) is first

    def test_two_at_once_have_one_each(self, database: Database) -> None:
        with database.asking() as one, database.asking() as other:
            assert raw(one) is not raw(other)

    def test_no_more_are_kept_than_are_of_use(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(readers_module, "KEPT_MAX", 1)
        readers = Readers(database.read_engine)
        with readers.connection(), readers.session():
            pass
        assert database.read_engine.pool.checkedout() == 1  # type: ignore[attr-defined]
        readers.close()
        assert database.read_engine.pool.checkedout() == 0  # type: ignore[attr-defined]

    def test_one_that_an_error_came_out_of_is_not_lent_again(self, database: Database) -> None:
        with pytest.raises(sa.exc.DBAPIError), database.asking() as connection:
            connection.execute(sa.text("SELECT no_such_column FROM journal"))
        assert database.read_engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        with database.asking() as connection:
            assert connection.execute(COUNT).scalar_one() == 0

    def test_what_one_session_read_is_not_in_the_next(self, database: Database) -> None:
        write_one(database)
        with database.reading() as session:
            [first] = session.exec(select(JournalRow)).all()
        assert first.store_id == "s"
        with database.write_engine.begin() as connection:
            connection.execute(sa.text("UPDATE journal SET store_id = 'other'"))
        with database.reading() as session:
            [again] = session.exec(select(JournalRow)).all()
        assert (first.store_id, again.store_id) == ("s", "other")

    def test_a_sessions_connection_and_its_rows_are_of_one_state(self, database: Database) -> None:
        with database.reading() as session:
            assert session.connection().execute(COUNT).scalar_one() == 0
            write_one(database)
            assert not session.exec(select(JournalRow)).all()

    def test_a_session_that_was_rolled_back_leaves_a_connection_to_ask(self, database: Database) -> None:
        with database.reading() as session:
            session.connection().execute(COUNT)
            session.rollback()
        with database.asking() as connection:
            assert connection.execute(COUNT).scalar_one() == 0


@on_postgresql
class TestUnused:
    def test_one_that_lay_unused_is_looked_at_by_the_pool_first(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(readers_module, "UNUSED_MAX_S", -1.0)
        with database.asking() as connection:
            process = connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
        with database.write_engine.begin() as connection:
            connection.execute(sa.text("SELECT pg_terminate_backend(:process)"), {"process": process})
        with database.asking() as connection:
            assert connection.execute(COUNT).scalar_one() == 0
