"""Orders share trolleys: whole, within the totes, shorter than alone, the same every time."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.routing.batch import BatchOrder, BatchProblem, plan_batches
from backend.routing.errors import OrderTooLarge, PlaceUnknown
from backend.routing.problem import RouteProblem
from backend.routing.route import solve_route
from tests.backend.routing.stores import aisles, corridor


def some_orders(seed: int, count: int) -> list[BatchOrder]:
    chance = random.Random(seed)
    return [
        BatchOrder(
            f"order-{index}", [chance.randrange(40) for _ in range(chance.randint(1, 6))], totes=chance.randint(1, 2)
        )
        for index in range(count)
    ]


class TestPlanBatches:
    def test_orders_at_the_same_end_share_a_trolley(self) -> None:
        orders = [BatchOrder("near", [1]), BatchOrder("far", [4]), BatchOrder("far too", [4, 3])]
        plan = plan_batches(BatchProblem(corridor(), 0, 0, orders, totes_max=2))
        assert [trolley.order_ids for trolley in plan.trolleys] == [["far", "far too"], ["near"]]
        assert (plan.length_m, plan.one_order_per_walk_m) == (100, 180)

    def test_one_order_is_one_trolley(self) -> None:
        plan = plan_batches(BatchProblem(corridor(), 0, 4, [BatchOrder("only", [2, 2])]))
        assert plan.trolleys[0].stops == [2, 2]
        assert plan.trolleys[0].route.order == [0, 1]

    def test_no_orders_is_no_trolley(self) -> None:
        assert plan_batches(BatchProblem(corridor(), 0, 4)).trolleys == []

    def test_an_order_that_would_be_late_goes_alone(self) -> None:
        """Together the walk takes 20 s at each of 11 stops; the first order is due in 60 s."""
        orders = [BatchOrder("soon", [1], due_at_s=60), BatchOrder("later", [4] * 10, due_at_s=9_000)]
        plan = plan_batches(BatchProblem(corridor(), 0, 0, orders))
        assert [trolley.order_ids for trolley in plan.trolleys] == [["soon"], ["later"]]
        assert plan.trolleys[0].due_at_s == 60

    def test_among_equals_the_earlier_due_share(self) -> None:
        orders = [BatchOrder("c", [3], due_at_s=3e4), BatchOrder("a", [3], due_at_s=2e4), BatchOrder("b", [3])]
        plan = plan_batches(BatchProblem(corridor(), 0, 0, orders, totes_max=2))
        assert [trolley.order_ids for trolley in plan.trolleys] == [["a", "c"], ["b"]]

    def test_a_higher_priority_comes_first(self) -> None:
        orders = [BatchOrder("due", [3], due_at_s=3e4), BatchOrder("urgent", [1], priority=1)]
        plan = plan_batches(BatchProblem(corridor(), 0, 0, orders, totes_max=1))
        assert [trolley.order_ids for trolley in plan.trolleys] == [["urgent"], ["due"]]

    @given(seed=st.integers(0, 10_000), count=st.integers(0, 7), totes_max=st.integers(2, 6))
    @settings(max_examples=30, deadline=None)
    def test_nothing_is_lost_split_or_overfull(self, seed: int, count: int, totes_max: int) -> None:
        orders = {order.id: order for order in some_orders(seed, count)}
        problem = BatchProblem(aisles(5), 0, 2, list(orders.values()), totes_max=totes_max)
        plan = plan_batches(problem)
        assert sorted(order_id for trolley in plan.trolleys for order_id in trolley.order_ids) == sorted(orders)
        assert plan.length_m <= plan.one_order_per_walk_m
        for trolley in plan.trolleys:
            assert sum(orders[order_id].totes for order_id in trolley.order_ids) <= totes_max
            stops = [node for order_id in trolley.order_ids for node in orders[order_id].stops]
            assert trolley.stops == stops
            assert trolley.route == solve_route(RouteProblem(problem.graph, 0, 2, stops))

    def test_it_is_the_same_every_time_and_in_every_sequence(self) -> None:
        orders = some_orders(3, 8)
        plans = [
            plan_batches(BatchProblem(aisles(5), 0, 2, listed), seed=1) for listed in (orders, orders[::-1], orders)
        ]
        assert plans[0] == plans[1] == plans[2]


class TestRefusals:
    def test_an_order_larger_than_a_trolley(self) -> None:
        with pytest.raises(OrderTooLarge, match="order big needs 7 totes; a trolley carries 6"):
            BatchProblem(corridor(), 0, 4, [BatchOrder("big", [1], totes=7)])

    def test_a_stop_that_is_not_on_the_map(self) -> None:
        with pytest.raises(PlaceUnknown, match="node 50"):
            BatchProblem(corridor(), 0, 4, [BatchOrder("lost", [50])])

    def test_the_same_order_twice(self) -> None:
        with pytest.raises(ValueError, match="same id"):
            BatchProblem(corridor(), 0, 4, [BatchOrder("twin", [1]), BatchOrder("twin", [2])])
