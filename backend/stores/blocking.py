"""Aisles one cannot get through for a while: said by somebody who stands there, and over by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from backend.core.database import Database
from backend.core.outbox_rows import Job
from backend.core.writer import Transaction
from backend.stores import repository
from backend.stores.commands import BlockAisle, ReopenAisle
from backend.stores.errors import AisleNotBlocked, AisleNotFound
from backend.stores.models import BlockedAisleRow
from shared.clock import Clock
from shared.events import AisleBlocked, AisleReopened

BLOCKED_S = 30 * 60.0  # a pallet, a spill, a delivery: who blocked it is mostly gone after half an hour
BLOCKED_MAX_S = 24 * 3600.0  # what is closed for longer is another map
REOPEN_TOPIC = "stores.reopen"


class BlockedAisles:
    """Says which aisles are blocked, and when they are open again. Whoever plans walks hears the events."""

    def __init__(self, database: Database, handle: Callable[[Any], Awaitable[Any]]) -> None:
        self._database = database
        self._handle = handle

    def block(self, command: BlockAisle, tx: Transaction) -> BlockedAisleRow:
        """Block an aisle, or let it stay blocked for so long from now. Raises AisleNotFound."""
        aisles = repository.get_aisles(tx.session, command.store_id)
        if command.aisle not in aisles:
            raise AisleNotFound(
                f"there is no aisle {command.aisle!r} here; there are {', '.join(aisles) or 'none'}",
                aisle=command.aisle,
            )
        now = tx.now()
        ends_at = now + timedelta(seconds=command.lasts_s)
        row = repository.get_unended_block(tx.session, command.store_id, command.aisle)
        if row is not None and row.ends_at > now:
            row.ends_at, row.reason = ends_at, command.reason or row.reason
        else:
            row = BlockedAisleRow(
                id=tx.ids.new("blocked_aisle"),
                store_id=command.store_id,
                aisle=command.aisle,
                reason=command.reason,
                blocked_by=command.person_id,
                blocked_by_name=command.person_name,
                blocked_at=now,
                ends_at=ends_at,
            )
        tx.session.add(row)
        tx.session.flush()
        body = {"store_id": command.store_id, "aisle": command.aisle}
        # Each in a partition of its own: nothing else waits behind what is due in half an hour.
        tx.enqueue(REOPEN_TOPIC, body, partition=f"{row.id}:{ends_at.isoformat()}", not_before=ends_at)
        tx.publish(
            AisleBlocked(
                store_id=command.store_id,
                at=now,
                aisle=command.aisle,
                ends_at=ends_at,
                reason=row.reason,
                person_id=command.person_id,
            )
        )
        return row

    def reopen(self, command: ReopenAisle, tx: Transaction) -> bool:
        """Open it. Raises AisleNotBlocked for a person; without one, False where its time is not over, or gone by."""
        row = repository.get_unended_block(tx.session, command.store_id, command.aisle)
        now = tx.now()
        if command.person_id is None:
            if row is None or row.ends_at > now:
                return False
        elif row is None or row.ends_at <= now:
            raise AisleNotBlocked(f"aisle {command.aisle} is not blocked", aisle=command.aisle)
        row.ended_at, row.ended_by = now, command.person_id
        tx.session.add(row)
        tx.session.flush()
        tx.publish(AisleReopened(store_id=command.store_id, at=now, aisle=command.aisle, person_id=command.person_id))
        return True

    async def ask(self, command: BlockAisle | ReopenAisle) -> Any:
        """One of the two, in a transaction of its own."""
        return await self._handle(command)

    async def reopen_due(self, job: Job) -> None:
        """The time of a block is over: say so, unless it was made longer or ended meanwhile."""
        await self.ask(ReopenAisle(job.body["store_id"], job.body["aisle"], person_id=None))

    async def now_blocked(self, store_id: str, clock: Clock) -> Sequence[BlockedAisleRow]:
        """Every aisle that is blocked now, the oldest first."""

        def read() -> Sequence[BlockedAisleRow]:
            with self._database.reading() as session:
                return repository.get_blocked_aisles(session, store_id, clock.now())

        return await asyncio.to_thread(read)
