"""What changes a walk under way, recorded: another stop first, another order of stops, one order more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from backend.orders.commands import AmendOrder
from backend.orders.models import OrderStatus
from backend.picking.errors import PickListNotFound, PickNotFound
from backend.picking.models import PickListRow, ToteRow
from backend.picking.releasing import REPLAN_EVERY_S
from backend.stores.models import LocationRow
from shared.clock import ManualClock
from shared.commands import ChoosePick, FinishPickList, ReportBlockedAisle, StartPickList
from shared.events import PickChosen, PickListExtended, PickListReplanned
from shared.picking import HEAD_SETTLES_S, PickListStatus, PickStatus
from tests.backend.databases import both_databases
from tests.backend.picking.steps import confirm, confirmation, finish_all, short
from tests.backend.rooms import RULES, Rooms
from tests.factories import (
    DESK,
    OPENING,
    STORE_ID,
    WEIGHED_SKU,
    make_asker,
    make_cancellation,
    make_line,
    make_locations,
    make_order,
)

ADA = make_asker("Ada")
BEN = make_asker("Ben")
SAVES_S = 20.0


def skus(rooms: Rooms, pick_list_id: str, *, status: str = PickStatus.OPEN) -> list[str]:
    """Of its picks in this state, in the order of the walk."""
    picks = rooms.picks(pick_list_id)
    assert [pick.position for pick in picks] == list(range(len(picks)))
    return [pick.product_id.removeprefix("prd_") for pick in picks if pick.status == status]


def choose(rooms: Rooms, sku: str, left: str | None = None, **parts: Any) -> None:
    pick = rooms.pick_of(sku)
    left_id = rooms.pick_of(left).id if left else None
    command = ChoosePick(pick_list_id=pick.pick_list_id, pick_id=pick.id, left_pick_id=left_id)
    rooms.ask(parts.get("asker", ADA), command)


def cancel(rooms: Rooms, external_id: str) -> None:
    rooms.do(make_cancellation(make_order(external_id, [])))


def last(rooms: Rooms, kind: type[Any]) -> Any:
    return [event for event in rooms.events() if isinstance(event, kind)][-1]


def settle(clock: ManualClock) -> None:
    """Until the picker walks to the next stop."""
    clock.advance(HEAD_SETTLES_S)


@contextmanager
def nothing_changes(rooms: Rooms) -> Iterator[None]:
    before = rooms.look()
    yield
    assert rooms.look() == before


@pytest.fixture
def walk(rooms: Rooms, clock: ManualClock) -> PickListRow:
    """A, B, C and D, one after the other along the front, and the picker on the way to A."""
    pick_list = rooms.walking(ADA, o1=["A-1-1", "C-1-1"], o2=["B-1-1", "D-1-1"])
    rooms.deliver()
    settle(clock)
    return pick_list


class TestChoose:
    def test_the_chosen_stop_is_the_first_at_once(self, rooms: Rooms, walk: PickListRow) -> None:
        choose(rooms, "C-1-1", left="A-1-1")

        assert skus(rooms, walk.id) == ["C-1-1", "A-1-1", "B-1-1", "D-1-1"]
        assert rooms.pick_list(walk.id).revision == walk.revision + 1
        event = last(rooms, PickChosen)
        assert (event.pick_id, event.left_pick_id) == (rooms.pick_of("C-1-1").id, rooms.pick_of("A-1-1").id)

    def test_the_one_that_was_left_comes_where_it_costs_least(self, rooms: Rooms, walk: PickListRow) -> None:
        choose(rooms, "D-1-1", left="A-1-1")
        rooms.deliver()

        assert skus(rooms, walk.id)[0] == "D-1-1"
        after = rooms.pick_list(walk.id)
        assert (after.walk[0], after.walk[-1]) == (rooms.places.locations["loc_A-1-1"].node, DESK)
        # From A, where it was left, 16 m to D; there and back along the front with three aisles to turn into.
        assert after.walk_to_desk_m + sum(
            pick.walk_from_previous_m for pick in rooms.picks(walk.id) if pick.status == PickStatus.OPEN
        ) == pytest.approx(16 + 2 + 12 + 3 * 4 - 2 + 16)

    def test_the_next_one_anyway_is_nothing_new(self, rooms: Rooms, walk: PickListRow) -> None:
        with nothing_changes(rooms):
            choose(rooms, "A-1-1")

    @pytest.mark.parametrize("is_late", ["done", "finished", "another's"])
    def test_a_choice_that_comes_too_late_is_nothing(self, rooms: Rooms, walk: PickListRow, is_late: str) -> None:
        """The phone did not hear in time; there is nothing its picker could do about it."""
        if is_late == "done":
            confirm(rooms, ADA, "C-1-1")
        if is_late == "finished":
            finish_all(rooms, ADA, walk)
        with nothing_changes(rooms):
            choose(rooms, "C-1-1", asker=BEN if is_late == "another's" else ADA)

    def test_of_no_such_pick_or_list_is_refused(self, rooms: Rooms, walk: PickListRow) -> None:
        with pytest.raises(PickNotFound):
            rooms.ask(ADA, ChoosePick(pick_list_id=walk.id, pick_id="pck_none"))
        with pytest.raises(PickListNotFound):
            rooms.ask(ADA, ChoosePick(pick_list_id="pkl_none", pick_id="pck_none"))


class TestReplan:
    def test_a_cancelled_order_shortens_the_walk(self, rooms: Rooms, walk: PickListRow) -> None:
        cancel(rooms, "o2")
        assert rooms.deliver() == 1

        after = rooms.pick_list(walk.id)
        assert skus(rooms, walk.id) == ["A-1-1", "C-1-1"]
        assert after.walk_m == pytest.approx(16 + 2 * 2 * 2)
        assert after.walk_m < walk.walk_m
        assert after.revision == walk.revision + 3  # two picks fell away, then the walk was planned anew
        event = last(rooms, PickListReplanned)
        assert (event.open_picks, event.cut_off_pick_ids) == (2, [])
        assert event.to_go_m == pytest.approx(after.walk_m)

    def test_a_trolley_nobody_has_taken_yet_too(self, rooms: Rooms) -> None:
        pick_list = rooms.planned(o1=["A-1-1"], o2=["D-1-1"])
        cancel(rooms, "o2")
        rooms.deliver()

        assert rooms.pick_list(pick_list.id).walk_m < pick_list.walk_m

    def test_a_short_pick_in_turn_changes_nothing_else(self, rooms: Rooms, walk: PickListRow) -> None:
        short(rooms, ADA, "A-1-1")

        assert rooms.deliver() == 0
        assert rooms.pick_list(walk.id).revision == walk.revision + 1

    def test_a_pick_out_of_turn_plans_from_there(self, rooms: Rooms, clock: ManualClock) -> None:
        walk = rooms.walking(ADA, o1=["A-1-1", "B-3-1", "C-3-1", "D-1-1"])
        assert skus(rooms, walk.id) == ["A-1-1", "B-3-1", "C-3-1", "D-1-1"]
        settle(clock)
        confirm(rooms, ADA, "C-3-1")
        assert rooms.deliver() == 1

        assert skus(rooms, walk.id) == ["B-3-1", "A-1-1", "D-1-1"]  # nobody walks anywhere yet
        assert skus(rooms, walk.id, status=PickStatus.PICKED) == ["C-3-1"]
        after = rooms.pick_list(walk.id)
        assert after.walk[0] == rooms.places.locations["loc_C-3-1"].node
        picks = rooms.picks(walk.id)
        assert sum(pick.walk_from_previous_m for pick in picks) + after.walk_to_desk_m == pytest.approx(after.walk_m)

    def test_the_stop_one_walks_to_does_not_jump(self, rooms: Rooms, walk: PickListRow, clock: ManualClock) -> None:
        """What was done long ago comes late, from a phone that had no network: its picker walks on already."""
        clock.advance(60)
        rooms.ask(ADA, confirmation(rooms.pick_of("D-1-1")), made_at=clock.now() - timedelta(seconds=30))
        rooms.deliver()

        assert skus(rooms, walk.id)[0] == "A-1-1"

    def test_picks_done_in_the_old_order_meanwhile_count(self, rooms: Rooms, walk: PickListRow) -> None:
        choose(rooms, "D-1-1", left="A-1-1")
        rooms.deliver()
        for sku in ("A-1-1", "B-1-1", "C-1-1", "D-1-1"):
            confirm(rooms, ADA, sku)
        rooms.deliver()
        rooms.ask(ADA, FinishPickList(pick_list_id=walk.id))

        assert rooms.pick_list(walk.id).status == PickListStatus.FINISHED

    def test_a_plan_for_another_revision_is_planned_again(
        self, rooms: Rooms, walk: PickListRow, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plan, tries = rooms.replanner._plan, []

        def slow(pick_list_id: str, aisle: str) -> Any:
            planned = plan(pick_list_id, aisle)
            if not tries:
                confirm(rooms, ADA, "A-1-1")
            tries.append(planned)
            return planned

        monkeypatch.setattr(rooms.replanner, "_plan", slow)
        cancel(rooms, "o2")
        rooms.deliver()

        assert len(tries) == 2
        assert skus(rooms, walk.id) == ["C-1-1"]
        assert skus(rooms, walk.id, status=PickStatus.PICKED) == ["A-1-1"]

    def test_nothing_left_to_plan(self, rooms: Rooms, walk: PickListRow) -> None:
        cancel(rooms, "o1")
        cancel(rooms, "o2")
        before = rooms.pick_list(walk.id)
        rooms.deliver()

        assert rooms.pick_list(walk.id) == before

    def test_a_shelf_that_left_the_map_leaves_the_walk_as_it_is(self, rooms: Rooms, walk: PickListRow) -> None:
        rooms.places.locations["loc_C-1-1"] = rooms.places.locations["loc_C-1-1"].model_copy(update={"node": 999})
        cancel(rooms, "o2")
        before = rooms.pick_list(walk.id)
        rooms.deliver()

        assert rooms.pick_list(walk.id) == before

    @both_databases
    def test_positions_are_rewritten_in_one_go(self, rooms: Rooms) -> None:
        everything = [location.address for location in make_locations().values() if location.address != "D-3-2"]
        pick_list = rooms.walking(ADA, o1=everything, o2=["A-1-1"])
        choose(rooms, everything[-1], left=rooms.picks(pick_list.id)[0].product_id.removeprefix("prd_"))
        cancel(rooms, "o2")
        rooms.deliver()

        assert skus(rooms, pick_list.id)[0] == everything[-1]


class TestBlockedAisles:
    @pytest.fixture(autouse=True)
    def aisles(self, rooms: Rooms) -> None:
        """The store knows its locations."""
        rows = [
            LocationRow(**location.model_dump(exclude={"node", "x_m", "y_m"}), store_id=STORE_ID, node=1, x_m=0, y_m=0)
            for location in make_locations().values()
        ]
        rooms.writer.run_once(lambda tx: tx.session.add_all(rows))

    def block(self, rooms: Rooms, walk: PickListRow, aisle: str) -> None:
        rooms.places.blocked.add(aisle)
        rooms.ask(ADA, ReportBlockedAisle(pick_list_id=walk.id, aisle=aisle))
        rooms.deliver()

    def test_what_lies_behind_it_comes_last_even_if_one_walks_there(self, rooms: Rooms, walk: PickListRow) -> None:
        self.block(rooms, walk, "A")

        assert skus(rooms, walk.id) == ["B-1-1", "C-1-1", "D-1-1", "A-1-1"]
        assert last(rooms, PickListReplanned).cut_off_pick_ids == [rooms.pick_of("A-1-1").id]
        with rooms.database.reading() as session:
            document = rooms.views.pick_list(session, walk.id)
        assert document is not None
        assert [pick.is_cut_off for pick in document.picks] == [False, False, False, True]

    def test_it_ends_by_itself_and_the_phone_hears_it(
        self, rooms: Rooms, walk: PickListRow, clock: ManualClock
    ) -> None:
        self.block(rooms, walk, "A")
        before = rooms.pick_list(walk.id)
        rooms.places.blocked.clear()
        clock.advance(30 * 60)
        rooms.deliver()

        assert "aisle.reopened" in rooms.event_names()
        assert rooms.pick_list(walk.id).revision > before.revision
        assert last(rooms, PickListReplanned).cut_off_pick_ids == []

    def test_a_trolley_that_waits_is_planned_round_it(self, rooms: Rooms, walk: PickListRow) -> None:
        waiting = rooms.planned(o3=["A-1-1", "B-3-1"], o4=["D-1-1"])
        self.block(rooms, walk, "B")

        assert skus(rooms, waiting.id) == ["A-1-1", "D-1-1", "B-3-1"]

    def test_a_new_trolley_goes_round_it_and_takes_everything(self, rooms: Rooms) -> None:
        rooms.places.blocked.add("B")
        pick_list = rooms.planned(o1=["A-1-1", "B-2-1", "D-1-1"], o2=["B-3-1"])

        assert skus(rooms, pick_list.id)[:2] == ["A-1-1", "D-1-1"]
        assert set(skus(rooms, pick_list.id)[2:]) == {"B-2-1", "B-3-1"}
        assert pick_list.walk_m < 60

    def test_a_walk_elsewhere_is_left_alone(self, rooms: Rooms, clock: ManualClock) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1"])
        settle(clock)
        self.block(rooms, pick_list, "D")

        assert rooms.pick_list(pick_list.id).revision == pick_list.revision


class TestInsertOrder:
    @pytest.fixture(autouse=True)
    def rules(self, rooms: Rooms) -> None:
        rooms.rules(replace(RULES, insert_saves_s=SAVES_S))
        rooms.hire("Ada")

    def test_goes_along_in_the_next_tote(self, rooms: Rooms, walk: PickListRow) -> None:
        rooms.accept("o3", "B-2-1", due_at=OPENING + timedelta(minutes=90))

        assert rooms.release() == 0  # no new pick list
        after = rooms.pick_list(walk.id)
        assert skus(rooms, walk.id) == ["A-1-1", "B-1-1", "B-2-1", "C-1-1", "D-1-1"]
        totes = {tote.order_id: tote.letter for tote in rooms.rows(ToteRow)}
        assert totes[rooms.order("o3").id] == "C"
        assert rooms.order("o3").status == OrderStatus.PICKING
        assert (after.due_at, after.revision) == (OPENING + timedelta(minutes=90), walk.revision + 1)
        assert after.walk_m == walk.walk_m + 4
        event = last(rooms, PickListExtended)
        assert (event.order_ids, event.tote_letter, event.picker_id) == ([rooms.order("o3").id], "C", "per_Ada")
        assert rooms.event_names()[-3:] == ["pick_list.extended", "order.planned", "order.picking_started"]

    def test_and_is_picked_with_the_others(self, rooms: Rooms, walk: PickListRow) -> None:
        rooms.accept("o3", "B-2-1", WEIGHED_SKU)
        rooms.release()
        finish_all(rooms, ADA, walk)

        assert {rooms.order(name).status for name in ("o1", "o2", "o3")} == {OrderStatus.READY}

    def waits(self, rooms: Rooms, *skus: str) -> None:
        rooms.accept("o3", *skus)
        rooms.release()
        assert rooms.order("o3").status == OrderStatus.ACCEPTED
        assert "pick_list.extended" not in rooms.event_names()

    def test_switched_off_it_waits(self, rooms: Rooms, walk: PickListRow) -> None:
        rooms.rules(RULES)
        self.waits(rooms, "B-2-1")

    def test_a_full_trolley_takes_none(self, rooms: Rooms) -> None:
        rooms.walking(ADA, o1=["A-1-1", "C-1-1"], o2=["B-1-1"], more=["D-1-1"])
        self.waits(rooms, "B-2-1")

    def test_nor_does_one_that_is_nearly_done(self, rooms: Rooms, walk: PickListRow) -> None:
        for sku in ("A-1-1", "B-1-1"):
            confirm(rooms, ADA, sku)
        self.waits(rooms, "C-2-1")

    def test_nor_one_nobody_has_heard_of_for_long(self, rooms: Rooms, walk: PickListRow, clock: ManualClock) -> None:
        clock.advance(121)
        self.waits(rooms, "B-2-1")

    def test_nor_one_whose_picker_went_home(self, rooms: Rooms, walk: PickListRow) -> None:
        rooms.send_home("Ada")
        self.waits(rooms, "B-2-1")

    @pytest.mark.parametrize("meanwhile", ["picked", "finished", "cancelled", "amended"])
    def test_what_happens_meanwhile_comes_first(
        self, rooms: Rooms, walk: PickListRow, monkeypatch: pytest.MonkeyPatch, meanwhile: str
    ) -> None:
        take_along, looks = rooms.releaser._take_along, []
        amendment = AmendOrder(make_order("o3", [make_line(rooms.products.stocked["prd_B-2-2"])]))

        async def late(store_id: str, along: Any) -> int:
            if not looks:
                assert len(along) == 1
                {
                    "picked": lambda: confirm(rooms, ADA, "A-1-1"),
                    "finished": lambda: finish_all(rooms, ADA, walk),
                    "cancelled": lambda: cancel(rooms, "o3"),
                    "amended": lambda: rooms.do(amendment),
                }[meanwhile]()
                looks.append(rooms.look())
            taken = await take_along(store_id, along)
            looks.append(rooms.look())
            return taken

        monkeypatch.setattr(rooms.releaser, "_take_along", late)
        rooms.accept("o3", "B-2-1")
        assert rooms.release() == 0

        assert looks[0] == looks[1]  # refused, and not one row is different
        assert rooms.order("o3").status == (OrderStatus.CANCELLED if meanwhile == "cancelled" else OrderStatus.ACCEPTED)

    def test_and_it_is_tried_again(self, rooms: Rooms, walk: PickListRow, clock: ManualClock) -> None:
        clock.advance(121)
        self.waits(rooms, "B-2-1")
        confirm(rooms, ADA, "A-1-1")
        clock.advance(REPLAN_EVERY_S)
        rooms.release()

        assert rooms.order("o3").status == OrderStatus.PICKING

    def test_a_cancelled_order_keeps_its_tote(self, rooms: Rooms) -> None:
        """What lies in it stays there for the desk; the next order gets another."""
        rooms.walking(ADA, o1=["A-1-1"], o2=["B-1-1", "C-1-1", "D-1-1"])
        cancel(rooms, "o1")
        rooms.deliver()
        rooms.accept("o3", "B-2-1")
        rooms.release()

        letters = {tote.order_id: tote.letter for tote in rooms.rows(ToteRow)}
        assert letters[rooms.order("o3").id] == "C"

    def test_a_second_picker_is_not_needed_to_start_it(self, rooms: Rooms, walk: PickListRow) -> None:
        rooms.accept("o3", "B-2-1")
        rooms.release()

        assert len(rooms.rows(PickListRow)) == 1
        rooms.ask(ADA, StartPickList(pick_list_id=walk.id))  # a repeat changes nothing
        assert rooms.pick_list(walk.id).status == PickListStatus.PICKING
