"""What there is to plan: the most pressing orders that somebody can walk for."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from backend.picking.waiting import ORDERS_PLANNED_LEAST, ORDERS_PLANNED_MOST, Waiting, read_waiting, window
from tests.backend.databases import both_databases
from tests.backend.rooms import Rooms
from tests.factories import OPENING, STORE_ID


def read(rooms: Rooms, most: int = 60) -> Waiting:
    with rooms.database.reading() as session:
        return read_waiting(session, STORE_ID, rooms.places.of_store(session, STORE_ID), rooms.products, most)


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

    def test_stuck_ones_take_no_place_from_those_behind(self, rooms: Rooms) -> None:
        for number in range(5):
            rooms.accept(f"stuck{number}", "A-1-1", due_at=OPENING + timedelta(minutes=number))
        for number in range(3):
            rooms.accept(f"fine{number}", "B-1-1")
        del rooms.products.stocked["prd_A-1-1"]

        found = read(rooms, most=2)

        assert [order.id for order in found.orders] == [rooms.order(f"fine{number}").id for number in range(2)]
        assert [order.display_code for order in found.obstructed] == [f"STUCK{number}" for number in range(5)]
        assert {order.obstacle.sentence for order in found.obstructed} == {"prd_A-1-1 is no longer in the catalogue"}


class TestWindow:
    @given(free=st.integers(min_value=0, max_value=5_000), totes_max=st.integers(min_value=1, max_value=6))
    def test_a_full_trolley_for_everybody_free_as_far_as_a_plan_may_grow(self, free: int, totes_max: int) -> None:
        orders = window(free, totes_max)

        assert ORDERS_PLANNED_LEAST <= orders <= ORDERS_PLANNED_MOST
        assert orders >= min(free * totes_max, ORDERS_PLANNED_MOST)

    def test_sixty_pickers_with_six_totes_each_fit_into_one_plan(self) -> None:
        assert window(60, 6) == 360
