"""The length of the shortest walk, proven another way: branch and cut over the sequence of places."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from backend.routing.problem import RouteProblem


def proven_mm(problem: RouteProblem) -> int:
    """Each place has two neighbours in the sequence, and no part of it closes early (Dantzig, Fulkerson, Johnson).

    Start and end, where they differ, are neighbours too, at no cost. Cuts are added until nothing closes early.
    """
    places = sorted({problem.start, problem.end, *problem.stops})
    distance_mm = problem.graph.distance_mm
    if len(places) < 3:
        there_and_back = 2 if problem.start == problem.end else 1
        return there_and_back * distance_mm(places[0], places[-1])
    pairs = list(combinations(range(len(places)), 2))
    costs = [distance_mm(places[a], places[b]) for a, b in pairs]
    lower = np.zeros(len(pairs))
    for index, (a, b) in enumerate(pairs):
        if {places[a], places[b]} == {problem.start, problem.end}:
            costs[index], lower[index] = 0, 1
    rows = [[float(place in pair) for pair in pairs] for place in range(len(places))]
    at_least, at_most = [2.0] * len(places), [2.0] * len(places)
    while True:
        result = milp(
            costs,
            integrality=np.ones(len(pairs)),
            bounds=Bounds(lower, np.ones(len(pairs))),
            constraints=LinearConstraint(np.array(rows), at_least, at_most),
            options={"mip_rel_gap": 0},
        )
        assert result.success, result.message
        taken = [pair for pair, share in zip(pairs, result.x, strict=True) if share > 0.5]
        parts = _parts(len(places), taken)
        if len(parts) == 1:
            return sum(cost for cost, share in zip(costs, result.x, strict=True) if share > 0.5)
        for part in parts:
            rows.append([float((a in part) != (b in part)) for a, b in pairs])
            at_least.append(2.0)
            at_most.append(float(len(pairs)))


def _parts(count: int, taken: list[tuple[int, int]]) -> list[set[int]]:
    parts = [{place} for place in range(count)]
    for a, b in taken:
        one, other = (next(part for part in parts if place in part) for place in (a, b))
        if one is not other:
            parts.remove(other)
            one |= other
    return parts
