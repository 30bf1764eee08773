"""Who an order is for: kept apart, shown on one slip, told in no event, and erased."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import select

from backend.core.database import Database
from backend.orders import deliveries
from backend.orders.commands import AmendOrder, ForgetCustomers
from backend.orders.models import DeliverySlipRow, OrderDeliveryRow, OrderRow
from shared.clock import ManualClock
from shared.commands import FinishPickList, PackOrder
from shared.delivery import Delivery, DeliveryKind, Position
from shared.events import OrderReady
from shared.ids import SeededIdSource
from tests.backend.databases import both_databases
from tests.backend.picking.steps import confirm
from tests.backend.rooms import Rooms
from tests.factories import make_asker, make_line, make_order

ADA = make_asker("Ada")
SECRET_WORDS = ("Grace Customer", "+49 30 777", "7 Hidden Lane", "behind the blue gate", "CODE-9931")
TO = Delivery(
    kind=DeliveryKind.OWN_COURIER,
    recipient_name=SECRET_WORDS[0],
    phone=SECRET_WORDS[1],
    address_lines=[SECRET_WORDS[2], "Berlin"],
    position=Position(latitude=52.5, longitude=13.4),
    route_note=SECRET_WORDS[3],
    handover_code=SECRET_WORDS[4],
)


@pytest.fixture
def rooms(database: Database, clock: ManualClock, ids: SeededIdSource) -> Rooms:
    return Rooms(database, clock, ids)


def rows(rooms: Rooms, table: type[Any]) -> list[Any]:
    with rooms.database.reading() as session:
        return list(session.exec(select(table)).all())


def known(rooms: Rooms, order_id: str) -> Delivery | None:
    with rooms.database.reading() as session:
        return deliveries.get(session, [order_id]).get(order_id)


def packed(rooms: Rooms, times: int = 1) -> str:
    """An order with a customer, packed so many times; its id."""
    order_id = rooms.accept("o1", "A-1-1", delivery=TO, note="").id
    walk = rooms.walking(ADA)
    confirm(rooms, ADA, "A-1-1")
    for bags in range(1, times + 1):
        rooms.ask(ADA, PackOrder(pick_list_id=walk.id, order_id=order_id, bags=bags, bag_codes=[], place=""))
    rooms.ask(ADA, FinishPickList(pick_list_id=walk.id))
    return order_id


class TestKeep:
    @both_databases
    def test_an_order_keeps_what_was_said(self, rooms: Rooms) -> None:
        order_id = rooms.accept("o1", "A-1-1", delivery=TO).id
        assert known(rooms, order_id) == TO

    def test_an_amendment_says_it_anew(self, rooms: Rooms) -> None:
        order_id = rooms.accept("o1", "A-1-1", delivery=TO).id
        elsewhere = TO.model_copy(update={"address_lines": ["8 Other Road"]})
        for delivery in (elsewhere, None):
            line = make_line(rooms.products.stocked["prd_A-1-1"])
            rooms.do(AmendOrder(make_order("o1", [line], delivery=delivery)))
            assert known(rooms, order_id) == delivery


class TestSlip:
    @both_databases
    def test_it_is_made_once_however_often_an_order_is_packed(self, rooms: Rooms) -> None:
        order_id = packed(rooms, times=3)
        (slip,) = rows(rooms, DeliverySlipRow)
        assert slip.order_id == order_id
        assert [event.slip_id for event in rooms.events() if isinstance(event, OrderReady)] == [slip.id]

    def test_an_order_nobody_counts_bags_of_has_one_too(self, rooms: Rooms) -> None:
        packed(rooms, times=0)
        assert len(rows(rooms, DeliverySlipRow)) == 1


class TestNobodyIsNamed:
    def test_in_the_journal(self, rooms: Rooms) -> None:
        """Every row of every table but the one they belong in."""
        packed(rooms)
        with rooms.database.read_engine.connect() as connection:
            for table in sa.inspect(connection).get_table_names():
                written = str(connection.execute(sa.text(f'SELECT * FROM "{table}"')).all())
                found = [word for word in SECRET_WORDS if word in written]
                assert found == (list(SECRET_WORDS) if table == "order_delivery" else []), table


class TestErase:
    @both_databases
    def test_finished_orders_forget_their_customer(self, rooms: Rooms) -> None:
        order_id = packed(rooms)
        for days, left in ((0, 1), (20, 0)):
            rooms.clock.advance(timedelta(days=days).total_seconds())
            before = rooms.clock.now() - timedelta(days=14)
            rooms.writer.run_once(lambda tx, before=before: rooms.orders.forget_customers(ForgetCustomers(before), tx))
            assert len(rows(rooms, OrderDeliveryRow)) == left
        assert known(rooms, order_id) is None
        assert [row.note for row in rows(rooms, OrderRow)] == [""]
        assert len(rows(rooms, DeliverySlipRow)) == 1

    def test_an_order_that_still_waits_keeps_it(self, rooms: Rooms) -> None:
        order_id = rooms.accept("o1", "A-1-1", delivery=TO).id
        rooms.clock.advance(timedelta(days=99).total_seconds())
        before = rooms.clock.now()
        rooms.writer.run_once(lambda tx: rooms.orders.forget_customers(ForgetCustomers(before), tx))
        assert known(rooms, order_id) == TO
