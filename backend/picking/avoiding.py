"""A floor on which some aisles are blocked: walks go round them where they can. Pure: values in, values out.

Blocked stretches stay on the map, but longer than every way round together. So the shortest walk avoids them wherever
it can, whoever stands in such an aisle finds out of it, and no place is ever out of reach.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from backend.picking.ports import StorePlaces
from backend.routing.problem import MILLIMETRES_PER_METRE, StoreGraph

Edge = tuple[int, int]


def avoiding(places: StorePlaces, aisles: Iterable[frozenset[int]]) -> StorePlaces:
    """The same floor with blocked aisles, each given by the nodes its locations are reached from."""
    blocked = {edge for nodes in aisles for edge in stretches_of(places.graph, nodes)}
    if not blocked:
        return places
    edges_mm = places.graph.edges_mm
    detour_mm = sum(mm for _, _, mm in edges_mm)
    graph = StoreGraph(
        places.graph.nodes,
        ((a, b, (mm + (detour_mm if (a, b) in blocked else 0)) / MILLIMETRES_PER_METRE) for a, b, mm in edges_mm),
        points=places.graph.points,
        captions=places.graph.captions,
    )
    return replace(places, graph=graph, floor=places.graph, cut_off=_cut_off(places, blocked))


def stretches_of(graph: StoreGraph, nodes: frozenset[int]) -> set[Edge]:
    """The stretches of an aisle, as (smaller node, greater node).

    All between two of its nodes, and all that leave one of its nodes where one can only go on or turn back. What leaves
    it at a crossing belongs to the aisle that begins there.
    """
    found = set[Edge]()
    for node in nodes:
        near = graph.neighbours_mm(node)
        found |= {(min(node, other), max(node, other)) for other in near if other in nodes or len(near) <= 2}
    return found


def _cut_off(places: StorePlaces, blocked: set[Edge]) -> frozenset[int]:
    """The nodes from which the desk is reached through a blocked stretch only."""
    reached, waiting = {places.desk}, [places.desk]
    while waiting:
        node = waiting.pop()
        for other in places.graph.neighbours_mm(node):
            if other not in reached and (min(node, other), max(node, other)) not in blocked:
                reached.add(other)
                waiting.append(other)
    return frozenset(places.graph.nodes) - reached
