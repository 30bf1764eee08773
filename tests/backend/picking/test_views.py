"""A pick list as the phone keeps it, and its open stops as the labels need them."""

from __future__ import annotations

import pytest

from backend.picking.models import PickListRow
from backend.picking.views import FINISHED_SHOWN_HOURS, OpenStop, WalkProgress
from shared.clock import ManualClock
from shared.commands import StartPickList
from shared.labels import BlinkPattern, LightColour
from shared.picking import PickList, PickListStatus, PickProgress, PickStatus, PriceBasis, ShortReason
from shared.products import UnitOfMeasure
from tests.backend.databases import both_databases
from tests.backend.picking.steps import confirm, finish_all, short
from tests.backend.rooms import Rooms
from tests.factories import (
    CHANNEL_ID,
    STORE_ID,
    WEIGHED_SKU,
    make_asker,
    make_cancellation,
    make_order,
    make_shift_started,
)

ADA = make_asker("Ada")
BEN = make_asker("Ben")


def document(rooms: Rooms, pick_list: PickListRow) -> PickList:
    with rooms.database.reading() as session:
        shown = rooms.views.pick_list(session, pick_list.id)
    assert shown is not None
    return shown


def open_stops(rooms: Rooms, pick_list: PickListRow) -> list[OpenStop]:
    with rooms.database.reading() as session:
        return rooms.views.open_stops(session, pick_list.id)


def distances_m(rooms: Rooms, pick_list: PickListRow) -> list[float]:
    return [stop.distance_m for stop in open_stops(rooms, pick_list)]


