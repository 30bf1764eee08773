"""The journal: every event in the order it happened, found again by store and by order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backend.core.database import Database
from backend.core.journal import last_sequence, read_after, read_order, read_problems
from backend.core.writer import Transaction, Writer
from shared.events import EVENTS, LabelSilent
from tests.backend.core.events import STORE, accepted, ready
from tests.backend.databases import both_databases

Run = Callable[..., Any]


@both_databases
class TestJournal:
    def test_events_come_back_whole_and_in_order(self, writer: Writer, database: Database, run: Run) -> None:
        def job(tx: Transaction) -> None:
            tx.publish(accepted(tx, "ord_1"))
            tx.publish(accepted(tx, "ord_2"))
            tx.publish(accepted(tx, "ord_3", store_id="sto_other"))
            tx.publish(ready(tx, "ord_1"))

        run(writer.submit(job))
        with database.reading() as session:
            rows = read_after(session, STORE, 0, limit=10)
            assert [(row.name, row.order_id) for row in rows] == [
                ("order.accepted", "ord_1"),
                ("order.accepted", "ord_2"),
                ("order.ready", "ord_1"),
            ]
            assert all(isinstance(row.event(), EVENTS[row.name]) for row in rows)
            assert [row.sequence for row in read_after(session, STORE, rows[0].sequence or 0, limit=1)] == [
                rows[1].sequence
            ]
            assert last_sequence(session, STORE) == rows[-1].sequence
            assert [row.name for row in read_order(session, STORE, "ord_1")] == ["order.accepted", "order.ready"]

    def test_another_store_sees_nothing(self, writer: Writer, database: Database, run: Run) -> None:
        run(writer.submit(lambda tx: tx.publish(accepted(tx))))
        with database.reading() as session:
            assert last_sequence(session, "sto_other") == 0
            assert not read_after(session, "sto_other", 0, limit=10)
            assert not read_order(session, "sto_other", "ord_1")

    def test_problems_are_found_newest_first(self, writer: Writer, database: Database, run: Run) -> None:
        def job(tx: Transaction) -> None:
            for label_id in ("lbl_1", "lbl_2", "lbl_3"):
                tx.publish(LabelSilent(store_id=STORE, at=tx.now(), label_id=label_id, reason="no answer"))
                tx.publish(accepted(tx))

        run(writer.submit(job))
        with database.reading() as session:
            assert ["lbl_3" in row.body for row in read_problems(session, STORE, limit=2)] == [True, False]
            assert {row.name for row in read_problems(session, STORE, limit=10)} == {"label.silent"}
            assert not read_problems(session, "sto_other", limit=10)
