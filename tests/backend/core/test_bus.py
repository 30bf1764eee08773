"""The bus takes a command to its one handler, inside the writer's transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from backend.core.bus import Bus
from backend.core.database import Database
from backend.core.errors import Conflict
from backend.core.writer import Transaction, Writer
from tests.backend.core.events import STORE, accepted

Run = Callable[..., Any]


@dataclass(frozen=True)
class Accept:
    order_id: str


@dataclass(frozen=True)
class AcceptUrgently(Accept):
    """A command of its own, though it looks like another."""


def accept(command: Accept, tx: Transaction) -> str:
    tx.publish(accepted(tx, command.order_id))
    return f"took {command.order_id}"


def accept_and_regret(command: Accept, tx: Transaction) -> None:
    accept(command, tx)
    raise Conflict("no")


@pytest.fixture
def bus(writer: Writer) -> Bus:
    return Bus(writer, {Accept: accept})


def kept(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.execute(sa.text("SELECT order_id FROM journal ORDER BY sequence")).scalars())


class TestHandle:
    def test_answers_once_it_is_kept(self, bus: Bus, database: Database, run: Run) -> None:
        assert run(bus.handle(Accept("ord_1"))) == "took ord_1"
        assert kept(database) == ["ord_1"]

    def test_what_the_handler_raises_is_raised_and_nothing_is_kept(
        self, bus: Bus, database: Database, run: Run
    ) -> None:
        bus.handlers = {Accept: accept_and_regret}
        with pytest.raises(Conflict):
            run(bus.handle(Accept("ord_1")))
        assert kept(database) == []

    def test_a_command_nobody_handles_is_our_own_mistake(self, bus: Bus, run: Run) -> None:
        with pytest.raises(AssertionError, match=r"flow\.py has no handler for AcceptUrgently"):
            run(bus.handle(AcceptUrgently("ord_1")))

    def test_the_table_may_come_later(self, writer: Writer, run: Run) -> None:
        bus = Bus(writer)
        bus.handlers = {Accept: accept}
        assert run(bus.handle(Accept("ord_1"))) == "took ord_1"


class TestRun:
    def test_two_commands_in_one_transaction_stand_or_fall_together(
        self, bus: Bus, writer: Writer, database: Database, run: Run
    ) -> None:
        def both(tx: Transaction) -> None:
            bus.run(Accept("ord_1"), tx)
            bus.run(AcceptUrgently("ord_2"), tx)

        bus.handlers = {Accept: accept, AcceptUrgently: accept_and_regret}
        with pytest.raises(Conflict):
            run(writer.submit(both))
        assert kept(database) == []

        bus.handlers = {Accept: accept, AcceptUrgently: accept}
        run(writer.submit(both))
        assert kept(database) == ["ord_1", "ord_2"]

    def test_it_is_the_transaction_that_is_open(self, bus: Bus, writer: Writer, run: Run) -> None:
        seen: list[Transaction] = []
        bus.handlers = {Accept: lambda _command, tx: seen.append(tx)}

        def job(tx: Transaction) -> bool:
            bus.run(Accept(STORE), tx)
            return seen == [tx]

        assert run(writer.submit(job))
