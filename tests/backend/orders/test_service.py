"""What becomes of an order: accepted once, followed while it is picked, cancelled in any state."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from backend.orders.commands import AmendOrder
from backend.orders.errors import OrderAlreadyReady, OrderIsOver, OrderNotFound, OrderRenamed, PickingHasBegun
from backend.orders.models import OrderLineRow, OrderLineStatus, OrderRow, OrderStatus
from backend.picking.models import PickListRow
from shared.clock import ManualClock
from shared.commands import FinishPickList, StartPickList
from shared.events import OrderAmended, OrderCancelled, OrderLinePicked, OrderLineShort, OrderReady
from shared.picking import PickListStatus, PickStatus, ShortReason
from tests.backend.databases import both_databases
from tests.backend.picking.steps import confirm, finish_all, short
from tests.backend.rooms import Rooms
from tests.factories import (
    CHANNEL_ID,
    OPENING,
    STORE_ID,
    WEIGHED_SKU,
    make_asker,
    make_cancellation,
    make_line,
    make_order,
)

ADA = make_asker("Ada")


class TestAccept:
    def test_keeps_the_order_with_its_lines_in_the_channels_sequence(self, rooms: Rooms) -> None:
        accepted = rooms.accept("o1", "C-2-1", "A-1-1", note="Ring twice")

        order = rooms.order("o1")
        assert accepted.is_new
        assert (accepted.id, accepted.status) == (order.id, OrderStatus.ACCEPTED)
        assert (order.status, order.note, order.accepted_at) == (OrderStatus.ACCEPTED, "Ring twice", OPENING)
        assert [(line.position, line.sku, line.quantity_ordered) for line in rooms.lines("o1")] == [
            (0, "C-2-1", 2),
            (1, "A-1-1", 2),
        ]
        assert rooms.event_names() == ["order.accepted"]

    def test_twice_is_once(self, rooms: Rooms) -> None:
        first = rooms.accept("o1", "A-1-1")
        before = rooms.look()

        again = rooms.accept("o1", "A-1-1")

        assert (again.id, again.is_new) == (first.id, False)
        assert rooms.look() == before

    def test_again_with_other_lines_keeps_the_first_word(self, rooms: Rooms) -> None:
        rooms.accept("o1", "A-1-1")

        assert not rooms.accept("o1", "B-1-1", "C-1-1").is_new
        assert [line.sku for line in rooms.lines("o1")] == ["A-1-1"]

    def test_again_after_a_cancellation_says_so(self, rooms: Rooms) -> None:
        rooms.accept("o1", "A-1-1")
        rooms.do(make_cancellation(make_order("o1", [])))

        assert rooms.accept("o1", "A-1-1").status == OrderStatus.CANCELLED

    def test_the_same_external_id_of_another_channel_or_store_is_another_order(self, rooms: Rooms) -> None:
        rooms.accept("o1", "A-1-1")

        assert rooms.accept("o1", "A-1-1", channel_id="chn_other").is_new
        assert rooms.accept("o1", "A-1-1", store_id="sto_other").is_new
        assert len(rooms.rows(OrderRow)) == 3

    def test_the_same_product_on_two_lines_stays_two_lines(self, rooms: Rooms) -> None:
        rooms.accept("o1", "A-1-1", "A-1-1")

        assert len(rooms.lines("o1")) == 2

    def test_an_order_without_lines_is_refused_and_leaves_nothing(self, rooms: Rooms) -> None:
        with pytest.raises(AssertionError, match="without lines"):
            rooms.do(make_order("o1", []))
        assert rooms.rows(OrderRow) == []

    def test_a_line_that_cannot_be_stored_takes_the_whole_order_with_it(self, rooms: Rooms) -> None:
        line = make_line(rooms.products.stocked["prd_A-1-1"])
        broken = make_line(rooms.products.stocked["prd_B-1-1"], sku=None)

        with pytest.raises(sa.exc.IntegrityError):
            rooms.do(make_order("o1", [line, broken]))
        assert rooms.rows(OrderRow) == []
        assert rooms.rows(OrderLineRow) == []
        assert rooms.events() == []


def make_amendment(rooms: Rooms, external_id: str, *skus: str, **parts: Any) -> AmendOrder:
    """The order as it is now: one line for each SKU."""
    return AmendOrder(
        make_order(external_id, [make_line(rooms.products.stocked[f"prd_{sku}"]) for sku in skus], **parts)
    )


class TestAmend:
    def test_what_it_says_now_counts(self, rooms: Rooms) -> None:
        accepted = rooms.accept("o1", "A-1-1", "A-1-2", note="Ring twice")
        due_at = OPENING + timedelta(hours=1)
        amended_id = rooms.do(make_amendment(rooms, "o1", "C-2-1", due_at=due_at, total_minor=7, note="Knock"))

        order = rooms.order("o1")
        assert amended_id == accepted.id == order.id
        assert (order.due_at, order.total_minor, order.note) == (due_at, 7, "Knock")
        assert (order.status, order.accepted_at) == (OrderStatus.ACCEPTED, OPENING)
        assert [(line.position, line.sku, line.status) for line in rooms.lines("o1")] == [
            (0, "C-2-1", OrderLineStatus.OPEN)
        ]
        event = rooms.events()[-1]
        assert isinstance(event, OrderAmended)
        assert (event.order_id, event.due_at, event.lines) == (order.id, due_at, 1)

    def test_what_was_planned_waits_again_and_is_planned_as_it_is_now(self, rooms: Rooms) -> None:
        rooms.planned(o1=["A-1-1"])
        rooms.do(make_amendment(rooms, "o1", "C-2-1", "B-1-1"))
        assert rooms.order("o1").status == OrderStatus.ACCEPTED

        assert rooms.release(is_forced=True) == 1
        pick_list = rooms.rows(PickListRow)[-1]
        assert {pick.product_id for pick in rooms.picks(pick_list.id)} == {"prd_C-2-1", "prd_B-1-1"}
        assert rooms.order("o1").status == OrderStatus.PLANNED

    def test_then_picked_short_and_substituted_are_what_was_ordered_last(self, rooms: Rooms) -> None:
        rooms.planned(o1=["A-1-1", "A-1-2"])
        rooms.do(make_amendment(rooms, "o1", "C-2-1"))
        pick_list = rooms.rows(PickListRow)[-1]
        rooms.release(is_forced=True)
        pick_list = rooms.rows(PickListRow)[-1]
        rooms.ask(ADA, StartPickList(pick_list_id=pick_list.id))
        finish_all(rooms, ADA, pick_list)

        assert [(line.sku, line.quantity_picked, line.status) for line in rooms.lines("o1")] == [
            ("C-2-1", 2, OrderLineStatus.PICKED)
        ]
        assert rooms.order("o1").status == OrderStatus.READY

    @pytest.mark.parametrize("state", ["walked for", "ready", "cancelled"])
    def test_too_late_changes_nothing(self, rooms: Rooms, state: str) -> None:
        pick_list = rooms.planned(o1=["A-1-1"])
        if state == "cancelled":
            rooms.do(make_cancellation(make_order("o1", [])))
        else:
            rooms.ask(ADA, StartPickList(pick_list_id=pick_list.id))
        if state == "ready":
            finish_all(rooms, ADA, pick_list)
        before = rooms.look()

        with pytest.raises(OrderIsOver if state == "cancelled" else PickingHasBegun):
            rooms.do(make_amendment(rooms, "o1", "C-2-1"))
        assert rooms.look() == before

    def test_people_go_on_calling_it_what_they_did(self, rooms: Rooms) -> None:
        rooms.accept("o1", "A-1-1")
        with pytest.raises(OrderRenamed):
            rooms.do(make_amendment(rooms, "o1", "C-2-1", display_code="Z9"))
        assert [line.sku for line in rooms.lines("o1")] == ["A-1-1"]

    def test_nobody_knows_the_order(self, rooms: Rooms) -> None:
        with pytest.raises(OrderNotFound):
            rooms.do(make_amendment(rooms, "o1", "A-1-1"))


class TestCancel:
    def cancel(self, rooms: Rooms, external_id: str = "o1", **parts: object) -> str:
        order_id: str = rooms.do(make_cancellation(make_order(external_id, []), **parts))
        return order_id

    def line_states(self, rooms: Rooms) -> list[str]:
        return [line.status for line in rooms.lines("o1")]

    def test_accepted(self, rooms: Rooms, clock: ManualClock) -> None:
        rooms.accept("o1", "A-1-1", "B-1-1")
        clock.advance(5)

        assert self.cancel(rooms) == rooms.order("o1").id
        order = rooms.order("o1")
        assert (order.status, order.cancelled_at) == (OrderStatus.CANCELLED, OPENING + timedelta(seconds=5))
        assert order.cancel_reason == "shopper changed their mind"
        assert self.line_states(rooms) == [OrderLineStatus.CANCELLED] * 2
        event = rooms.events()[-1]
        assert isinstance(event, OrderCancelled)
        assert event.cancelled_by == "channel"

    def test_accepted_is_never_planned_afterwards(self, rooms: Rooms) -> None:
        rooms.accept("o1", "A-1-1")
        self.cancel(rooms)

        assert rooms.release(is_forced=True) == 0

    def test_planned_alone_takes_its_trolley_away(self, rooms: Rooms) -> None:
        pick_list = rooms.planned(o1=["A-1-1"])

        self.cancel(rooms)

        assert rooms.pick_list(pick_list.id).status == PickListStatus.CANCELLED
        assert self.line_states(rooms) == [OrderLineStatus.CANCELLED]

    def test_picking_keeps_what_is_in_the_tote(self, rooms: Rooms) -> None:
        rooms.walking(ADA, o1=["A-1-1", "B-1-1", "C-1-1"])
        confirm(rooms, ADA, "A-1-1")
        short(rooms, ADA, "B-1-1", found=1, reason=ShortReason.TOO_FEW)

        self.cancel(rooms)

        assert self.line_states(rooms) == [OrderLineStatus.PICKED, OrderLineStatus.SHORT, OrderLineStatus.CANCELLED]

    def test_ready_is_refused_and_changes_nothing(self, rooms: Rooms) -> None:
        finish_all(rooms, ADA, rooms.walking(ADA, o1=["A-1-1"]))
        before = rooms.look()

        with pytest.raises(OrderAlreadyReady, match="O1"):
            self.cancel(rooms)
        assert rooms.look() == before

    def test_ready_gives_way_to_the_channels_fact(self, rooms: Rooms) -> None:
        finish_all(rooms, ADA, rooms.walking(ADA, o1=["A-1-1"]))

        self.cancel(rooms, is_fact=True)

        assert rooms.order("o1").status == OrderStatus.CANCELLED
        assert self.line_states(rooms) == [OrderLineStatus.PICKED]
        assert rooms.rows(PickListRow)[0].status == PickListStatus.FINISHED

    def test_twice_is_once(self, rooms: Rooms, clock: ManualClock) -> None:
        rooms.accept("o1", "A-1-1")
        order_id = self.cancel(rooms)
        before = rooms.look()
        clock.advance(60)

        assert self.cancel(rooms, reason="another reason") == order_id
        assert rooms.look() == before

    @pytest.mark.parametrize("parts", [{"external_id": "o2"}, {"channel_id": "chn_other"}, {"store_id": "sto_other"}])
    def test_of_somebody_elses_order_is_not_found(self, rooms: Rooms, parts: dict[str, str]) -> None:
        rooms.accept("o1", "A-1-1")

        with pytest.raises(OrderNotFound):
            self.cancel(rooms, **parts)
        assert rooms.order("o1").status == OrderStatus.ACCEPTED


@both_databases
class TestFollow:
    """The listeners: what picking tells."""

    def test_planned(self, rooms: Rooms) -> None:
        pick_list = rooms.planned(o1=["A-1-1"], o2=["A-2-1"])

        assert [order.status for order in rooms.rows(OrderRow)] == [OrderStatus.PLANNED] * 2
        planned = [event for event in rooms.events() if event.name == "order.planned"]
        assert [event.pick_list_id for event in planned] == [pick_list.id] * 2

    def test_picking_started(self, rooms: Rooms, clock: ManualClock) -> None:
        pick_list = rooms.planned(o1=["A-1-1"])
        clock.advance(30)
        rooms.ask(ADA, StartPickList(pick_list_id=pick_list.id))

        order = rooms.order("o1")
        assert (order.status, order.picking_started_at) == (OrderStatus.PICKING, OPENING + timedelta(seconds=30))

    def test_picked(self, rooms: Rooms) -> None:
        rooms.walking(ADA, o1=["A-1-1"])
        confirm(rooms, ADA, "A-1-1")

        event = next(event for event in rooms.events() if isinstance(event, OrderLinePicked))
        line = rooms.lines("o1")[0]
        assert (line.status, line.quantity_picked) == (OrderLineStatus.PICKED, 2)
        assert (event.order_line_id, event.external_line_id, event.quantity_picked) == (line.id, "A-1-1", 2)

    def test_picked_by_weight_says_the_grams_found(self, rooms: Rooms) -> None:
        rooms.walking(ADA, o1=[WEIGHED_SKU])
        confirm(rooms, ADA, WEIGHED_SKU, quantity=1040)

        line = rooms.lines("o1")[0]
        assert (line.quantity_ordered, line.quantity_picked, line.unit) == (1000, 1040, "gram")

    def test_short(self, rooms: Rooms) -> None:
        rooms.walking(ADA, o1=["A-1-1"])
        short(rooms, ADA, "A-1-1", found=1, reason=ShortReason.TOO_FEW)

        event = next(event for event in rooms.events() if isinstance(event, OrderLineShort))
        line = rooms.lines("o1")[0]
        assert (line.status, line.quantity_picked) == (OrderLineStatus.SHORT, 1)
        assert line.short_reason == event.reason == ShortReason.TOO_FEW
        assert (event.quantity_ordered, event.quantity_picked) == (2, 1)

    def test_ready_and_complete(self, rooms: Rooms, clock: ManualClock) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1", "B-1-1"])
        clock.advance(90)
        finish_all(rooms, ADA, pick_list)

        event = rooms.events()[-1]
        assert isinstance(event, OrderReady)
        assert event.is_complete
        order = rooms.order("o1")
        assert (order.status, order.ready_at) == (OrderStatus.READY, OPENING + timedelta(seconds=90))

    def test_each_order_of_a_trolley_is_complete_or_not_by_itself(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1"], o2=["A-2-1"])
        short(rooms, ADA, "A-2-1", found=0, reason=ShortReason.TOO_FEW)
        finish_all(rooms, ADA, pick_list)

        ready = {event.order_id: event.is_complete for event in rooms.events() if isinstance(event, OrderReady)}
        assert ready == {rooms.order("o1").id: True, rooms.order("o2").id: False}

    def test_a_cancelled_order_does_not_become_ready_with_its_trolley(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1"], o2=["A-2-1"])
        rooms.do(make_cancellation(make_order("o2", [])))
        finish_all(rooms, ADA, pick_list)

        assert rooms.order("o1").status == OrderStatus.READY
        assert rooms.order("o2").status == OrderStatus.CANCELLED

    def test_cancelled_before_the_start_it_is_not_walked_for(self, rooms: Rooms) -> None:
        pick_list = rooms.planned(o1=["A-1-1"], o2=["A-2-1"])
        rooms.do(make_cancellation(make_order("o2", [])))
        rooms.ask(ADA, StartPickList(pick_list_id=pick_list.id))

        started = [event.order_id for event in rooms.events() if event.name == "order.picking_started"]
        assert started == [rooms.order("o1").id]
        assert [pick.status for pick in rooms.picks(pick_list.id)] == [PickStatus.OPEN, PickStatus.CANCELLED]

    def test_finished_with_everything_cancelled_makes_nothing_ready(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1"])
        rooms.do(make_cancellation(make_order("o1", [])))
        rooms.ask(ADA, FinishPickList(pick_list_id=pick_list.id))

        assert rooms.event_names()[-1] == "pick_list.finished"
        assert rooms.order("o1").status == OrderStatus.CANCELLED


class TestRead:
    def test_by_the_channels_own_id(self, rooms: Rooms) -> None:
        accepted = rooms.accept("o1", "A-1-1")

        with rooms.database.reading() as session:
            assert rooms.orders.read(session, STORE_ID, CHANNEL_ID, "o1").id == accepted.id
            with pytest.raises(OrderNotFound):
                rooms.orders.read(session, STORE_ID, "chn_other", "o1")
