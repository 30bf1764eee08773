"""A plan becomes rows, whole trolleys at a time, unless an order changed after it was planned."""

from __future__ import annotations

from datetime import timedelta

from backend.core.writer import Transaction
from backend.orders.commands import AmendOrder
from backend.orders.models import OrderRow, OrderStatus
from backend.picking.commands import ReleaseWave
from backend.picking.models import PickListRow, PickRow, ToteRow, WaveRow
from shared.events import PickListReady
from shared.picking import PickListStatus
from tests.backend.rooms import RULES, Rooms
from tests.factories import OPENING, make_cancellation, make_line, make_order


class TestTrolleys:
    def test_more_orders_than_totes_make_two_trolleys(self, rooms: Rooms) -> None:
        for number in range(RULES.totes_max + 1):
            rooms.accept(f"o{number}", "B-2-1")

        assert rooms.release(is_forced=True) == 2
        by_pick_list: dict[str, list[str]] = {}
        for tote in rooms.rows(ToteRow):
            by_pick_list.setdefault(tote.pick_list_id, []).append(tote.letter)
        assert sorted(by_pick_list.values()) == [["A"], ["A", "B", "C"]]
        assert {order.status for order in rooms.rows(OrderRow)} == {OrderStatus.PLANNED}

    def test_every_line_becomes_one_pick_in_the_tote_of_its_order(self, rooms: Rooms) -> None:
        pick_list = rooms.planned(o1=["C-2-1", "A-1-1"], o2=["A-1-2"])

        totes = {tote.order_id: tote.id for tote in rooms.rows(ToteRow)}
        picks = rooms.picks(pick_list.id)
        assert {pick.order_line_id for pick in picks} == {line.id for o in ("o1", "o2") for line in rooms.lines(o)}
        assert all(pick.tote_id == totes[pick.order_id] for pick in picks)
        assert [pick.position for pick in picks] == [0, 1, 2]

    def test_the_most_urgent_order_decides_when_the_trolley_is_due(self, rooms: Rooms) -> None:
        rooms.accept("calm", "A-1-1")
        rooms.accept("urgent", "A-1-2", due_at=OPENING + timedelta(minutes=30))
        rooms.release(is_forced=True)

        pick_list = rooms.rows(PickListRow)[0]
        assert pick_list.due_at == OPENING + timedelta(minutes=30)
        assert pick_list.status == PickListStatus.READY
        ready = next(event for event in rooms.events() if isinstance(event, PickListReady))
        assert ready.order_ids == [rooms.order("urgent").id, rooms.order("calm").id]


class TestChangesBetweenPlanAndRecord:
    def cancel_first(self, rooms: Rooms, *external_ids: str) -> None:
        """From now on these orders are cancelled after the plan was made and before it is recorded."""

        def handle(command: ReleaseWave, tx: Transaction) -> int:
            for external_id in external_ids:
                rooms.orders.cancel(make_cancellation(make_order(external_id, [])), tx)
            return rooms.picking.release_wave(command, tx)

        rooms.handlers[ReleaseWave] = handle

    def test_a_cancelled_order_takes_its_trolley_out_of_the_wave(self, rooms: Rooms) -> None:
        rooms.accept("o1", "A-1-1")
        rooms.accept("o2", "A-2-1")
        self.cancel_first(rooms, "o1")

        assert rooms.release(is_forced=True) == 0
        assert rooms.rows(PickListRow) == []
        assert rooms.rows(WaveRow) == []
        assert rooms.order("o2").status == OrderStatus.ACCEPTED

    def test_its_companions_walk_with_the_next_wave(self, rooms: Rooms) -> None:
        rooms.accept("o1", "A-1-1")
        rooms.accept("o2", "A-2-1")
        self.cancel_first(rooms, "o1")
        rooms.release(is_forced=True)
        rooms.handlers[ReleaseWave] = rooms.picking.release_wave

        assert rooms.release(is_forced=True) == 1
        assert [tote.order_id for tote in rooms.rows(ToteRow)] == [rooms.order("o2").id]

    def test_an_amended_order_is_not_walked_for_as_it_was(self, rooms: Rooms) -> None:
        rooms.accept("o1", "A-1-1")
        amended = AmendOrder(make_order("o1", [make_line(rooms.products.stocked["prd_C-2-1"])]))

        def handle(command: ReleaseWave, tx: Transaction) -> int:
            rooms.orders.amend(amended, tx)
            return rooms.picking.release_wave(command, tx)

        rooms.handlers[ReleaseWave] = handle
        assert rooms.release(is_forced=True) == 0
        rooms.handlers[ReleaseWave] = rooms.picking.release_wave

        assert rooms.release(is_forced=True) == 1
        assert [pick.product_id for pick in rooms.rows(PickRow)] == ["prd_C-2-1"]

    def test_a_plan_recorded_twice_counts_once(self, rooms: Rooms) -> None:
        rooms.accept("o1", "A-1-1")
        plans: list[ReleaseWave] = []
        rooms.handlers[ReleaseWave] = lambda command, tx: plans.append(command) or 0
        rooms.release(is_forced=True)
        rooms.handlers[ReleaseWave] = rooms.picking.release_wave

        assert [rooms.do(plans[0]) for _ in range(2)] == [1, 0]
        assert len(rooms.rows(PickListRow)) == 1
