"""An aisle one cannot get through: said by somebody, true for a while, over by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from backend.core.database import Database
from backend.core.outbox import Outbox
from backend.core.writer import Writer
from backend.stores import repository
from backend.stores.blocking import BLOCKED_S, REOPEN_TOPIC
from backend.stores.commands import BlockAisle, ReopenAisle
from backend.stores.errors import AisleNotBlocked, AisleNotFound
from backend.stores.models import BlockedAisleRow
from backend.stores.service import StoresService
from shared.clock import ManualClock
from shared.events import AisleBlocked, AisleReopened, Event
from tests.backend.databases import both_databases
from tests.backend.stores.files import store_file, text_of

Run = Callable[..., Any]


@pytest.fixture
def heard(writer: Writer) -> list[Event]:
    """Every event of aisles, as listeners get it."""
    heard: list[Event] = []
    writer.listeners = {
        AisleBlocked: (lambda event, tx: heard.append(event),),
        AisleReopened: (lambda event, tx: heard.append(event),),
    }
    return heard


class Aisles:
    """What a test says of aisles, and what is true afterwards."""

    def __init__(self, stores: StoresService, database: Database, writer: Writer, clock: ManualClock, run: Run) -> None:
        self.blocking, self.database, self.clock, self.run = stores.blocking, database, clock, run
        run(stores.import_text("sto_1", text_of(store_file())))
        self.outbox = Outbox(database, writer, clock, owner="test", handlers={REOPEN_TOPIC: self.blocking.reopen_due})

    def block(self, aisle: str = "A1", lasts_s: float = BLOCKED_S, reason: str = "pallet") -> BlockedAisleRow:
        row: BlockedAisleRow = self.run(self.blocking.ask(BlockAisle("sto_1", aisle, lasts_s, reason, "per_1", "Ada")))
        return row

    def reopen(self, person_id: str | None = "per_2") -> bool:
        is_open: bool = self.run(self.blocking.ask(ReopenAisle("sto_1", "A1", person_id)))
        return is_open

    def after(self, seconds: float) -> frozenset[str]:
        """Which are blocked so much later; what is due by then has been delivered."""
        self.clock.advance(seconds)
        self.run(self.outbox.deliver_due())
        with self.database.reading() as session:
            return repository.find_blocked_aisles(session.connection(), "sto_1", self.clock.now())


@pytest.fixture
def aisles(
    stores: StoresService, database: Database, writer: Writer, clock: ManualClock, run: Run, heard: list[Event]
) -> Aisles:
    return Aisles(stores, database, writer, clock, run)


@both_databases
class TestBlock:
    def test_holds_for_its_time_and_ends_by_itself(self, aisles: Aisles, heard: list[Event]) -> None:
        row = aisles.block()

        assert (row.blocked_by, row.blocked_by_name, row.reason) == ("per_1", "Ada", "pallet")
        assert row.ends_at - row.blocked_at == timedelta(minutes=30)
        assert aisles.after(BLOCKED_S - 1) == {"A1"}
        assert aisles.after(1) == frozenset()
        assert [event.name for event in heard] == ["aisle.blocked", "aisle.reopened"]
        reopened = heard[-1]
        assert isinstance(reopened, AisleReopened)
        assert reopened.person_id is None

    def test_said_again_it_holds_from_then(self, aisles: Aisles, heard: list[Event]) -> None:
        first = aisles.block()
        aisles.after(BLOCKED_S - 60)
        again = aisles.block(reason="")

        assert (again.id, again.reason) == (first.id, "pallet")
        assert aisles.after(BLOCKED_S - 1) == {"A1"}  # what was due in between did not open it
        assert aisles.after(1) == frozenset()
        assert [event.name for event in heard] == ["aisle.blocked", "aisle.blocked", "aisle.reopened"]

    def test_once_over_it_is_blocked_anew(self, aisles: Aisles) -> None:
        first = aisles.block(lasts_s=60)
        aisles.after(60)

        assert aisles.block().id != first.id

    def test_an_aisle_the_store_does_not_have(self, aisles: Aisles) -> None:
        with pytest.raises(AisleNotFound, match="no aisle 'Z9' here; there are A1"):
            aisles.block("Z9")


class TestReopen:
    def test_somebody_says_so(self, aisles: Aisles, heard: list[Event]) -> None:
        aisles.block()
        aisles.reopen()

        assert aisles.after(0) == frozenset()
        assert aisles.after(BLOCKED_S) == frozenset()
        assert [event.name for event in heard] == ["aisle.blocked", "aisle.reopened"]  # and not once more at its time

    def test_what_is_open_is_not_opened(self, aisles: Aisles) -> None:
        with pytest.raises(AisleNotBlocked, match="A1 is not blocked"):
            aisles.reopen()
        aisles.block(lasts_s=60)
        aisles.clock.advance(60)
        with pytest.raises(AisleNotBlocked):
            aisles.reopen()

    def test_before_its_time_it_does_not_open_by_itself(self, aisles: Aisles) -> None:
        aisles.block()

        assert aisles.reopen(person_id=None) is False
        assert aisles.after(0) == {"A1"}
