"""The outbox: in order per partition, again after a failure, once while waiting, and never silently not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from backend.core import outbox_rows
from backend.core import writer as writer_module
from backend.core.database import Database
from backend.core.errors import EdgeError
from backend.core.outbox import LEASE_S, RETRY_AFTER_S, Outbox
from backend.core.outbox_rows import DEAD, LEASED, WAITING, Job, OutboxRow
from backend.core.writer import Transaction, Writer
from shared.clock import ManualClock
from shared.ids import SeededIdSource
from tests.backend.databases import both_databases, on_postgresql
from tests.backend.waiting import until

Run = Callable[..., Any]


class GatewaySilent(EdgeError):
    """Passing: try again."""


class PayloadUnknown(EdgeError):
    """Permanent: trying again cannot help."""

    is_retryable = False


class NotYet(EdgeError):
    """Too early: nothing was tried."""

    is_attempt = False


class Receiver:
    """The outside: notes what arrives, and fails as told."""

    def __init__(self) -> None:
        self.seen: list[Job] = []
        self.errors: list[Exception] = []

    async def __call__(self, job: Job) -> None:
        self.seen.append(job)
        if self.errors:
            raise self.errors.pop(0)

    @property
    def bodies(self) -> list[Any]:
        return [job.body["n"] for job in self.seen]


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def outbox(database: Database, writer: Writer, clock: ManualClock, receiver: Receiver) -> Outbox:
    return Outbox(database, writer, clock, owner="node_a", handlers={"report": receiver})


def enqueue(*numbers: int, partition: str = "p", **more: Any) -> Callable[[Transaction], None]:
    def job(tx: Transaction) -> None:
        for number in numbers:
            tx.enqueue("report", {"n": number}, partition=partition, **more)

    return job


def rows(database: Database) -> list[OutboxRow]:
    with database.reading() as session:
        return list(session.exec(select(OutboxRow).order_by("sequence")))


def states(database: Database) -> list[str]:
    return [row.state for row in rows(database)]


@both_databases
class TestDeliver:
    def test_a_partition_leaves_in_order_one_at_a_time(
        self, writer: Writer, outbox: Outbox, receiver: Receiver, database: Database, run: Run
    ) -> None:
        run(writer.submit(enqueue(1, 2, 3)))
        for expected in ([1], [1, 2], [1, 2, 3]):
            assert run(outbox.deliver_due()) == 1
            assert receiver.bodies == expected
        assert run(outbox.deliver_due()) == 0
        assert rows(database) == []

    def test_partitions_do_not_wait_for_each_other(
        self, writer: Writer, outbox: Outbox, receiver: Receiver, run: Run
    ) -> None:
        receiver.errors = [GatewaySilent("slow")]
        run(writer.submit(enqueue(1, 2, partition="p")))
        run(writer.submit(enqueue(10, partition="q")))
        assert run(outbox.deliver_due()) == 2
        assert sorted(receiver.bodies) == [1, 10]
        assert run(outbox.deliver_due()) == 0, "2 waits behind 1"

    def test_nothing_leaves_before_its_time(
        self, writer: Writer, outbox: Outbox, receiver: Receiver, clock: ManualClock, run: Run
    ) -> None:
        run(writer.submit(enqueue(1, not_before=clock.now() + timedelta(seconds=60))))
        assert run(outbox.deliver_due()) == 0
        clock.advance(60)
        assert run(outbox.deliver_due()) == 1

    def test_what_no_handler_knows_stays(self, writer: Writer, outbox: Outbox, database: Database, run: Run) -> None:
        run(writer.submit(lambda tx: tx.enqueue("unknown", {}, partition="p")))
        assert run(outbox.deliver_due()) == 0
        assert states(database) == [WAITING]


@both_databases
class TestRetry:
    def test_a_passing_error_is_tried_again_by_the_schedule(
        self,
        writer: Writer,
        outbox: Outbox,
        receiver: Receiver,
        clock: ManualClock,
        database: Database,
        run: Run,
    ) -> None:
        receiver.errors = [GatewaySilent("asleep")] * len(RETRY_AFTER_S)
        run(writer.submit(enqueue(1, 2)))
        assert run(outbox.deliver_due()) == 1
        for attempt, delay_s in enumerate(RETRY_AFTER_S, start=1):
            clock.advance(delay_s - 0.25)
            assert run(outbox.deliver_due()) == 0
            clock.advance(0.25)
            assert run(outbox.deliver_due()) == 1
            assert receiver.seen[-1].attempt == attempt + 1
        assert len({job.id for job in receiver.seen}) == 1, "the receiver can tell it is the same delivery"
        assert [row.body for row in rows(database)] == ['{"n":2}'], "delivered at the last attempt; 2 is next"

    def test_exhausted_attempts_end_as_a_dead_letter_that_stands_aside(
        self,
        writer: Writer,
        outbox: Outbox,
        receiver: Receiver,
        clock: ManualClock,
        database: Database,
        run: Run,
    ) -> None:
        receiver.errors = [GatewaySilent("asleep")] * (len(RETRY_AFTER_S) + 1)
        run(writer.submit(enqueue(1, 2)))
        for delay_s in (*RETRY_AFTER_S, 0):
            run(outbox.deliver_due())
            clock.advance(delay_s)
        assert states(database) == [DEAD, WAITING]
        assert run(outbox.deliver_due()) == 1
        assert receiver.bodies[-1] == 2

    def test_a_permanent_error_is_a_dead_letter_at_once_and_can_be_revived(
        self,
        writer: Writer,
        outbox: Outbox,
        receiver: Receiver,
        clock: ManualClock,
        database: Database,
        run: Run,
    ) -> None:
        receiver.errors = [PayloadUnknown("what is this")]
        run(writer.submit(enqueue(1)))
        run(outbox.deliver_due())
        [dead] = rows(database)
        assert dead.state == DEAD
        assert dead.dead_at == clock.now()
        assert dead.last_error == "PayloadUnknown: what is this"
        assert run(outbox.deliver_due()) == 0
        assert run(writer.submit(lambda tx: outbox_rows.revive_job(tx.connection, dead.id, tx.now())))
        assert run(outbox.deliver_due()) == 1
        assert rows(database) == []

    def test_the_outside_may_ask_for_more_patience(
        self, writer: Writer, outbox: Outbox, receiver: Receiver, clock: ManualClock, run: Run
    ) -> None:
        receiver.errors = [GatewaySilent("busy", retry_after_s=30)]
        run(writer.submit(enqueue(1)))
        run(outbox.deliver_due())
        clock.advance(29)
        assert run(outbox.deliver_due()) == 0
        clock.advance(1)
        assert run(outbox.deliver_due()) == 1

    def test_what_is_too_early_uses_up_no_attempt(
        self, writer: Writer, outbox: Outbox, receiver: Receiver, clock: ManualClock, database: Database, run: Run
    ) -> None:
        receiver.errors = [NotYet("wait", retry_after_s=30) for _ in range(3 * len(RETRY_AFTER_S))] + [
            GatewaySilent("no")
        ]
        run(writer.submit(enqueue(1)))
        for _ in range(3 * len(RETRY_AFTER_S)):
            run(outbox.deliver_due())
            clock.advance(29)
            assert run(outbox.deliver_due()) == 0
            clock.advance(1)
        run(outbox.deliver_due())
        clock.advance(RETRY_AFTER_S[0])
        assert run(outbox.deliver_due()) == 1, "the first failure is followed by the first pause"
        assert receiver.seen[-1].attempt == 2

    def test_an_unforeseen_error_gets_the_benefit_of_the_doubt(
        self, writer: Writer, outbox: Outbox, receiver: Receiver, database: Database, run: Run
    ) -> None:
        receiver.errors = [KeyError("surprise")]
        run(writer.submit(enqueue(1)))
        run(outbox.deliver_due())
        assert states(database) == [WAITING]


@both_databases
class TestDedupe:
    def test_one_that_waits_is_not_doubled(
        self, writer: Writer, outbox: Outbox, receiver: Receiver, database: Database, run: Run
    ) -> None:
        run(writer.submit(enqueue(1, 1, 1, dedupe_key="stop")))
        assert states(database) == [WAITING]
        run(outbox.deliver_due())
        run(writer.submit(enqueue(2, dedupe_key="stop")))
        run(outbox.deliver_due())
        assert receiver.bodies == [1, 2]

    def test_one_under_way_does_not_count_as_waiting(
        self, writer: Writer, outbox: Outbox, receiver: Receiver, clock: ManualClock, database: Database, run: Run
    ) -> None:
        """What changed after the delivery began must be told too; if the first fails, one of the two is enough."""

        async def deliver(job: Job) -> None:
            if job.attempt == 1 and job.body["n"] == 1:
                await writer.submit(enqueue(2, dedupe_key="stop"))
                raise GatewaySilent("asleep")
            await receiver(job)

        outbox._handlers = {"report": deliver}
        run(writer.submit(enqueue(1, dedupe_key="stop")))
        run(outbox.deliver_due())
        assert [row.body for row in rows(database)] == ['{"n":2}']
        run(outbox.deliver_due())
        assert receiver.bodies == [2]

    def test_other_topics_and_keys_are_their_own(self, writer: Writer, database: Database, run: Run) -> None:
        def job(tx: Transaction) -> None:
            for topic in ("a", "b"):
                for key in ("x", "y", None, None):
                    tx.enqueue(topic, {}, partition="p", dedupe_key=key)

        run(writer.submit(job))
        assert len(rows(database)) == 8


@both_databases
class TestTakeover:
    def test_what_a_dead_owner_held_is_taken_over_after_its_lease(
        self, writer: Writer, outbox: Outbox, receiver: Receiver, clock: ManualClock, database: Database, run: Run
    ) -> None:
        run(writer.submit(enqueue(1, 2)))
        [taken] = run(claim(writer, "node_dead"))
        assert states(database) == [LEASED, WAITING]
        clock.advance(LEASE_S)
        assert run(outbox.deliver_due()) == 0, "it may still be alive"
        clock.advance(0.001)
        assert run(outbox.deliver_due()) == 1
        assert receiver.seen[0].id == taken.id
        assert receiver.seen[0].attempt == 2

    def test_one_who_lost_the_lease_cannot_finish_or_fail_it(
        self, writer: Writer, clock: ManualClock, database: Database, run: Run
    ) -> None:
        run(writer.submit(enqueue(1)))
        [slow] = run(claim(writer, "node_slow"))
        clock.advance(LEASE_S + 1)
        [quick] = run(claim(writer, "node_quick"))
        assert not run(writer.submit(lambda tx: outbox_rows.finish_job(tx.connection, slow, "node_slow")))
        run(writer.submit(lambda tx: outbox_rows.bury_job(tx.connection, slow, "node_slow", now=tx.now(), error="x")))
        assert states(database) == [LEASED]
        assert run(writer.submit(lambda tx: outbox_rows.finish_job(tx.connection, quick, "node_quick")))

    def test_next_due_is_the_earliest_of_waiting_and_leased(
        self, writer: Writer, clock: ManualClock, database: Database, run: Run
    ) -> None:
        with database.reading() as session:
            assert outbox_rows.next_due_at(session.connection()) is None
        run(writer.submit(enqueue(1, not_before=clock.now() + timedelta(hours=1))))
        run(writer.submit(enqueue(2, partition="q")))
        run(claim(writer, "node_a"))
        with database.reading() as session:
            assert outbox_rows.next_due_at(session.connection()) == clock.now() + timedelta(seconds=LEASE_S)


async def claim(writer: Writer, owner: str, limit: int = 10) -> list[Job]:
    return await writer.submit(
        lambda tx: outbox_rows.claim_jobs(
            tx.connection, owner=owner, now=tx.now(), lease_s=LEASE_S, limit=limit, topics=("report",)
        )
    )


class TestRunBeside:
    def test_what_is_written_leaves_without_being_asked(
        self, writer: Writer, outbox: Outbox, receiver: Receiver, database: Database, run: Run
    ) -> None:
        async def scenario() -> None:
            outbox.start()
            await writer.submit(enqueue(1, 2, 3))
            await until(lambda: receiver.bodies == [1, 2, 3])
            await until(lambda: not rows(database))
            await outbox.stop()

        run(scenario())

    def test_a_signal_at_the_moment_of_stopping_does_not_keep_it_running(
        self, writer: Writer, outbox: Outbox, run: Run
    ) -> None:
        async def scenario() -> None:
            outbox.start()
            await until(lambda: outbox._wake._waiters)
            outbox._wake.set()
            await outbox.stop()

        run(scenario())

    def test_a_delivery_cut_off_by_stop_is_kept(
        self, writer: Writer, outbox: Outbox, receiver: Receiver, clock: ManualClock, database: Database, run: Run
    ) -> None:
        async def never(job: Job) -> None:
            await receiver(job)
            await asyncio.Event().wait()

        outbox._handlers = {"report": never}

        async def scenario() -> None:
            outbox.start()
            await writer.submit(enqueue(1))
            await until(lambda: receiver.seen)
            await outbox.stop()

        run(scenario())
        assert states(database) == [LEASED]


async def running(outbox: Outbox) -> None:
    """Started, and past the first look."""
    outbox.start()
    await until(lambda: outbox._wake._waiters)


@both_databases
class TestLeasedAsWritten:
    def test_it_begins_with_the_commit_and_nobody_looks_for_it(
        self, writer: Writer, outbox: Outbox, receiver: Receiver, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def scenario() -> None:
            await running(outbox)
            monkeypatch.setattr(outbox_rows, "claim_jobs", None)  # a look would break on it
            await writer.submit(enqueue(1))
            await until(lambda: receiver.bodies == [1])
            assert receiver.seen[0].attempt == 1
            await outbox.stop()

        run(scenario())

    def test_what_comes_after_another_of_its_partition_waits_for_it(
        self, writer: Writer, outbox: Outbox, receiver: Receiver, database: Database, run: Run
    ) -> None:
        async def scenario() -> None:
            may_end = asyncio.Event()

            async def slow(job: Job) -> None:
                await receiver(job)
                await may_end.wait()

            outbox._handlers = {"report": slow}
            await running(outbox)
            await writer.submit(enqueue(1, 2))
            await writer.submit(enqueue(3, partition="q"))
            await until(lambda: sorted(receiver.bodies) == [1, 3])
            assert [row.state for row in rows(database)] == [LEASED, WAITING, LEASED]
            may_end.set()
            await until(lambda: not rows(database))
            await outbox.stop()

        run(scenario())
        assert receiver.bodies.index(1) < receiver.bodies.index(2)

    def test_the_same_again_in_one_transaction_is_one(
        self, writer: Writer, outbox: Outbox, receiver: Receiver, database: Database, run: Run
    ) -> None:
        async def scenario() -> None:
            await running(outbox)
            await writer.submit(enqueue(1, 2, 3, dedupe_key="stop"))
            await until(lambda: not rows(database))
            await outbox.stop()

        run(scenario())
        assert receiver.bodies == [1]

    def test_one_that_waits_with_the_same_key_is_enough(
        self, writer: Writer, outbox: Outbox, clock: ManualClock, database: Database, run: Run
    ) -> None:
        async def scenario() -> None:
            await running(outbox)
            later = clock.now() + timedelta(seconds=60)
            await writer.submit(enqueue(1, partition="later", dedupe_key="stop", not_before=later))
            await writer.submit(enqueue(2, partition="now", dedupe_key="stop"))
            assert [row.body for row in rows(database)] == ['{"n":1}']
            await outbox.stop()

        run(scenario())

    def test_a_failed_one_comes_due_again(
        self, writer: Writer, outbox: Outbox, receiver: Receiver, clock: ManualClock, run: Run
    ) -> None:
        receiver.errors = [GatewaySilent("asleep")]

        async def scenario() -> None:
            await running(outbox)
            await writer.submit(enqueue(1))
            await until(lambda: receiver.bodies == [1])
            clock.advance(RETRY_AFTER_S[0])
            await until(lambda: receiver.bodies == [1, 1])
            await outbox.stop()

        run(scenario())
        assert [job.attempt for job in receiver.seen] == [1, 2]

    def test_nothing_of_a_failed_transaction_is_delivered(
        self, writer: Writer, outbox: Outbox, receiver: Receiver, database: Database, run: Run
    ) -> None:
        def fail(tx: Transaction) -> None:
            tx.enqueue("report", {"n": 1}, partition="p")
            raise PayloadUnknown("no")

        async def scenario() -> None:
            await running(outbox)
            with pytest.raises(PayloadUnknown):
                await writer.submit(fail)
            await writer.submit(enqueue(2))
            await until(lambda: receiver.bodies == [2])
            await outbox.stop()

        run(scenario())

    def test_topics_that_nobody_delivers_here_wait(
        self, writer: Writer, outbox: Outbox, database: Database, run: Run
    ) -> None:
        async def scenario() -> None:
            await running(outbox)
            await writer.submit(lambda tx: tx.enqueue("unknown", {}, partition="p"))
            await outbox.stop()

        run(scenario())
        assert states(database) == [WAITING]


@both_databases
class TestSettle:
    def test_a_repeatable_one_is_forgotten_with_somebody_elses_commit(
        self, writer: Writer, outbox: Outbox, receiver: Receiver, database: Database, run: Run
    ) -> None:
        outbox._repeatable = frozenset({"report"})

        async def scenario() -> None:
            await running(outbox)
            await writer.submit(enqueue(1))
            await until(lambda: outbox._settling)
            assert states(database) == [LEASED]
            await writer.submit(lambda tx: None)
            assert rows(database) == []
            await outbox.stop()

        run(scenario())

    def test_any_other_is_forgotten_at_once(
        self, writer: Writer, outbox: Outbox, database: Database, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(writer_module, "MAY_WAIT_S", 3_600.0)

        async def scenario() -> None:
            await running(outbox)
            await writer.submit(enqueue(1))
            await until(lambda: not rows(database))
            await outbox.stop()

        run(scenario())

    def test_stop_forgets_what_was_delivered(
        self, writer: Writer, outbox: Outbox, receiver: Receiver, database: Database, run: Run
    ) -> None:
        outbox._repeatable = frozenset({"report"})

        async def scenario() -> None:
            await running(outbox)
            await writer.submit(enqueue(1))
            await until(lambda: outbox._settling)
            await outbox.stop()

        run(scenario())
        assert rows(database) == []

    def test_what_could_not_be_settled_is_settled_later_and_not_delivered_again(
        self, writer: Writer, outbox: Outbox, receiver: Receiver, database: Database, run: Run
    ) -> None:
        finish, broken = outbox_rows.finish_job, [True]

        def fragile(*values: Any) -> bool:
            if broken.pop() if broken else False:
                raise GatewaySilent("the disk is full")
            return finish(*values)

        async def scenario() -> None:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(outbox_rows, "finish_job", fragile)
                await running(outbox)
                await writer.submit(enqueue(1))
                await until(lambda: not rows(database))
            await outbox.stop()

        run(scenario())
        assert receiver.bodies == [1]


class TestStartAfresh:
    def test_where_one_process_delivers_the_leases_of_the_last_one_are_over(
        self, writer: Writer, outbox: Outbox, receiver: Receiver, database: Database, run: Run
    ) -> None:
        run(writer.submit(enqueue(1)))
        run(claim(writer, "the one before"))

        async def scenario() -> None:
            outbox.start()
            await until(lambda: receiver.bodies == [1])
            await outbox.stop()

        run(scenario())
        assert receiver.seen[0].attempt == 2


@on_postgresql
class TestTwoOwners:
    def test_no_attempt_is_delivered_by_both(
        self, database: Database, clock: ManualClock, writer: Writer, run: Run
    ) -> None:
        jobs, partitions = 400, 200
        seen: list[tuple[str, str, int]] = []
        order: dict[str, list[int]] = {}
        writers = [writer, Writer(database, clock, SeededIdSource(clock, seed=2))]
        writers[1].start()

        def node(name: str, its_writer: Writer) -> Outbox:
            async def deliver(job: Job) -> None:
                seen.append((job.id, name, job.attempt))
                await asyncio.sleep(0)
                order.setdefault(job.partition, []).append(job.body["n"])

            return Outbox(database, its_writer, clock, owner=name, handlers={"report": deliver})

        def fill(tx: Transaction) -> None:
            for number in range(jobs):
                tx.enqueue("report", {"n": number}, partition=f"p{number % partitions}")

        async def scenario() -> None:
            await writer.submit(fill)
            nodes = [node(name, its_writer) for name, its_writer in zip("ab", writers, strict=True)]
            for each in nodes:
                each.start()
            await until(lambda: len(seen) >= jobs)
            for each in nodes:
                await each.stop()

        run(scenario())
        writers[1].stop()
        assert len({(job_id, attempt) for job_id, _, attempt in seen}) == len(seen) == jobs
        assert {name for _, name, _ in seen} == {"a", "b"}, "both had work"
        assert all(numbers == sorted(numbers) for numbers in order.values())
