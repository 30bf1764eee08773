"""The last pick can be taken back while its order is picked; a shelf that is empty now is told."""

from __future__ import annotations

import pytest

from backend.orders.models import OrderLineStatus
from backend.picking.errors import NothingToUndo, PickListClosed, PickNotFound
from shared.commands import ReportShelfEmpty, UndoPick
from shared.events import OrderLineReopened, PickReopened, ShelfEmptied
from shared.picking import PickStatus
from tests.backend.picking.steps import confirm, finish_all, short
from tests.backend.rooms import Rooms
from tests.factories import make_asker, make_cancellation, make_order

ADA = make_asker("Ada")


def undo(rooms: Rooms, sku: str) -> None:
    pick = rooms.pick_of(sku)
    rooms.ask(ADA, UndoPick(pick_list_id=pick.pick_list_id, pick_id=pick.id))


class TestUndo:
    def test_the_pick_and_its_line_are_open_again(self, rooms: Rooms) -> None:
        rooms.walking(ADA, o1=["A-1-1", "B-1-1"])
        confirm(rooms, ADA, "A-1-1")
        undo(rooms, "A-1-1")

        pick, line = rooms.pick_of("A-1-1"), rooms.lines("o1")[0]
        assert (pick.status, pick.quantity_picked, pick.scan, pick.done_at) == (PickStatus.OPEN, 0, None, None)
        assert (line.status, line.quantity_picked) == (OrderLineStatus.OPEN, 0)
        assert [type(event) for event in rooms.events()[-2:]] in (
            [PickReopened, OrderLineReopened],
            [OrderLineReopened, PickReopened],
        )

    def test_it_can_be_picked_anew(self, rooms: Rooms) -> None:
        walk = rooms.walking(ADA, o1=["A-1-1"])
        short(rooms, ADA, "A-1-1")
        undo(rooms, "A-1-1")
        confirm(rooms, ADA, "A-1-1")
        finish_all(rooms, ADA, walk)
        assert rooms.lines("o1")[0].status == OrderLineStatus.PICKED

    def test_what_is_open_stays_as_it_is(self, rooms: Rooms) -> None:
        rooms.walking(ADA, o1=["A-1-1"])
        before = rooms.look()
        undo(rooms, "A-1-1")
        assert rooms.look() == before

    def test_not_where_the_order_was_cancelled_meanwhile(self, rooms: Rooms) -> None:
        rooms.walking(ADA, o1=["A-1-1"], o2=["B-1-1"])
        confirm(rooms, ADA, "A-1-1")
        rooms.do(make_cancellation(make_order("o1", []), is_fact=True))
        with pytest.raises(NothingToUndo):
            undo(rooms, "A-1-1")

    def test_not_at_the_desk_any_more(self, rooms: Rooms) -> None:
        walk = rooms.walking(ADA, o1=["A-1-1"])
        finish_all(rooms, ADA, walk)
        with pytest.raises(PickListClosed):
            undo(rooms, "A-1-1")


class TestShelf:
    def test_an_empty_shelf_is_told_with_its_place(self, rooms: Rooms) -> None:
        rooms.walking(ADA, o1=["A-1-1"])
        confirm(rooms, ADA, "A-1-1")
        pick = rooms.pick_of("A-1-1")
        rooms.ask(ADA, ReportShelfEmpty(pick_list_id=pick.pick_list_id, pick_id=pick.id))

        said = rooms.events()[-1]
        assert isinstance(said, ShelfEmptied)
        assert (said.product_id, said.location_id) == (pick.product_id, pick.location_id)

    def test_of_a_pick_there_is(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(ADA, o1=["A-1-1"])
        with pytest.raises(PickNotFound):
            rooms.ask(ADA, ReportShelfEmpty(pick_list_id=pick_list.id, pick_id="pck_none"))
