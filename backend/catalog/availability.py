"""Which products the shelf has no more of: found out while picking, said by a person or the store's own system.

A product that a picker misses is sold out until one is picked again, or somebody says that it is back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from backend.catalog import availability_rows, repository
from backend.catalog.availability_rows import SoldOutProduct
from backend.catalog.commands import SayAvailability
from backend.catalog.errors import ProductNotFound
from backend.core.database import Database
from backend.core.writer import Transaction
from shared.events import (
    OrderLinePicked,
    OrderLineReopened,
    OrderLineShort,
    OrderLineSubstituted,
    ProductAvailable,
    ProductSoldOut,
    ShelfEmptied,
)
from shared.picking import ShortReason

NONE_LEFT = frozenset({ShortReason.NOT_ON_SHELF, ShortReason.TOO_FEW})
SHOWN_MAX = 500
Handle = Callable[[Any], Awaitable[Any]]


class Availability:
    """`handle` is the bus. The listeners run in the transaction of what happened."""

    def __init__(self, database: Database, handle: Handle) -> None:
        self._database = database
        self._handle = handle

    @property
    def handlers(self) -> Mapping[type, Callable[[Any, Transaction], Any]]:
        """This part's rows of flow.py."""
        return {SayAvailability: self.say_availability}

    async def say(self, store_id: str, said: Mapping[str, bool], caused_by: str) -> int:
        """SKU -> whether the shelf has it; returns how many changed. Raises ProductNotFound, and nothing is kept."""
        changed: int = await self._handle(SayAvailability(store_id, said, caused_by))
        return changed

    async def sold_out(self, store_id: str) -> Sequence[SoldOutProduct]:
        """The latest first, at most five hundred."""

        def read() -> Sequence[SoldOutProduct]:
            with self._database.reading() as session:
                return availability_rows.get_sold_out(session.connection(), store_id, SHOWN_MAX)

        return await asyncio.to_thread(read)

    # In a transaction

    def say_availability(self, command: SayAvailability, tx: Transaction) -> int:
        skus = list(command.said)
        found = repository.find_by_codes(tx.connection, command.store_id, skus=skus, gtins=[])
        products = {product.card.sku: product.card.id for product in found}
        unknown = [sku for sku in skus if sku not in products]
        if unknown:
            raise ProductNotFound(f"this store sells no product {unknown[0][:40]!r}", skus=unknown[:20])
        changed = 0
        for sku, is_available in command.said.items():
            change = self._back if is_available else self._gone
            changed += change(command.store_id, products[sku], sku, command.caused_by, tx)
        return changed

    def on_line_short(self, event: OrderLineShort | OrderLineSubstituted, tx: Transaction) -> None:
        """The picker stood before the shelf and it had none, or too few: they took what was left."""
        if event.reason in NONE_LEFT:
            product_id = availability_rows.find_product_id(tx.connection, event.store_id, event.sku)
            if product_id is not None:
                self._gone(event.store_id, product_id, event.sku, event.order_line_id, tx)

    def on_shelf_emptied(self, event: ShelfEmptied, tx: Transaction) -> None:
        sku = availability_rows.find_sku(tx.connection, event.store_id, event.product_id)
        if sku is not None:
            self._gone(event.store_id, event.product_id, sku, event.order_line_id, tx)

    def on_line_picked(self, event: OrderLinePicked, tx: Transaction) -> None:
        """Somebody found one after all."""
        if event.quantity_picked:
            self._back_by_sku(event.store_id, event.sku, "", tx)

    def on_line_reopened(self, event: OrderLineReopened, tx: Transaction) -> None:
        """What was said of this line does not hold; what another line found does."""
        self._back_by_sku(event.store_id, event.sku, event.order_line_id, tx)

    def _gone(self, store_id: str, product_id: str, sku: str, caused_by: str, tx: Transaction) -> int:
        is_new = availability_rows.mark(tx.connection, store_id, product_id, sku, caused_by, tx.now())
        if is_new:
            tx.publish(ProductSoldOut(store_id=store_id, at=tx.now(), product_id=product_id, sku=sku))
        return int(is_new)

    def _back(self, store_id: str, product_id: str, sku: str, caused_by: str, tx: Transaction) -> int:
        was_gone = availability_rows.clear(tx.connection, store_id, product_id)
        if was_gone:
            tx.publish(ProductAvailable(store_id=store_id, at=tx.now(), product_id=product_id, sku=sku))
        return int(was_gone)

    def _back_by_sku(self, store_id: str, sku: str, only_if_by: str, tx: Transaction) -> None:
        row = availability_rows.find(tx.connection, store_id, sku)
        if row is not None and (not only_if_by or row.caused_by == only_if_by):
            self._back(store_id, row.product_id, sku, "", tx)
