"""The writer: jobs share a commit, fail alone, and are answered only when what they did is kept."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from backend.core import writer as writer_module
from backend.core.database import Database
from backend.core.errors import Conflict, Overloaded
from backend.core.journal import JournalRow
from backend.core.outbox_rows import OutboxRow
from backend.core.writer import Transaction, Writer
from shared.clock import ManualClock
from shared.events import OrderAccepted, OrderReady
from shared.ids import SeededIdSource
from tests.backend.core.events import accepted, ready
from tests.backend.databases import both_databases, on_postgresql

Run = Callable[..., Any]


class Hold:
    """A job that keeps the writer busy until told, so that what follows waits and shares one commit."""

    def __init__(self) -> None:
        self.is_running = threading.Event()
        self.may_end = threading.Event()

    def __call__(self, _tx: Transaction) -> None:
        self.is_running.set()
        assert self.may_end.wait(10)


async def together(writer: Writer, *jobs: Callable[[Transaction], Any]) -> list[Any]:
    """Run `jobs` in one group, behind a job that holds the writer up; results or exceptions."""
    hold = Hold()
    held = asyncio.create_task(writer.submit(hold))
    await asyncio.to_thread(hold.is_running.wait, 10)
    waiting = [asyncio.create_task(writer.submit(job)) for job in jobs]
    await asyncio.sleep(0)
    hold.may_end.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    await held
    return results


def accept(order_id: str) -> Callable[[Transaction], str]:
    def job(tx: Transaction) -> str:
        tx.publish(accepted(tx, order_id))
        return order_id

    return job


def order_ids(database: Database) -> list[str | None]:
    with database.reading() as session:
        return [row.order_id for row in session.exec(select(JournalRow).order_by(sa.text("sequence")))]


def count_commits(database: Database) -> list[None]:
    commits: list[None] = []
    sa.event.listen(database.write_engine, "commit", lambda _connection: commits.append(None))
    return commits


@both_databases
class TestSubmit:
    def test_a_job_gives_its_result_and_is_kept(self, writer: Writer, database: Database, run: Run) -> None:
        assert run(writer.submit(accept("ord_1"))) == "ord_1"
        assert order_ids(database) == ["ord_1"]

    def test_waiting_jobs_share_one_commit_in_their_order(self, writer: Writer, database: Database, run: Run) -> None:
        commits = count_commits(database)
        wanted = [f"ord_{number}" for number in range(20)]
        assert run(together(writer, *(accept(order_id) for order_id in wanted))) == wanted
        assert len(commits) == 2, "one for the job that held the writer up, one for all that waited"
        assert order_ids(database) == wanted

    def test_a_failing_job_takes_nothing_with_it(self, writer: Writer, database: Database, run: Run) -> None:
        def fail(tx: Transaction) -> None:
            tx.publish(accepted(tx, "ord_lost"))
            tx.enqueue("report", {}, partition="p")
            raise Conflict("no")

        first, failed, last = run(together(writer, accept("ord_1"), fail, accept("ord_2")))
        assert (first, last) == ("ord_1", "ord_2")
        assert isinstance(failed, Conflict)
        assert order_ids(database) == ["ord_1", "ord_2"]
        with database.reading() as session:
            assert not session.exec(select(OutboxRow)).all()

    def test_an_integrity_error_leaves_the_neighbours_work(self, writer: Writer, database: Database, run: Run) -> None:
        def keep(job_id: str) -> Callable[[Transaction], None]:
            def job(tx: Transaction) -> None:
                tx.session.add(
                    OutboxRow(id=job_id, topic="t", partition="p", body="{}", created_at=tx.now(), next_at=tx.now())
                )

            return job

        results = run(together(writer, keep("job_1"), keep("job_1"), keep("job_2")))
        assert results[0] is None
        assert results[2] is None
        assert isinstance(results[1], sa.exc.IntegrityError)
        with database.reading() as session:
            assert [row.id for row in session.exec(select(OutboxRow).order_by("id"))] == ["job_1", "job_2"]

    def test_session_and_plain_sql_of_one_job_go_together(self, writer: Writer, database: Database, run: Run) -> None:
        def job(tx: Transaction) -> None:
            tx.session.add(
                OutboxRow(id="job_1", topic="t", partition="p", body="{}", created_at=tx.now(), next_at=tx.now())
            )
            tx.publish(accepted(tx, "ord_1"))
            tx.connection.exec_driver_sql("UPDATE outbox SET topic = 'renamed'")  # publish had flushed the session
            raise Conflict("no")

        with pytest.raises(Conflict):
            run(writer.submit(job))
        with database.reading() as session:
            assert not session.exec(select(OutboxRow)).all()
            assert not session.exec(select(JournalRow)).all()

    def test_the_answer_comes_after_the_commit(self, writer: Writer, database: Database, run: Run) -> None:
        seen: list[list[str | None]] = []

        async def both() -> None:
            answer = asyncio.ensure_future(writer.submit(accept("ord_1")))
            answer.add_done_callback(lambda _answer: seen.append(order_ids(database)))
            await answer

        run(both())
        assert seen == [["ord_1"]]

    def test_a_failed_commit_answers_nobody_with_success(
        self, writer: Writer, database: Database, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hold = Hold()

        def fail(_connection: Any) -> None:
            sa.event.remove(database.write_engine, "commit", fail)
            raise sa.exc.OperationalError("COMMIT", None, Exception("disk full"))

        async def scenario() -> list[Any]:
            held = asyncio.create_task(writer.submit(hold))
            await asyncio.to_thread(hold.is_running.wait, 10)
            sa.event.listen(database.write_engine, "commit", fail)
            hold.may_end.set()
            return [*await asyncio.gather(held, return_exceptions=True), await writer.submit(accept("ord_2"))]

        failed, kept = run(scenario())
        assert isinstance(failed, Overloaded)
        assert failed.is_retryable
        assert kept == "ord_2"
        assert order_ids(database) == ["ord_2"]


@both_databases
class TestOtherwise:
    def test_what_a_failed_job_did_is_undone_and_the_other_kept_in_the_same_commit(
        self, writer: Writer, database: Database, run: Run
    ) -> None:
        commits = count_commits(database)

        def fail(tx: Transaction) -> str:
            tx.publish(accepted(tx, "ord_lost"))
            raise Conflict("no")

        def instead(error: Exception, tx: Transaction) -> str:
            tx.publish(accepted(tx, "ord_instead"))
            return str(error)

        assert run(writer.submit(fail, otherwise=instead)) == "no"
        assert order_ids(database) == ["ord_instead"]
        assert len(commits) == 1

    def test_it_may_fail_as_well(self, writer: Writer, database: Database, run: Run) -> None:
        def fail(tx: Transaction) -> None:
            tx.publish(accepted(tx, "ord_lost"))
            raise Conflict("first")

        def instead(error: Exception, tx: Transaction) -> None:
            tx.publish(accepted(tx, "ord_lost"))
            raise Conflict("second") from error

        with pytest.raises(Conflict, match="second"):
            run(writer.submit(fail, otherwise=instead))
        assert order_ids(database) == []

    def test_nobody_needs_it_where_the_job_succeeds(self, writer: Writer, run: Run) -> None:
        def instead(error: Exception, tx: Transaction) -> str:
            raise AssertionError

        assert run(writer.submit(lambda tx: "done", otherwise=instead)) == "done"


@both_databases
class TestMayWait:
    def test_it_shares_the_commit_that_somebody_else_needs(self, writer: Writer, database: Database, run: Run) -> None:
        commits = count_commits(database)

        async def scenario() -> None:
            patient = [asyncio.create_task(writer.submit(accept(f"ord_{each}"), may_wait=True)) for each in "bc"]
            await asyncio.sleep(0)
            await writer.submit(accept("ord_a"))
            assert await asyncio.gather(*patient) == ["ord_b", "ord_c"]

        run(scenario())
        assert order_ids(database) == ["ord_a", "ord_b", "ord_c"]
        assert len(commits) == 1

    def test_it_does_not_wait_for_ever(
        self, writer: Writer, database: Database, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(writer_module, "MAY_WAIT_S", 0.001)
        assert run(writer.submit(accept("ord_1"), may_wait=True)) == "ord_1"
        assert run(writer.submit(accept("ord_2"), may_wait=True)) == "ord_2"
        assert order_ids(database) == ["ord_1", "ord_2"]

    def test_whoever_came_later_has_time_of_their_own(
        self, writer: Writer, database: Database, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(writer_module, "MAY_WAIT_S", 0.4)
        commits = count_commits(database)

        async def scenario() -> None:
            early = asyncio.create_task(writer.submit(accept("ord_1"), may_wait=True))
            await asyncio.sleep(0.2)
            await writer.submit(accept("ord_2"))  # which takes the early one along
            late = asyncio.create_task(writer.submit(accept("ord_3"), may_wait=True))
            await asyncio.sleep(0.3)  # the time of the early one is over
            assert early.done()
            assert len(commits) == 1
            assert not late.done()
            assert await late == "ord_3"
            assert len(commits) == 2

        run(scenario())

    def test_stop_finishes_it(self, writer: Writer, database: Database, run: Run) -> None:
        async def scenario() -> None:
            patient = asyncio.create_task(writer.submit(accept("ord_1"), may_wait=True))
            await asyncio.sleep(0)
            await asyncio.to_thread(writer.stop)
            assert await patient == "ord_1"

        run(scenario())
        assert order_ids(database) == ["ord_1"]

    def test_its_failure_is_its_own(self, writer: Writer, database: Database, run: Run) -> None:
        def fail(tx: Transaction) -> None:
            tx.publish(accepted(tx, "ord_lost"))
            raise Conflict("no")

        async def scenario() -> None:
            patient = asyncio.create_task(writer.submit(fail, may_wait=True))
            await asyncio.sleep(0)
            await writer.submit(accept("ord_1"))
            with pytest.raises(Conflict):
                await patient

        run(scenario())
        assert order_ids(database) == ["ord_1"]


class TestOverload:
    def test_a_full_queue_refuses_at_once(self, writer: Writer, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(writer_module, "JOBS_WAITING_MAX", 1)
        hold = Hold()

        async def scenario() -> None:
            held = asyncio.create_task(writer.submit(hold))
            await asyncio.to_thread(hold.is_running.wait, 10)
            waiting = asyncio.create_task(writer.submit(lambda tx: "waited"))
            await asyncio.sleep(0)
            with pytest.raises(Overloaded) as refused:
                await writer.submit(lambda tx: None)
            assert refused.value.is_retryable
            assert refused.value.facts["retry_after_s"] > 0
            hold.may_end.set()
            assert await waiting == "waited"
            await held

        run(scenario())

    def test_a_writer_that_does_not_run_says_so(
        self, database: Database, clock: ManualClock, ids: SeededIdSource, run: Run
    ) -> None:
        writer = Writer(database, clock, ids)
        with pytest.raises(Overloaded):
            run(writer.submit(lambda tx: None))
        writer.start()
        assert run(writer.submit(lambda tx: 1)) == 1
        writer.stop()
        with pytest.raises(Overloaded):
            run(writer.submit(lambda tx: None))

    def test_stop_finishes_what_waits(self, writer: Writer, database: Database, run: Run) -> None:
        async def scenario() -> None:
            tasks = [asyncio.create_task(writer.submit(accept(f"ord_{number}"))) for number in range(100)]
            await asyncio.sleep(0)
            await asyncio.to_thread(writer.stop)
            await asyncio.gather(*tasks)

        run(scenario())
        assert len(order_ids(database)) == 100


class TestRobustness:
    def test_somebody_who_stopped_waiting_holds_nobody_up(self, writer: Writer, database: Database, run: Run) -> None:
        async def scenario() -> None:
            hold = Hold()
            held = asyncio.create_task(writer.submit(hold))
            await asyncio.to_thread(hold.is_running.wait, 10)
            gone = asyncio.create_task(writer.submit(accept("ord_1")))
            await asyncio.sleep(0)
            gone.cancel()
            await asyncio.sleep(0)
            hold.may_end.set()
            await held
            await writer.submit(accept("ord_2"))

        run(scenario())
        assert order_ids(database) == ["ord_1", "ord_2"], "queued work is kept, heard or not"

    def test_an_exhausted_iterator_in_a_job_answers_everybody(self, writer: Writer, run: Run) -> None:
        def exhausted(_tx: Transaction) -> Any:
            return next(iter(()))

        failed, kept = run(together(writer, exhausted, lambda tx: "kept"))
        assert isinstance(failed, RuntimeError)
        assert kept == "kept"

    def test_a_failing_call_after_commit_keeps_the_news_from_nobody(self, writer: Writer, run: Run) -> None:
        heard: list[str] = []

        def job(tx: Transaction) -> str:
            tx.after_commit(lambda: 1 / 0)  # type: ignore[arg-type]
            tx.after_commit(lambda: heard.append("second"))
            tx.publish(accepted(tx))
            tx.enqueue("report", {}, partition="p")
            return "done"

        writer.on_events.append(lambda: heard.append("events"))
        writer.on_jobs.append(lambda: heard.append("jobs"))
        assert run(writer.submit(job)) == "done"
        assert heard == ["second", "events", "jobs"]

    def test_nothing_is_told_of_a_failed_job(self, writer: Writer, run: Run) -> None:
        heard: list[str] = []

        def job(tx: Transaction) -> None:
            tx.after_commit(lambda: heard.append("call"))
            tx.publish(accepted(tx))
            raise Conflict("no")

        writer.on_events.append(lambda: heard.append("events"))
        with pytest.raises(Conflict):
            run(writer.submit(job))
        assert heard == []


class TestPublish:
    def test_listeners_run_in_the_same_transaction(self, writer: Writer, database: Database, run: Run) -> None:
        heard: list[str] = []

        def on_accepted(event: OrderAccepted, tx: Transaction) -> None:
            heard.append(f"{event.name} {event.order_id}")
            tx.publish(ready(tx, event.order_id))

        writer.listeners = {OrderAccepted: [on_accepted], OrderReady: [lambda event, tx: heard.append(event.name)]}
        run(writer.submit(accept("ord_1")))
        assert heard == ["order.accepted ord_1", "order.ready"]
        with database.reading() as session:
            rows = session.exec(select(JournalRow).order_by(sa.text("sequence"))).all()
        assert [row.name for row in rows] == ["order.accepted", "order.ready"]
        assert [row.event().name for row in rows] == ["order.accepted", "order.ready"]

    def test_a_failing_listener_undoes_the_command(self, writer: Writer, database: Database, run: Run) -> None:
        def fail(_event: OrderAccepted, _tx: Transaction) -> None:
            raise Conflict("not now")

        writer.listeners = {OrderAccepted: [fail]}
        with pytest.raises(Conflict):
            run(writer.submit(accept("ord_1")))
        assert order_ids(database) == []

    def test_events_that_go_round_in_circles_are_stopped(self, writer: Writer, database: Database, run: Run) -> None:
        writer.listeners = {OrderAccepted: [lambda event, tx: tx.publish(event)]}
        with pytest.raises(AssertionError, match="in circles"):
            run(writer.submit(accept("ord_1")))
        assert order_ids(database) == []


class TestRunOnce:
    def test_it_runs_here_and_now_and_tells(self, database: Database, clock: ManualClock, ids: SeededIdSource) -> None:
        writer, heard = Writer(database, clock, ids), []
        writer.on_events.append(lambda: heard.append("events"))
        assert writer.run_once(accept("ord_1")) == "ord_1"
        assert heard == ["events"]
        assert order_ids(database) == ["ord_1"]

    def test_a_failing_job_is_undone(self, database: Database, clock: ManualClock, ids: SeededIdSource) -> None:
        def job(tx: Transaction) -> None:
            tx.publish(accepted(tx))
            raise Conflict("no")

        with pytest.raises(Conflict):
            Writer(database, clock, ids).run_once(job)
        assert order_ids(database) == []


@on_postgresql
class TestNodes:
    def test_two_nodes_take_turns_so_what_is_read_stays_true(
        self, writer: Writer, database: Database, clock: ManualClock, run: Run
    ) -> None:
        other = Writer(database, clock, SeededIdSource(clock, seed=2))
        other.start()

        def append_next(tx: Transaction) -> None:
            count = tx.session.exec(select(sa.func.count()).select_from(JournalRow)).one()
            tx.publish(accepted(tx, f"ord_{count}"))

        async def both() -> None:
            await asyncio.gather(*(node.submit(append_next) for _ in range(50) for node in (writer, other)))

        run(both())
        other.stop()
        assert order_ids(database) == [f"ord_{number}" for number in range(100)], "no number twice, none left out"

    def test_nobody_who_reads_on_misses_an_event(
        self, writer: Writer, database: Database, clock: ManualClock, run: Run
    ) -> None:
        """A sequence number is given before the commit: without turns, a lower one could appear behind a reader."""
        other, hold = Writer(database, clock, SeededIdSource(clock, seed=2)), Hold()
        other.start()

        def slow(tx: Transaction) -> None:
            tx.publish(accepted(tx, "ord_slow"))
            hold(tx)

        async def scenario() -> None:
            slowly = asyncio.create_task(writer.submit(slow))
            await asyncio.to_thread(hold.is_running.wait, 10)
            quickly = asyncio.create_task(other.submit(accept("ord_quick")))
            await asyncio.to_thread(_wait_for_lock, database)
            assert order_ids(database) == []
            hold.may_end.set()
            await asyncio.gather(slowly, quickly)

        run(scenario())
        other.stop()
        assert order_ids(database) == ["ord_slow", "ord_quick"]

    def test_a_lost_connection_passes(self, writer: Writer, database: Database, run: Run) -> None:
        run(writer.submit(accept("ord_1")))
        pid = run(writer.submit(lambda tx: tx.connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()))
        with database.read_engine.connect() as connection:
            connection.exec_driver_sql(f"SELECT pg_terminate_backend({pid}, 5000)")
        with pytest.raises(Overloaded):
            run(writer.submit(accept("ord_2")))
        assert run(writer.submit(accept("ord_3"))) == "ord_3"
        assert order_ids(database) == ["ord_1", "ord_3"]

    def test_a_read_sees_one_state_and_cannot_write(self, writer: Writer, database: Database, run: Run) -> None:
        count = select(sa.func.count()).select_from(JournalRow)
        with database.reading() as session:
            assert session.exec(count).one() == 0
            run(writer.submit(accept("ord_1")))
            assert session.exec(count).one() == 0
        with Session(database.read_engine) as session, pytest.raises(sa.exc.InternalError, match="read-only"):
            session.connection().exec_driver_sql("DELETE FROM journal")


def _wait_for_lock(database: Database) -> None:
    """Until somebody waits for the writers' turn."""
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    for _ in range(10_000):
        with database.read_engine.connect() as connection:
            if connection.exec_driver_sql(waiting).scalar_one():
                return
    raise AssertionError("the second node did not wait its turn")
