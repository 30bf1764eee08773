"""Which orders share a trolley: savings (Clarke and Wright 1964) with the route itself as the judge."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from backend.routing.errors import OrderTooLarge
from backend.routing.problem import MILLIMETRES_PER_METRE, Route, RouteProblem, StoreGraph
from backend.routing.route import solve_route

LATENESS_WEIGHT = 10.0  # a second too late weighs as much as this many metres of walking
PAIRS_TRIED_AT_ONCE = 4
_LATEST_S = math.inf


@dataclass(frozen=True)
class BatchOrder:
    """One order: the nodes it needs, the totes it fills, and when it is due (seconds from the moment of planning).

    A greater `priority` is more urgent; it goes before the due time.
    """

    id: str
    stops: list[int]
    totes: int = 1
    due_at_s: float | None = None
    priority: int = 0

    @property
    def urgency(self) -> tuple[int, float, str]:
        """Sorts the most urgent order first."""
        return (-self.priority, _LATEST_S if self.due_at_s is None else self.due_at_s, self.id)


@dataclass(frozen=True)
class BatchProblem:
    """Orders to put on trolleys that carry `totes_max` totes; an order is never split.

    `speed_m_s` and `stop_s` (walking, and time per stop) say when a trolley would be back, so that a long walk is not
    chosen for an order that is due soon.
    """

    graph: StoreGraph
    start: int
    end: int
    orders: list[BatchOrder] = field(default_factory=list)
    totes_max: int = 6
    speed_m_s: float = 1.0
    stop_s: float = 20.0

    def __post_init__(self) -> None:
        ids = [order.id for order in self.orders]
        if len(ids) != len(set(ids)):
            raise ValueError("two orders of one batch problem have the same id")
        for order in self.orders:
            if order.totes > self.totes_max:
                raise OrderTooLarge(
                    f"order {order.id} needs {order.totes} totes; a trolley carries {self.totes_max}", order_id=order.id
                )
            for node in order.stops:
                self.graph.distance_mm(self.start, node)


@dataclass(frozen=True)
class Trolley:
    """Orders that share one walk, the most urgent first. `route` is over `stops`: their stops in that sequence."""

    order_ids: list[str]
    stops: list[int]
    route: Route
    due_at_s: float | None


@dataclass(frozen=True)
class BatchPlan:
    """Trolleys, the most urgent first, and what the walks would be with one order at a time, to compare."""

    trolleys: list[Trolley]
    length_m: float
    one_order_per_walk_m: float


def plan_batches(problem: BatchProblem, *, seconds: float = 1.0, seed: int = 0) -> BatchPlan:
    """Put the orders on trolleys so that all walks together are short and nobody waits for it.

    `seconds` bounds the search of each walk; the same problem and `seed` give the same plan.
    """
    judge = _Judge(problem, seconds, seed)
    groups: list[_Group] = [(order,) for order in sorted(problem.orders, key=lambda order: order.urgency)]
    alone_m = sum(judge.route(group).length_m for group in groups)
    while merge := _best_merge(groups, judge):
        merged = tuple(sorted(merge[0] + merge[1], key=lambda order: order.urgency))
        groups = sorted(
            [group for group in groups if group not in merge] + [merged], key=lambda group: group[0].urgency
        )
    trolleys = [_trolley(group, judge.route(group)) for group in groups]
    return BatchPlan(trolleys, sum(trolley.route.length_m for trolley in trolleys), alone_m)


_Group = tuple[BatchOrder, ...]


class _Judge:
    """What a group of orders costs together; every set of stops is solved once."""

    def __init__(self, problem: BatchProblem, seconds: float, seed: int) -> None:
        self.problem = problem
        self._seconds = seconds
        self._seed = seed
        self._routes: dict[tuple[int, ...], Route] = {}
        self._likely: dict[tuple[tuple[str, ...], tuple[str, ...]], float] = {}
        self._stretches: dict[tuple[str, ...], Counter[tuple[int, int]]] = {}

    def route(self, group: _Group) -> Route:
        """The walk for all orders of `group`."""
        stops = _stops(group)
        nodes = tuple(sorted(set(stops)))
        if nodes not in self._routes:
            self._routes[nodes] = solve_route(self._route_problem(list(nodes)), seconds=self._seconds, seed=self._seed)
        return self._routes[nodes]

    def cost(self, group: _Group, length_m: float | None = None) -> float:
        """Metres walked, plus lateness in seconds times its weight."""
        length_m = self.route(group).length_m if length_m is None else length_m
        back_s = length_m / self.problem.speed_m_s + self.problem.stop_s * sum(len(order.stops) for order in group)
        late_s = sum(max(0.0, back_s - order.due_at_s) for order in group if order.due_at_s is not None)
        return length_m + LATENESS_WEIGHT * late_s

    def saving(self, a: _Group, b: _Group) -> float:
        """What is won by walking once instead of twice; below zero where it is better not to."""
        return self.cost(a) + self.cost(b) - self.cost(a + b)

    def likely_saving(self, a: _Group, b: _Group) -> float:
        """A guess at `saving` without a new route: what both walk anyway is walked once."""
        key = (_ids(a), _ids(b))
        if key not in self._likely:
            self._likely[key] = self._guess(a, b)
        return self._likely[key]

    def _guess(self, a: _Group, b: _Group) -> float:
        walked_by_b = self._walked(b)
        shared_mm = sum(
            min(times, walked_by_b[stretch]) * self.problem.graph.neighbours_mm(stretch[0])[stretch[1]]
            for stretch, times in self._walked(a).items()
            if stretch in walked_by_b
        )
        together_m = self.route(a).length_m + self.route(b).length_m - shared_mm / MILLIMETRES_PER_METRE
        return self.cost(a) + self.cost(b) - self.cost(a + b, together_m)

    def _walked(self, group: _Group) -> Counter[tuple[int, int]]:
        """How often a group's walk uses each stretch, whatever the direction."""
        key = _ids(group)
        if key not in self._stretches:
            self._stretches[key] = Counter((min(a, b), max(a, b)) for a, b in pairwise(self.route(group).walk))
        return self._stretches[key]

    def _route_problem(self, stops: list[int]) -> RouteProblem:
        return RouteProblem(self.problem.graph, self.problem.start, self.problem.end, stops)


