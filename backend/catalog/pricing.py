"""New prices: planned for an instant, applied a few hundred at a time, so that no pick waits behind thirty thousand."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session

from backend.catalog import price_repository as repository
from backend.catalog.commands import ApplyPrices, PlannedPrices, PlanPrices, TakeTillPrices, WithdrawPrices
from backend.catalog.errors import PriceBatchApplied, PriceBatchNotFound
from backend.catalog.models import PriceBatchRow
from backend.catalog.prices_file import PriceEntry, rejected
from backend.core.database import Database
from backend.core.outbox_rows import Job
from backend.core.writer import Transaction
from shared.clock import Clock
from shared.events import ProductsChanged

APPLY_TOPIC = "catalog.apply_prices"
PRICES_PER_WRITE = 500
BATCHES_SHOWN = 50
BEGUN_FOLLOWED = 10

Handle = Callable[[Any], Awaitable[Any]]


class Pricing:
    """`handle` is the bus."""

    def __init__(self, database: Database, handle: Handle, clock: Clock) -> None:
        self._database = database
        self._handle = handle
        self._clock = clock

    @property
    def handlers(self) -> Mapping[type, Callable[[Any, Transaction], Any]]:
        """This part's rows of flow.py."""
        return {
            PlanPrices: self.plan_prices,
            WithdrawPrices: self.withdraw_prices,
            ApplyPrices: self.apply_prices,
            TakeTillPrices: self.take_till_prices,
        }

    # What a supervisor, or the till's own system, may do

    async def plan(
        self, store_id: str, entries: tuple[PriceEntry, ...], *, name: str, begins_at: datetime | None, person_id: str
    ) -> PlannedPrices:
        """All of them from `begins_at` on; at once where that is gone by, or None. Raises PricesRejected."""
        begins_at = max(begins_at or self._clock.now(), self._clock.now())
        planned: PlannedPrices = await self._handle(PlanPrices(store_id, entries, name, begins_at, person_id))
        return planned

    async def withdraw(self, store_id: str, batch_id: str) -> None:
        """They will not hold after all. Raises PriceBatchNotFound, PriceBatchApplied."""
        await self._handle(WithdrawPrices(store_id, batch_id))

    async def take_till(self, store_id: str, entries: tuple[PriceEntry, ...]) -> int:
        """What the till charges, to compare with shelf and catalogue; returns how many. Raises PricesRejected."""
        taken: int = await self._handle(TakeTillPrices(store_id, entries))
        return taken

    def compared(self, session: Session, store_id: str) -> Sequence[repository.ComparedPrice]:
        """Every product's price here and at the till (None: it never said one), by SKU."""
        return repository.compare(session.connection(), store_id)

    def begun(self, session: Session, store_id: str) -> Mapping[str, Sequence[repository.PricedProduct]]:
        """The products of the latest ten batches whose instant has come, by batch."""
        return repository.get_begun(session.connection(), store_id, BEGUN_FOLLOWED)

    async def batches(self, store_id: str) -> Sequence[PriceBatchRow]:
        """The latest first, at most fifty."""

        def read() -> Sequence[PriceBatchRow]:
            with self._database.reading() as session:
                return repository.get_batches(session, store_id, BATCHES_SHOWN)

        return await asyncio.to_thread(read)

    async def apply_due(self, job: Job) -> None:
        """A batch's instant has come: apply it, part by part. Tried again, it goes on where it was."""
        while await self._handle(ApplyPrices(job.body["batch_id"])):
            pass

    # In a transaction

    def plan_prices(self, command: PlanPrices, tx: Transaction) -> PlannedPrices:
        """Keep the batch, and one more for each instant at which promotions of it end. Raises PricesRejected."""
        products = _known(command.store_id, command.entries, tx)
        problems = [
            (f"{entry.at}, ends_at", f"a promotion ends after it began, {_said(command.begins_at)}")
            for entry in command.entries
            if entry.ends_at is not None and entry.ends_at <= command.begins_at
        ]
        if problems:
            raise rejected(problems)
        changes = [
            (products[entry.sku], entry.price_minor, entry.was_minor, entry.caption) for entry in command.entries
        ]
        batch = self._keep(command, command.begins_at, changes, None, tx)
        ends: dict[datetime, list[repository.Change]] = defaultdict(list)
        for entry in command.entries:
            if entry.ends_at is not None and entry.was_minor is not None:
                ends[entry.ends_at.astimezone(UTC)].append((products[entry.sku], entry.was_minor, None, ""))
        for ends_at in sorted(ends):
            self._keep(command, ends_at, ends[ends_at], batch.id, tx)
        return PlannedPrices(batch.id, batch.begins_at, len(changes), tuple(sorted(ends)))

    def withdraw_prices(self, command: WithdrawPrices, tx: Transaction) -> None:
        batch = repository.get_batch(tx.session, command.batch_id)
        if batch is None or batch.store_id != command.store_id:
            raise PriceBatchNotFound("this store has planned no such prices", batch_id=command.batch_id[:60])
        if batch.status != repository.PLANNED:
            raise PriceBatchApplied(f"these prices are {batch.status}; plan others instead", batch_id=batch.id)
        for each in [batch, *repository.get_ends(tx.session, batch.id)]:
            each.status = repository.WITHDRAWN
            tx.session.add(each)

    def apply_prices(self, command: ApplyPrices, tx: Transaction) -> bool:
        """The next few hundred of a batch. Returns whether there may be more."""
        batch = repository.get_batch(tx.session, command.batch_id)
        now = tx.now()
        if batch is None or batch.status in (repository.APPLIED, repository.WITHDRAWN) or batch.begins_at > now:
            return False
        changes = repository.next_changes(tx.connection, batch.id, PRICES_PER_WRITE)
        if not changes:
            batch.status, batch.applied_at = repository.APPLIED, now
            tx.session.add(batch)
            return False
        if batch.status == repository.PLANNED:
            batch.status = repository.APPLYING
            tx.session.add(batch)
        if batch.ends_batch_id is not None:  # a promotion that was meanwhile overtaken by another price does not end it
            changed = repository.end_promotions(tx.connection, batch.ends_batch_id, changes)
        else:
            changed = repository.set_prices(tx.connection, changes)
        repository.mark_applied(tx.connection, batch.id, changes, now)
        if changed:
            tx.publish(ProductsChanged(store_id=batch.store_id, at=now, product_ids=changed))
        return True

    def take_till_prices(self, command: TakeTillPrices, tx: Transaction) -> int:
        products = _known(command.store_id, command.entries, tx)
        prices = {products[entry.sku]: entry.price_minor for entry in command.entries}
        repository.put_till_prices(tx.connection, command.store_id, prices, tx.now())
        return len(prices)

    def _keep(
        self,
        command: PlanPrices,
        begins_at: datetime,
        changes: Iterable[repository.Change],
        ends_batch_id: str | None,
        tx: Transaction,
    ) -> PriceBatchRow:
        changes = list(changes)
        batch = PriceBatchRow(
            id=tx.ids.new("price_batch"),
            store_id=command.store_id,
            name=command.name,
            begins_at=begins_at,
            status=repository.PLANNED,
            planned_at=tx.now(),
            planned_by=command.person_id,
            prices=len(changes),
            ends_batch_id=ends_batch_id,
        )
        tx.session.add(batch)
        tx.session.flush()
        repository.insert_changes(tx.connection, batch.id, changes)
        # Each in a partition of its own: nothing waits behind what is due next week.
        tx.enqueue(APPLY_TOPIC, {"batch_id": batch.id}, partition=batch.id, not_before=begins_at)
        return batch


def _known(store_id: str, entries: Iterable[PriceEntry], tx: Transaction) -> Mapping[str, str]:
    """The store's products by SKU. Raises PricesRejected naming every entry that is none of them."""
    products = repository.find_ids_by_sku(tx.connection, store_id)
    unknown = [
        (f"{entry.at}, sku", f"this store sells no product {entry.sku}")
        for entry in entries
        if entry.sku not in products
    ]
    if unknown:
        raise rejected(unknown)
    return products


def _said(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
