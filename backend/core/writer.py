"""The single writer: jobs wait in its queue, run one after another on one connection, and share a commit.

Each job has its own savepoint, so one that fails takes nothing with it, and each is answered only after the commit.
On PostgreSQL each node has a writer, and they take turns: what a job reads stays true until its commit, and the
journal's order is the order of commits, so nobody who reads on from a sequence number misses an event.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from queue import Empty, SimpleQueue
from typing import Any, Generic, TypeVar, cast

import sqlalchemy as sa
import structlog
from sqlalchemy import Connection
from sqlmodel import Session

from backend.core.database import Database
from backend.core.errors import Overloaded
from backend.core.journal import write_event
from backend.core.metrics import EVENTS_TOTAL, WRITER_GROUP_SIZE, WRITER_WAITING
from backend.core.outbox_rows import Job, Takes, write_job
from backend.core.statements import run_text
from shared.clock import Clock
from shared.events import Event
from shared.ids import IdSource

T = TypeVar("T")
Listener = Callable[[Any, "Transaction"], None]

JOBS_WAITING_MAX = 5_000
GROUP_MAX = 64
MAY_WAIT_S = 10.0
EARLY_S = 0.01  # clocks differ in their last digits
PUBLISH_DEPTH_MAX = 16

_log = structlog.get_logger("writer")


class Transaction:
    """What a job may do. Everything happens together or not at all."""

    def __init__(
        self,
        connection: Connection,
        clock: Clock,
        ids: IdSource,
        listeners: Mapping[type, Sequence[Listener]],
        takes: Takes | None = None,
    ) -> None:
        self.connection = connection
        self.clock = clock
        self.ids = ids
        self._listeners = listeners
        self._takes = takes
        self._session: Session | None = None
        self._depth = 0
        self.has_events = False
        self.has_jobs = False
        self.taken: list[Job] = []
        self.calls_after_commit: list[Callable[[], None]] = []

    @property
    def session(self) -> Session:
        """A session on the writer's connection; flushed for you at the end of the job. Never commit it."""
        if self._session is None:
            self._session = Session(
                bind=self.connection, join_transaction_mode="create_savepoint", expire_on_commit=False
            )
        return self._session

    def now(self) -> datetime:
        return self.clock.now()

    def publish(self, event: Event) -> None:
        """Write the event into the journal and tell every listener of flow.py, all in this transaction."""
        if self._session is not None:
            self._session.flush()
        write_event(self.connection, event)
        self.has_events = True
        self.calls_after_commit.append(_counter_of(event.name))
        self._depth += 1
        assert self._depth <= PUBLISH_DEPTH_MAX, f"events go round in circles at {event.name}"
        for listener in self._listeners.get(type(event), ()):
            listener(event, self)
        self._depth -= 1

    def enqueue(
        self,
        topic: str,
        body: dict[str, Any],
        *,
        partition: str,
        dedupe_key: str | None = None,
        not_before: datetime | None = None,
    ) -> None:
        """Add a row to the outbox: something that must leave the house once this transaction is kept.

        Where this node delivers it and nothing is before it, the row is leased as it is written: nobody need look for
        it first. Such a delivery sees all of this transaction, so the same one again is not needed.
        """
        if dedupe_key is not None and any(job.is_same(topic, dedupe_key) for job in self.taken):
            return
        taken = write_job(
            self.connection,
            job_id=self.ids.new("job"),
            topic=topic,
            partition=partition,
            body=body,
            dedupe_key=dedupe_key,
            now=self.clock.now(),
            not_before=not_before,
            takes=self._takes,
        )
        if taken is not None:
            self.taken.append(taken)
        else:
            self.has_jobs = True

    def after_commit(self, call: Callable[[], None]) -> None:
        """Run `call` on the event loop once the transaction is kept; not at all if it is not."""
        self.calls_after_commit.append(call)

    def settle(self) -> None:
        """Bring the session's changes onto the connection; the writer calls this at the end of a job."""
        if self._session is not None:
            self._session.commit()  # releases the session's own savepoint; the writer's commit is still to come

    def release(self) -> None:
        if self._session is not None:
            self._session.close()


