"""What happens to a trolley when an order is cancelled or amended, or its picker comes back with another shift."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.orders.commands import AmendOrder
from backend.orders.models import OrderStatus
from backend.picking.errors import PickNotFound
from backend.picking.models import ToteRow
from shared.clock import ManualClock
from shared.commands import FinishPickList, ReportShort, StartPickList
from shared.events import PickCancelled, PickListCancelled, PickListResumed
from shared.picking import PickListStatus, PickStatus, ShortReason
from tests.backend.picking.steps import confirm, finish_all
from tests.backend.rooms import RULES, Rooms
from tests.factories import make_asker, make_cancellation, make_line, make_order, make_shift_started

ADA = make_asker("Ada")
BEN = make_asker("Ben")


def cancel(rooms: Rooms, external_id: str, *, is_fact: bool = False) -> None:
    rooms.do(make_cancellation(make_order(external_id, []), is_fact=is_fact))


class TestDropCancelledOrder:
    def test_before_the_plan_there_is_nothing_to_drop(self, rooms: Rooms) -> None:
        rooms.accept("o1", "A-1-1")
        cancel(rooms, "o1")

        assert rooms.event_names() == ["order.accepted", "order.cancelled"]

    def test_before_the_start_only_its_own_picks_fall_away(self, rooms: Rooms) -> None:
        pick_list = rooms.planned(o1=["A-1-1", "A-2-1"], o2=["A-1-2"])
        cancel(rooms, "o1")

        after = rooms.pick_list(pick_list.id)
        assert after.status == PickListStatus.READY
        assert after.revision > pick_list.revision
        states = {pick.product_id: pick.status for pick in rooms.picks(pick_list.id)}
        assert states == {
            "prd_A-1-1": PickStatus.CANCELLED,
            "prd_A-2-1": PickStatus.CANCELLED,
            "prd_A-1-2": PickStatus.OPEN,
        }
        dropped = [event.pick_id for event in rooms.events() if isinstance(event, PickCancelled)]
        assert dropped == [pick.id for pick in rooms.picks(pick_list.id) if pick.status == PickStatus.CANCELLED]

    def test_the_last_order_before_the_start_takes_the_trolley_away(self, rooms: Rooms) -> None:
        pick_list = rooms.planned(o1=["A-1-1"], o2=["A-1-2"])
        cancel(rooms, "o1")
        cancel(rooms, "o2")

        after = rooms.pick_list(pick_list.id)
        assert after.status == PickListStatus.CANCELLED
        assert after.cancelled_at == rooms.clock.now()
        assert [event.pick_list_id for event in rooms.events() if isinstance(event, PickListCancelled)] == [after.id]

    def test_while_picking_what_is_done_stays_done(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1", "A-2-1"])
        confirm(rooms, ADA, "A-1-1")
        cancel(rooms, "o1")

        assert rooms.pick_of("A-1-1").status == PickStatus.PICKED
        assert rooms.pick_of("A-2-1").status == PickStatus.CANCELLED
        assert rooms.pick_list(pick_list.id).status == PickListStatus.PICKING

    def test_while_picking_an_empty_trolley_still_comes_to_the_desk(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1"])
        cancel(rooms, "o1")
        rooms.ask(ADA, FinishPickList(pick_list_id=pick_list.id))

        assert rooms.pick_list(pick_list.id).status == PickListStatus.FINISHED
        assert "pick_list.cancelled" not in rooms.event_names()

    def test_after_the_finish_nothing_moves(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1"])
        finish_all(rooms, ADA, pick_list)
        before = rooms.pick_list(pick_list.id)
        cancel(rooms, "o1", is_fact=True)

        assert rooms.pick_list(pick_list.id) == before
        assert rooms.event_names()[-1] == "order.cancelled"

    def test_of_another_trolley_is_left_alone(self, rooms: Rooms) -> None:
        rooms.planned(o1=["A-1-1"])
        other = rooms.planned(o2=["A-1-2"])
        cancel(rooms, "o1")

        assert rooms.pick_list(other.id) == other


def amend(rooms: Rooms, external_id: str, *skus: str) -> None:
    lines = [make_line(rooms.products.stocked[f"prd_{sku}"]) for sku in skus]
    rooms.do(AmendOrder(make_order(external_id, lines)))


class TestDropAmendedOrder:
    def test_before_the_plan_there_is_nothing_to_drop(self, rooms: Rooms) -> None:
        rooms.accept("o1", "A-1-1")
        amend(rooms, "o1", "A-1-2")

        assert rooms.event_names() == ["order.accepted", "order.amended"]

    def test_it_leaves_its_trolley_as_if_it_had_never_been_there(self, rooms: Rooms) -> None:
        pick_list = rooms.planned(o1=["A-1-1", "A-2-1"], o2=["A-1-2"])
        gone = {pick.id for pick in rooms.picks(pick_list.id) if pick.order_id == rooms.order("o1").id}
        amend(rooms, "o1", "C-2-1")

        after = rooms.pick_list(pick_list.id)
        assert (after.status, after.revision > pick_list.revision) == (PickListStatus.READY, True)
        assert [pick.product_id for pick in rooms.picks(pick_list.id)] == ["prd_A-1-2"]
        assert [tote.order_id for tote in rooms.rows(ToteRow)] == [rooms.order("o2").id]
        assert {event.pick_id for event in rooms.events() if isinstance(event, PickCancelled)} == gone
        assert after.one_order_per_walk_m < pick_list.one_order_per_walk_m

    def test_the_walk_of_the_others_is_the_shortest_again(self, rooms: Rooms) -> None:
        pick_list = rooms.planned(o1=["C-2-1", "D-1-1"], o2=["A-1-2"])
        amend(rooms, "o1", "C-2-1")
        rooms.deliver()

        after = rooms.pick_list(pick_list.id)
        assert after.walk_m < pick_list.walk_m
        assert [pick.position for pick in rooms.picks(pick_list.id)] == [0]

    def test_a_trolley_with_nothing_else_is_not_walked(self, rooms: Rooms) -> None:
        pick_list = rooms.planned(o1=["A-1-1"])
        amend(rooms, "o1", "A-1-2")

        assert rooms.pick_list(pick_list.id).status == PickListStatus.CANCELLED
        assert [event.pick_list_id for event in rooms.events() if isinstance(event, PickListCancelled)] == [
            pick_list.id
        ]

    def test_whoever_takes_the_trolley_starts_and_ends_only_what_is_left(self, rooms: Rooms) -> None:
        pick_list = rooms.planned(o1=["A-1-1"], o2=["A-1-2"])
        amend(rooms, "o1", "C-2-1")
        rooms.ask(ADA, StartPickList(pick_list_id=pick_list.id))
        confirm(rooms, ADA, "A-1-2")
        rooms.ask(ADA, FinishPickList(pick_list_id=pick_list.id))

        assert (rooms.order("o1").status, rooms.order("o2").status) == (OrderStatus.ACCEPTED, OrderStatus.READY)

    def test_who_took_it_without_network_is_told_that_the_pick_is_gone(self, rooms: Rooms) -> None:
        pick_list = rooms.planned(o1=["A-1-1"], o2=["A-1-2"])
        pick = rooms.pick_of("A-1-1")
        amend(rooms, "o1", "C-2-1")
        rooms.ask(ADA, StartPickList(pick_list_id=pick_list.id))

        with pytest.raises(PickNotFound):
            rooms.ask(
                ADA,
                ReportShort(
                    pick_list_id=pick_list.id, pick_id=pick.id, quantity_found=0, reason=ShortReason.NOT_ON_SHELF
                ),
            )

    def test_the_tote_it_leaves_behind_is_given_to_the_next_that_goes_along(self, rooms: Rooms) -> None:
        pick_list = rooms.planned(o1=["A-1-1"], o2=["B-1-1", "C-1-1", "D-1-1"])
        first = next(tote for tote in rooms.rows(ToteRow) if tote.letter == "A")
        assert first.order_id == rooms.order("o1").id
        amend(rooms, "o1", "B-2-1")
        rooms.deliver()
        rooms.hire("Ada")
        rooms.ask(ADA, StartPickList(pick_list_id=pick_list.id))
        rooms.rules(replace(RULES, insert_saves_s=5.0))
        rooms.release()

        letters = {tote.order_id: tote.letter for tote in rooms.rows(ToteRow) if tote.pick_list_id == pick_list.id}
        assert letters[rooms.order("o1").id] == "A"
        assert sorted(letters.values()) == ["A", "B"]


class TestResume:
    def test_goes_on_in_the_new_shifts_colour(self, rooms: Rooms, clock: ManualClock) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1"])
        clock.advance(300)
        rooms.tell(make_shift_started(ADA, clock.now()))

        after = rooms.pick_list(pick_list.id)
        assert (after.colour, after.pattern, after.shift_id) == ("yellow", "double", "shf_Ada_again")
        assert (after.status, after.started_at) == (PickListStatus.PICKING, pick_list.started_at)
        assert after.revision == pick_list.revision + 1
        event = rooms.events()[-1]
        assert isinstance(event, PickListResumed)
        assert (event.pick_list_id, event.shift_id) == (pick_list.id, "shf_Ada_again")

    def test_then_picks_as_before(self, rooms: Rooms, clock: ManualClock) -> None:
        rooms.walking(ADA, o1=["A-1-1"])
        rooms.tell(make_shift_started(ADA, clock.now()))
        confirm(rooms, make_asker("Ada", shift_id="shf_Ada_again", colour="yellow"), "A-1-1")

        assert rooms.pick_of("A-1-1").status == PickStatus.PICKED

    @pytest.mark.parametrize("state", ["ready", "finished", "anothers"])
    def test_leaves_every_other_trolley_alone(self, rooms: Rooms, state: str) -> None:
        pick_list = rooms.planned(o1=["A-1-1"])
        if state != "ready":
            walker = BEN if state == "anothers" else ADA
            rooms.ask(walker, StartPickList(pick_list_id=pick_list.id))
            if state == "finished":
                finish_all(rooms, ADA, pick_list)
        before = rooms.pick_list(pick_list.id)
        rooms.tell(make_shift_started(ADA, rooms.clock.now()))

        assert rooms.pick_list(pick_list.id) == before
        assert rooms.event_names()[-1] == "shift.started"
