"""The record of the cold chain, and the clock on the document."""

from __future__ import annotations

from backend.orders.models import OrderRow
from shared.clock import ManualClock
from shared.commands import FinishPickList, PackOrder, UndoPick
from shared.events import ColdEnded
from shared.products import TemperatureClass
from tests.backend.picking.steps import confirm, short
from tests.backend.rooms import Rooms
from tests.factories import make_asker, make_product

ADA = make_asker("Ada")


def cool(rooms: Rooms, sku: str, temperature: TemperatureClass) -> None:
    known = rooms.products.stocked[f"prd_{sku}"]
    rooms.products.stocked[f"prd_{sku}"] = make_product(
        sku, known.location_id, gtins=known.card.gtins, temperature=temperature
    )


def ended(rooms: Rooms) -> list[ColdEnded]:
    return [event for event in rooms.events() if isinstance(event, ColdEnded)]


class TestDocument:
    def test_the_clock_begins_with_the_first_cold_pick_by_the_phones_time(
        self, rooms: Rooms, clock: ManualClock
    ) -> None:
        cool(rooms, "B-1-1", TemperatureClass.FROZEN)
        walk = rooms.walking(ADA, o1=["A-1-1", "B-1-1"])
        clock.advance(60)
        confirm(rooms, ADA, "A-1-1")
        clock.advance(60)
        confirm(rooms, ADA, "B-1-1")
        with rooms.database.reading() as session:
            document = rooms.views.pick_list(session, walk.id)
        assert document is not None
        assert (document.totes[0].frozen_since, document.totes[0].chilled_since) == (clock.now(), None)

    def test_nothing_found_is_nothing_cold(self, rooms: Rooms) -> None:
        cool(rooms, "A-1-1", TemperatureClass.CHILLED)
        walk = rooms.walking(ADA, o1=["A-1-1"])
        short(rooms, ADA, "A-1-1")
        with rooms.database.reading() as session:
            document = rooms.views.pick_list(session, walk.id)
        assert document is not None
        assert document.totes[0].chilled_since is None


class TestRecord:
    def test_with_the_end_of_the_walk(self, rooms: Rooms, clock: ManualClock) -> None:
        cool(rooms, "A-1-1", TemperatureClass.CHILLED)
        walk = rooms.walking(ADA, o1=["A-1-1"])
        confirm(rooms, ADA, "A-1-1")
        clock.advance(46 * 60)
        rooms.ask(ADA, FinishPickList(pick_list_id=walk.id))
        (record,) = ended(rooms)
        assert (record.temperature, record.out_s, record.limit_s, record.is_over) == ("chilled", 2760, 2700, True)

    def test_an_order_that_is_packed_is_in_the_cold_again(self, rooms: Rooms, clock: ManualClock) -> None:
        cool(rooms, "A-1-1", TemperatureClass.CHILLED)
        walk = rooms.walking(ADA, o1=["A-1-1"])
        confirm(rooms, ADA, "A-1-1")
        clock.advance(120)
        order_id = rooms.rows(OrderRow)[0].id
        for bags in (1, 2):  # counted anew: the record stays the first
            rooms.ask(ADA, PackOrder(pick_list_id=walk.id, order_id=order_id, bags=bags))
            clock.advance(600)
        rooms.ask(ADA, FinishPickList(pick_list_id=walk.id))
        (record,) = ended(rooms)
        assert (record.out_s, record.is_over) == (120, False)

    def test_what_was_taken_back_was_never_in_it(self, rooms: Rooms) -> None:
        cool(rooms, "A-1-1", TemperatureClass.CHILLED)
        walk = rooms.walking(ADA, o1=["A-1-1"])
        confirm(rooms, ADA, "A-1-1")
        pick = rooms.pick_of("A-1-1")
        rooms.ask(ADA, UndoPick(pick_list_id=walk.id, pick_id=pick.id))
        short(rooms, ADA, "A-1-1")
        rooms.ask(ADA, FinishPickList(pick_list_id=walk.id))
        assert ended(rooms) == []
