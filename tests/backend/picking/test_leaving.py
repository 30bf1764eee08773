"""A picker is gone: the trolley stands where it was left, and whoever takes it goes on; nothing picked is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.picking.commands import HandOverTrolley
from backend.picking.errors import PickListClosed, PickListNotFound, PickListNotStarted, PickListTaken
from backend.picking.models import PickListRow
from shared.commands import StartPickList
from shared.events import PickListLeft, PickListResumed, PickListTakenOver
from shared.labels import BlinkPattern, LightColour
from shared.picking import PickList, PickListStatus, PickStatus
from tests.backend.databases import both_databases
from tests.backend.picking.steps import confirm, finish_all
from tests.backend.rooms import Rooms
from tests.factories import STORE_ID, make_asker, make_shift_started

ADA = make_asker("Ada")
BEN = make_asker("Ben", colour=LightColour.YELLOW, pattern=BlinkPattern.DOUBLE)


def shown(rooms: Rooms, pick_list: PickListRow) -> PickList:
    with rooms.database.reading() as session:
        document = rooms.views.pick_list(session, pick_list.id)
    assert document is not None
    return document


def lit(rooms: Rooms, pick_list: PickListRow) -> set[LightColour]:
    with rooms.database.reading() as session:
        return {stop.colour for stop in rooms.views.open_stops(session, pick_list.id)}


def phones_of(rooms: Rooms, picker_id: str) -> list[str]:
    with rooms.database.reading() as session:
        return [each.id for each in rooms.views.open_pick_lists(session, STORE_ID, picker_id)]


def left(rooms: Rooms) -> PickListRow:
    """Ada picked one of three, and her shift is over."""
    rooms.hire("Ada")
    pick_list = rooms.walking(ADA, o1=["A-1-1", "B-1-1", "C-1-1"])
    confirm(rooms, ADA, "A-1-1")
    rooms.clock.advance(10)
    rooms.send_home("Ada")
    return pick_list


@both_databases
class TestLeave:
    def test_it_stands_where_it_was_left(self, rooms: Rooms) -> None:
        pick_list = left(rooms)

        document = shown(rooms, pick_list)
        assert document.is_left
        assert (document.status, document.left_near, document.left_at) == (
            PickListStatus.PICKING,
            "A-1-1",
            rooms.clock.now(),
        )
        assert [pick.status for pick in document.picks].count(PickStatus.PICKED) == 1
        assert lit(rooms, pick_list) == set()
        assert pick_list.id in phones_of(rooms, "per_Ben")
        event = rooms.events()[-1]
        assert isinstance(event, PickListLeft)
        assert (event.picker_id, event.handed_over_by) == ("per_Ada", None)

    def test_nothing_picked_yet_is_near_nowhere(self, rooms: Rooms) -> None:
        rooms.hire("Ada")
        pick_list = rooms.walking(ADA, o1=["A-1-1"])
        rooms.send_home("Ada")
        assert shown(rooms, pick_list).left_near == ""

    def test_a_shift_without_a_trolley_leaves_none(self, rooms: Rooms) -> None:
        rooms.hire("Ada")
        rooms.send_home("Ada")
        assert rooms.event_names() == ["shift.ended"]

    def test_the_same_picker_signs_in_again_and_goes_on(self, rooms: Rooms) -> None:
        pick_list = left(rooms)
        rooms.tell(make_shift_started(ADA, rooms.clock.now()))

        document = shown(rooms, pick_list)
        assert (document.is_left, document.colour) == (False, LightColour.YELLOW)
        assert rooms.event_names()[-1] == "pick_list.resumed"
        assert lit(rooms, pick_list) == {LightColour.YELLOW}
        assert pick_list.id not in phones_of(rooms, "per_Ben")

    def test_a_shift_taken_over_on_another_phone_goes_on_in_one_go(self, rooms: Rooms) -> None:
        pick_list = left(rooms)
        rooms.tell(make_shift_started(ADA, rooms.clock.now()))
        confirm(rooms, ADA, "B-1-1")
        assert not shown(rooms, pick_list).is_left


@both_databases
class TestHandOver:
    def test_a_supervisor_frees_trolley_and_picker(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1"])
        rooms.do(HandOverTrolley(STORE_ID, pick_list.id, "per_Rosa"))

        event = rooms.events()[-1]
        assert isinstance(event, PickListLeft)
        assert event.handed_over_by == "per_Rosa"
        other = rooms.planned(o2=["B-1-1"])
        rooms.ask(ADA, StartPickList(pick_list_id=other.id))  # not blocked by the one she no longer walks with
        assert rooms.pick_list(other.id).picker_id == "per_Ada"

    def test_its_picker_signing_in_again_does_not_take_it_back(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1"])
        rooms.do(HandOverTrolley(STORE_ID, pick_list.id, "per_Rosa"))
        rooms.tell(make_shift_started(ADA, rooms.clock.now()))
        assert shown(rooms, pick_list).is_left

    def test_its_picker_may_take_it_back_by_hand(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1"])
        rooms.do(HandOverTrolley(STORE_ID, pick_list.id, "per_Rosa"))
        rooms.ask(ADA, StartPickList(pick_list_id=pick_list.id))
        assert isinstance(rooms.events()[-1], PickListResumed)
        assert not shown(rooms, pick_list).is_left

    def test_twice_is_once(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1"])
        for _ in range(2):
            rooms.do(HandOverTrolley(STORE_ID, pick_list.id, "per_Rosa"))
        assert rooms.event_names().count("pick_list.left") == 1

    def test_only_a_trolley_under_way(self, rooms: Rooms) -> None:
        with pytest.raises(PickListNotFound):
            rooms.do(HandOverTrolley(STORE_ID, "pkl_unknown", "per_Rosa"))
        pick_list = rooms.planned(o1=["A-1-1"])
        with pytest.raises(PickListNotStarted):
            rooms.do(HandOverTrolley(STORE_ID, pick_list.id, "per_Rosa"))
        rooms.ask(ADA, StartPickList(pick_list_id=pick_list.id))
        finish_all(rooms, ADA, pick_list)
        with pytest.raises(PickListClosed):
            rooms.do(HandOverTrolley(STORE_ID, pick_list.id, "per_Rosa"))


@both_databases
class TestTake:
    def test_picks_stay_done_and_lights_follow(self, rooms: Rooms) -> None:
        pick_list = left(rooms)
        rooms.ask(BEN, StartPickList(pick_list_id=pick_list.id))

        document = shown(rooms, pick_list)
        assert (document.picker_name, document.colour, document.is_left) == ("Ben", LightColour.YELLOW, False)
        assert sum(pick.status is PickStatus.PICKED for pick in document.picks) == 1
        assert lit(rooms, pick_list) == {LightColour.YELLOW}
        event = rooms.events()[-1]
        assert isinstance(event, PickListTakenOver)
        assert (event.picker_id, event.from_picker_id) == ("per_Ben", "per_Ada")
        finish_all(rooms, BEN, pick_list)
        assert rooms.order("o1").status == "ready"

    def test_the_second_one_who_takes_it_is_refused(self, rooms: Rooms) -> None:
        pick_list = left(rooms)
        rooms.ask(BEN, StartPickList(pick_list_id=pick_list.id))
        with pytest.raises(PickListTaken, match="Ben walks"):
            rooms.ask(make_asker("Cleo"), StartPickList(pick_list_id=pick_list.id))

    def test_while_it_stands_its_pickers_late_picks_count(self, rooms: Rooms) -> None:
        left(rooms)
        confirm(rooms, ADA, "B-1-1")
        assert rooms.pick_of("B-1-1").status == PickStatus.PICKED

    def test_what_was_picked_before_the_take_over_still_counts_if_open(self, rooms: Rooms) -> None:
        pick_list = left(rooms)
        before = rooms.clock.now() - timedelta(seconds=5)
        rooms.ask(BEN, StartPickList(pick_list_id=pick_list.id))
        rooms.clock.advance(60)

        confirm(rooms, ADA, "B-1-1", made_at=before)
        pick = rooms.pick_of("B-1-1")
        assert (pick.status, pick.picker_id) == (PickStatus.PICKED, "per_Ada")

    def test_what_comes_after_the_take_over_is_refused(self, rooms: Rooms) -> None:
        pick_list = left(rooms)
        rooms.ask(BEN, StartPickList(pick_list_id=pick_list.id))
        with pytest.raises(PickListTaken):
            confirm(rooms, ADA, "B-1-1")
        assert rooms.pick_of("B-1-1").status == PickStatus.OPEN

    def test_somebody_who_never_walked_it_may_not_pick_however_early(self, rooms: Rooms) -> None:
        pick_list = left(rooms)
        rooms.ask(BEN, StartPickList(pick_list_id=pick_list.id))
        with pytest.raises(PickListTaken):
            confirm(rooms, make_asker("Cleo"), "B-1-1", made_at=rooms.clock.now() - timedelta(hours=1))
