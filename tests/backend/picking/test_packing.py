"""At the desk an order is packed: its bags counted, its place scanned; then it is ready, and its channel knows."""

from __future__ import annotations

import pytest

from backend.picking.commands import Asker
from backend.picking.errors import PicksStillOpen, ToteNotFound
from shared.commands import FinishPickList, PackOrder
from shared.events import OrderReady
from tests.backend.picking.steps import confirm
from tests.backend.rooms import Rooms
from tests.factories import make_asker

ADA = make_asker("Ada")


def pack(rooms: Rooms, asker: Asker, external_id: str, bags: int, place: str = "STAGE-A1", *codes: str) -> None:
    order = rooms.order(external_id)
    pick_list = rooms.pick_of_order(order.id).pick_list_id
    command = PackOrder(pick_list_id=pick_list, order_id=order.id, bags=bags, bag_codes=list(codes), place=place)
    rooms.ask(asker, command)


def test_bags_and_place_stand_on_the_document_and_in_what_the_channel_hears(rooms: Rooms) -> None:
    walk = rooms.walking(ADA, o1=["A-1-1"])
    confirm(rooms, ADA, "A-1-1")
    pack(rooms, ADA, "o1", 2, "stage-a1", "bag-7", "BAG-8")
    with rooms.database.reading() as session:
        document = rooms.views.pick_list(session, walk.id)
    assert document is not None
    (tote,) = document.totes
    assert (tote.is_packed, tote.bags, tote.bag_codes, tote.place) == (True, 2, ["BAG-7", "BAG-8"], "STAGE-A1")

    rooms.ask(ADA, FinishPickList(pick_list_id=walk.id))
    ready = next(event for event in rooms.events() if isinstance(event, OrderReady))
    assert (ready.bags, ready.place) == (2, "STAGE-A1")
    assert len(ready.handover_pin) == 4
    assert ready.handover_pin.isdigit()
    assert rooms.order("o1").handover_pin == ready.handover_pin


def test_said_again_the_later_word_counts(rooms: Rooms) -> None:
    rooms.walking(ADA, o1=["A-1-1"])
    confirm(rooms, ADA, "A-1-1")
    pack(rooms, ADA, "o1", 2)
    pack(rooms, ADA, "o1", 3, "STAGE-B2")
    order = rooms.order("o1")
    assert (order.bags, order.place) == (3, "STAGE-B2")


def test_not_while_something_of_it_is_open(rooms: Rooms) -> None:
    rooms.walking(ADA, o1=["A-1-1"], o2=["B-1-1"])
    confirm(rooms, ADA, "A-1-1")
    with pytest.raises(PicksStillOpen):
        pack(rooms, ADA, "o2", 1)
    pack(rooms, ADA, "o1", 1)
    assert rooms.order("o1").packed_at is not None


def test_only_what_this_trolley_holds(rooms: Rooms) -> None:
    walk = rooms.walking(ADA, o1=["A-1-1"])
    confirm(rooms, ADA, "A-1-1")
    with pytest.raises(ToteNotFound):
        rooms.ask(ADA, PackOrder(pick_list_id=walk.id, order_id="ord_other", bags=1))
