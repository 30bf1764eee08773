"""Statements on the driver's own cursor: the same rows, types and errors as through SQLAlchemy, on both databases."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from backend.core.database import Database
from backend.core.journal import JournalRow
from backend.core.outbox_rows import OutboxRow
from backend.core.statements import Statement, insert_or_update, insert_unless_there
from backend.sync.models import AppliedCommandRow
from shared.clock import ManualClock
from tests.backend.databases import both_databases

_applied: sa.Table = AppliedCommandRow.__table__  # type: ignore[attr-defined]
_outbox: sa.Table = OutboxRow.__table__  # type: ignore[attr-defined]
_journal: sa.Table = JournalRow.__table__  # type: ignore[attr-defined]

INSERT = Statement(sa.insert(_applied))
FIND = Statement(
    sa.select(_applied).where(
        _applied.c.store_id == sa.bindparam("store_id"), _applied.c.command_id == sa.bindparam("command_id")
    )
)


def applied(clock: ManualClock, command_id: str = "cmd_1", **parts: object) -> dict[str, object]:
    return {
        "store_id": "sto_1",
        "command_id": command_id,
        "device_id": "dev_1",
        "person_id": "per_1",
        "name": "pick.confirm",
        "is_applied": True,
        "problem": {"code": "café", "detail": 'with "quotes"'},
        "applied_at": clock.now(),
        **parts,
    }


@both_databases
class TestStatement:
    def test_writes_and_reads_every_type_as_sqlalchemy_does(self, database: Database, clock: ManualClock) -> None:
        with database.write_engine.begin() as connection:
            connection.execute(sa.insert(_applied), applied(clock, "cmd_theirs"))
            INSERT.run(connection, applied(clock, "cmd_ours"))
            for command_id in ("cmd_theirs", "cmd_ours"):
                ours = FIND.one(connection, {"store_id": "sto_1", "command_id": command_id})
                theirs = connection.execute(sa.select(_applied).where(_applied.c.command_id == command_id)).one()
                assert ours._asdict() == dict(theirs._mapping) == applied(clock, command_id)

    def test_finds_nothing(self, database: Database) -> None:
        with database.write_engine.begin() as connection:
            assert FIND.one_or_none(connection, {"store_id": "sto_1", "command_id": "cmd_none"}) is None
            with pytest.raises(sa.exc.NoResultFound):
                FIND.one(connection, {"store_id": "sto_1", "command_id": "cmd_none"})

    def test_writes_many(self, database: Database, clock: ManualClock) -> None:
        with database.write_engine.begin() as connection:
            INSERT.run_all(connection, [applied(clock, f"cmd_{number}") for number in range(3)])
            found = Statement(sa.select(_applied).order_by(_applied.c.command_id)).all(connection, {})
            assert [row.command_id for row in found] == ["cmd_0", "cmd_1", "cmd_2"]

    def test_leaves_numbers_to_the_database_and_knows_defaults(self, database: Database, clock: ManualClock) -> None:
        with database.write_engine.begin() as connection:
            job = {"topic": "t", "partition": "p", "body": "{}", "created_at": clock.now(), "next_at": clock.now()}
            for number in (1, 2):
                Statement(sa.insert(_outbox)).run(connection, {"id": f"job_{number}", **job})
            rows = connection.execute(sa.select(_outbox).order_by(_outbox.c.sequence)).all()
            assert [(row.state, row.attempts, row.dedupe_key) for row in rows] == [("waiting", 0, None)] * 2
            assert rows[1].sequence == rows[0].sequence + 1

    def test_gives_back_what_it_returns(self, database: Database, clock: ManualClock) -> None:
        insert = Statement(sa.insert(_journal).returning(_journal.c.sequence))
        raised = Statement(
            sa.update(_journal)
            .where(_journal.c.sequence == sa.bindparam("this"))
            .values(body=_journal.c.body + "!")
            .returning(_journal.c.body, _journal.c.at)
        )
        with database.write_engine.begin() as connection:
            row = {"store_id": "sto_1", "at": clock.now(), "name": "n", "body": "b"}
            first, second = insert.one(connection, row), insert.one(connection, row)
            assert second.sequence == first.sequence + 1
            assert raised.one(connection, {"this": second.sequence}) == ("b!", clock.now())
            assert raised.one_or_none(connection, {"this": 0}) is None


@both_databases
class TestErrors:
    def test_a_key_that_is_there_is_an_integrity_error(self, database: Database, clock: ManualClock) -> None:
        with database.write_engine.begin() as connection:
            INSERT.run(connection, applied(clock))
        for attempt in (INSERT.run, _run_all):
            with pytest.raises(sa.exc.IntegrityError), database.write_engine.begin() as connection:
                attempt(connection, applied(clock))

    def test_a_value_the_driver_cannot_take_is_sqlalchemy_s_error(self, database: Database, clock: ManualClock) -> None:
        with pytest.raises(sa.exc.DBAPIError), database.write_engine.begin() as connection:
            INSERT.run(connection, applied(clock, device_id=object()))

    def test_a_naive_instant_is_our_mistake(self, database: Database, clock: ManualClock) -> None:
        naive = clock.now().replace(tzinfo=None)
        with pytest.raises((ValueError, sa.exc.StatementError)), database.write_engine.begin() as connection:
            INSERT.run(connection, applied(clock, applied_at=naive))

    def test_outside_a_transaction_it_does_not_run(self, database: Database) -> None:
        with database.write_engine.connect() as connection, pytest.raises(AssertionError):
            FIND.one_or_none(connection, {"store_id": "s", "command_id": "c"})


def _run_all(connection: Connection, values: dict[str, object]) -> None:
    INSERT.run_all(connection, [values])


@both_databases
class TestByDatabase:
    def test_each_database_has_its_own(self, database: Database) -> None:
        says = Statement({name: sa.select(sa.literal(name).label("name")) for name in ("sqlite", "postgresql")})
        with database.write_engine.begin() as connection:
            assert says.one(connection, {}).name == connection.dialect.name


@both_databases
class TestInsertUnlessThere:
    def test_the_first_is_written_and_the_second_changes_nothing(self, database: Database, clock: ManualClock) -> None:
        insert = insert_unless_there(_outbox, "id")
        job = {"id": "job_1", "topic": "t", "partition": "p", "created_at": clock.now(), "next_at": clock.now()}
        with database.write_engine.begin() as connection:
            assert insert.one(connection, {**job, "body": "first"}).id == "job_1"
            assert insert.one_or_none(connection, {**job, "body": "second"}) is None
            assert connection.execute(sa.select(_outbox.c.body)).scalars().all() == ["first"]

    def test_any_other_broken_rule_is_still_an_error(self, database: Database, clock: ManualClock) -> None:
        insert = insert_unless_there(_outbox, "id")
        job = {"id": "job_1", "topic": None, "partition": "p", "body": "", "created_at": clock.now()}
        with database.write_engine.connect() as connection, connection.begin() as transaction:
            with pytest.raises(sa.exc.IntegrityError):
                insert.run(connection, {**job, "next_at": clock.now()})
            transaction.rollback()


@both_databases
class TestInsertOrUpdate:
    def test_the_second_takes_the_place_of_the_first_and_others_stay(
        self, database: Database, clock: ManualClock
    ) -> None:
        put = insert_or_update(_outbox, "id")
        job = {"topic": "t", "partition": "p", "created_at": clock.now(), "next_at": clock.now()}
        with database.write_engine.begin() as connection:
            put.run_all(connection, [{**job, "id": "job_1", "body": "first"}, {**job, "id": "job_2", "body": "other"}])
            put.run(connection, {**job, "id": "job_1", "body": "second"})
            found = connection.execute(sa.select(_outbox.c.id, _outbox.c.body).order_by(_outbox.c.id)).all()
            assert [tuple(row) for row in found] == [("job_1", "second"), ("job_2", "other")]
