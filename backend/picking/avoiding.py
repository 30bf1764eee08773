"""A floor on which some aisles are blocked: walks go round them where they can. Pure: values in, values out.

Blocked stretches stay on the map, but longer than every way round together. So the shortest walk avoids them wherever
it can, whoever stands in such an aisle finds out of it, and no place is ever out of reach.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from backend.picking.ports import StorePlaces
from backend.routing.problem import MILLIMETRES_PER_METRE, StoreGraph
from backend.routing.subaisles import PASSED_THROUGH

STRAIGHT = 0.7  # the cosine of 45 degrees: an aisle may bend a little

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

    All between two of its nodes, and all by which one leaves one of its nodes going straight on. What leaves it at a
    crossing, or round a corner, belongs to the aisle that begins there.
    """
    found = set[Edge]()
    for node in nodes:
        near = graph.neighbours_mm(node)
        for other in near:
            if other in nodes or (len(near) <= PASSED_THROUGH and _leads_on(graph, nodes, node, other)):
                found.add((min(node, other), max(node, other)))
    return found


def _leads_on(graph: StoreGraph, nodes: frozenset[int], node: int, other: int) -> bool:
    """Whether whoever comes to `node` along the aisle goes straight on to `other`, as far as the drawing tells."""
    before = [each for each in graph.neighbours_mm(node) if each in nodes]
    points = graph.points
    if not before or any(each not in points for each in (before[0], node, other)):
        return True
    (a_x, a_y), (b_x, b_y), (c_x, c_y) = points[before[0]], points[node], points[other]
    ahead = (b_x - a_x) * (c_x - b_x) + (b_y - a_y) * (c_y - b_y)
    return ahead > STRAIGHT * math.hypot(b_x - a_x, b_y - a_y) * math.hypot(c_x - b_x, c_y - b_y)


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
