"""The serpentine: aisle after aisle, and never shorter than the route."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.routing.problem import RouteProblem, StoreGraph
from backend.routing.route import solve_route
from backend.routing.serpentine import aisle_positions, serpentine_length_m, serpentine_walk
from tests.backend.routing.stores import aisles, irregular, questions, tangle


class TestSerpentineWalk:
    def test_up_the_one_aisle_and_down_the_next(self) -> None:
        """Three aisles of four metres: over the far end and back, then up again."""
        route = serpentine_walk(RouteProblem(aisles(3, cross=2), 0, 10, [12, 6, 8, 3]))
        assert route.walk == [0, 1, 2, 3, 4, 9, 8, 7, 6, 5, 10, 11, 12, 11, 10]

    def test_it_begins_at_the_side_of_the_start(self) -> None:
        route = serpentine_walk(RouteProblem(aisles(3, cross=2), 14, 0, [2, 7, 12]))
        assert route.order == [2, 1, 0]

    def test_it_keeps_to_stages(self) -> None:
        route = serpentine_walk(RouteProblem(aisles(3, cross=2), 0, 0, [2, 7, 12], [[1], [0, 2]]))
        assert route.order[0] == 1
        assert serpentine_length_m(RouteProblem(aisles(3, cross=2), 0, 0, [2, 7, 12], [[1], [0, 2]])) == route.length_m

    @given(seed=st.integers(0, 10_000), is_drawn=st.booleans())
    @settings(max_examples=60, deadline=None)
    def test_it_is_a_walk_past_every_stop_and_never_shorter_than_the_route(self, seed: int, is_drawn: bool) -> None:
        graph = irregular(seed, count=5, cross=3) if is_drawn else tangle(seed, nodes=20, extra=8)
        start, end, stops = questions(graph, seed, 15)
        problem = RouteProblem(graph, start, end, stops)
        route = serpentine_walk(problem)
        assert (route.walk[0], route.walk[-1]) == (start, end)
        assert set(stops) <= set(route.walk)
        assert graph.length_mm(route.walk) == round(route.length_m * 1000)
        assert serpentine_length_m(problem) == route.length_m
        assert route.length_m >= solve_route(problem).length_m
        assert not route.proven_optimal or route.length_m == 0


class TestAislePositions:
    def test_aisles_may_lie_either_way_in_the_drawing(self) -> None:
        upright = aisles(4, cross=2)
        lying = StoreGraph(
            upright.nodes,
            [(a, b, mm / 1000) for a, b, mm in upright.edges_mm],
            points={node: (y, x) for node, (x, y) in upright.points.items()},
        )
        assert aisle_positions(upright) == aisle_positions(lying)
