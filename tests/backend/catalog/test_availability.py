"""What the shelf has no more of: found out by pickers, said by people, told once, taken back when it does not hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from backend.catalog.availability import NONE_LEFT
from backend.catalog.errors import ProductNotFound
from backend.catalog.service import CatalogService
from backend.core.database import Database
from backend.core.journal import JournalRow
from backend.core.writer import Writer
from shared.clock import ManualClock
from shared.events import OrderLinePicked, OrderLineReopened, OrderLineShort, ShelfEmptied
from shared.picking import ShortReason
from tests.backend.catalog.files import bananas, milk, rice, text_of
from tests.backend.databases import both_databases

Run = Callable[..., Any]
MILK, RICE = milk()["sku"], rice()["sku"]


class Shelf:
    """What pickers and people say, and what is sold out then."""

    def __init__(
        self, catalog: CatalogService, database: Database, writer: Writer, clock: ManualClock, run: Run
    ) -> None:
        self.catalog, self.database, self.writer, self.clock, self.run = catalog, database, writer, clock, run

    def _hear(self, listener: Callable[[Any, Any], None], event: Any) -> None:
        self.run(self.writer.submit(lambda tx: listener(event, tx)))

    def _line(self, sku: str, line: str, picked: int) -> dict[str, Any]:
        return {
            "store_id": "sto_1",
            "at": self.clock.now(),
            "channel_id": "chn_1",
            "order_id": "ord_1",
            "order_line_id": line,
            "external_line_id": "1",
            "sku": sku,
            "quantity_ordered": 2,
            "quantity_picked": picked,
            "unit": "each",
        }

    def short(self, sku: str, reason: ShortReason = ShortReason.TOO_FEW, line: str = "orl_1") -> None:
        event = OrderLineShort(**self._line(sku, line, 1), reason=reason)
        self._hear(self.catalog.availability.on_line_short, event)

    def picked(self, sku: str, count: int = 2) -> None:
        self._hear(self.catalog.availability.on_line_picked, OrderLinePicked(**self._line(sku, "orl_9", count)))

    def reopened(self, sku: str, line: str) -> None:
        event = OrderLineReopened(**self._line(sku, line, 0))
        self._hear(self.catalog.availability.on_line_reopened, event)

    def emptied(self, sku: str) -> None:
        with self.database.reading() as session:
            product = self.catalog.find_by_sku(session, "sto_1", sku)
        assert product is not None
        event = ShelfEmptied(
            store_id="sto_1",
            at=self.clock.now(),
            pick_list_id="pkl_1",
            pick_id="pck_1",
            order_line_id="orl_1",
            product_id=product.card.id,
            location_id=product.location_id,
            picker_id="per_1",
        )
        self._hear(self.catalog.availability.on_shelf_emptied, event)

    def say(self, **said: bool) -> int:
        names = {"milk": MILK, "rice": RICE}
        words = {names.get(name, name): is_available for name, is_available in said.items()}
        changed: int = self.run(self.catalog.availability.say("sto_1", words, "per_boss"))
        return changed

    @property
    def sold_out(self) -> list[str]:
        return [product.sku for product in self.run(self.catalog.availability.sold_out("sto_1"))]

    @property
    def told(self) -> list[str]:
        with self.database.reading() as session:
            rows = session.exec(select(JournalRow).order_by(JournalRow.sequence)).all()  # type: ignore[arg-type]
        return [row.name for row in rows if row.name.startswith("product.")]


@pytest.fixture
def shelf(catalog: CatalogService, database: Database, writer: Writer, clock: ManualClock, run: Run) -> Shelf:
    run(catalog.import_text("sto_1", text_of(milk(), rice(), bananas())))
    return Shelf(catalog, database, writer, clock, run)


class TestFoundOut:
    @both_databases
    def test_what_a_picker_misses_is_sold_out_and_told_once(self, shelf: Shelf) -> None:
        shelf.short(MILK)
        shelf.clock.advance(1)
        shelf.short(MILK, line="orl_2")
        shelf.emptied(RICE)
        assert shelf.sold_out == [RICE, MILK]
        assert shelf.told == ["product.sold_out", "product.sold_out"]

    @pytest.mark.parametrize("reason", sorted(set(ShortReason) - NONE_LEFT))
    def test_what_stands_there_and_cannot_be_sold_is_another_matter(self, shelf: Shelf, reason: ShortReason) -> None:
        shelf.short(MILK, reason)
        assert shelf.sold_out == []

    def test_what_the_catalogue_does_not_know_is_left_aside(self, shelf: Shelf) -> None:
        shelf.short("NOBODY")
        assert shelf.told == []


class TestBack:
    @both_databases
    def test_once_somebody_picks_one(self, shelf: Shelf) -> None:
        shelf.short(MILK)
        shelf.picked(RICE)
        shelf.picked(MILK, 0)
        assert shelf.sold_out == [MILK]
        shelf.picked(MILK)
        shelf.picked(MILK)
        assert shelf.sold_out == []
        assert shelf.told == ["product.sold_out", "product.available"]

    def test_when_the_picker_takes_it_back(self, shelf: Shelf) -> None:
        shelf.short(MILK, line="orl_1")
        shelf.reopened(MILK, "orl_2")
        assert shelf.sold_out == [MILK], "another line's word holds"
        shelf.reopened(MILK, "orl_1")
        assert shelf.sold_out == []

    def test_when_somebody_says_so(self, shelf: Shelf) -> None:
        assert shelf.say(milk=False, rice=True) == 1
        assert shelf.sold_out == [MILK]
        assert shelf.say(milk=False) == 0
        assert shelf.say(milk=True) == 1
        assert shelf.sold_out == []

    def test_a_wrong_sku_changes_nothing(self, shelf: Shelf) -> None:
        with pytest.raises(ProductNotFound):
            shelf.say(milk=False, NOBODY=False)
        assert shelf.sold_out == []
