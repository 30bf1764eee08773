"""The walk without a computer, against which routes are held: aisle after aisle, up the one and down the next."""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Mapping
from itertools import chain, pairwise

from backend.routing.problem import MILLIMETRES_PER_METRE, Route, RouteProblem, StoreGraph
from backend.routing.route import route_along
from backend.routing.subaisles import SubAisle, sub_aisles

_positions: weakref.WeakKeyDictionary[StoreGraph, Mapping[int, tuple[float, float]]] = weakref.WeakKeyDictionary()


def serpentine_walk(problem: RouteProblem) -> Route:
    """Every aisle with a stop in it, from the start's side on, up and down in turn; stage after stage.

    Aisles are the lines of the store's drawing along which most places lie. A store that was never drawn has none:
    there, each stretch between two crossings counts as one. No bound is given: `lower_bound_m` is 0.
    """
    legs = [_joined(problem.graph, turns) for turns in _turns(problem)]
    length_mm = sum(problem.graph.length_mm(leg) for leg in legs)
    return route_along(problem, legs, length_mm, 0)


def serpentine_length_m(problem: RouteProblem) -> float:
    """How long that walk is, where nobody asks for its steps."""
    pairs = chain.from_iterable(map(pairwise, _turns(problem)))
    return sum(problem.graph.distance_mm(a, b) for a, b in pairs) / MILLIMETRES_PER_METRE


def aisle_positions(graph: StoreGraph) -> Mapping[int, tuple[float, float]]:
    """Node -> which aisle it is in (aisles are numbered by their place across the store), and how far along it."""
    known = _positions.get(graph)
    if known is None:
        known = _positions[graph] = _aisle_positions(graph)
    return known


def _aisle_positions(graph: StoreGraph) -> Mapping[int, tuple[float, float]]:
    stretches = sub_aisles(graph)
    if not all(node in graph.points for node in graph.nodes):
        positions: dict[int, tuple[float, float]] = dict.fromkeys(graph.nodes, (-1, 0))
        for number, each in enumerate(stretches):
            positions |= {node: (number, mm) for node, mm in zip(each.nodes, each.offsets_mm, strict=True)}
        return positions
    across, along = (0, 1) if _places_along(graph, stretches, 1) >= _places_along(graph, stretches, 0) else (1, 0)
    return {node: (point[across], point[along]) for node, point in graph.points.items()}


def _places_along(graph: StoreGraph, stretches: Iterable[SubAisle], axis: int) -> int:
    """How many places lie one after the other along an axis of the drawing."""
    steps = (pair for each in stretches if each.places for pair in pairwise(each.nodes))
    return sum(1 for a, b in steps if graph.points[a][1 - axis] == graph.points[b][1 - axis])


def _turns(problem: RouteProblem) -> list[list[int]]:
    """The nodes it goes to one after the other in each stage: the next stage begins where one ends."""
    aisles = aisle_positions(problem.graph)
    stages, here = problem.stops_by_stage, problem.start
    turns = []
    for stops in stages:
        turns.append([here, *_in_sequence(stops, aisles, here)])
        here = turns[-1][-1]
    turns[-1].append(problem.end)
    return turns


def _in_sequence(stops: list[int], aisles: Mapping[int, tuple[float, float]], start: int) -> list[int]:
    by_aisle: dict[float, list[int]] = {}
    for node in sorted(set(stops), key=lambda node: (aisles[node], node)):
        by_aisle.setdefault(aisles[node][0], []).append(node)
    if not by_aisle:
        return []
    here, along = aisles[start]
    lines = sorted(by_aisle, reverse=abs(max(by_aisle) - here) < abs(min(by_aisle) - here))
    first = [aisles[node][1] for node in by_aisle[lines[0]]]
    is_up = abs(first[0] - along) <= abs(first[-1] - along)
    sequence: list[int] = []
    for line in lines:
        sequence += by_aisle[line] if is_up else reversed(by_aisle[line])
        is_up = not is_up
    return sequence


def _joined(graph: StoreGraph, nodes: list[int]) -> list[int]:
    walk = nodes[:1]
    for a, b in pairwise(nodes):
        walk += graph.walk(a, b)[1:]
    return walk
