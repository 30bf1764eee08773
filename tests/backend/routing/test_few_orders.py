"""Of a few orders every set is looked at: the split that is found is the cheapest of all."""

from __future__ import annotations

import random

import numpy as np
import pytest

from backend.routing.batch_arrays import empty_pool
from backend.routing.batch_search import FEW_ORDERS, BatchSearch, Limit
from backend.routing.few_orders import NO_SET_MM, best_split, look_at_sets
from tests.backend.routing.stores import aisles
from tests.backend.routing.test_batch_search import cost_mm, fits, partitions, question


def orders_of(number: int) -> list[int]:
    return [order for order in range(FEW_ORDERS) if number >> order & 1]


class TestLookAtSets:
    def test_every_set_that_fits_has_its_cost(self) -> None:
        graph = aisles(5)
        arrays = question(3, 5, 9, graph=graph, is_late=True)
        costs_mm = np.zeros(1 << 5, dtype=np.int64)
        pool = empty_pool(5, 1 << 10)
        look_at_sets(arrays, pool, costs_mm, 1, 20)
        look_at_sets(arrays, pool, costs_mm, 20, 32)
        for number in range(1, 32):
            orders = orders_of(number)
            assert costs_mm[number] == (cost_mm(arrays, orders, graph) if fits(arrays, orders) else NO_SET_MM)


class TestBestSplit:
    @pytest.mark.parametrize("seed", range(10))
    def test_no_other_split_is_cheaper(self, seed: int) -> None:
        chance = random.Random(seed)
        costs_mm = np.array([0, *(chance.choice([chance.randrange(1, 40), NO_SET_MM]) for _ in range(31))])
        for order in range(5):
            costs_mm[1 << order] = chance.randrange(10, 40)  # alone each fits
        least_mm, numbers = best_split(costs_mm)
        every = [[sum(1 << order for order in each) for each in sets] for sets in partitions(list(range(5)))]
        assert least_mm == min(sum(int(costs_mm[number]) for number in each) for each in every)
        assert sum(numbers.tolist()) == 31
        assert sum(int(costs_mm[number]) for number in numbers) == least_mm

    def test_of_equal_ones_the_fewest_trolleys(self) -> None:
        assert best_split(np.array([0, 4, 5, 9]))[1].tolist() == [3]
        assert sorted(best_split(np.array([0, 4, 5, 10]))[1].tolist()) == [1, 2]

    def test_nothing_of_nothing(self) -> None:
        assert best_split(np.zeros(1, dtype=np.int64))[1].tolist() == []


class TestInTheSearch:
    @pytest.mark.parametrize("count", [2, FEW_ORDERS])
    def test_the_second_thing_it_says_is_proven(self, count: int) -> None:
        search = BatchSearch(question(1, count, 9), seed=0, limit=Limit(iterations=1), is_exact=True)
        assert [found.is_proven for found in search.improving()][-1]
        assert search.found.lower_bound_mm == search.found.cost_mm

    def test_without_time_there_is_only_the_first_plan(self) -> None:
        search = BatchSearch(question(1, FEW_ORDERS, 9), seed=0, limit=Limit(seconds=0.0), is_exact=True)
        first = search.found
        assert list(search.improving()) == [first]
