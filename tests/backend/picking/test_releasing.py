"""When waiting orders become a wave, and that a change between plan and record is never lost."""

from __future__ import annotations

import asyncio
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.orders.models import OrderRow, OrderStatus
from backend.picking import releasing
from backend.picking.models import PickListRow, ToteRow, WaveRow
from backend.picking.releasing import REPLAN_EVERY_S
from backend.picking.rounds import Bell
from backend.picking.slack import NEAR_S
from shared.clock import ManualClock
from shared.commands import StartPickList
from shared.ids import SeededIdSource
from tests.backend.databases import both_databases, sqlite_database
from tests.backend.picking.steps import finish_all
from tests.backend.rooms import RULES, Rooms
from tests.factories import OPENING, STORE_ID, make_asker, make_cancellation, make_location, make_order, make_product

ALONE_S = 20 + 10 + 60  # 20 m to A-1-1 and on to the desk at 1 m/s, one line, beginning and end
LATEST_S = ALONE_S + RULES.slack_margin_s + NEAR_S


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

    @pytest.mark.parametrize(("seconds_left", "released"), [(LATEST_S, 1), (LATEST_S + 1, 0)])
    def test_due_soon_counts_the_walk_and_the_work(self, rooms: Rooms, seconds_left: float, released: int) -> None:
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


class TestAnUrgentOrder:
    """It takes along what lies on its way; the others go on waiting for company."""

    def test_does_not_release_the_others(self, rooms: Rooms) -> None:
        everything = sorted(product.card.sku for product in rooms.products.stocked.values())
        rooms.accept("calm", *everything, *everything)
        rooms.accept("urgent", "A-1-1", due_at=OPENING + timedelta(seconds=500))

        assert rooms.release() == 1
        assert [rooms.order(name).status for name in ("urgent", "calm")] == [OrderStatus.PLANNED, OrderStatus.ACCEPTED]

    def test_takes_along_what_lies_on_its_way(self, rooms: Rooms) -> None:
        rooms.accept("calm", "A-1-2")
        rooms.accept("urgent", "A-1-1", due_at=OPENING + timedelta(seconds=500))

        assert rooms.release() == 1
        assert len(rooms.rows(ToteRow)) == 2


@both_databases
class TestPickers:
    """A trolley that is not pressed waits until somebody is free to take it: until then it may find better company."""

    def fill(self, rooms: Rooms, name: str) -> None:
        for number in range(RULES.totes_max):
            rooms.accept(f"{name}{number}", "A-1-1")

    def test_one_full_trolley_for_each_free_picker(self, rooms: Rooms) -> None:
        self.fill(rooms, "a"), self.fill(rooms, "b"), self.fill(rooms, "c")
        rooms.hire("Ada"), rooms.hire("Bea")

        assert [rooms.release() for _ in range(2)] == [2, 0]

    def test_the_next_one_comes_when_the_first_is_brought_back(self, rooms: Rooms) -> None:
        self.fill(rooms, "a"), self.fill(rooms, "b")
        ada = make_asker("Ada")
        rooms.hire("Ada")
        assert rooms.release() == 1
        pick_list = rooms.rows(PickListRow)[0]
        rooms.ask(ada, StartPickList(pick_list_id=pick_list.id))
        assert rooms.release() == 0

        finish_all(rooms, ada, pick_list)

        assert rooms.release() == 1

    def test_who_went_home_in_the_middle_of_a_walk_is_not_waited_for(self, rooms: Rooms) -> None:
        self.fill(rooms, "a"), self.fill(rooms, "b")
        rooms.hire("Ada")
        assert rooms.release() == 1
        rooms.ask(make_asker("Ada"), StartPickList(pick_list_id=rooms.rows(PickListRow)[0].id))

        rooms.send_home("Ada")

        assert rooms.release() == 0, "the one she left stands ready for whoever comes"
        rooms.hire("Ben")
        rooms.ask(make_asker("Ben"), StartPickList(pick_list_id=rooms.rows(PickListRow)[0].id))
        rooms.hire("Cleo")
        assert rooms.release() == 1

    @pytest.mark.parametrize(("is_walking", "calm"), [(False, OrderStatus.PLANNED), (True, OrderStatus.ACCEPTED)])
    def test_what_an_urgent_order_may_take_along_depends_on_when_somebody_is_back(
        self, rooms: Rooms, clock: ManualClock, is_walking: bool, calm: OrderStatus
    ) -> None:
        """Two lines on every shelf take about 560 s; four minutes of them are over when the urgent order comes."""
        everything = sorted(product.card.sku for product in rooms.products.stocked.values())
        rooms.hire("Ada")
        if is_walking:
            pick_list = rooms.planned(long=everything * 2)
            rooms.ask(make_asker("Ada"), StartPickList(pick_list_id=pick_list.id))
        clock.advance(240)
        rooms.accept("calm", *["A-1-2"] * 12)
        rooms.accept("urgent", "A-1-1", due_at=clock.now() + timedelta(seconds=ALONE_S + RULES.slack_margin_s))

        assert rooms.release() == 1
        assert [rooms.order(name).status for name in ("urgent", "calm")] == [OrderStatus.PLANNED, calm]

    def test_another_stores_pickers_do_not_count(self, rooms: Rooms) -> None:
        self.fill(rooms, "a"), self.fill(rooms, "b")
        rooms.hire("Ada", store_id="sto_other"), rooms.hire("Bea", store_id="sto_other")

        assert rooms.release() == 1


