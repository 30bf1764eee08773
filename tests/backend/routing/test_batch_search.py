"""The search for batches finds what trying everything finds, proves it, and keeps to its limits."""

from __future__ import annotations

import json
import math
import random
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np
import pytest

from backend.routing.batch_arrays import BatchArrays, Load, batch_arrays
from backend.routing.batch_bounds import layered_bound_mm, trolleys_least
from backend.routing.batch_search import BatchSearch, Found, Limit
from backend.routing.compiled import CompiledStore
from backend.routing.problem import StoreGraph
from tests.backend.routing.stores import aisles, irregular

WITHOUT_NUMBA = """
import sys
sys.modules["numba"] = None
from tests.backend.routing.test_batch_search import plan_as_text
print(plan_as_text())
"""


def question(
    seed: int, count: int, capacity: int, *, graph: StoreGraph | None = None, is_late: bool = False
) -> BatchArrays:
    """Orders of one to six stops and some size, anywhere in a store of five aisles."""
    chance = random.Random(seed)
    graph = graph or aisles(5)
    stops = [[chance.choice(graph.nodes) for _ in range(chance.randint(1, 6))] for _ in range(count)]
    loads = [
        Load((chance.randint(1, 5), 1), due_ms=chance.randrange(60_000), weight=3 * is_late, handling_ms=5_000)
        for _ in range(count)
    ]
    store = CompiledStore.of(graph)
    return batch_arrays(graph, (0, 2), stops, loads, (capacity, 4), speed_mm_s=1_000 * is_late, store=store)


def found(arrays: BatchArrays, *, seconds: float | None = None, iterations: int | None = 100, seed: int = 0) -> Found:
    search = BatchSearch(arrays, seed=seed, limit=Limit(seconds, iterations), is_exact=True)
    return list(search.improving())[-1]


def plan_as_text() -> str:
    """A plan and its bound, for a process without machine code to compare."""
    plans = [found(question(seed, 6, 9), iterations=5) for seed in (1, 2)]
    return json.dumps([[plan.sets, plan.cost_mm, plan.lower_bound_mm] for plan in plans])


def partitions(items: list[int]) -> Iterator[list[list[int]]]:
    if not items:
        yield []
        return
    for rest in partitions(items[1:]):
        yield [[items[0]], *rest]
        for at in range(len(rest)):
            yield [*rest[:at], [items[0], *rest[at]], *rest[at + 1 :]]


def cost_mm(arrays: BatchArrays, orders: list[int], graph: StoreGraph) -> int:
    """Worked out anew: the walk, and each late millisecond times its weight."""
    store = CompiledStore.of(graph)
    assert store is not None
    stops = np.unique(np.concatenate([arrays.stops[arrays.bounds[o] : arrays.bounds[o + 1]] for o in orders]))
    length_mm = store.length_between(stops, arrays.start, arrays.end)
    back_ms = length_mm + sum(int(arrays.handling_ms[o]) for o in orders)
    return length_mm + sum(max(0, back_ms - int(arrays.due_ms[o])) * int(arrays.weights[o]) for o in orders)


def fits(arrays: BatchArrays, orders: list[int]) -> bool:
    return bool((arrays.loads[orders].sum(axis=0) <= arrays.limits).all())


class TestAgainstTryingEverything:
    @pytest.mark.parametrize("is_late", [False, True])
    @pytest.mark.parametrize("seed", range(6))
    def test_the_best_plan_is_found_and_proven(self, seed: int, is_late: bool) -> None:
        graph = aisles(5)
        arrays = question(seed, 7, 9, graph=graph, is_late=is_late)
        costs_mm: dict[tuple[int, ...], int] = {}
        best_mm = 10**15
        for sets in partitions(list(range(7))):
            if all(fits(arrays, each) for each in sets):
                for each in sets:
                    if tuple(each) not in costs_mm:
                        costs_mm[tuple(each)] = cost_mm(arrays, each, graph)
                best_mm = min(best_mm, sum(costs_mm[tuple(each)] for each in sets))
        plan = found(arrays)
        assert (plan.cost_mm, plan.lower_bound_mm) == (best_mm, best_mm)

    @pytest.mark.parametrize("seed", range(4))
    def test_a_plan_is_whole_and_fits_and_costs_what_it_says(self, seed: int) -> None:
        graph = irregular(3, count=6, cross=3)
        graph = graph if _is_whole(graph) else aisles(6)
        arrays = question(seed, 30, 12, graph=graph)
        plan = found(arrays, iterations=200)
        assert sorted(order for each in plan.sets for order in each) == list(range(30))
        assert all(fits(arrays, each) for each in plan.sets)
        assert plan.cost_mm == sum(cost_mm(arrays, each, graph) for each in plan.sets)
        assert plan.lower_bound_mm <= plan.cost_mm