class TestPickList:
    def test_equals_the_rows(self, rooms: Rooms) -> None:
        rooms.channel_names = {CHANNEL_ID: "Corner shop"}
        rooms.price_bases = {CHANNEL_ID: PriceBasis.WEIGHED}
        pick_list = rooms.walking(ADA, o1=["A-1-1", "C-2-1"], o2=[WEIGHED_SKU])
        confirm(rooms, ADA, "A-1-1")
        short(rooms, ADA, "C-2-1", found=1, reason=ShortReason.DAMAGED)
        row = rooms.pick_list(pick_list.id)

        shown = document(rooms, pick_list)

        names = ("id", "store_id", "revision", "status", "due_at", "walk", "walk_m", "picker_id", "picker_name")
        lights = ("colour", "pattern", "started_at", "finished_at")
        assert {name: getattr(shown, name) for name in names + lights} == {
            name: getattr(row, name) for name in names + lights
        }
        totes = [(tote.letter, tote.display_code, tote.channel_name, tote.due_at) for tote in shown.totes]
        assert totes == [("A", "O1", "Corner shop", row.due_at), ("B", "O2", "Corner shop", row.due_at)]
        assert [tote.price_basis for tote in shown.totes] == [PriceBasis.WEIGHED, PriceBasis.WEIGHED]
        picks = rooms.picks(pick_list.id)
        copied = ("id", "position", "status", "quantity_picked", "short_reason", "quantity_ordered", "order_line_id")
        assert [{name: getattr(pick, name) for name in copied} for pick in shown.picks] == [
            {name: getattr(pick, name) for name in copied} for pick in picks
        ]
        assert [(pick.product.sku, pick.location.address) for pick in shown.picks] == [
            ("A-1-1", "A-1-1"),
            ("C-2-1", "C-2-1"),
            (WEIGHED_SKU, "D-3-2"),
        ]
        assert [pick.tote_letter for pick in shown.picks] == ["A", "A", "B"]

    def test_survives_the_wire(self, rooms: Rooms) -> None:
        shown = document(rooms, rooms.walking(ADA, o1=["A-1-1"]))

        assert PickList.model_validate_json(shown.model_dump_json()) == shown

    def test_a_channel_without_a_name_is_called_by_its_id(self, rooms: Rooms) -> None:
        assert document(rooms, rooms.planned(o1=["A-1-1"])).totes[0].channel_name == CHANNEL_ID

    def test_a_product_gone_from_the_catalogue_still_says_what_to_look_for(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(ADA, o1=[WEIGHED_SKU, "A-1-1"])
        del rooms.products.stocked[f"prd_{WEIGHED_SKU}"]

        fine, gone = document(rooms, pick_list).picks
        assert fine.product.sku == "A-1-1"
        assert gone.product.names.en == "No longer in the catalogue"
        assert (gone.product.unit, gone.quantity_ordered) == (UnitOfMeasure.GRAM, 1000)
        assert gone.location.address == "D-3-2"

    def test_a_location_gone_from_the_store_does_not_hide_the_pick_list(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1"])
        del rooms.places.locations["loc_A-1-1"]

        assert document(rooms, pick_list).picks[0].location.id == "loc_A-1-1"

    def test_none_where_there_is_none(self, rooms: Rooms) -> None:
        with rooms.database.reading() as session:
            assert rooms.views.pick_list(session, "pkl_none") is None


class TestWalkProgress:
    def progress(self, rooms: Rooms, pick_list_id: str, pick_id: str) -> WalkProgress | None:
        with rooms.database.reading() as session:
            return rooms.views.walk_progress(session, pick_list_id, pick_id)

    def test_says_what_the_document_says(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1", "B-1-1", WEIGHED_SKU])
        confirm(rooms, ADA, "A-1-1")
        short(rooms, ADA, "B-1-1", found=0, reason=ShortReason.DAMAGED)
        shown = document(rooms, pick_list)

        found = [self.progress(rooms, pick_list.id, pick.id) for pick in shown.picks]

        assert [each.pick.model_dump() for each in found if each] == [
            pick.model_dump(include=set(PickProgress.model_fields)) for pick in shown.picks
        ]
        assert {(each.picker_id, each.revision) for each in found if each} == {(ADA.person_id, shown.revision)}

    def test_none_while_nobody_walks_with_it(self, rooms: Rooms) -> None:
        pick_list = rooms.planned(o1=["A-1-1"])

        assert self.progress(rooms, pick_list.id, rooms.pick_of("A-1-1").id) is None

    def test_none_for_the_pick_of_another_list(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1"])
        other = rooms.planned(o2=["B-1-1"])

        assert self.progress(rooms, pick_list.id, rooms.picks(other.id)[0].id) is None


class TestOpenPickLists:
    def shown(self, rooms: Rooms, picker_id: str, store_id: str = STORE_ID) -> list[str]:
        with rooms.database.reading() as session:
            return [shown.id for shown in rooms.views.open_pick_lists(session, store_id, picker_id)]

    def test_a_trolley_to_take_is_everyones_a_taken_one_only_its_pickers(self, rooms: Rooms) -> None:
        pick_list = rooms.planned(o1=["A-1-1"])
        assert [self.shown(rooms, asker.person_id) for asker in (ADA, BEN)] == [[pick_list.id], [pick_list.id]]

        rooms.ask(ADA, StartPickList(pick_list_id=pick_list.id))

        assert [self.shown(rooms, asker.person_id) for asker in (ADA, BEN)] == [[pick_list.id], []]

    def test_a_cancelled_one_is_nobodys(self, rooms: Rooms) -> None:
        rooms.planned(o1=["A-1-1"])
        rooms.do(make_cancellation(make_order("o1", [])))

        assert self.shown(rooms, ADA.person_id) == []

    def test_a_finished_one_stays_for_its_picker_for_the_day(self, rooms: Rooms, clock: ManualClock) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1"])
        finish_all(rooms, ADA, pick_list)
        assert [self.shown(rooms, asker.person_id) for asker in (ADA, BEN)] == [[pick_list.id], []]

        clock.advance(FINISHED_SHOWN_HOURS * 3600 + 1)

        assert self.shown(rooms, ADA.person_id) == []

    def test_another_store_sees_none(self, rooms: Rooms) -> None:
        rooms.planned(o1=["A-1-1"])

        assert self.shown(rooms, ADA.person_id, "sto_other") == []


@both_databases
class TestOpenStops:
    """Distances of the small store: 4 m to the first shelf of aisle A, 2 m from bay to bay."""

    WALK = ("A-1-1", "A-2-1", "A-3-1")

    def test_from_the_entrance_and_from_stop_to_stop(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(ADA, o1=self.WALK)

        stops = open_stops(rooms, pick_list)
        assert [(stop.location_id, stop.position, stop.distance_m) for stop in stops] == [
            ("loc_A-1-1", 0, 4.0),
            ("loc_A-2-1", 1, 2.0),
            ("loc_A-3-1", 2, 2.0),
        ]
        assert {(stop.colour, stop.pattern, stop.shift_id) for stop in stops} == {
            (LightColour.BLUE, BlinkPattern.SLOW, "shf_Ada")
        }

    def test_from_the_stop_just_done(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(ADA, o1=self.WALK)
        confirm(rooms, ADA, "A-1-1")
        assert distances_m(rooms, pick_list) == [2.0, 2.0]
        short(rooms, ADA, "A-2-1")
        assert distances_m(rooms, pick_list) == [2.0]

    def test_a_stop_done_early_is_walked_past(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(ADA, o1=self.WALK)
        confirm(rooms, ADA, "A-2-1")

        assert distances_m(rooms, pick_list) == [4.0, 4.0]

    def test_nobody_stands_at_a_stop_that_was_cancelled(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1", "A-3-1"], o2=["A-2-1"])
        confirm(rooms, ADA, "A-1-1")
        rooms.do(make_cancellation(make_order("o2", [])))

        assert distances_m(rooms, pick_list) == [4.0]

    def test_cancelled_before_the_first_step_it_still_counts_from_the_entrance(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(ADA, o1=["A-2-1"], o2=["A-1-1"])
        rooms.do(make_cancellation(make_order("o2", [])))

        assert distances_m(rooms, pick_list) == [6.0]

    def test_no_more_than_asked_for(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1", "A-3-1"], o2=["A-2-1"])
        rooms.do(make_cancellation(make_order("o2", [])))

        with rooms.database.reading() as session:
            for at_most in (1, 2, 3):
                stops = rooms.views.open_stops(session, pick_list.id, at_most)
                assert stops == open_stops(rooms, pick_list)[:at_most]
                assert [stop.distance_m for stop in stops] == [4.0, 4.0][:at_most]

    @pytest.mark.parametrize("status", [PickListStatus.READY, PickListStatus.FINISHED])
    def test_none_unless_somebody_walks(self, rooms: Rooms, status: PickListStatus) -> None:
        pick_list = rooms.planned(o1=self.WALK)
        if status == PickListStatus.FINISHED:
            rooms.ask(ADA, StartPickList(pick_list_id=pick_list.id))
            finish_all(rooms, ADA, pick_list)

        assert open_stops(rooms, pick_list) == []

    def test_in_the_colour_of_the_new_shift(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(ADA, o1=self.WALK)
        rooms.tell(make_shift_started(ADA, rooms.clock.now()))

        assert {(stop.colour, stop.pattern, stop.shift_id) for stop in open_stops(rooms, pick_list)} == {
            (LightColour.YELLOW, BlinkPattern.DOUBLE, "shf_Ada_again")
        }

    def test_those_under_way_can_be_found_again_after_a_restart(self, rooms: Rooms) -> None:
        walking = rooms.walking(ADA, o1=["A-1-1"])
        rooms.planned(o2=["B-1-1"])

        with rooms.database.reading() as session:
            assert list(rooms.views.started_pick_lists(session)) == [walking.id]
        assert rooms.picks(walking.id)[0].status == PickStatus.OPEN
