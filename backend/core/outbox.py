"""Delivers the outbox at its own pace: in order per partition, again after a failure, and never silently not at all."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar

import sqlalchemy as sa
import structlog

from backend.core import outbox_rows
from backend.core.database import Database
from backend.core.errors import EdgeError
from backend.core.metrics import OUTBOX_ATTEMPTS, OUTBOX_DEAD, OUTBOX_WAITING
from backend.core.outbox_rows import Job, Takes
from backend.core.writer import Transaction, Writer
from shared.clock import Clock
from shared.errors import BlinkpickError

Deliver = Callable[[Job], Awaitable[None]]
T = TypeVar("T")

LEASE_S = 30.0
COUNT_EVERY_S = 15.0
BLOCKED_S = 1.0
CLAIM_MAX = 32
# Groceries are picked within the hour: dense at first, then patient for three days, then a person looks.
RETRY_AFTER_S = (0.5, 1, 2, 5, 10, 20, 40, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400, 86400)

_log = structlog.get_logger("outbox")


class Outbox:
    """Runs beside the server. `handlers` come from flow.py: one per topic.

    Most deliveries are leased as they are written, and begin with the commit; what waits for its time or its turn, and
    what others left behind, is looked for. `repeatable` are the topics that may as well be delivered twice: that they
    were delivered is written with somebody else's commit.
    """

    def __init__(
        self,
        database: Database,
        writer: Writer,
        clock: Clock,
        *,
        owner: str,
        handlers: Mapping[str, Deliver],
        repeatable: Collection[str] = (),
    ) -> None:
        self._database = database
        self._writer = writer
        self._clock = clock
        self._counted_at: datetime | None = None
        self._owner = owner
        self._handlers = handlers
        self._repeatable = frozenset(repeatable)
        self._wake = asyncio.Event()
        self._delivered: deque[Job] = deque()
        self._may_be_blocked = False  # something due may wait for one that is under way, as far as we know
        self._under_way: set[asyncio.Task[bool]] = set()
        self._settling: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None
        writer.on_jobs.append(self._wake.set)

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="outbox")

    async def stop(self) -> None:
        self._writer.takes = None
        tasks = [*self._under_way, *self._settling, *([self._task] if self._task else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._task = None
        with suppress(Exception):  # then it is delivered once more after the next start
            await self._settle()

    async def deliver_due(self) -> int:
        """Claim what is due and deliver it now; returns how many were tried. Tools and simulations call this."""
        jobs = await self._claim()
        await asyncio.gather(*(self._deliver(job) for job in jobs))
        await self._settle()
        return len(jobs)

    async def _run(self) -> None:
        if self._database.is_sqlite:
            with suppress(Exception):  # then they come when their leases end
                await self._writer.submit(lambda tx: outbox_rows.end_leases(tx.connection, tx.now()))
        self._writer.takes = Takes(self._owner, frozenset(self._handlers), LEASE_S, self._begin)
        while True:
            self._wake.clear()
            self._may_be_blocked = True
            try:
                jobs = await self._claim()
            except Exception:
                _log.exception("outbox claim failed")
                jobs = []
            self._begin(jobs)
            if not jobs:
                await self._sleep()

    def _begin(self, jobs: Sequence[Job]) -> None:
        for job in jobs:
            task = asyncio.create_task(self._deliver(job))
            self._under_way.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[bool]) -> None:
        """One that failed comes due again, and one that is over may have held up the next: then look at once."""
        self._under_way.discard(task)
        is_delivered = not task.cancelled() and task.exception() is None and task.result()
        if self._may_be_blocked or not is_delivered:
            self._wake.set()
        else:
            self._settle_soon()

    def _settle_soon(self) -> None:
        may_wait = all(job.topic in self._repeatable for job in self._delivered)
        if self._settling and may_wait:
            return  # that one takes these along
        task = asyncio.create_task(self._settle(may_wait=may_wait))
        self._settling.add(task)
        task.add_done_callback(self._settled)

    def _settled(self, task: asyncio.Task[None]) -> None:
        self._settling.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.warning("deliveries could not be settled; the next look does", error=str(task.exception()))
            self._wake.set()
        elif not task.cancelled() and self._delivered:
            self._settle_soon()

    async def _sleep(self) -> None:
        """Until something is written that waits, something blocks no more, or something comes due."""
        is_looked_at = True
        while True:
            due_at = await self._next_due_at()
            now = self._clock.now()
            is_due = due_at is not None and due_at <= now
            self._may_be_blocked = is_due
            if is_due and not is_looked_at:
                return
            try:
                async with asyncio.timeout(self._rest_s(due_at, now)):  # wait_for swallows, on Python 3.11, a stop
                    await self._wake.wait()
                return
            except TimeoutError:
                await asyncio.to_thread(self._count)
            if is_due:
                return
            is_looked_at = False

    def _rest_s(self, due_at: datetime | None, now: datetime) -> float:
        """How long nothing needs doing, as far as we know; what is due and waits behind another is looked at again."""
        if due_at is None:
            return self._database.look_again_s
        due_in_s = (due_at - now).total_seconds()
        return BLOCKED_S if due_in_s <= 0 else min(due_in_s, self._database.look_again_s)

    async def _next_due_at(self) -> datetime | None:
        """None also where the database does not answer: then it is asked again."""
        try:
            return await asyncio.to_thread(self._read_next_due_at)
        except sa.exc.SQLAlchemyError:
            return self._clock.now() + timedelta(seconds=BLOCKED_S)

    def _read_next_due_at(self) -> datetime | None:
        with self._database.asking() as connection:
            return outbox_rows.next_due_at(connection)

    def _count(self) -> None:
        """For whoever watches: they look every fifteen seconds, and counting reads every row."""
        now = self._clock.now()
        if self._counted_at is not None and (now - self._counted_at).total_seconds() < COUNT_EVERY_S:
            return
        self._counted_at = now
        with self._database.asking() as connection:
            counts = outbox_rows.count_by_state(connection)
        OUTBOX_WAITING.set(counts.get(outbox_rows.WAITING, 0))
        OUTBOX_DEAD.set(counts.get(outbox_rows.DEAD, 0))

    async def _claim(self) -> list[Job]:
        """What is due now. What was delivered meanwhile is forgotten in the same transaction: one commit, not two."""
        topics = tuple(self._handlers)

        def claim(tx: Transaction) -> list[Job]:
            return outbox_rows.claim_jobs(
                tx.connection, owner=self._owner, now=tx.now(), lease_s=LEASE_S, limit=CLAIM_MAX, topics=topics
            )

        return await self._settle_and(claim)

    async def _settle(self, *, may_wait: bool = False) -> None:
        if self._delivered:
            await self._settle_and(lambda _: None, may_wait=may_wait)

    async def _settle_and(self, run: Callable[[Transaction], T], *, may_wait: bool = False) -> T:
        """Forget what has been delivered by the time this is written."""
        settled: list[Job] = []

        def settle(tx: Transaction) -> T:
            while self._delivered:
                settled.append(self._delivered.popleft())
                outbox_rows.finish_job(tx.connection, settled[-1], self._owner)
            return run(tx)

        try:
            return await self._writer.submit(settle, may_wait=may_wait)
        except Exception:
            self._delivered.extend(settled)  # the lease keeps others away until it is settled
            raise

    async def _deliver(self, job: Job) -> bool:
        """Whether it was delivered."""
        try:
            async with asyncio.timeout(LEASE_S * 0.8):
                await self._handlers[job.topic](job)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            await self._fail(job, error)
            return False
        OUTBOX_ATTEMPTS.labels(job.topic, "delivered").inc()
        self._delivered.append(job)
        return True

    async def _fail(self, job: Job, error: Exception) -> None:
        if isinstance(error, EdgeError) and not error.is_attempt:
            return await self._put_off(job, error)
        next_at = self._next_at(job, error)
        text = f"{type(error).__name__}: {error}"[:2000]
        OUTBOX_ATTEMPTS.labels(job.topic, "dead" if next_at is None else "failed").inc()
        _log.warning(
            "delivery failed", topic=job.topic, job=job.id, attempt=job.attempt, error=text, is_dead=next_at is None
        )
        if next_at is None:
            await self._writer.submit(
                lambda tx: outbox_rows.bury_job(tx.connection, job, self._owner, now=tx.now(), error=text)
            )
        else:
            await self._writer.submit(
                lambda tx: outbox_rows.postpone_job(tx.connection, job, self._owner, next_at=next_at, error=text)
            )

    async def _put_off(self, job: Job, error: EdgeError) -> None:
        """It was too early, and nothing was tried: that uses up no attempt and lengthens no pause."""
        OUTBOX_ATTEMPTS.labels(job.topic, "put off").inc()
        wait_s = max(RETRY_AFTER_S[0], float(error.facts.get("retry_after_s", 0)))
        next_at = self._clock.now() + timedelta(seconds=wait_s)
        await self._writer.submit(
            lambda tx: outbox_rows.postpone_job(
                tx.connection, job, self._owner, next_at=next_at, error=str(error)[:2000], is_attempt=False
            )
        )

    def _next_at(self, job: Job, error: Exception) -> datetime | None:
        """When to try again; None: never. Permanent errors say so; unknown ones get the benefit of the doubt."""
        is_permanent = isinstance(error, BlinkpickError) and not error.is_retryable
        if is_permanent or job.attempt > len(RETRY_AFTER_S):
            return None
        delay_s = float(RETRY_AFTER_S[job.attempt - 1])
        if isinstance(error, BlinkpickError):
            delay_s = max(delay_s, float(error.facts.get("retry_after_s", 0)))
        return self._clock.now() + timedelta(seconds=delay_s)
