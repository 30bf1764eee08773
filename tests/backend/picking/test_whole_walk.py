"""One trolley from accepted orders to the desk, the same on both databases."""

from __future__ import annotations

from backend.core.database import Database
from backend.orders.models import OrderStatus
from shared.clock import ManualClock
from shared.commands import FinishPickList, StartPickList
from shared.ids import SeededIdSource
from tests.backend.databases import both_databases
from tests.backend.picking.steps import confirm, short
from tests.backend.rooms import Rooms
from tests.factories import (
    WEIGHED_ARTICLE,
    WEIGHED_SKU,
    make_asker,
    make_cancellation,
    make_order,
    make_scale_scan,
    make_shift_started,
)

ADA = make_asker("Ada")


@both_databases
def test_from_the_channel_to_the_desk(database: Database, clock: ManualClock, ids: SeededIdSource) -> None:
    rooms = Rooms(database, clock, ids)
    rooms.accept("o1", "A-1-1", WEIGHED_SKU)
    rooms.accept("o2", "A-1-2", "A-2-1")
    rooms.accept("o3", "A-3-1")
    assert rooms.release() == 1
    trolley = rooms.pick_list(rooms.pick_of("A-1-1").pick_list_id)

    rooms.ask(ADA, StartPickList(pick_list_id=trolley.id))
    clock.advance(20)
    confirm(rooms, ADA, "A-1-1")
    short(rooms, ADA, "A-1-2", found=1)
    rooms.do(make_cancellation(make_order("o3", [])))
    rooms.tell(make_shift_started(ADA, clock.now()))
    confirm(rooms, ADA, "A-2-1")
    confirm(rooms, ADA, WEIGHED_SKU, scan=make_scale_scan(WEIGHED_ARTICLE, 1015), quantity=1015)
    clock.advance(20)
    rooms.ask(ADA, FinishPickList(pick_list_id=trolley.id))

    states = {external_id: rooms.order(external_id).status for external_id in ("o1", "o2", "o3")}
    assert states == {"o1": OrderStatus.READY, "o2": OrderStatus.READY, "o3": OrderStatus.CANCELLED}
    assert [line.quantity_picked for line in (*rooms.lines("o1"), *rooms.lines("o2"), *rooms.lines("o3"))] == [
        2,
        1015,
        1,
        2,
        0,
    ]
    finished = rooms.pick_list(trolley.id)
    assert (finished.finished_at - finished.started_at).total_seconds() == 40
    assert rooms.event_names()[-3:] == ["pick_list.finished", "order.ready", "order.ready"]
    with database.reading() as session:
        shown = rooms.views.pick_list(session, trolley.id)
    assert shown is not None
    assert [(pick.status, pick.quantity_picked) for pick in shown.picks] == [
        ("picked", 2),
        ("short", 1),
        ("picked", 2),
        ("cancelled", 0),
        ("picked", 1015),
    ]