class TestImproving:
    def test_the_first_plan_comes_at_once_and_each_is_better_or_better_bounded(self) -> None:
        arrays = question(3, 40, 12)
        found(arrays)  # loads the machine code
        began_s = time.process_time()
        plans = BatchSearch(arrays, seed=0, limit=Limit(seconds=1.0), is_exact=True).improving()
        first = next(plans)
        assert time.process_time() - began_s < 0.5
        later = list(plans)
        costs, bounds = ([plan.cost_mm for plan in later], [plan.lower_bound_mm for plan in later])
        assert costs == sorted(costs, reverse=True)
        assert bounds == sorted(bounds)
        assert costs[-1] < first.cost_mm

    def test_the_time_is_kept(self) -> None:
        arrays = question(5, 80, 12)
        found(arrays)
        began_s = time.perf_counter()
        plan = found(arrays, seconds=0.7, iterations=None)
        assert len(plan.sets) >= trolleys_least(arrays.loads, arrays.limits)
        assert time.perf_counter() - began_s < 2.0

    def test_iterations_give_the_same_plan_every_time(self) -> None:
        assert found(question(8, 25, 12), seed=4) == found(question(8, 25, 12), seed=4)

    def test_without_machine_code_the_plan_is_the_same(self) -> None:
        run = subprocess.run([sys.executable, "-c", WITHOUT_NUMBA], capture_output=True, text=True, check=True)
        assert run.stdout.strip().splitlines()[-1] == plan_as_text()

    def test_more_orders_than_there_is_time_for_pairs(self) -> None:
        arrays = question(1, 450, 12)
        plan = found(arrays, seconds=3.0, iterations=None)
        assert sorted(order for each in plan.sets for order in each) == list(range(450))
        assert all(fits(arrays, each) for each in plan.sets)

    def test_a_store_too_wide_for_the_sweep_is_searched_with_distances(self) -> None:
        graph = aisles(4)
        chance = random.Random(2)
        stops = [[chance.choice(graph.nodes) for _ in range(4)] for _ in range(8)]
        exact = batch_arrays(graph, (0, 2), stops, [Load((1,))] * 8, (3,), store=CompiledStore.of(graph))
        wide = batch_arrays(graph, (0, 2), stops, [Load((1,))] * 8, (3,), store=None)
        search = BatchSearch(wide, seed=0, limit=Limit(iterations=100), is_exact=False)
        plan = list(search.improving())[-1]
        best_mm = found(exact).cost_mm
        assert best_mm <= plan.cost_mm <= 1.05 * best_mm
        assert plan.lower_bound_mm == 0

    def test_a_search_needs_a_limit(self) -> None:
        with pytest.raises(ValueError, match="seconds or in iterations"):
            Limit()


class TestBounds:
    def test_three_large_orders_need_three_trolleys(self) -> None:
        """6 + 6 + 6 + 2 fill two trolleys of 10 by their sum, but no two of the large ones go together."""
        assert trolleys_least(np.array([[6], [6], [6], [2]]), np.array([10])) == 3
        assert trolleys_least(np.array([[1], [2]]), np.array([], dtype=np.int64)) == 1

    @pytest.mark.parametrize("seed", range(8))
    def test_the_layered_bound_is_never_above_the_best_plan(self, seed: int) -> None:
        arrays = question(seed, 8, 9)
        graph = aisles(5)
        alone_mm = np.array([cost_mm(arrays, [order], graph) for order in range(8)])
        best_mm = found(arrays).cost_mm
        assert alone_mm.max() <= layered_bound_mm(arrays, alone_mm) <= best_mm


def _is_whole(graph: StoreGraph) -> bool:
    return all(math.isfinite(graph._parts[node]) and graph._parts[node] == graph._parts[0] for node in graph.nodes)
