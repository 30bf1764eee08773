"""Prices hold from their instant on, end with their promotion, and thirty thousand never hold up a pick."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from backend.catalog import pricing
from backend.catalog.errors import PriceBatchApplied, PriceBatchNotFound, PricesRejected
from backend.catalog.prices_file import PriceEntry
from backend.catalog.service import CatalogService
from backend.core.database import Database
from backend.core.journal import JournalRow
from backend.core.outbox import Outbox
from backend.core.writer import Writer
from shared.clock import ManualClock
from tests.backend.catalog.files import bananas, milk, rice, text_of
from tests.backend.databases import both_databases

Run = Callable[..., Any]


@pytest.fixture
def outbox(database: Database, writer: Writer, clock: ManualClock, catalog: CatalogService) -> Outbox:
    handlers = {pricing.APPLY_TOPIC: catalog.pricing.apply_due}
    return Outbox(database, writer, clock, owner="test", handlers=handlers)


@pytest.fixture
def shelf(catalog: CatalogService, run: Run) -> CatalogService:
    run(catalog.import_text("sto_1", text_of(milk(), rice(), bananas())))
    return catalog


class Prices:
    """What a supervisor plans, and what holds then."""

    def __init__(self, catalog: CatalogService, outbox: Outbox, clock: ManualClock, run: Run) -> None:
        self.catalog, self.outbox, self.clock, self.run = catalog, outbox, clock, run

    def plan(self, *entries: PriceEntry, in_s: float = 0, name: str = "new") -> Any:
        begins_at = self.clock.now() + timedelta(seconds=in_s)
        return self.run(self.catalog.pricing.plan("sto_1", entries, name=name, begins_at=begins_at, person_id="per_1"))

    def offer(self, sku: str, price: int, was: int, ends_s: float) -> PriceEntry:
        return PriceEntry("row 2", sku, price, was, "Weekend", self.clock.now() + timedelta(seconds=ends_s))

    def later(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.run(self.outbox.deliver_due())

    def of(self, sku: str) -> tuple[int, int | None, str]:
        product = self.run(self.catalog.get("sto_1", sku))
        return product.card.price_minor, product.was_minor, product.promotion

    def statuses(self) -> list[tuple[str, str]]:
        return [(batch.name, batch.status) for batch in self.run(self.catalog.pricing.batches("sto_1"))]


@pytest.fixture
def prices(shelf: CatalogService, outbox: Outbox, clock: ManualClock, run: Run) -> Prices:
    return Prices(shelf, outbox, clock, run)


def changed(database: Database) -> list[list[str]]:
    """The products of every `products.changed` since the import."""
    with database.reading() as session:
        rows = session.exec(select(JournalRow).where(JournalRow.name == "products.changed")).all()
    return [json.loads(row.body)["product_ids"] for row in rows][1:]


class TestPlan:
    @both_databases
    def test_they_hold_from_their_instant_on(self, prices: Prices) -> None:
        planned = prices.plan(PriceEntry("row 2", "milk-1", 111), in_s=3_600)
        assert planned.prices == 1
        prices.later(3_599)
        assert prices.of("milk-1")[0] != 111
        prices.later(1)
        assert prices.of("milk-1") == (111, None, "")
        assert prices.statuses() == [("new", "applied")]

    def test_an_instant_that_is_gone_by_is_now(self, prices: Prices) -> None:
        prices.plan(PriceEntry("row 2", "milk-1", 111), in_s=-3_600)
        prices.later(0)
        assert prices.of("milk-1")[0] == 111

    def test_a_product_the_store_does_not_sell_refuses_all_of_them(self, prices: Prices) -> None:
        with pytest.raises(PricesRejected, match="row 3, sku: this store sells no product figs"):
            prices.plan(PriceEntry("row 2", "milk-1", 111), PriceEntry("row 3", "figs", 5))
        prices.later(0)
        assert prices.of("milk-1")[0] != 111
        assert prices.statuses() == []

    def test_a_promotion_that_would_end_before_it_begins_is_refused(self, prices: Prices) -> None:
        with pytest.raises(PricesRejected, match="row 2, ends_at: a promotion ends after it began"):
            prices.plan(prices.offer("milk-1", 99, 149, ends_s=60), in_s=60)


class TestPromotion:
    @both_databases
    def test_it_says_what_it_was_and_ends_by_itself(self, prices: Prices) -> None:
        prices.plan(prices.offer("milk-1", 99, 149, ends_s=7_200), in_s=3_600)
        prices.later(3_600)
        assert prices.of("milk-1") == (99, 149, "Weekend")
        prices.later(3_600)
        assert prices.of("milk-1") == (149, None, "")

    def test_one_that_another_price_overtook_does_not_end_it(self, prices: Prices) -> None:
        prices.plan(prices.offer("milk-1", 99, 149, ends_s=7_200))
        prices.later(0)
        prices.plan(PriceEntry("row 2", "milk-1", 120))
        prices.later(0)
        prices.later(7_200)
        assert prices.of("milk-1") == (120, None, "")

    def test_an_import_that_says_the_same_price_leaves_it_and_another_price_ends_it(
        self, prices: Prices, shelf: CatalogService, run: Run
    ) -> None:
        prices.plan(prices.offer("milk-1", 99, 149, ends_s=7_200))
        prices.later(0)
        run(shelf.import_text("sto_1", text_of(milk(price_minor="99"))))
        assert prices.of("milk-1") == (99, 149, "Weekend")
        run(shelf.import_text("sto_1", text_of(milk(price_minor="135"))))
        assert prices.of("milk-1") == (135, None, "")


class TestWithdraw:
    def test_withdrawn_prices_never_hold_nor_do_the_ends_of_their_promotions(self, prices: Prices) -> None:
        before = prices.of("milk-1")
        planned = prices.plan(prices.offer("milk-1", 99, 149, ends_s=7_200), in_s=3_600)
        prices.run(prices.catalog.pricing.withdraw("sto_1", planned.batch_id))
        prices.later(7_200)
        assert prices.of("milk-1") == before
        assert {status for _, status in prices.statuses()} == {"withdrawn"}

    def test_what_holds_already_cannot_be_withdrawn(self, prices: Prices) -> None:
        planned = prices.plan(PriceEntry("row 2", "milk-1", 111))
        prices.later(0)
        with pytest.raises(PriceBatchApplied, match="are applied; plan others"):
            prices.run(prices.catalog.pricing.withdraw("sto_1", planned.batch_id))

    def test_another_store_s_are_not_there(self, prices: Prices) -> None:
        planned = prices.plan(PriceEntry("row 2", "milk-1", 111), in_s=60)
        with pytest.raises(PriceBatchNotFound):
            prices.run(prices.catalog.pricing.withdraw("sto_2", planned.batch_id))


class TestApply:
    def test_many_go_in_parts_each_told_once(
        self, prices: Prices, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pricing, "PRICES_PER_WRITE", 2)
        prices.plan(*(PriceEntry("row", sku, 7) for sku in ("milk-1", "rice-1", "ban")))
        prices.later(0)
        assert [len(product_ids) for product_ids in changed(database)] == [2, 1]
        assert len({product_id for product_ids in changed(database) for product_id in product_ids}) == 3
        assert [prices.of(sku)[0] for sku in ("milk-1", "rice-1", "ban")] == [7, 7, 7]

    def test_a_price_that_is_the_old_one_changes_nothing(self, prices: Prices, database: Database) -> None:
        prices.plan(PriceEntry("row 2", "milk-1", prices.of("milk-1")[0]))
        prices.later(0)
        assert changed(database) == []
        assert prices.statuses() == [("new", "applied")]

    def test_tried_again_after_a_crash_it_goes_on_where_it_was(
        self, prices: Prices, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pricing, "PRICES_PER_WRITE", 2)
        planned = prices.plan(*(PriceEntry("row", sku, 7) for sku in ("milk-1", "rice-1", "ban")))
        assert prices.run(prices.catalog.pricing._handle(pricing.ApplyPrices(planned.batch_id)))
        assert prices.statuses() == [("new", "applying")]
        prices.later(0)
        assert prices.statuses() == [("new", "applied")]
        assert [len(product_ids) for product_ids in changed(database)] == [2, 1]


class TestBegun:
    @both_databases
    def test_batches_whose_instant_has_come_with_what_holds_of_them(
        self, prices: Prices, shelf: CatalogService, database: Database
    ) -> None:
        planned = prices.plan(PriceEntry("row 2", "milk-1", 111), PriceEntry("row 3", "rice-1", 222), name="now")
        prices.plan(PriceEntry("row 2", "milk-1", 333), in_s=3_600, name="later")
        with database.reading() as session:
            assert shelf.pricing.begun(session, "sto_1") == {}
        prices.later(1)
        with database.reading() as session:
            begun = shelf.pricing.begun(session, "sto_1")
            assert shelf.pricing.begun(session, "sto_2") == {}
        assert [*begun] == [planned.batch_id]
        assert [each.is_applied for each in begun[planned.batch_id]] == [True, True]
