"""Batches whose walks keep to stages: whole, within the totes, never above the search's plan, never below its bound."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.routing.batch import BatchOrder, BatchProblem, plan_batches
from backend.routing.errors import StagesMalformed
from backend.routing.problem import RouteProblem
from backend.routing.route import solve_route
from backend.routing.staged_batches import mended
from backend.routing.stages import stages_by_rank
from tests.backend.routing.stores import aisles, corridor


def staged_orders(seed: int, count: int) -> list[BatchOrder]:
    chance = random.Random(seed)
    orders = []
    for index in range(count):
        stops = [chance.randrange(40) for _ in range(chance.randint(1, 6))]
        due_at_s = chance.choice([None, chance.uniform(60, 900)])
        orders.append(BatchOrder(f"o{index}", stops, due_at_s=due_at_s, ranks=[chance.randrange(3) for _ in stops]))
    return orders


class TestPlanBatches:
    def test_frozen_comes_last_though_it_stands_first(self) -> None:
        (trolley,) = plan_batches(
            BatchProblem(corridor(), 0, 4, [BatchOrder("a", [1, 3], ranks=[1, 0]), BatchOrder("b", [2], ranks=[0])])
        ).trolleys
        reached = [trolley.stops[index] for index in trolley.route.order]
        assert (reached, trolley.route.length_m, trolley.unstaged_m) == ([2, 3, 1], 80, 40)

    def test_the_same_place_may_be_visited_in_two_stages(self) -> None:
        problem = BatchProblem(corridor(), 0, 4, [BatchOrder("a", [1, 1, 3], ranks=[0, 2, 1])])
        (trolley,) = plan_batches(problem).trolleys
        assert trolley.route.order == [0, 2, 1]

    def test_orders_of_one_stage_each_walk_apart_where_that_is_shorter(self) -> None:
        """Far heavy and far frozen together would be walked to and fro; the walks alone are no longer."""
        orders = [BatchOrder("heavy", [4, 1], ranks=[0, 1]), BatchOrder("frozen", [1, 4], ranks=[0, 1])]
        plan = plan_batches(BatchProblem(corridor(), 0, 0, orders))
        assert plan.length_m <= plan.one_order_per_walk_m

    def test_ranks_of_another_number_than_stops_are_refused(self) -> None:
        with pytest.raises(StagesMalformed, match="2 ranks for 1 stops"):
            BatchProblem(corridor(), 0, 4, [BatchOrder("a", [1], ranks=[0, 1])])

    @given(seed=st.integers(0, 10_000), count=st.integers(0, 7), totes_max=st.integers(2, 6))
    @settings(max_examples=30, deadline=None)
    def test_whole_staged_and_between_bound_and_one_walk_each(self, seed: int, count: int, totes_max: int) -> None:
        orders = {order.id: order for order in staged_orders(seed, count)}
        problem = BatchProblem(aisles(5), 0, 2, list(orders.values()), totes_max=totes_max)
        plan = plan_batches(problem)
        assert sorted(order_id for trolley in plan.trolleys for order_id in trolley.order_ids) == sorted(orders)
        assert plan.lower_bound_m <= plan.cost_m + 1e-9
        assert plan.unstaged_m <= plan.length_m + 1e-9
        for trolley in plan.trolleys:
            assert len(trolley.order_ids) <= totes_max
            ranks = [rank for order_id in trolley.order_ids for rank in orders[order_id].ranks]
            stages = stages_by_rank(ranks)
            expected = solve_route(RouteProblem(problem.graph, 0, 2, trolley.stops, stages))
            assert trolley.route.length_m == expected.length_m
            assert [ranks[index] for index in trolley.route.order] == sorted(ranks)
        assert plan_batches(problem) == plan


def free(_orders: object) -> int:
    """Nothing is known of a set but that it costs something."""
    return 0


class TestMended:
    def test_an_order_moves_where_it_costs_less(self) -> None:
        """Numbers that stand together are cheap; 1 and 2 belong together, 8 and 9 do."""
        apart, two = (lambda each: max(each) - min(each) + 5), (lambda each: len(each) <= 2)
        sets = mended([[1, 9], [2, 8]], apart, free, two, evaluations_max=50)
        assert sets == [[1, 2], [8, 9]]

    def test_one_goes_alone_where_company_is_dear(self) -> None:
        sets = mended([[1, 2]], lambda each: len(each) ** 3, free, lambda each: True, evaluations_max=50)
        assert sets == [[1], [2]]

    def test_what_does_not_fit_is_not_tried(self) -> None:
        asked: list[tuple[int, ...]] = []

        def cost(each: object) -> int:
            asked.append(tuple(each))  # type: ignore[arg-type]
            return 1

        mended([[1], [2]], cost, free, lambda each: len(each) <= 1, evaluations_max=50)
        assert asked == [(1,), (2,)]

    def test_it_stops_when_it_has_asked_enough(self) -> None:
        asked: list[object] = []

        def cost(each: object) -> int:
            asked.append(each)
            return 1

        mended([[number] for number in range(20)], cost, free, lambda each: False, evaluations_max=0)
        assert len(asked) == 20

    @pytest.mark.parametrize("evaluations_max", [0, 3, 10, 500])
    @pytest.mark.parametrize("seed", range(5))
    def test_what_plain_walks_rule_out_is_not_worked_out_and_changes_nothing(
        self, seed: int, evaluations_max: int
    ) -> None:
        chance = random.Random(seed)
        plain = {
            orders: chance.randint(50, 90) + 10 * len(orders)
            for many in (1, 2, 3)
            for orders in itertools.combinations(range(8), many)
        }
        dearer = {orders: cost + chance.randint(0, 30) for orders, cost in plain.items()}
        asked: list[object] = []

        def cost(orders: Sequence[int]) -> int:
            asked.append(orders)
            return dearer[tuple(orders)]

        def mend(plain_cost_of: Callable[[Sequence[int]], int]) -> tuple[list[list[int]], int]:
            asked.clear()
            sets = mended(
                [[0, 1, 2], [3, 4, 5], [6, 7]],
                cost,
                plain_cost_of,
                lambda each: len(each) <= 3,
                evaluations_max=evaluations_max,
            )
            return sets, len(asked)

        (sets, worked_out), (same, all_worked_out) = mend(lambda orders: plain[tuple(orders)]), mend(free)
        assert sets == same
        assert worked_out <= all_worked_out
        assert worked_out < all_worked_out or evaluations_max < 10
