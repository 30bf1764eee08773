"""Sub-aisles: every stretch of a store in exactly one, whatever its shape."""

from __future__ import annotations

from itertools import pairwise

import pytest

from backend.routing.problem import StoreGraph
from backend.routing.subaisles import SubAisle, sub_aisles
from tests.backend.routing.stores import aisles, corridor, irregular, tangle

RING = StoreGraph(range(5), [(node, (node + 1) % 5, 1.0) for node in range(5)])
LOLLIPOP = StoreGraph(range(5), [(0, 1, 1.0), (1, 2, 1.0), (2, 3, 1.0), (3, 4, 1.0), (4, 1, 1.0)])


def test_a_corridor_is_one() -> None:
    assert sub_aisles(corridor()) == [SubAisle((0, 1, 2, 3, 4), (0, 10_000, 20_000, 30_000, 40_000))]


def test_a_round_way_is_cut() -> None:
    assert [each.ends for each in sub_aisles(RING)] == [(0, 3), (3, 0)]
    assert [each.ends for each in sub_aisles(LOLLIPOP)] == [(0, 1), (1, 3), (3, 1)]


def test_an_aisle_between_two_cross_aisles_is_one_with_its_bays() -> None:
    chains = sub_aisles(aisles(4, cross=2, bays=3))
    assert [each.places for each in chains if each.ends == (5, 9)] == [(0, 1, 2, 3, 4), (6, 7, 8)]


@pytest.mark.parametrize(
    "graph", [RING, LOLLIPOP, *(irregular(seed, count=5, cross=3) for seed in range(10)), tangle(1, nodes=30, extra=10)]
)
def test_every_stretch_is_in_exactly_one(graph: StoreGraph) -> None:
    chains = sub_aisles(graph)
    edges = sorted(tuple(sorted(edge)) for each in chains for edge in pairwise(each.nodes))
    assert edges == [(a, b) for a, b, _ in graph.edges_mm]
    assert all(len(graph.neighbours_mm(place)) == 2 for each in chains for place in each.places)
    assert all(each.ends[0] != each.ends[1] for each in chains)
    assert all(each.length_mm == graph.length_mm(list(each.nodes)) for each in chains)