class TestForced:
    """A supervisor's word: everything that can be walked for goes now."""

    def test_more_orders_than_one_plan_takes(self, rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(releasing, "ORDERS_PLANNED_MOST", 2)
        for number in range(5):
            rooms.accept(f"o{number}", "A-1-1")

        assert rooms.release(is_forced=True) == 3
        assert {order.status for order in rooms.rows(OrderRow)} == {OrderStatus.PLANNED}

    @given(
        dues_min=st.lists(st.integers(min_value=-60, max_value=300), min_size=1, max_size=7),
        totes_max=st.integers(min_value=1, max_value=6),
        wait_s=st.sampled_from([0.0, 60.0, 3_600.0]),
        pickers=st.integers(min_value=0, max_value=2),
    )
    @settings(max_examples=15, deadline=None)
    def test_releases_all_whatever_the_rules_say(
        self, sqlite_template: Path, dues_min: list[int], totes_max: int, wait_s: float, pickers: int
    ) -> None:
        with tempfile.TemporaryDirectory() as folder:
            database = sqlite_database(sqlite_template, Path(folder))
            rooms = Rooms(database, ManualClock(OPENING), SeededIdSource(ManualClock(OPENING), seed=1))
            rooms.rules(replace(RULES, totes_max=totes_max, wait_for_company_s=wait_s))
            for name in ("Ada", "Bea")[:pickers]:
                rooms.hire(name)
            for number, due_min in enumerate(dues_min):
                rooms.accept(f"o{number}", "A-1-1", due_at=OPENING + timedelta(minutes=due_min))
            rooms.release()

            rooms.release(is_forced=True)

            statuses = {order.status for order in rooms.rows(OrderRow)}
            totes = [tote.order_id for tote in rooms.rows(ToteRow)]
            database.close()
        assert statuses == {OrderStatus.PLANNED}
        assert len(totes) == len(set(totes)) == len(dues_min)


class TestCheapLooks:
    """As long as nothing changed and no trolley's time has come, a look reads no lines and plans nothing."""

    @pytest.fixture
    def plans(self, rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """One entry for each time the floor is read for a plan."""
        read: list[str] = []
        of_store = rooms.places.of_store

        def note(session: Any, store_id: str) -> Any:
            read.append(store_id)
            return of_store(session, store_id)

        monkeypatch.setattr(rooms.places, "of_store", note)
        return read

    def test_an_empty_store_is_never_planned(self, rooms: Rooms, plans: list[str]) -> None:
        rooms.release()
        assert plans == []

    def test_planned_once_and_again_when_something_changes(
        self, rooms: Rooms, clock: ManualClock, plans: list[str]
    ) -> None:
        def looked() -> int:
            before = len(plans)
            for _ in range(3):
                clock.advance(1)
                rooms.release()
            return len(plans) - before

        rooms.accept("o1", "A-1-1")
        assert looked() == 1
        rooms.accept("o2", "A-1-2")
        assert looked() == 1
        rooms.hire("Ada")
        assert looked() == 1
        rooms.send_home("Ada")
        assert looked() == 1
        rooms.do(make_cancellation(make_order("o2", [])))
        assert looked() == 1
        assert looked() == 0

    def test_planned_again_when_its_time_has_come(self, rooms: Rooms, clock: ManualClock, plans: list[str]) -> None:
        rooms.accept("o1", "A-1-1", due_at=OPENING + timedelta(seconds=LATEST_S + 20))
        assert [rooms.release(), rooms.release()] == [0, 0]
        clock.advance(19)
        assert rooms.release() == 0
        assert len(plans) == 1

        clock.advance(1)

        assert rooms.release() == 1

    def test_planned_again_after_a_while_because_the_shop_changes(
        self, rooms: Rooms, clock: ManualClock, plans: list[str]
    ) -> None:
        rooms.rules(replace(RULES, wait_for_company_s=7_200))
        rooms.accept("o1", "A-1-1")
        rooms.release()
        clock.advance(REPLAN_EVERY_S - 1)
        rooms.release()
        assert len(plans) == 1

        clock.advance(1)
        rooms.release()

        assert len(plans) == 2


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

    def test_a_supervisor_is_told_for_as_long_as_it_is_so(self, rooms: Rooms, clock: ManualClock) -> None:
        stocked = rooms.products.stocked["prd_A-1-1"]
        rooms.accept("stuck", "A-1-1")
        self.lose_product(rooms)
        rooms.release()
        clock.advance(REPLAN_EVERY_S)
        rooms.release()

        (stuck,) = rooms.releaser.stuck_orders(STORE_ID)
        assert (stuck.order_id, stuck.display_code, stuck.since) == (rooms.order("stuck").id, "STUCK", OPENING)
        assert stuck.obstacle.sentence == "prd_A-1-1 is no longer in the catalogue"

        rooms.products.stocked["prd_A-1-1"] = stocked
        clock.advance(REPLAN_EVERY_S)
        rooms.release()

        assert rooms.releaser.stuck_orders(STORE_ID) == []

    def test_once_it_is_cancelled_nobody_need_look(self, rooms: Rooms) -> None:
        rooms.accept("stuck", "A-1-1")
        self.lose_product(rooms)
        rooms.release()

        rooms.do(make_cancellation(make_order("stuck", [])))
        rooms.release()

        assert list(rooms.releaser.stuck_orders(STORE_ID)) == []


class TestWhenToLookAgain:
    """A look says until when only an event could change anything, and plans nothing that could not go anyway."""

    def look(self, rooms: Rooms) -> float | None:
        again_at = asyncio.run(rooms.releaser.look(STORE_ID))
        return None if again_at is None else (again_at - rooms.clock.now()).total_seconds()

    def test_where_nothing_waits_there_is_no_need(self, rooms: Rooms) -> None:
        assert self.look(rooms) is None

    def test_what_waits_is_read_again_within_a_minute(self, rooms: Rooms) -> None:
        rooms.hire("Ada")
        rooms.accept("o1", "A-1-1")
        assert self.look(rooms) == REPLAN_EVERY_S
        rooms.clock.advance(1)
        assert self.look(rooms) == REPLAN_EVERY_S - 1

    def test_sooner_where_it_will_have_waited_long_enough(self, rooms: Rooms) -> None:
        rooms.hire("Ada")
        rooms.accept("o1", "A-1-1")
        rooms.clock.advance(RULES.wait_for_company_s - 10)
        assert self.look(rooms) == 10
        rooms.clock.advance(10)
        assert self.look(rooms) == 0
        assert [wave.reason for wave in rooms.rows(WaveRow)] == ["waited long enough"]

    def test_sooner_where_a_promise_will_press(self, rooms: Rooms) -> None:
        rooms.accept("o1", "A-1-1", due_at=OPENING + timedelta(seconds=LATEST_S + 7))
        assert self.look(rooms) == 7
        rooms.clock.advance(7)
        assert self.look(rooms) == 0
        assert [wave.reason for wave in rooms.rows(WaveRow)] == ["due soon"]

    def test_a_plan_is_made_only_where_something_of_it_could_go(
        self, rooms: Rooms, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        planned = list[int]()
        plan_trolleys = releasing.plan_trolleys

        def count(orders: Any, *args: Any, **kwargs: Any) -> Any:
            planned.append(len(orders))
            return plan_trolleys(orders, *args, **kwargs)

        monkeypatch.setattr(releasing, "plan_trolleys", count)
        for number in range(RULES.totes_max - 1):
            rooms.accept(f"o{number}", "A-1-1", "D-1-1")
            assert rooms.release() == 0
        assert planned == []
        rooms.accept("last", "A-1-1")
        assert rooms.release() == 1
        assert planned == [RULES.totes_max]

    def test_who_cannot_be_walked_for_is_shown_without_a_plan(self, rooms: Rooms) -> None:
        rooms.accept("o1", "A-1-1")
        del rooms.places.of_store(None, STORE_ID).locations["loc_A-1-1"]  # type: ignore[attr-defined, arg-type]
        assert self.look(rooms) == REPLAN_EVERY_S
        assert [order.display_code for order in rooms.releaser.stuck_orders(STORE_ID)] == ["O1"]


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

        class TimedBell(Bell):
            async def rest(self, seconds: float) -> None:
                slept.append(seconds)
                rooms.clock.advance(seconds)
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
            asyncio.run(rooms.releaser.run(lambda: ["sto_broken", STORE_ID], 5.0, TimedBell()))

        assert slept == [5.0, 5.0]
        assert rooms.order("b1").status == OrderStatus.ACCEPTED
        assert rooms.order("o1").status == OrderStatus.PLANNED
