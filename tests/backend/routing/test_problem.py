"""The graph of a store: distances, walks, and what it refuses."""

from __future__ import annotations

import sys

import pytest

from backend.routing import problem
from backend.routing.errors import GraphMalformed, PlaceUnknown, PlaceUnreachable
from backend.routing.problem import RouteProblem, StoreGraph
from shared.places import MapEdge, MapNode, StoreMap
from tests.backend.routing.stores import aisles, corridor


class TestDistance:
    def test_it_is_the_shortest_way_around(self) -> None:
        """Two aisles of four stretches: from the second bay of one to the second of the other, over the front."""
        graph = aisles(2, cross=2, bays=3)
        assert graph.distance_m(2, 7) == 2 + 3 + 2

    def test_it_is_the_same_both_ways(self) -> None:
        graph = aisles(4)
        assert all(graph.distance_mm(a, b) == graph.distance_mm(b, a) for a in graph.nodes for b in graph.nodes)

    def test_the_shorter_of_two_parallel_stretches_counts(self) -> None:
        assert StoreGraph([0, 1], [(0, 1, 9.0), (1, 0, 4.0)]).distance_m(0, 1) == 4

    def test_an_island_is_unreachable_and_named(self) -> None:
        graph = StoreGraph([0, 1, 2], [(0, 1, 1.0)], captions={2: "A7-1"})
        with pytest.raises(PlaceUnreachable, match="A7-1"):
            graph.distance_m(0, 2)

    def test_an_unknown_place_is_named(self) -> None:
        with pytest.raises(PlaceUnknown, match="node 99 is not on the map"):
            corridor().distance_m(0, 99)


class TestRemembering:
    def test_every_distance_and_walk_is_right_however_little_is_remembered(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        graph, forgetful = aisles(4), aisles(4)
        pairs = [(a, b) for a in graph.nodes for b in graph.nodes]
        known = [(graph.distance_mm(a, b), graph.walk(a, b)) for a, b in pairs]
        monkeypatch.setattr(problem, "SOURCES_KEPT_MAX", 3)
        assert [(forgetful.distance_mm(a, b), forgetful.walk(a, b)) for a, b in pairs] == known
        assert len(forgetful._from) == 3

    def test_it_is_remembered_in_little_room(self) -> None:
        graph = aisles(4)
        for node in graph.nodes:
            graph.distance_mm(node, graph.nodes[-1])
        kept = sum(sys.getsizeof(numbers) for known in graph._from.values() for numbers in known)
        assert kept < len(graph.nodes) * (len(graph.nodes) * 16 + 200)


class TestWalk:
    def test_it_goes_node_by_node_both_ways(self) -> None:
        assert corridor().walk(1, 4) == [1, 2, 3, 4]
        assert corridor().walk(4, 1) == [4, 3, 2, 1]

    def test_nowhere_is_one_node(self) -> None:
        assert corridor().walk(2, 2) == [2]

    def test_its_length_is_the_distance(self) -> None:
        graph = aisles(5)
        assert all(graph.length_mm(graph.walk(0, node)) == graph.distance_mm(0, node) for node in graph.nodes)

    def test_a_jump_has_no_length(self) -> None:
        with pytest.raises(GraphMalformed, match="no edge joins"):
            corridor().length_mm([0, 2])


class TestBuild:
    @pytest.mark.parametrize("length_m", [0.0, -1.0, float("nan"), float("inf")])
    def test_a_length_that_is_none_is_refused(self, length_m: float) -> None:
        with pytest.raises(GraphMalformed, match="length"):
            StoreGraph([0, 1], [(0, 1, length_m)])

    def test_an_edge_to_nowhere_is_refused(self) -> None:
        with pytest.raises(GraphMalformed, match="2 is not a node"):
            StoreGraph([0, 1], [(0, 2, 1.0)])

    def test_an_edge_to_itself_is_refused(self) -> None:
        with pytest.raises(GraphMalformed, match="itself"):
            StoreGraph([0, 1], [(1, 1, 1.0)])

    def test_it_is_made_from_a_map(self) -> None:
        store_map = StoreMap(
            width_m=10,
            height_m=5,
            entrance=1,
            desk=2,
            nodes=[MapNode(id=1, x_m=0, y_m=0), MapNode(id=2, x_m=4, y_m=0)],
            edges=[MapEdge(a=1, b=2, length_m=4)],
        )
        assert StoreGraph.from_map(store_map).distance_m(1, 2) == 4


class TestRouteProblem:
    def test_a_stop_that_is_not_on_the_map_is_named(self) -> None:
        with pytest.raises(PlaceUnknown, match="node 77"):
            RouteProblem(corridor(), 0, 4, [1, 77])

    def test_a_stop_behind_a_wall_is_named(self) -> None:
        graph = StoreGraph([0, 1, 2], [(0, 1, 1.0)], captions={2: "F2-3"})
        with pytest.raises(PlaceUnreachable, match="F2-3"):
            RouteProblem(graph, 0, 1, [2])
