"""Stores are imported, remembered, and brought up to date without losing an id."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from backend.core.database import Database
from backend.stores.errors import StoreFileRejected, StoreNotFound
from backend.stores.service import StoresService
from shared.barcode import WeighedRule
from tests.backend.databases import both_databases
from tests.backend.stores.files import location, store_file, text_of

Run = Callable[..., Any]


class TestImport:
    @both_databases
    def test_a_new_store_has_its_floor(self, stores: StoresService, database: Database, run: Run) -> None:
        imported = run(stores.import_text("sto_1", text_of(store_file())))
        assert (imported.is_new, imported.locations_added) == (True, 4)
        floor = run(stores.read_floor("sto_1"))
        assert floor.store_map.desk == 3
        assert sorted(floor.ids_by_address) == ["A1-1-1", "A1-2-1", "A1-3-1", "A1-4-1"]
        assert floor.locations[floor.ids_by_address["A1-3-1"]].node == 2
        assert floor.weighed_rules == (WeighedRule(pattern="28PPPPPWWWWWC"),)
        assert stores.store_ids() == ["sto_1"]
        with database.reading() as session:
            assert stores.location_ids(session, "sto_1") == floor.ids_by_address
            assert stores.currency(session, "sto_1") == "EUR"

    @both_databases
    def test_again_with_changes_keeps_the_ids(self, stores: StoresService, run: Run) -> None:
        run(stores.import_text("sto_1", text_of(store_file())))
        before = run(stores.read_floor("sto_1"))
        places = [location(1, 1), location(2, 2, x_m=3.5), location(3, 2), location(9, 2)]
        imported = run(stores.import_text("sto_1", text_of(store_file(locations=places))))
        assert not imported.is_new
        assert (imported.locations_added, imported.locations_changed, imported.locations_removed) == (1, 1, 1)
        after = run(stores.read_floor("sto_1"))
        assert after.digest != before.digest
        assert after.ids_by_address["A1-2-1"] == before.ids_by_address["A1-2-1"]
        assert after.locations[after.ids_by_address["A1-2-1"]].x_m == 3.5

    def test_a_place_that_is_gone_can_still_be_walked_to(self, stores: StoresService, run: Run) -> None:
        """A pick may still name it; its node may be gone too."""
        run(stores.import_text("sto_1", text_of(store_file())))
        gone_id = run(stores.read_floor("sto_1")).ids_by_address["A1-4-1"]
        smaller = store_file(locations=[location(1, 1)])
        smaller["map"]["nodes"].pop(2)
        smaller["map"]["edges"] = [{"a": 0, "b": 1, "length_m": 2.0}, {"a": 1, "b": 3, "length_m": 4.0}]
        run(stores.import_text("sto_1", text_of(smaller)))
        floor = run(stores.read_floor("sto_1"))
        assert "A1-4-1" not in floor.ids_by_address
        assert floor.locations[gone_id].node in {node.id for node in floor.store_map.nodes}
        run(stores.import_text("sto_1", text_of(store_file())))
        assert run(stores.read_floor("sto_1")).ids_by_address["A1-4-1"] == gone_id

    def test_the_same_again_changes_nothing(self, stores: StoresService, run: Run) -> None:
        run(stores.import_text("sto_1", text_of(store_file())))
        before = run(stores.read_floor("sto_1"))
        imported = run(stores.import_text("sto_1", text_of(store_file())))
        assert (imported.locations_added, imported.locations_changed, imported.locations_removed) == (0, 0, 0)
        assert run(stores.read_floor("sto_1")) is before

    def test_a_wrong_file_changes_nothing(self, stores: StoresService, run: Run) -> None:
        with pytest.raises(StoreFileRejected, match=r"locations\.0"):
            run(stores.import_text("sto_1", text_of(store_file(locations=[location(1, 77)]))))
        assert stores.store_ids() == []

    def test_two_stores_have_their_own_addresses(self, stores: StoresService, run: Run) -> None:
        for store_id in ("sto_1", "sto_2"):
            run(stores.import_text(store_id, text_of(store_file())))
        first, second = (run(stores.read_floor(store_id)) for store_id in ("sto_1", "sto_2"))
        assert set(first.locations).isdisjoint(second.locations)


class TestQuestions:
    def test_an_unknown_store_is_not_found(self, stores: StoresService, run: Run) -> None:
        with pytest.raises(StoreNotFound):
            run(stores.read_floor("sto_9"))
        with pytest.raises(StoreNotFound):
            stores.facts("sto_9")

    def test_facts_are_what_a_phone_needs(self, stores: StoresService, run: Run) -> None:
        run(stores.import_text("sto_1", text_of(store_file())))
        facts = stores.facts("sto_1")
        assert (facts.name, facts.languages, facts.currency) == ("Corner Shop", ("en", "zh"), "EUR")

    def test_nodes_have_names_people_know(self, stores: StoresService, run: Run) -> None:
        run(stores.import_text("sto_1", text_of(store_file())))
        captions = run(stores.read_floor("sto_1")).captions()
        assert captions == {0: "the entrance", 3: "the packing desk", 1: "A1-1", 2: "A1-3"}
