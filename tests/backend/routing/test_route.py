"""Routes are valid walks, as short as brute force, and the same every time."""

from __future__ import annotations

import random
from itertools import pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.routing.compiled import CompiledStore
from backend.routing.errors import PlaceUnknown, PlaceUnreachable
from backend.routing.problem import Route, RouteProblem, StoreGraph
from backend.routing.route import lengths_m, prepare_routes, search_route, solve_route
from tests.backend.routing.stores import aisles, corridor, irregular, questions, tangle


def brute_force_mm(problem: RouteProblem) -> int:
    """Every sequence of stops, tried."""
    return min(
        sum(problem.graph.distance_mm(a, b) for a, b in pairwise([problem.start, *stops, problem.end]))
        for stops in permutations(problem.distinct_stops)
    )


def assert_is_walk_of(route: Route, problem: RouteProblem) -> None:
    assert route.walk[0] == problem.start
    assert route.walk[-1] == problem.end
    assert problem.graph.length_mm(route.walk) == round(route.length_m * 1000), "consecutive nodes are joined"
    assert set(problem.stops) <= set(route.walk)
    assert sorted(route.order) == list(range(len(problem.stops)))
    reached = [route.walk.index(problem.stops[index]) for index in route.order]
    assert reached == sorted(reached), "stops are listed as the walk reaches them"
    assert route.lower_bound_m <= route.length_m


class TestSolveRoute:
    def test_a_corridor_is_walked_once(self) -> None:
        route = solve_route(RouteProblem(corridor(), 0, 4, [3, 1]))
        assert (route.walk, route.order, route.length_m) == ([0, 1, 2, 3, 4], [1, 0], 40)
        assert route.proven_optimal

    def test_a_dead_end_is_walked_in_and_out(self) -> None:
        route = solve_route(RouteProblem(corridor(), 1, 0, [4]))
        assert route.walk == [1, 2, 3, 4, 3, 2, 1, 0]

    def test_it_may_end_where_it_began(self) -> None:
        assert solve_route(RouteProblem(corridor(), 2, 2, [3, 1])).length_m == 40

    def test_no_stops_is_the_way_to_the_desk(self) -> None:
        assert solve_route(RouteProblem(corridor(), 0, 2)).walk == [0, 1, 2]

    def test_all_where_one_stands_is_no_walk(self) -> None:
        route = solve_route(RouteProblem(corridor(), 2, 2, [2, 2]))
        assert (route.walk, route.order, route.length_m) == ([2], [0, 1], 0)

    def test_the_same_place_twice_is_one_visit(self) -> None:
        route = solve_route(RouteProblem(corridor(), 0, 4, [3, 1, 3]))
        assert route.order == [1, 0, 2]

    @given(seed=st.integers(0, 10_000), nodes=st.integers(2, 9), extra=st.integers(0, 8), stops=st.integers(0, 6))
    @settings(max_examples=150, deadline=None)
    def test_it_is_as_short_as_brute_force_in_any_shape(self, seed: int, nodes: int, extra: int, stops: int) -> None:
        graph, chance = tangle(seed, nodes=nodes, extra=extra), random.Random(seed)
        start, end, *places = (chance.randrange(nodes) for _ in range(stops + 2))
        problem = RouteProblem(graph, start, end, places)
        route = solve_route(problem)
        assert_is_walk_of(route, problem)
        assert round(route.length_m * 1000) == brute_force_mm(problem)
        assert route.proven_optimal

    @given(seed=st.integers(0, 10_000), count=st.integers(1, 6), cross=st.integers(2, 4), stops=st.integers(0, 40))
    @settings(max_examples=40, deadline=None)
    def test_it_beats_or_equals_the_search_in_a_store(self, seed: int, count: int, cross: int, stops: int) -> None:
        graph, chance = aisles(count, cross=cross), random.Random(seed)
        start, end, *places = (chance.choice(graph.nodes) for _ in range(stops + 2))
        problem = RouteProblem(graph, start, end, places)
        route, searched = solve_route(problem), search_route(problem, seconds=0.005, seed=seed)
        assert_is_walk_of(route, problem)
        assert_is_walk_of(searched, problem)
        assert searched.lower_bound_m <= route.length_m <= searched.length_m
        assert not searched.proven_optimal or searched.length_m == route.length_m

    def test_it_is_the_same_every_time(self) -> None:
        """On freshly built graphs too: nothing depends on what was asked before."""
        chance = random.Random(7)
        places = [chance.randrange(100) for _ in range(30)]
        routes = [solve_route(RouteProblem(aisles(12), 0, 5, places)) for _ in range(3)]
        assert routes[0] == routes[1] == routes[2]

    def test_a_store_too_wide_for_the_sweep_is_searched(self) -> None:
        """Seven by seven cross aisles without shelves: no sweep, a good walk all the same."""
        graph = aisles(8, cross=8, bays=0)
        assert CompiledStore.of(graph) is None
        problem = RouteProblem(graph, 0, 63, list(range(0, 64, 3)))
        route = solve_route(problem, seconds=0.02)
        assert_is_walk_of(route, problem)
        assert route.lower_bound_m > 0


class TestPrepareRoutes:
    def test_the_store_is_compiled_and_the_answer_as_ever(self) -> None:
        graph, unprepared = aisles(5), aisles(5)
        prepare_routes(graph)
        assert solve_route(RouteProblem(graph, 3, 9, [40, 22])) == solve_route(RouteProblem(unprepared, 3, 9, [40, 22]))

    def test_a_store_too_wide_needs_no_preparation(self) -> None:
        prepare_routes(aisles(8, cross=8, bays=0))

    def test_a_store_of_one_place(self) -> None:
        graph = StoreGraph([7], [])
        prepare_routes(graph)
        assert solve_route(RouteProblem(graph, 7, 7, [7])).walk == [7]


class TestSearchRoute:
    @pytest.mark.parametrize("seed", range(5))
    def test_few_stops_are_solved_exactly(self, seed: int) -> None:
        chance = random.Random(seed)
        graph = tangle(seed, nodes=30, extra=20)
        problem = RouteProblem(graph, 0, 1, [chance.randrange(30) for _ in range(6)])
        route = search_route(problem, seconds=0.01, seed=seed)
        assert round(route.length_m * 1000) == brute_force_mm(problem)
        assert route.proven_optimal


class TestLengths:
    """Without the walks, for who needs many."""

    @given(seed=st.integers(0, 500))
    @settings(max_examples=30, deadline=None)
    def test_each_is_as_long_as_its_walk(self, seed: int) -> None:
        graph = irregular(seed, count=4, cross=3)
        start, end, nodes = questions(graph, seed, 9)
        stops = [nodes, nodes[:3], []]
        walks = [solve_route(RouteProblem(graph, start, end, some)).length_m for some in stops]
        assert lengths_m(graph, start, end, stops) == walks

    def test_of_no_walks_there_are_none(self) -> None:
        assert lengths_m(corridor(), 0, 4, []) == []

    def test_on_a_store_too_wide_for_the_sweep(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(CompiledStore, "of", lambda _graph: None)
        assert lengths_m(corridor(), 0, 4, [[3, 1], []]) == [40.0, 40.0]
        assert lengths_m(corridor(), 0, 4, []) == []

    def test_what_cannot_be_reached_is_said(self) -> None:
        with pytest.raises(PlaceUnknown, match="node 50"):
            lengths_m(corridor(), 0, 4, [[50]])
        with pytest.raises(PlaceUnreachable):
            lengths_m(StoreGraph(range(3), [(0, 1, 1.0)]), 0, 1, [[2]])
