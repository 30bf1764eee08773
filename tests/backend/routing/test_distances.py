"""The table of distances says what the graph says."""

from __future__ import annotations

import pytest

from backend.routing import distances
from backend.routing.compiled import CompiledStore
from backend.routing.errors import PlaceUnreachable
from backend.routing.options import FORBIDDEN_MM
from backend.routing.problem import StoreGraph
from tests.backend.routing.stores import irregular, tangle


def distance_mm(graph: StoreGraph, a: int, b: int) -> int:
    try:
        return graph.distance_mm(a, b)
    except PlaceUnreachable:
        return FORBIDDEN_MM


@pytest.mark.parametrize("graph", [irregular(5, count=4, cross=3), tangle(5, nodes=25, extra=6), StoreGraph([3], [])])
def test_every_place_to_every_other(graph: StoreGraph) -> None:
    store = CompiledStore(graph)
    numbers = store.place_numbers(graph.nodes)
    expected = [[distance_mm(graph, a, b) for b in graph.nodes] for a in graph.nodes]
    assert store.distances.table_mm(numbers, numbers).tolist() == expected


def test_a_store_of_many_places_works_out_what_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = irregular(5, count=4, cross=3)
    few, many = CompiledStore(graph), CompiledStore(graph)
    rows, columns = few.place_numbers(graph.nodes[:7]), few.place_numbers(graph.nodes[3:])
    expected = few.distances.table_mm(rows, columns).tolist()
    monkeypatch.setattr(distances, "IN_ONE_TABLE_MAX", 0)
    assert many.distances.table_mm(rows, columns).tolist() == expected
