"""The shortest walk past every stop: exact where it can be proven, the best found in the given time where not."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import pairwise

import fast_tsp
import numpy as np

from backend.routing.compiled import CompiledStore
from backend.routing.problem import MILLIMETRES_PER_METRE, Route, RouteProblem, StoreGraph
from backend.routing.stages import best_hand_overs

EXACT_STOPS_MAX = 10
_FAST_TSP_DISTANCE_MAX = 65_535


def prepare_routes(graph: StoreGraph) -> None:
    """Compile the store and ask once, so that the first picker's walk comes as quickly as every other."""
    store = CompiledStore.of(graph)
    if store is not None:
        store.warm_up()


def solve_route(problem: RouteProblem, *, seconds: float = 0.1, seed: int = 0) -> Route:
    """The walk from start to end past all stops. Raises PlaceUnknown or PlaceUnreachable (from the problem).

    Exact, and the same every time, on every store whose aisles the sweep can follow. `seconds` bounds the search on
    stores too wide for it; there `seed` decides the order in which places are offered to the search.
    """
    store = CompiledStore.of(problem.graph)
    if store is None:
        return search_route(problem, seconds=seconds, seed=seed)
    stages = problem.stops_by_stage
    turns = [problem.start, *_hand_overs(store, problem, stages), problem.end]
    legs, length_mm = [], 0
    for stops, (a, b) in zip(stages, pairwise(turns), strict=True):
        leg, leg_mm = store.shortest_walk(stops, a, b)
        legs.append(leg)
        length_mm += leg_mm
    return route_along(problem, legs, length_mm, length_mm)


def lengths_m(
    graph: StoreGraph, start: int, end: int, stops: Sequence[Sequence[int]], *, seconds: float = 0.1, seed: int = 0
) -> list[float]:
    """How long each of many walks is, without the walks: the quick way. Too wide a store shares out the `seconds`."""
    store = CompiledStore.of(graph)
    if store is None:
        problems = [RouteProblem(graph, start, end, list(nodes)) for nodes in stops]
        return [search_route(each, seconds=seconds / len(problems), seed=seed).length_m for each in problems]
    for node in {start, end, *(node for nodes in stops for node in nodes)}:
        graph.check_way(start, node)
    numbers = [store.place_numbers(nodes) for nodes in stops]
    bounds = np.cumsum([0, *map(len, numbers)], dtype=np.int64)
    first, last = (np.full(len(stops), number) for number in store.place_numbers([start, end]).tolist())
    lengths_mm = store.lengths_between(np.concatenate([np.empty(0, np.int64), *numbers]), bounds, first, last)
    return [length_mm / MILLIMETRES_PER_METRE for length_mm in lengths_mm.tolist()]


def search_route(problem: RouteProblem, *, seconds: float, seed: int) -> Route:
    """A near-optimal walk on any store: a travelling salesman over the stops; few stops are tried exactly.

    With stages it hands over at the stop of a stage nearest to the next one, and shares out the time.
    """
    graph, stages = problem.graph, problem.stops_by_stage
    turns = [problem.start]
    for stage, following in pairwise([*stages, [problem.end]]):
        if len(turns) < len(stages):
            turns.append(min((graph.distance_mm(a, b), a) for a in stage for b in following)[1])
    turns.append(problem.end)
    legs, length_mm, bound_mm = [], 0, 0
    for stops, (a, b) in zip(stages, pairwise(turns), strict=True):
        leg, leg_mm, leg_bound_mm = _searched(graph, a, b, stops, seconds / len(stages), seed)
        legs.append(leg)
        length_mm += leg_mm
        bound_mm = leg_bound_mm
    if len(stages) > 1:  # other hand-overs could be better
        places = sorted({problem.start, problem.end, *problem.stops})
        bound_mm = _spanning_tree_mm([[graph.distance_mm(a, b) for b in places] for a in places])
    return route_along(problem, legs, length_mm, bound_mm)