@dataclass(slots=True)
class _Job(Generic[T]):
    run: Callable[[Transaction], T]
    future: asyncio.Future[T]
    loop: asyncio.AbstractEventLoop
    otherwise: Callable[[Exception, Transaction], T] | None = None
    waits_until_s: float = 0.0  # on its loop's clock, where it may wait


@dataclass(slots=True)
class _Group:
    """What one commit answered."""

    done: list[tuple[_Job[Any], Any, BaseException | None]] = field(default_factory=list)
    calls: list[Callable[[], None]] = field(default_factory=list)
    taken: list[Job] = field(default_factory=list)
    has_events: bool = False
    has_jobs: bool = False


class Writer:
    """Owns the only connection that writes. `start` it once; `submit` from the event loop."""

    def __init__(self, database: Database, clock: Clock, ids: IdSource) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._queue: SimpleQueue[_Job[Any] | None] = SimpleQueue()
        self._patient: deque[_Job[Any]] = deque()
        self._alarm_of: asyncio.AbstractEventLoop | None = None  # the loop on which an alarm is set for them
        self._thread: threading.Thread | None = None
        self.listeners: Mapping[type, Sequence[Listener]] = {}
        self.on_events: list[Callable[[], None]] = []
        self.on_jobs: list[Callable[[], None]] = []
        self.takes: Takes | None = None
        """What is leased for this node as it is written, and who begins it after the commit: the outbox says so."""

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Finish what is queued, then end."""
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    @property
    def is_running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    async def submit(
        self,
        run: Callable[[Transaction], T],
        *,
        otherwise: Callable[[Exception, Transaction], T] | None = None,
        may_wait: bool = False,
    ) -> T:
        """Run one job; returns its result after the commit. Raises what the job raised, or Overloaded.

        `otherwise` gets what the job raised, once that has left no trace, and what it does is kept in the same commit;
        it may raise as well. A job that `may_wait` shares the next commit somebody else needs, MAY_WAIT_S from now at
        the latest: each commit waits for the disk.
        """
        if self._queue.qsize() >= JOBS_WAITING_MAX:
            raise Overloaded(f"{JOBS_WAITING_MAX} writes are waiting already", retry_after_s=1)
        if not self.is_running:
            raise Overloaded("nothing is written now: the backend is starting or stopping", retry_after_s=1)
        loop = asyncio.get_running_loop()
        job = _Job(run, loop.create_future(), loop, otherwise)
        if may_wait:
            self._let_wait(job)
        else:
            self._put(job)
        return cast(T, await job.future)

    def _put(self, job: _Job[Any]) -> None:
        self._queue.put(job)

    def _let_wait(self, job: _Job[Any]) -> None:
        job.waits_until_s = job.loop.time() + MAY_WAIT_S
        self._patient.append(job)
        if self._alarm_of is not job.loop:
            self._set_alarm(job)

    def _set_alarm(self, job: _Job[Any]) -> None:
        self._alarm_of = job.loop
        job.loop.call_at(job.waits_until_s, self._wait_no_longer, job.loop)

    def _wait_no_longer(self, loop: asyncio.AbstractEventLoop) -> None:
        """Whom the alarm was set for may have gone along meanwhile: those who came later have their own time."""
        self._alarm_of = None
        try:
            first = self._patient[0]
        except IndexError:
            return
        if first.waits_until_s > loop.time() + EARLY_S:
            self._set_alarm(first)
        else:
            self._put(_Job(_nothing, loop.create_future(), loop))

    def run_once(self, run: Callable[[Transaction], T]) -> T:
        """Run one job here and now, without the thread: for command-line tools and simulations."""
        assert self._thread is None, "the writer's thread is running: submit to it"
        with self._database.write_engine.connect() as connection, connection.begin():
            self._database.take_turn(connection)
            tx, value, error = self._attempt(connection, run)
        if error is not None:
            raise error
        self._tell(_Group(calls=tx.calls_after_commit, has_events=tx.has_events, has_jobs=tx.has_jobs))
        return cast(T, value)

    # The thread

    def _run(self) -> None:
        with self._database.write_engine.connect() as connection:
            is_open = True
            while is_open:
                jobs, is_open = self._next_jobs()
                if jobs:
                    self._run_group(connection, jobs)

    def _next_jobs(self) -> tuple[list[_Job[Any]], bool]:
        job = self._queue.get()
        jobs: list[_Job[Any]] = []
        while job is not None:
            jobs.append(job)
            if len(jobs) >= GROUP_MAX:
                break
            try:
                job = self._queue.get_nowait()
            except Empty:
                break
        while self._patient:  # they come along, whatever the size; this thread alone takes them out
            jobs.append(self._patient.popleft())
        WRITER_GROUP_SIZE.observe(len(jobs))
        WRITER_WAITING.set(self._queue.qsize())
        return jobs, job is not None

    def _run_group(self, connection: Connection, jobs: list[_Job[Any]]) -> None:
        group = _Group()
        try:
            with connection.begin():
                self._database.take_turn(connection)
                for job in jobs:
                    tx, value, error = self._attempt(connection, job.run)
                    if error is not None and job.otherwise is not None:
                        tx, value, error = self._attempt(connection, partial(job.otherwise, error))
                    group.done.append((job, value, error))
                    if error is None:
                        group.calls += tx.calls_after_commit
                        group.taken += tx.taken
                        group.has_events |= tx.has_events
                        group.has_jobs |= tx.has_jobs
        except Exception as error:  # the database or the commit failed: nobody's job was kept
            _log.exception("a commit failed", jobs=len(jobs))
            connection.invalidate()  # a commit that failed may leave its transaction open; the next group starts afresh
            group = _Group(done=[(job, None, _passing(error)) for job in jobs])
        jobs[0].loop.call_soon_threadsafe(self._answer, group)

    def _attempt(self, connection: Connection, run: Callable[[Transaction], T]) -> tuple[Transaction, Any, Any]:
        tx = Transaction(connection, self._clock, self._ids, self.listeners, self.takes)
        run_text(connection, "SAVEPOINT job")
        try:
            value = run(tx)
            tx.settle()
            run_text(connection, "RELEASE SAVEPOINT job")
        except Exception as error:
            tx.release()
            connection.exec_driver_sql("ROLLBACK TO SAVEPOINT job")
            connection.exec_driver_sql("RELEASE SAVEPOINT job")
            return tx, None, error
        tx.release()
        return tx, value, None

    # On the event loop

    def _answer(self, group: _Group) -> None:
        for job, value, error in group.done:
            if job.future.done():
                continue  # whoever asked has gone; the work is kept all the same
            if error is None:
                job.future.set_result(value)
            elif isinstance(error, StopIteration):  # a future cannot carry one
                job.future.set_exception(RuntimeError(f"a job raised {error!r}"))
            else:
                job.future.set_exception(error)
        self._tell(group)

    def _tell(self, group: _Group) -> None:
        """One listener's failure keeps the news from nobody else."""
        calls = [*group.calls, *(self.on_events if group.has_events else ()), *(self.on_jobs if group.has_jobs else ())]
        if group.taken and self.takes is not None:  # a node that stops meanwhile leaves them to whoever looks next
            calls.append(partial(self.takes.begin, group.taken))
        for call in calls:
            try:
                call()
            except Exception:
                _log.exception("a call after a commit failed")


@cache
def _counter_of(event_name: str) -> Callable[[], None]:
    """There are as many as there are kinds of events."""
    return EVENTS_TOTAL.labels(event_name).inc


def _nothing(_tx: Transaction) -> None:
    """A job for the sake of its commit."""


def _passing(error: Exception) -> Exception:
    """A database that does not answer may answer soon: say so, that phones and channels try again."""
    if not isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError):
        return error
    overloaded = Overloaded("the database does not answer", retry_after_s=1)
    overloaded.__cause__ = error
    return overloaded
