"""The shortest walk past every stop: exact where it can be proven, the best found in the given time where not."""

from __future__ import annotations

import random
from itertools import pairwise

import fast_tsp

from backend.routing.frontier import FrontierSweep
from backend.routing.problem import MILLIMETRES_PER_METRE, Route, RouteProblem

EXACT_STOPS_MAX = 10
_FAST_TSP_DISTANCE_MAX = 65_535


def solve_route(problem: RouteProblem, *, seconds: float = 0.1, seed: int = 0) -> Route:
    """The walk from start to end past all stops. Raises PlaceUnknown or PlaceUnreachable (from the problem).

    Exact, and the same every time, on every store whose aisles the sweep can follow. `seconds` bounds the search on
    stores too wide for it; there `seed` decides the order in which places are offered to the search.
    """
    sweep = FrontierSweep.for_graph(problem.graph)
    if sweep is not None:
        walk = sweep.shortest_walk(problem)
        return route_along(problem, walk, problem.graph.length_mm(walk))
    return search_route(problem, seconds=seconds, seed=seed)


def search_route(problem: RouteProblem, *, seconds: float, seed: int) -> Route:
    """A near-optimal walk on any store: a travelling salesman over the stops; few stops are tried exactly."""
    stops = problem.distinct_stops
    random.Random(seed).shuffle(stops)
    places = [problem.start, *stops, problem.end]
    distances_mm = [[problem.graph.distance_mm(a, b) for b in places] for a in places]
    is_exact = len(stops) <= EXACT_STOPS_MAX
    tour = _held_karp(distances_mm) if is_exact else _fast_tsp(distances_mm, seconds)
    length_mm = sum(distances_mm[a][b] for a, b in pairwise(tour))
    walk = [problem.start]
    for a, b in pairwise(tour):
        walk += problem.graph.walk(places[a], places[b])[1:]
    return route_along(problem, walk, length_mm if is_exact else _spanning_tree_mm(distances_mm))


def route_along(problem: RouteProblem, walk: list[int], lower_bound_mm: int) -> Route:
    """The route that follows `walk`: stops are taken the first time it passes them."""
    first_at: dict[int, int] = {}
    for position, node in enumerate(walk):
        first_at.setdefault(node, position)
    length_mm = problem.graph.length_mm(walk)
    return Route(
        order=sorted(range(len(problem.stops)), key=lambda index: (first_at[problem.stops[index]], index)),
        walk=walk,
        length_m=length_mm / MILLIMETRES_PER_METRE,
        lower_bound_m=lower_bound_mm / MILLIMETRES_PER_METRE,
        proven_optimal=lower_bound_mm >= length_mm,
    )


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