def route_along(problem: RouteProblem, legs: list[list[int]], length_mm: int, lower_bound_mm: int) -> Route:
    """The route that follows `legs`, one for each stage: stops are taken the first time their leg passes them."""
    stages = [stage for stage in problem.stages if stage] or [list(range(len(problem.stops)))]
    walk, order = legs[0][:1], list[int]()
    for leg, stage in zip(legs, stages, strict=True):
        walk += leg[1:]
        first_at = dict(zip(reversed(leg), range(len(leg) - 1, -1, -1), strict=True))
        order += sorted(stage, key=lambda index: (first_at[problem.stops[index]], index))
    return Route(
        order=order,
        walk=walk,
        length_m=length_mm / MILLIMETRES_PER_METRE,
        lower_bound_m=lower_bound_mm / MILLIMETRES_PER_METRE,
        proven_optimal=lower_bound_mm >= length_mm,
    )


def _hand_overs(store: CompiledStore, problem: RouteProblem, stages: list[list[int]]) -> list[int]:
    if len(stages) == 1:
        return []
    start, end = store.place_numbers([problem.start, problem.end]).tolist()
    _, numbers = best_hand_overs(store, [store.place_numbers(stops) for stops in stages], start, end)
    return [store.node(number) for number in numbers]


def _searched(
    graph: StoreGraph, start: int, end: int, stops: list[int], seconds: float, seed: int
) -> tuple[list[int], int, int]:
    """A walk, its length and a lower bound."""
    shuffled = sorted(set(stops) - {start, end})
    random.Random(seed).shuffle(shuffled)
    places = [start, *shuffled, end]
    distances_mm = [[graph.distance_mm(a, b) for b in places] for a in places]
    is_exact = len(shuffled) <= EXACT_STOPS_MAX
    tour = _held_karp(distances_mm) if is_exact else _fast_tsp(distances_mm, seconds)
    length_mm = sum(distances_mm[a][b] for a, b in pairwise(tour))
    walk = [start]
    for a, b in pairwise(tour):
        walk += graph.walk(places[a], places[b])[1:]
    return walk, length_mm, length_mm if is_exact else _spanning_tree_mm(distances_mm)


def _held_karp(distances_mm: list[list[int]]) -> list[int]:
    """Exact: the shortest path from the first to the last place through all others (Held and Karp 1962)."""
    last = len(distances_mm) - 1
    middle = range(1, last)
    best: dict[tuple[int, int], tuple[int, int]] = {(1 << j, j): (distances_mm[0][j], 0) for j in middle}
    for visited in range(2, 1 << last, 2):
        for j in middle:
            here = best.get((visited, j))
            if here is None:
                continue
            for k in middle:
                if not visited >> k & 1:
                    key = (visited | 1 << k, k)
                    candidate = (here[0] + distances_mm[j][k], j)
                    if key not in best or candidate < best[key]:
                        best[key] = candidate
    visited = sum(1 << j for j in middle)
    if not visited:
        return [0, last]
    j = min(middle, key=lambda k: (best[visited, k][0] + distances_mm[k][last], k))
    tour = [last]
    while j:
        tour.append(j)
        visited, j = visited & ~(1 << j), best[visited, j][1]
    return [*tour, 0][::-1]


def _fast_tsp(distances_mm: list[list[int]], seconds: float) -> list[int]:
    """Near-optimal path from the first to the last place: a closed tour with a dummy place that joins the two."""
    count = len(distances_mm)
    longest_mm = max(max(row) for row in distances_mm)
    unit_mm = max(1, -(-longest_mm * 2 // (_FAST_TSP_DISTANCE_MAX - 1)))
    far = longest_mm * 2 // unit_mm + 1
    matrix = [[mm // unit_mm for mm in row] + [far] for row in distances_mm]
    matrix[0][count] = matrix[count - 1][count] = 0
    matrix.append([row[count] for row in matrix] + [0])
    tour = fast_tsp.find_tour(matrix, seconds)
    at = tour.index(count)
    path = tour[at + 1 :] + tour[:at]
    return path if path[0] == 0 else path[::-1]


def _spanning_tree_mm(distances_mm: list[list[int]]) -> int:
    """The cheapest tree over all places: a walk past them all is never shorter."""
    to_tree = dict(enumerate(distances_mm[0]))
    total_mm = to_tree.pop(0)
    while to_tree:
        node = min(to_tree, key=lambda place: (to_tree[place], place))
        total_mm += to_tree.pop(node)
        for other in to_tree:
            to_tree[other] = min(to_tree[other], distances_mm[node][other])
    return total_mm