def _best_merge(groups: list[_Group], judge: _Judge) -> tuple[_Group, _Group] | None:
    """The two trolleys whose union saves most, the likely ones tried first; among equals the earlier due.

    None when nothing fits or pays.
    """
    pairs = [
        (judge.likely_saving(a, b), (a, b))
        for a, b in combinations(groups, 2)
        if sum(order.totes for order in a + b) <= judge.problem.totes_max
    ]
    likely = sorted((pair for pair in pairs if pair[0] > 0), key=lambda pair: -_rounded(pair[0]))
    for start in range(0, len(likely), PAIRS_TRIED_AT_ONCE):
        tried = [(judge.saving(*pair), pair) for _, pair in likely[start : start + PAIRS_TRIED_AT_ONCE]]
        saving, best = max(tried, key=lambda pair: _rounded(pair[0]))
        if _rounded(saving) > 0:
            return best
    return None


def _rounded(length_m: float) -> int:
    """Whole millimetres, so that sums in another sequence are still equal."""
    return round(length_m * MILLIMETRES_PER_METRE)


def _trolley(group: _Group, route: Route) -> Trolley:
    stops = _stops(group)
    reached = {node: position for position, node in reversed(list(enumerate(route.walk)))}
    order = sorted(range(len(stops)), key=lambda index: (reached[stops[index]], index))
    due = [order.due_at_s for order in group if order.due_at_s is not None]
    return Trolley(
        [order.id for order in group],
        stops,
        Route(order, route.walk, route.length_m, route.lower_bound_m, route.proven_optimal),
        min(due, default=None),
    )


def _ids(group: _Group) -> tuple[str, ...]:
    return tuple(order.id for order in group)


def _stops(group: _Group) -> list[int]:
    return [node for order in group for node in order.stops]
