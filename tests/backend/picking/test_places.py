"""The floor as planning needs it: built once, and built again as soon as the store has changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from backend.core.database import Database
from backend.core.writer import Writer
from backend.picking.places import PlannedFloors
from backend.picking.ports import StorePlaces
from backend.stores.commands import BlockAisle
from backend.stores.errors import StoreNotFound
from backend.stores.service import StoresService
from tests.backend.stores.files import location, store_file, text_of
from tests.factories import OPENING

Import = Callable[[dict[str, Any]], None]


@pytest.fixture
def stores(database: Database, writer: Writer) -> StoresService:
    async def handle(command: Any) -> Any:
        return await writer.submit(lambda tx: service.handlers[type(command)](command, tx))

    service = StoresService(database=database, handle=handle)
    return service


@pytest.fixture
def import_store(stores: StoresService, run: Callable[..., Any]) -> Import:
    def import_store(file: dict[str, Any]) -> None:
        run(stores.import_text("sto_1", text_of(file)))

    return import_store


@pytest.fixture
def floors(stores: StoresService) -> PlannedFloors:
    return PlannedFloors(stores)


def places_of(floors: PlannedFloors, database: Database, store_id: str = "sto_1") -> StorePlaces:
    with database.reading() as session:
        return floors.of_store(session, store_id)


def test_a_store_as_it_was_imported(floors: PlannedFloors, import_store: Import, database: Database) -> None:
    import_store(store_file())
    places = places_of(floors, database)

    assert (places.entrance, places.desk, places.graph.distance_m(0, 3)) == (0, 3, 6.0)
    assert sorted(each.address for each in places.locations.values()) == ["A1-1-1", "A1-2-1", "A1-3-1", "A1-4-1"]
    assert [rule.pattern for rule in places.weighed_rules] == ["28PPPPPWWWWWC"]


def test_errors_will_name_places_as_people_do(floors: PlannedFloors, import_store: Import, database: Database) -> None:
    import_store(store_file())
    graph = places_of(floors, database).graph

    assert [graph.caption(node) for node in (0, 1, 3)] == ["the entrance", "A1-1", "the packing desk"]


def test_unchanged_it_is_built_once(floors: PlannedFloors, import_store: Import, database: Database) -> None:
    import_store(store_file())
    first = places_of(floors, database)
    import_store(store_file())

    assert places_of(floors, database) is first


def test_a_new_map_is_seen_at_once(floors: PlannedFloors, import_store: Import, database: Database) -> None:
    import_store(store_file())
    places_of(floors, database)
    longer = store_file()
    longer["map"]["edges"][0]["length_m"] = 5.0
    import_store(longer)

    assert places_of(floors, database).graph.distance_m(0, 3) == 9.0


def test_a_moved_shelf_is_seen_at_once(floors: PlannedFloors, import_store: Import, database: Database) -> None:
    import_store(store_file())
    places_of(floors, database)
    import_store(store_file(locations=[location(1, 2)]))

    moved = next(each for each in places_of(floors, database).locations.values() if each.address == "A1-1-1")
    assert moved.node == 2


def test_another_scale_is_seen_at_once(floors: PlannedFloors, import_store: Import, database: Database) -> None:
    import_store(store_file())
    places_of(floors, database)
    other = store_file()
    other["store"]["weighed_rules"] = [{"pattern": "21PPPPVMMMMMC"}]
    import_store(other)

    assert [rule.pattern for rule in places_of(floors, database).weighed_rules] == ["21PPPPVMMMMMC"]


def scale_patterns(floors: PlannedFloors, database: Database, store_id: str = "sto_1") -> list[str]:
    """As a pick asks: on a connection, in a transaction that goes on afterwards."""
    with database.write_engine.begin() as connection:
        rules = floors.weighed_rules(connection, store_id)
        assert connection.in_transaction()
    return [rule.pattern for rule in rules]


def test_how_scales_are_read_can_be_asked_alone(
    floors: PlannedFloors, import_store: Import, database: Database
) -> None:
    import_store(store_file())
    assert scale_patterns(floors, database) == ["28PPPPPWWWWWC"]
    other = store_file()
    other["store"]["weighed_rules"] = [{"pattern": "21PPPPVMMMMMC"}]
    import_store(other)

    assert scale_patterns(floors, database) == ["21PPPPVMMMMMC"] == scale_patterns(floors, database)


def test_no_such_store(floors: PlannedFloors, database: Database) -> None:
    for ask in (places_of, scale_patterns):
        with pytest.raises(StoreNotFound):
            ask(floors, database, "sto_none")


class TestPassable:
    """What plans are made on: the floor without the aisles that are blocked now."""

    @pytest.fixture
    def ask(self, floors: PlannedFloors, database: Database) -> Callable[[], StorePlaces]:
        def ask(at: datetime = OPENING) -> StorePlaces:
            with database.reading() as session:
                return floors.passable(session, "sto_1", at)

        return ask

    def block(self, stores: StoresService, run: Callable[..., Any], aisle: str = "A1") -> None:
        run(stores.blocking.ask(BlockAisle("sto_1", aisle, 600, "", "per_1", "Ada")))

    def test_with_nothing_blocked_it_is_the_floor(
        self, floors: PlannedFloors, import_store: Import, database: Database, ask: Callable[..., StorePlaces]
    ) -> None:
        import_store(store_file())

        assert ask() is places_of(floors, database)

    def test_kept_for_each_floor_and_set_of_blocked_aisles(
        self, stores: StoresService, import_store: Import, ask: Callable[..., StorePlaces], run: Callable[..., Any]
    ) -> None:
        import_store(store_file())
        self.block(stores, run)
        first = ask()

        assert first.cut_off == {0, 1, 2}  # the one aisle leads from the entrance to the desk
        assert ask() is first
        longer = store_file()
        longer["map"]["edges"][0]["length_m"] = 5.0
        import_store(longer)
        assert ask() is not first
        assert ask().way_m(0, 3) == 9.0

    def test_its_time_over_the_floor_is_open(
        self,
        floors: PlannedFloors,
        stores: StoresService,
        import_store: Import,
        database: Database,
        ask: Callable[..., StorePlaces],
        run: Callable[..., Any],
    ) -> None:
        import_store(store_file())
        self.block(stores, run)

        assert ask(OPENING + timedelta(seconds=599)).cut_off
        assert ask(OPENING + timedelta(seconds=600)) is places_of(floors, database)
