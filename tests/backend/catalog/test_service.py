"""Products are imported all or none, brought up to date by SKU, and found by every code they have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from backend.catalog import repository
from backend.catalog.errors import ProductFileRejected, ProductNotFound
from backend.catalog.importing import COLUMNS
from backend.catalog.products import ScannedProduct
from backend.catalog.service import CatalogService
from backend.core.database import Database
from shared.products import TemperatureClass, UnitOfMeasure
from tests.backend.catalog.files import MILK_GTIN, RICE_GTIN, bananas, milk, rice, text_of
from tests.backend.databases import both_databases

Run = Callable[..., Any]
NEW_GTIN = "9520100000201"
WITH_SUBSTITUTES = (*COLUMNS, "use", "substitutes")
ALL_SKUS = ["milk-1", "rice-1", "ban"]


class TestImport:
    @both_databases
    def test_products_are_there_afterwards(self, catalog: CatalogService, run: Run) -> None:
        imported = run(catalog.import_text("sto_1", text_of(milk(), rice(), bananas())))
        assert (imported.added, imported.changed, imported.unchanged) == (3, 0, 0)
        product = run(catalog.get("sto_1", "milk-1"))
        assert (product.card.names.zh, product.card.gtins) == ("全脂牛奶", [MILK_GTIN])
        assert (product.card.unit, product.card.temperature) == (UnitOfMeasure.EACH, TemperatureClass.CHILLED)
        assert (product.location_id, product.card.article) == ("loc_sto_1_1", "")

    @both_databases
    def test_again_with_changes_keeps_the_ids(self, catalog: CatalogService, run: Run) -> None:
        run(catalog.import_text("sto_1", text_of(milk(), rice(), bananas())))
        before = run(catalog.get("sto_1", "milk-1"))
        imported = run(catalog.import_text("sto_1", text_of(milk(price_minor="139", gtins=NEW_GTIN), rice())))
        assert (imported.added, imported.changed, imported.unchanged) == (0, 1, 1)
        after = run(catalog.get("sto_1", "milk-1"))
        assert (after.card.id, after.card.price_minor, after.card.gtins) == (before.card.id, 139, [NEW_GTIN])
        assert run(catalog.get("sto_1", "ban")), "what the file does not name stays"

    def test_a_barcode_may_move_to_another_product(self, catalog: CatalogService, run: Run) -> None:
        run(catalog.import_text("sto_1", text_of(milk(), rice())))
        run(catalog.import_text("sto_1", text_of(milk(gtins=RICE_GTIN), rice(gtins=MILK_GTIN))))
        assert run(catalog.get("sto_1", "milk-1")).card.gtins == [RICE_GTIN]
        assert run(catalog.get("sto_1", "rice-1")).card.gtins == [MILK_GTIN]

    def test_a_barcode_of_a_product_not_in_the_file_is_not_taken(self, catalog: CatalogService, run: Run) -> None:
        run(catalog.import_text("sto_1", text_of(milk())))
        with pytest.raises(ProductFileRejected, match=f"row 2, gtins: {MILK_GTIN} belongs to milk-1 already"):
            run(catalog.import_text("sto_1", text_of(rice() | {"gtins": MILK_GTIN})))

    def test_an_article_of_a_product_not_in_the_file_is_not_taken(self, catalog: CatalogService, run: Run) -> None:
        run(catalog.import_text("sto_1", text_of(bananas())))
        with pytest.raises(ProductFileRejected, match="row 2, article: 21001 belongs to ban already"):
            run(catalog.import_text("sto_1", text_of(bananas(sku="figs"))))

    def test_substitutes_may_be_in_the_file_or_known_already(self, catalog: CatalogService, run: Run) -> None:
        run(catalog.import_text("sto_1", text_of(milk())))
        run(catalog.import_text("sto_1", text_of(rice(substitutes="milk-1 ban"), bananas(), columns=WITH_SUBSTITUTES)))
        assert run(catalog.get("sto_1", "rice-1")).substitutes == ("milk-1", "ban")

    def test_a_substitute_the_store_does_not_sell_refuses_all_of_it(self, catalog: CatalogService, run: Run) -> None:
        with pytest.raises(ProductFileRejected, match="row 2, substitutes: the store sells no oat-9"):
            run(catalog.import_text("sto_1", text_of(milk(substitutes="oat-9"), columns=WITH_SUBSTITUTES)))

    def test_an_unknown_location_refuses_all_of_it(self, catalog: CatalogService, run: Run) -> None:
        with pytest.raises(ProductFileRejected, match="row 3, location: the store has no location Z9-1-1"):
            run(catalog.import_text("sto_1", text_of(milk(), rice() | {"location": "Z9-1-1"})))
        assert run(catalog.search("sto_1", "")) == []

    def test_another_store_has_its_own_products(self, catalog: CatalogService, run: Run) -> None:
        run(catalog.import_text("sto_1", text_of(milk())))
        run(catalog.import_text("sto_2", text_of(milk(name_en="Other Milk"))))
        assert run(catalog.get("sto_1", "milk-1")).card.names.en == "Whole Milk"

    def test_a_file_in_another_encoding_is_named(self, catalog: CatalogService, run: Run) -> None:
        with pytest.raises(ProductFileRejected, match="row 2: this is not UTF-8"):
            run(catalog.import_text("sto_1", text_of(milk()).encode("gb2312")))


class TestFind:
    @pytest.fixture(autouse=True)
    def stocked(self, catalog: CatalogService, run: Run) -> None:
        run(catalog.import_text("sto_1", text_of(milk(gtins=f"{MILK_GTIN} {NEW_GTIN}"), rice(), bananas())))

    @both_databases
    def test_many_codes_at_once(self, catalog: CatalogService, database: Database) -> None:
        with database.read_engine.begin() as connection:
            found = catalog.find_by_codes(connection, "sto_1", skus=["ban", "rice-1", 'no"ne'], gtins=[NEW_GTIN, "1"])
            cards = {
                each.card.sku: each.card
                for each in repository.find_by_codes(connection, "sto_1", skus=ALL_SKUS, gtins=[])
            }
        assert {product.sku: product.gtins for product in found} == {"ban": (), "rice-1": (), "milk-1": (NEW_GTIN,)}
        for product in found:
            card = cards[product.sku]
            assert (product.id, product.unit, product.piece_weight_g) == (card.id, card.unit, card.piece_weight_g)

    @both_databases
    def test_a_product_asked_for_by_several_codes_is_one(self, catalog: CatalogService, database: Database) -> None:
        with database.read_engine.begin() as connection:
            found = catalog.find_by_codes(connection, "sto_1", skus=["milk-1"], gtins=[MILK_GTIN, NEW_GTIN])
        assert [(product.sku, set(product.gtins)) for product in found] == [("milk-1", {MILK_GTIN, NEW_GTIN})]

    def test_many_codes_are_one_query(self, catalog: CatalogService, database: Database) -> None:
        statements: list[str] = []
        with database.read_engine.begin() as connection:
            driver: Any = connection.connection.dbapi_connection
            driver.set_trace_callback(statements.append)
            catalog.find_by_codes(connection, "sto_1", skus=["ban", "none"], gtins=[NEW_GTIN, "1"])
            driver.set_trace_callback(None)
        assert len([statement for statement in statements if statement.startswith("SELECT")]) == 1

    @both_databases
    def test_nothing_asked_is_nothing_found(self, catalog: CatalogService, database: Database) -> None:
        with database.read_engine.begin() as connection:
            assert catalog.find_by_codes(connection, "sto_1", skus=[], gtins=[]) == []
            assert catalog.find_by_codes(connection, "sto_2", skus=["ban"], gtins=[MILK_GTIN]) == []

    @both_databases
    def test_every_gtin_of_a_product_by_its_sku(self, catalog: CatalogService, database: Database) -> None:
        with database.reading() as session:
            found = catalog.gtins_of(session, "sto_1", ["milk-1", "ban", "none"])
        assert {sku: set(gtins) for sku, gtins in found.items()} == {"milk-1": {MILK_GTIN, NEW_GTIN}, "ban": set()}

    @both_databases
    def test_what_checks_a_scan_is_the_products_own(self, catalog: CatalogService, database: Database) -> None:
        with database.reading() as session:
            for sku in ALL_SKUS:
                card = catalog.find_by_sku(session, "sto_1", sku).card  # type: ignore[union-attr]
                found = repository.find_scanned(session.connection(), "sto_1", card.id)
                assert found == ScannedProduct(sku, card.article, card.names.en, tuple(card.gtins))
                assert repository.find_scanned(session.connection(), "sto_2", card.id) is None
            assert repository.find_scanned(session.connection(), "sto_1", "gone") is None

    def test_one_by_each_code(self, catalog: CatalogService, database: Database) -> None:
        with database.reading() as session:
            by_gtin = catalog.find_by_gtin(session, "sto_1", f"0{NEW_GTIN}")
            assert by_gtin is not None
            assert by_gtin.card.sku == "milk-1"
            assert catalog.find_by_gtin(session, "sto_1", "rubbish") is None
            by_article = catalog.find_by_article(session, "sto_1", "21001")
            assert by_article is not None
            assert by_article.card.sku == "ban"
            assert catalog.find_by_article(session, "sto_1", "") is None
            assert catalog.by_id(session, "sto_1", [by_gtin.card.id, "gone"]) == {by_gtin.card.id: by_gtin}

    @pytest.mark.parametrize(
        ("query", "skus"),
        [
            ("MILK whole", ["milk-1"]),
            ("牛奶", ["milk-1"]),
            ("banana", ["ban"]),
            ("21001", ["ban"]),
            (MILK_GTIN[:9], ["milk-1", "rice-1"]),
            ("100%", ["rice-1"]),
            ("%", ["rice-1"]),
            ("whole rice", []),
            ("", ["ban", "milk-1", "rice-1"]),
        ],
    )
    def test_search_holds_every_word(self, catalog: CatalogService, run: Run, query: str, skus: list[str]) -> None:
        assert [product.card.sku for product in run(catalog.search("sto_1", query))] == skus

    def test_an_unknown_sku_is_not_found(self, catalog: CatalogService, run: Run) -> None:
        with pytest.raises(ProductNotFound):
            run(catalog.get("sto_1", "none"))


class TestSubstitutes:
    @both_databases
    def test_by_rank_and_by_use(self, catalog: CatalogService, database: Database, run: Run) -> None:
        text = text_of(
            milk(use="milk", substitutes="milk-3"),
            milk(sku="milk-2", gtins=RICE_GTIN, use="milk"),
            milk(sku="milk-3", gtins=NEW_GTIN, use="other"),
            bananas(use="milk"),
            columns=WITH_SUBSTITUTES,
        )
        run(catalog.import_text("sto_1", text))
        run(catalog.import_text("sto_2", text_of(milk(sku="milk-9", use="milk"), columns=WITH_SUBSTITUTES)))
        ordered = run(catalog.get("sto_1", "milk-1")).card.id
        with database.reading() as session:
            found = catalog.find_substitutes(session.connection(), "sto_1", ordered, [])
            wished = catalog.find_substitutes(session.connection(), "sto_1", ordered, ["milk-2", "milk-9"])
            of_nothing = catalog.find_substitutes(session.connection(), "sto_1", "prd_x", ["milk-2"])
        assert [each.card.sku for each in found] == ["milk-3", "milk-2"]
        assert [each.card.sku for each in wished] == ["milk-2", "milk-3"]
        assert of_nothing == []
