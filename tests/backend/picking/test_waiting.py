"""What there is to plan: the most pressing orders that somebody can walk for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend.picking import waiting
from backend.picking.waiting import Waiting, read_waiting
from tests.backend.databases import both_databases
from tests.backend.rooms import Rooms
from tests.factories import OPENING, STORE_ID


def read(rooms: Rooms) -> Waiting:
    with rooms.database.reading() as session:
        return read_waiting(session, STORE_ID, rooms.places.of_store(session, STORE_ID), rooms.products)


@both_databases
class TestReadWaiting:
    def test_orders_with_their_lines_and_products(self, rooms: Rooms) -> None:
        rooms.accept("later", "A-1-1", due_at=OPENING + timedelta(hours=3))
        rooms.accept("sooner", "B-1-1", "A-1-1", due_at=OPENING + timedelta(hours=1))
        rooms.accept("other", "A-1-1", store_id="sto_other")

        found = read(rooms)

        assert [order.id for order in found.orders] == [rooms.order("sooner").id, rooms.order("later").id]
        assert [line.order_line_id for line in found.orders[0].lines] == [line.id for line in rooms.lines("sooner")]
        assert found.products.keys() == {"prd_A-1-1", "prd_B-1-1"}
        assert found.obstructed == []

    def test_what_is_planned_waits_no_more(self, rooms: Rooms) -> None:
        rooms.planned(o1=["A-1-1"])

        assert read(rooms).orders == []

    def test_stuck_ones_take_no_place_from_those_behind(self, rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(waiting, "ORDERS_PLANNED_MAX", 2)
        for number in range(5):
            rooms.accept(f"stuck{number}", "A-1-1", due_at=OPENING + timedelta(minutes=number))
        for number in range(3):
            rooms.accept(f"fine{number}", "B-1-1")
        del rooms.products.stocked["prd_A-1-1"]

        found = read(rooms)

        assert [order.id for order in found.orders] == [rooms.order(f"fine{number}").id for number in range(2)]
        assert [order.display_code for order in found.obstructed] == [f"STUCK{number}" for number in range(5)]
        assert {order.obstacle for order in found.obstructed} == {"prd_A-1-1 is no longer in the catalogue"}
