"""Many orders in parts: nothing is lost, parts are no larger than their time, and near aisles come together."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.routing import batch
from backend.routing.batch import BatchOrder, BatchProblem, plan_batches
from backend.routing.batch_parts import (
    DUE_TOGETHER,
    LENGTHS_PER_S,
    ORDERS_AT_ONCE,
    Sets,
    near_parts,
    orders_at_once,
    plan_in_parts,
)
from backend.routing.batch_search import SAVINGS_ORDERS_MAX
from tests.backend.routing.stores import aisles


def scattered(seed: int, count: int, *, places: int = 40) -> list[list[int]]:
    chance = random.Random(seed)
    return [[chance.randrange(places) for _ in range(chance.randint(1, 6))] for _ in range(count)]


class TestOrdersAtOnce:
    @given(
        orders=st.integers(min_value=0, max_value=20_000),
        seconds=st.floats(min_value=0.001, max_value=5.0),
        together=st.integers(min_value=1, max_value=6),
    )
    def test_whole_trolleys_within_the_time(self, orders: int, seconds: float, together: int) -> None:
        at_once = orders_at_once(orders, seconds, together)
        if orders <= ORDERS_AT_ONCE:
            assert at_once == ORDERS_AT_ONCE
        else:
            assert at_once % together == 0
            assert together <= at_once <= SAVINGS_ORDERS_MAX
            assert at_once == together or orders * at_once <= seconds * LENGTHS_PER_S

    def test_more_time_makes_greater_parts(self) -> None:
        assert [orders_at_once(360, seconds, 6) for seconds in (0.05, 0.5, 5.0)] == [6, 66, 396]


class TestNearParts:
    @given(seed=st.integers(0, 1_000), count=st.integers(0, 40), size=st.integers(1, 12))
    @settings(max_examples=40)
    def test_every_order_is_in_one_part(self, seed: int, count: int, size: int) -> None:
        parts = near_parts(aisles(5), scattered(seed, count), size)
        assert sorted(order for part in parts for order in part) == list(range(count))
        assert all(len(part) == size for part in parts[:-1])

    def test_orders_of_the_same_aisles_come_together(self) -> None:
        """Nodes 1 to 3 are in the front half of the first aisle, 28 to 30 in that of the fourth."""
        assert near_parts(aisles(5), [[1], [28], [2], [29], [3], [30]], 3) == [[0, 2, 4], [1, 3, 5]]


class TestPlanInParts:
    def test_the_most_pressing_come_into_the_first_parts(self) -> None:
        asked: Sets = []

        def plan(part: list[int], share: float) -> list[tuple[list[int], int]]:
            asked.append(part)
            assert 0 < share <= 1
            return [(part, 1)]

        stops = scattered(1, DUE_TOGETHER + 12)
        plan_in_parts(aisles(5), stops, 12, lambda _part: True, plan)
        assert sorted(order for part in asked[:-1] for order in part) == list(range(DUE_TOGETHER))
        assert asked[-1] == list(range(DUE_TOGETHER, DUE_TOGETHER + 12))

    @pytest.mark.parametrize(("cost_mm", "sets"), [(5, [[0, 1, 2, 3]]), (9, [[0, 1], [2, 3]])])
    def test_what_is_left_over_is_planned_again_and_kept_where_it_is_better(self, cost_mm: int, sets: Sets) -> None:
        def plan(part: list[int], share: float) -> list[tuple[list[int], int]]:
            return [(part, cost_mm if len(part) == 4 else 4)]

        assert plan_in_parts(aisles(5), [[1], [2], [1], [2]], 2, lambda part: len(part) == 4, plan) == sets


class TestPlanBatches:
    """The whole of it, with parts as small as one trolley."""

    @given(seed=st.integers(0, 1_000), totes_max=st.integers(2, 6))
    @settings(max_examples=8, deadline=None)
    def test_nothing_is_lost_split_or_overfull(self, seed: int, totes_max: int) -> None:
        chance = random.Random(seed)
        orders = [
            BatchOrder(f"o{at}", nodes, totes=chance.randint(1, 2), due_at_s=chance.choice([None, 50.0, 5_000.0]))
            for at, nodes in enumerate(scattered(seed, ORDERS_AT_ONCE + 30))
        ]
        plan = plan_batches(BatchProblem(aisles(5), 0, 2, orders, totes_max=totes_max), seconds=0.001)
        totes = {order.id: order.totes for order in orders}
        assert sorted(each for trolley in plan.trolleys for each in trolley.order_ids) == sorted(totes)
        assert all(sum(totes[each] for each in trolley.order_ids) <= totes_max for trolley in plan.trolleys)
        assert plan.lower_bound_m <= plan.cost_m
        assert plan.length_m <= plan.cost_m
        assert plan.length_m <= plan.one_order_per_walk_m

    def test_it_is_not_much_longer_than_planned_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """In parts of five trolleys; of one trolley each it is longer by a sixth to a third, still far from alone."""
        orders = [BatchOrder(f"o{at}", nodes) for at, nodes in enumerate(scattered(7, 120))]
        problem = BatchProblem(aisles(8), 0, 2, orders)
        planned = {}
        for at_once in (6, 30, 120):
            monkeypatch.setattr(batch, "orders_at_once", lambda orders, seconds, together, most=at_once: most)
            planned[at_once] = plan_batches(problem, seconds=60.0)
        assert planned[120].length_m <= planned[30].length_m <= 1.25 * planned[120].length_m
        assert planned[6].length_m < 0.6 * planned[6].one_order_per_walk_m

    def test_it_is_the_same_every_time_and_in_every_sequence(self) -> None:
        orders = [BatchOrder(f"o{at}", nodes) for at, nodes in enumerate(scattered(3, 90))]
        plans = [plan_batches(BatchProblem(aisles(5), 0, 2, some), seconds=1e-9) for some in (orders, orders[::-1])]
        assert plans[0] == plans[1]
