"""Delivers the outbox at its own pace: in order per partition, again after a failure, and never silently not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar

import sqlalchemy as sa
import structlog

from backend.core import outbox_rows
from backend.core.database import Database
from backend.core.metrics import OUTBOX_ATTEMPTS, OUTBOX_DEAD, OUTBOX_WAITING
from backend.core.outbox_rows import Job
from backend.core.writer import Transaction, Writer
from shared.clock import Clock
from shared.errors import BlinkpickError

Deliver = Callable[[Job], Awaitable[None]]
T = TypeVar("T")

LEASE_S = 30.0
BLOCKED_S = 1.0
CLAIM_MAX = 32
# Groceries are picked within the hour: dense at first, then patient for three days, then a person looks.
RETRY_AFTER_S = (0.5, 1, 2, 5, 10, 20, 40, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400, 86400)

_log = structlog.get_logger("outbox")


class Outbox:
    """Runs beside the server. `handlers` come from flow.py: one per topic."""

    def __init__(
        self, database: Database, writer: Writer, clock: Clock, *, owner: str, handlers: Mapping[str, Deliver]
    ) -> None:
        self._database = database
        self._writer = writer
        self._clock = clock
        self._owner = owner
        self._handlers = handlers
        self._wake = asyncio.Event()
        self._delivered: list[Job] = []
        self._under_way: set[asyncio.Task[None]] = set()
        self._task: asyncio.Task[None] | None = None
        writer.on_jobs.append(self._wake.set)

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="outbox")

    async def stop(self) -> None:
        for task in [*self._under_way, *([self._task] if self._task else [])]:
            task.cancel()
        await asyncio.gather(*self._under_way, *([self._task] if self._task else []), return_exceptions=True)
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
        while True:
            self._wake.clear()
            try:
                jobs = await self._claim()
            except Exception:
                _log.exception("outbox claim failed")
                jobs = []
            for job in jobs:
                task = asyncio.create_task(self._deliver(job))
                self._under_way.add(task)
                task.add_done_callback(self._done)
            if not jobs:
                await self._sleep()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._wake.set()

    async def _sleep(self) -> None:
        """Until something is written, something finishes, or something comes due."""
        try:
            async with asyncio.timeout(await self._rest_s()):  # wait_for swallows, on Python 3.11, a stop with a signal
                await self._wake.wait()
        except TimeoutError:
            await asyncio.to_thread(self._count)

    async def _rest_s(self) -> float:
        """How long nothing needs doing, as far as we know; what is due and waits behind another is looked at again."""
        try:
            due_at = await asyncio.to_thread(self._next_due_at)
        except sa.exc.SQLAlchemyError:
            return BLOCKED_S
        if due_at is None:
            return self._database.look_again_s
        due_in_s = (due_at - self._clock.now()).total_seconds()
        return BLOCKED_S if due_in_s <= 0 else min(due_in_s, self._database.look_again_s)

    def _next_due_at(self) -> datetime | None:
        with self._database.reading() as session:
            return outbox_rows.next_due_at(session.connection())

    def _count(self) -> None:
        with self._database.reading() as session:
            counts = outbox_rows.count_by_state(session.connection())
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

    async def _settle(self) -> None:
        if self._delivered:
            await self._settle_and(lambda _: None)

    async def _settle_and(self, run: Callable[[Transaction], T]) -> T:
        delivered, self._delivered = self._delivered, []

        def settle(tx: Transaction) -> T:
            for job in delivered:
                outbox_rows.finish_job(tx.connection, job, self._owner)
            return run(tx)

        try:
            return await self._writer.submit(settle)
        except Exception:
            self._delivered = [*delivered, *self._delivered]  # the lease keeps others away until it is settled
            raise

    async def _deliver(self, job: Job) -> None:
        try:
            async with asyncio.timeout(LEASE_S * 0.8):
                await self._handlers[job.topic](job)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            await self._fail(job, error)
        else:
            OUTBOX_ATTEMPTS.labels(job.topic, "delivered").inc()
            self._delivered.append(job)

    async def _fail(self, job: Job, error: Exception) -> None:
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

    def _next_at(self, job: Job, error: Exception) -> datetime | None:
        """When to try again; None: never. Permanent errors say so; unknown ones get the benefit of the doubt."""
        is_permanent = isinstance(error, BlinkpickError) and not error.is_retryable
        if is_permanent or job.attempt > len(RETRY_AFTER_S):
            return None
        delay_s = float(RETRY_AFTER_S[job.attempt - 1])
        if isinstance(error, BlinkpickError):
            delay_s = max(delay_s, float(error.facts.get("retry_after_s", 0)))
        return self._clock.now() + timedelta(seconds=delay_s)
