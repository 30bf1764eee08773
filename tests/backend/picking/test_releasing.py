"""When waiting orders become a wave, and that a change between plan and record is never lost."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from backend.orders.models import OrderStatus
from backend.picking.models import ToteRow, WaveRow
from backend.picking.releasing import SLACK_S
from shared.clock import ManualClock
from tests.backend.rooms import RULES, Rooms
from tests.factories import OPENING, STORE_ID, make_location, make_product


class TestRules:
    def test_nothing_waits_nothing_is_released(self, rooms: Rooms) -> None:
        assert rooms.release(is_forced=True) == 0
        assert rooms.rows(WaveRow) == []

    def test_a_fresh_order_waits_for_company(self, rooms: Rooms, clock: ManualClock) -> None:
        rooms.accept("o1", "A-1-1")
        clock.advance(RULES.wait_for_company_s - 1)

        assert rooms.release() == 0
        assert rooms.order("o1").status == OrderStatus.ACCEPTED

    def test_waited_long_enough(self, rooms: Rooms, clock: ManualClock) -> None:
        rooms.accept("o1", "A-1-1")
        clock.advance(RULES.wait_for_company_s)
        rooms.accept("o2", "A-2-1")

        assert rooms.release() == 1
        assert rooms.rows(WaveRow)[0].reason == "waited long enough"
        assert len(rooms.rows(ToteRow)) == 2  # who came meanwhile walks along

    def test_a_full_trolley(self, rooms: Rooms) -> None:
        for number in range(RULES.totes_max - 1):
            rooms.accept(f"o{number}", "A-1-1")
        assert rooms.release() == 0

        rooms.accept("last", "A-1-2")

        assert rooms.release() == 1
        assert rooms.rows(WaveRow)[0].reason == "a full trolley"

    @pytest.mark.parametrize(("seconds_left", "released"), [(SLACK_S + 30, 1), (SLACK_S + 31, 0)])
    def test_due_soon_counts_the_work_of_its_lines(self, rooms: Rooms, seconds_left: float, released: int) -> None:
        rooms.accept("o1", "A-1-1", due_at=OPENING + timedelta(seconds=seconds_left))

        assert rooms.release() == released
        assert [wave.reason for wave in rooms.rows(WaveRow)] == ["due soon"] * released

    def test_an_order_that_is_late_already_is_released_at_once(self, rooms: Rooms) -> None:
        rooms.accept("o1", "A-1-1", due_at=OPENING - timedelta(hours=1))

        assert rooms.release() == 1

    def test_forced(self, rooms: Rooms) -> None:
        rooms.accept("o1", "A-1-1")

        assert rooms.release(is_forced=True) == 1
        assert rooms.rows(WaveRow)[0].reason == "asked"

    def test_another_stores_orders_keep_waiting(self, rooms: Rooms) -> None:
        rooms.accept("o1", "A-1-1")
        rooms.accept("other", "A-1-1", store_id="sto_other")

        assert rooms.release(is_forced=True) == 1
        assert rooms.order("other").status == OrderStatus.ACCEPTED

    def test_what_is_planned_is_not_planned_again(self, rooms: Rooms) -> None:
        rooms.accept("o1", "A-1-1")

        assert [rooms.release(is_forced=True) for _ in range(2)] == [1, 0]


class TestOrdersNobodyCanWalkFor:
    """One order that cannot be planned stays where it is; it neither stops the others nor hurries them."""

    def lose_product(self, rooms: Rooms) -> None:
        del rooms.products.stocked["prd_A-1-1"]

    def move_to_unknown_location(self, rooms: Rooms) -> None:
        rooms.products.stocked["prd_A-1-1"] = make_product("A-1-1", "loc_nowhere")

    def move_off_the_map(self, rooms: Rooms) -> None:
        rooms.places.locations["loc_A-1-1"] = make_location("A", 1, 1, node=9_999)

    @pytest.mark.parametrize("obstacle", [lose_product, move_to_unknown_location, move_off_the_map])
    def test_the_others_are_planned(self, rooms: Rooms, obstacle: Any) -> None:
        rooms.accept("stuck", "A-1-1", "B-1-1")
        rooms.accept("fine", "B-2-1")
        obstacle(self, rooms)

        assert rooms.release(is_forced=True) == 1
        assert rooms.order("stuck").status == OrderStatus.ACCEPTED
        assert rooms.order("fine").status == OrderStatus.PLANNED

    def test_it_does_not_make_the_others_stop_waiting_for_company(self, rooms: Rooms, clock: ManualClock) -> None:
        rooms.accept("stuck", "A-1-1")
        self.lose_product(rooms)
        clock.advance(3_600)
        rooms.accept("fine", "B-2-1")

        assert rooms.release() == 0

    def test_it_is_planned_once_the_product_is_back(self, rooms: Rooms) -> None:
        stocked = rooms.products.stocked["prd_A-1-1"]
        rooms.accept("stuck", "A-1-1")
        self.lose_product(rooms)
        assert rooms.release(is_forced=True) == 0

        rooms.products.stocked["prd_A-1-1"] = stocked

        assert rooms.release(is_forced=True) == 1


class TestRun:
    def test_two_ticks_at_once_plan_once(self, rooms: Rooms) -> None:
        rooms.accept("o1", "A-1-1")
        planned: list[str] = []
        of_store = rooms.places.of_store

        def count(session: Any, store_id: str) -> Any:
            planned.append(store_id)
            return of_store(session, store_id)

        rooms.places.of_store = count  # type: ignore[method-assign]

        async def twice() -> list[int]:
            return list(await asyncio.gather(*(rooms.releaser.release(STORE_ID, is_forced=True) for _ in range(2))))

        assert sorted(asyncio.run(twice())) == [0, 1]
        assert planned == [STORE_ID]

    def test_goes_on_after_one_stores_trouble(self, rooms: Rooms) -> None:
        rooms.accept("o1", "A-1-1", due_at=OPENING)
        slept: list[float] = []

        async def sleep(seconds: float) -> None:
            slept.append(seconds)
            if len(slept) == 2:
                raise asyncio.CancelledError

        def fail(session: object, store_id: str) -> Any:
            if store_id == "sto_broken":
                raise RuntimeError("its map is gone")
            return rooms_of_store(session, store_id)

        rooms_of_store = rooms.places.of_store
        rooms.places.of_store = fail  # type: ignore[method-assign]
        rooms.accept("b1", "A-1-1", store_id="sto_broken", due_at=OPENING)

        with pytest.raises(asyncio.CancelledError):
            asyncio.run(rooms.releaser.run(lambda: ["sto_broken", STORE_ID], 5.0, sleep))

        assert slept == [5.0, 5.0]
        assert rooms.order("b1").status == OrderStatus.ACCEPTED
        assert rooms.order("o1").status == OrderStatus.PLANNED
