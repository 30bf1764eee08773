"""A trolley kept for a picker: what its labels need to know, and when they are told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.picking.models import PickListRow
from backend.picking.views import KeptWalk
from shared.commands import StartPickList
from shared.events import PickListKept
from tests.backend.databases import both_databases
from tests.backend.picking.steps import confirm, finish_all
from tests.backend.rooms import RULES, Rooms
from tests.factories import OPENING, make_asker

ADA = make_asker("Ada")


@pytest.fixture
def rooms(rooms: Rooms) -> Rooms:
    """Each order gets a trolley of its own."""
    rooms.rules(type(RULES)(1, RULES.wait_for_company_s, RULES.slack_margin_s, RULES.pace, RULES.route_seconds))
    return rooms


def trolleys(rooms: Rooms, *orders: list[str]) -> list[PickListRow]:
    for number, skus in enumerate(orders):
        rooms.accept(f"o{number}", *skus, due_at=OPENING + timedelta(minutes=120 + number))
    rooms.release(is_forced=True)
    return sorted(rooms.rows(PickListRow), key=lambda row: row.due_at)


def kept_walk(rooms: Rooms, pick_list: PickListRow) -> KeptWalk | None:
    with rooms.database.reading() as session:
        return rooms.views.kept_walk(session, pick_list.id)


def kept_after(rooms: Rooms, pick_list: PickListRow) -> str | None:
    with rooms.database.reading() as session:
        return rooms.views.kept_after(session, pick_list.id)


def told(rooms: Rooms) -> list[tuple[str, str | None]]:
    events = [event for event in rooms.events() if isinstance(event, PickListKept)]
    return [(event.pick_list_id, event.picker_id) for event in events]


@both_databases
class TestKeptWalk:
    def test_its_stops_are_in_the_light_of_whoever_it_is_kept_for(self, rooms: Rooms) -> None:
        (only,) = trolleys(rooms, ["A-1-1", "A-2-1"])
        assert kept_walk(rooms, only) is None
        rooms.hire("Ada")
        rooms.offer()

        kept = kept_walk(rooms, only)
        assert kept is not None
        assert [(stop.location_id, stop.distance_m) for stop in kept.stops] == [("loc_A-1-1", 4.0), ("loc_A-2-1", 2.0)]
        assert {(stop.colour, stop.pattern) for stop in kept.stops} == {(ADA.colour, ADA.pattern)}
        assert (kept.picks_left, kept.walk_left_m) == (0, 0)
        with rooms.database.reading() as session:
            assert list(rooms.views.kept_pick_lists(session)) == [only.id]

    def test_it_says_how_much_of_another_walk_is_left_to_them(self, rooms: Rooms) -> None:
        first, second = trolleys(rooms, ["A-1-1", "A-2-1"], ["B-1-1"])
        rooms.hire("Ada")
        rooms.ask(ADA, StartPickList(pick_list_id=first.id))
        confirm(rooms, ADA, "A-1-1")
        rooms.offer()

        kept = kept_walk(rooms, second)
        assert kept is not None
        assert kept.picks_left == 1
        assert kept.walk_left_m == pytest.approx(2.0 + rooms.pick_list(first.id).walk_to_desk_m)
        assert kept_after(rooms, first) == second.id
        assert kept_after(rooms, second) is None

        finish_all(rooms, ADA, first)
        assert kept_after(rooms, first) == second.id
        back = kept_walk(rooms, second)
        assert back is not None
        assert (back.picks_left, back.walk_left_m) == (0, 0)


@both_databases
class TestTold:
    def test_once_when_it_is_kept_and_once_when_it_is_not_any_more(self, rooms: Rooms) -> None:
        first, second = trolleys(rooms, ["A-1-1"], ["B-1-1"])
        rooms.hire("Ada")
        rooms.offer()
        rooms.offer()
        assert told(rooms) == [(first.id, "per_Ada")]

        rooms.ask(ADA, StartPickList(pick_list_id=second.id))
        assert told(rooms) == [(first.id, "per_Ada"), (first.id, None)]
        assert kept_walk(rooms, first) is None

    def test_when_its_picker_goes_home(self, rooms: Rooms) -> None:
        (only,) = trolleys(rooms, ["A-1-1"])
        rooms.hire("Ada")
        rooms.offer()
        rooms.send_home("Ada")
        assert told(rooms) == [(only.id, "per_Ada"), (only.id, None)]
