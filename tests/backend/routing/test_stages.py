"""Stages: heavy before fragile, frozen last, at the least detour there is."""

from __future__ import annotations

import random
from itertools import pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.routing.compiled import CompiledStore
from backend.routing.errors import StagesMalformed
from backend.routing.problem import RouteProblem
from backend.routing.route import solve_route
from backend.routing.stages import best_hand_overs, staged_length_mm, stages_by_rank
from tests.backend.routing.stores import aisles, corridor, irregular, questions


def staged_problem(seed: int, stops_max: int, *, stages: int = 3) -> RouteProblem:
    graph = irregular(seed, count=5, cross=3)
    start, end, stops = questions(graph, seed, stops_max)
    ranks = [random.Random(f"{seed} {index}").randrange(stages) for index in range(len(stops))]
    return RouteProblem(graph, start, end, stops, stages_by_rank(ranks))


def brute_force_mm(problem: RouteProblem) -> int:
    """Every sequence of stops that keeps to the stages, tried; the stages joined place by place."""
    shortest_mm = {problem.start: 0}
    for stage in problem.stages:
        stops, reached_mm = {problem.stops[index] for index in stage}, dict[int, int]()
        for order in permutations(sorted(stops)):
            inside_mm = sum(problem.graph.distance_mm(a, b) for a, b in pairwise(order))
            for place, before_mm in shortest_mm.items():
                mm = before_mm + problem.graph.distance_mm(place, order[0]) + inside_mm
                reached_mm[order[-1]] = min(reached_mm.get(order[-1], mm), mm)
        shortest_mm = reached_mm
    return min(mm + problem.graph.distance_mm(place, problem.end) for place, mm in shortest_mm.items())


def length_mm(problem: RouteProblem) -> int:
    return round(solve_route(problem).length_m * 1000)


class TestSolveRoute:
    def test_frozen_comes_last_though_it_stands_first(self) -> None:
        route = solve_route(RouteProblem(corridor(), 0, 4, [1, 3, 2], stages_by_rank([1, 0, 0])))
        assert (route.order, route.walk) == ([2, 1, 0], [0, 1, 2, 3, 2, 1, 2, 3, 4])
        assert (route.length_m, route.proven_optimal) == (80, True)

    @given(seed=st.integers(0, 100_000))
    @settings(max_examples=60, deadline=None)
    def test_it_is_as_short_as_brute_force(self, seed: int) -> None:
        problem = staged_problem(seed, 7)
        assert length_mm(problem) == brute_force_mm(problem)

    @given(seed=st.integers(0, 100_000), stages=st.integers(1, 4))
    @settings(max_examples=60, deadline=None)
    def test_stage_after_stage_and_never_shorter_than_without(self, seed: int, stages: int) -> None:
        problem = staged_problem(seed, 25, stages=stages)
        route = solve_route(problem)
        assert route.order == [index for stage in problem.stages for index in _sorted_as(route.order, stage)]
        assert (route.walk[0], route.walk[-1]) == (problem.start, problem.end)
        assert problem.graph.length_mm(route.walk) == round(route.length_m * 1000)
        rest = iter(route.walk)
        assert all(problem.stops[index] in rest for index in _first_visits(problem, route.order)), "in this sequence"
        free = RouteProblem(problem.graph, problem.start, problem.end, problem.stops)
        assert route.length_m >= solve_route(free).length_m

    def test_one_stage_is_no_stage(self) -> None:
        stops = [3, 17, 40, 22]
        with_one = RouteProblem(aisles(5), 0, 2, stops, [[2, 0, 1, 3]])
        assert solve_route(with_one) == solve_route(RouteProblem(aisles(5), 0, 2, stops))

    def test_a_stage_nothing_is_in_changes_nothing(self) -> None:
        stops = [3, 17, 40, 22]
        assert solve_route(RouteProblem(aisles(5), 0, 2, stops, [[], [0, 1], [], [2, 3]])) == solve_route(
            RouteProblem(aisles(5), 0, 2, stops, [[0, 1], [2, 3]])
        )

    def test_the_price_of_stages_in_a_store(self) -> None:
        """A fifth of the stops frozen, in the last three aisles and last: some detour, far from twice the way."""
        graph, detours = aisles(12, cross=3, bays=6), []
        frozen = [node for node in graph.nodes if graph.points[node][0] >= 27]
        other = [node for node in graph.nodes if graph.points[node][0] < 27]
        for seed in range(40):
            chance = random.Random(seed)
            stops = chance.sample(other, 20) + chance.sample(frozen, 5)
            staged = RouteProblem(graph, 0, 0, stops, [list(range(20)), list(range(20, 25))])
            detours.append(length_mm(staged) / length_mm(RouteProblem(graph, 0, 0, stops)))
        assert min(detours) >= 1
        assert sum(detours) / len(detours) < 1.5


class TestWideStores:
    def test_stages_are_kept_without_a_proof(self) -> None:
        graph = aisles(12, cross=12, bays=0)
        stops = list(range(0, 140, 5))
        problem = RouteProblem(graph, 0, 143, stops, stages_by_rank([index % 2 for index in range(len(stops))]))
        route = solve_route(problem, seconds=0.02)
        assert not route.proven_optimal
        assert 0 < route.lower_bound_m <= route.length_m
        assert sorted(route.order[: len(stops) // 2]) == problem.stages[0]
        assert graph.length_mm(route.walk) == round(route.length_m * 1000)


class TestBestHandOvers:
    def test_machine_code_and_numpy_hand_over_at_the_same_stops(self) -> None:
        for seed in range(10):
            problem = staged_problem(seed, 12)
            answers = []
            for either in (True, False):
                store = CompiledStore(problem.graph, in_machine_code=either)
                stages = [store.place_numbers(stops) for stops in problem.stops_by_stage]
                start, end = store.place_numbers([problem.start, problem.end]).tolist()
                answers.append(best_hand_overs(store, stages, start, end))
                assert staged_length_mm(store, stages, start, end) == length_mm(problem)
            assert answers[0] == answers[1]


class TestRefusals:
    @pytest.mark.parametrize("stages", [[[0]], [[0, 1], [1]], [[0, 2]], [[0, -1]]])
    def test_stages_that_are_no_partition(self, stages: list[list[int]]) -> None:
        with pytest.raises(StagesMalformed, match="do not name each of 2 stops once"):
            RouteProblem(corridor(), 0, 4, [1, 2], stages)


def _sorted_as(order: list[int], stage: list[int]) -> list[int]:
    return sorted(stage, key=order.index)


def _first_visits(problem: RouteProblem, order: list[int]) -> list[int]:
    """The stops in their order without those at a place where the one before was: that is one visit."""
    return [index for at, index in enumerate(order) if not at or problem.stops[index] != problem.stops[order[at - 1]]]
