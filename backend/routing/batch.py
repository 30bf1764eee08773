"""Which orders share a trolley: whole orders, short walks, nobody waits; the exact walk is the judge."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from backend.routing.batch_arrays import BatchArrays, Load, batch_arrays
from backend.routing.batch_bounds import farthest_mm, layered_bound_mm
from backend.routing.batch_parts import orders_at_once, plan_in_parts
from backend.routing.batch_search import BatchSearch, Limit, plain_costs_mm
from backend.routing.compiled import CompiledStore
from backend.routing.errors import OrderTooLarge, StagesMalformed
from backend.routing.problem import MILLIMETRES_PER_METRE, Route, RouteProblem, StoreGraph
from backend.routing.route import lengths_m, solve_route
from backend.routing.serpentine import serpentine_length_m
from backend.routing.staged_batches import CostOf, Fits, mended
from backend.routing.stages import staged_length_mm, stages_by_rank

LATENESS_WEIGHT = 10.0  # a second too late weighs as much as this many metres of walking
ITERATIONS = 200
HAND_OVERS_TRIED = 8  # of each stage, where a length is only told
HAND_OVERS_MENDED = 2  # where many lengths are compared
MENDED_SETS_MAX = 150  # sets of orders whose staged walk is worked out besides those of the search's plan
PARTS = 1_000_000  # loads are counted in millionths of what a trolley carries
_LATEST_S = math.inf


@dataclass(frozen=True)
class BatchOrder:
    """One order: the nodes it needs, the totes it fills, and when it is due (seconds from the moment of planning).

    A greater `priority` is more urgent: it goes before the due time, and being late weighs more. `loads` says how much
    it takes of what a trolley carries besides totes (volume, weight, places in a cold box), by name. `ranks`, if given,
    say in which stage each of the stops is picked: on a walk all stops of a lower rank come first. `alone_m`: how long
    a walk for it alone is, where that has been worked out.
    """

    id: str
    stops: list[int]
    totes: int = 1
    due_at_s: float | None = None
    priority: int = 0
    loads: Mapping[str, float] = field(default_factory=dict)
    ranks: list[int] = field(default_factory=list)
    alone_m: float | None = None

    @property
    def stops_with_ranks(self) -> list[tuple[int, int]]:
        """(rank, node) of each stop; all of one rank where there are no stages."""
        return list(zip(self.ranks or [0] * len(self.stops), self.stops, strict=True))

    @property
    def urgency(self) -> tuple[int, float, str]:
        """Sorts the most urgent order first."""
        return (-self.priority, _LATEST_S if self.due_at_s is None else self.due_at_s, self.id)


@dataclass(frozen=True)
class BatchProblem:
    """Orders to put on trolleys that carry `totes_max` totes, and of each of `limits` so much; no order is split.

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
    limits: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ids = [order.id for order in self.orders]
        if len(ids) != len(set(ids)):
            raise ValueError("two orders of one batch problem have the same id")
        for order in self.orders:
            if order.totes > self.totes_max:
                raise OrderTooLarge(
                    f"order {order.id} needs {order.totes} totes; a trolley carries {self.totes_max}", order_id=order.id
                )
            for name, limit in self.limits.items():
                if order.loads.get(name, 0.0) > limit:
                    raise OrderTooLarge(
                        f"order {order.id} takes {order.loads[name]:g} of {name}; a trolley carries {limit:g}",
                        order_id=order.id,
                    )
            if order.ranks and len(order.ranks) != len(order.stops):
                raise StagesMalformed(
                    f"order {order.id} has {len(order.ranks)} ranks for {len(order.stops)} stops", order_id=order.id
                )
            for node in order.stops:
                self.graph.check_way(self.start, node)

    @property
    def has_stages(self) -> bool:
        """Whether the sequence of a walk is not free: some trolley could hold stops of different ranks."""
        return len({rank for order in self.orders for rank, _ in order.stops_with_ranks}) > 1


@dataclass(frozen=True)
class Trolley:
    """Orders that share one walk, the most urgent first. `route` is over `stops`: their stops in that sequence.

    `serpentine_m`: the same stops aisle after aisle; `one_order_per_walk_m`: with a walk for each order; both keep to
    the stages too. `unstaged_m`: the shortest walk past the same stops in any sequence.
    """

    order_ids: list[str]
    stops: list[int]
    route: Route
    due_at_s: float | None
    serpentine_m: float
    one_order_per_walk_m: float
    unstaged_m: float


@dataclass(frozen=True)
class BatchPlan:
    """Trolleys, the most urgent first, and what the walks would be otherwise, to compare.

    `cost_m` is what was made small: `length_m`, and metres for the seconds orders come too late. No plan costs less
    than `lower_bound_m`. `unstaged_m`: the same trolleys, each in any sequence of stops: what stages cost is the rest.
    """

    trolleys: list[Trolley]
    length_m: float
    one_order_per_walk_m: float
    serpentine_m: float
    unstaged_m: float
    cost_m: float
    lower_bound_m: float
    proven_optimal: bool

    @property
    def gap(self) -> float:
        """By what share of the cost a better plan could be cheaper, at most."""
        return 0.0 if self.proven_optimal else (self.cost_m - self.lower_bound_m) / self.cost_m


def plan_batches(
    problem: BatchProblem, *, seconds: float = 1.0, seed: int = 0, iterations: int | None = ITERATIONS
) -> BatchPlan:
    """Put the orders on trolleys so that all walks together are short and nobody waits for it.

    The same problem, `iterations` and `seed` give the same plan, unless `seconds` are up before; with `iterations`
    None the search goes on for all the seconds, and what it finds depends on the machine. More orders than `seconds`
    allow for at once are planned in parts (`batch_parts.py`).
    """
    drawn = _Drawn(problem, seconds, seed)
    for found in _improving(problem, drawn, Limit(seconds, iterations), seconds, seed):
        last = found
    return drawn.plan(last)


def improving_plans(
    problem: BatchProblem, *, seconds: float, seed: int = 0, iterations: int | None = None
) -> Iterator[BatchPlan]:
    """A first plan at once, then every better one, until one is proven or the limit is reached.

    With stages there is one plan, at the end: the search's, mended for walks that keep to them.
    """
    drawn = _Drawn(problem, seconds, seed)
    for found in _improving(problem, drawn, Limit(seconds, iterations), seconds, seed):
        yield drawn.plan(found)


def quick_length_mm(
    graph: StoreGraph,
    start: int,
    end: int,
    stops: Iterable[tuple[int, int]],
    *,
    tried: int = HAND_OVERS_TRIED,
    seconds: float = 0.1,
) -> int:
    """A walk past `stops` (rank and node), stage after stage: of few hand-overs the best, so that it is known soon.

    Without stages, and where no stage has more than `tried` stops, the shortest.
    """
    places = sorted(set(stops))
    ranks, nodes = [rank for rank, _ in places], [node for _, node in places]
    stages = stages_by_rank(ranks) if len(set(ranks)) > 1 else []
    store = CompiledStore.of(graph)
    if store is None:
        route = solve_route(RouteProblem(graph, start, end, nodes, stages), seconds=seconds)
        return round(route.length_m * MILLIMETRES_PER_METRE)
    numbers = store.place_numbers(nodes)
    first, last = store.place_numbers([start, end]).tolist()
    if not stages:
        return store.length_between(numbers, first, last)
    return staged_length_mm(store, [numbers[stage] for stage in stages], first, last, tried=tried)


@dataclass(frozen=True)
class _Grouped:
    """Orders on trolleys, before anybody walks: `sets` count the orders from the most urgent on."""

    groups: list[list[BatchOrder]]
    sets: list[list[int]]
    cost_mm: int
    lower_bound_mm: int


def _improving(problem: BatchProblem, drawn: _Drawn, limit: Limit, seconds: float, seed: int) -> Iterator[_Grouped]:
    orders = sorted(problem.orders, key=lambda order: order.urgency)
    store = CompiledStore.of(problem.graph)
    arrays = _arrays(problem, orders, store)
    at_once = orders_at_once(len(orders), seconds, problem.totes_max)
    if at_once < len(orders):
        found = _in_parts(problem, orders, arrays, at_once, limit, seed)
        yield _mended(found, drawn, orders, arrays) if problem.has_stages else found
        return
    search = BatchSearch(arrays, seed=seed, limit=limit, is_exact=store is not None)
    for each in search.improving() if orders else [search.found]:
        bound_mm = each.lower_bound_mm if store is not None else layered_bound_mm(arrays, farthest_mm(arrays))
        found = _grouped(orders, each.sets, each.cost_mm, bound_mm)
        if not problem.has_stages:
            yield found
    if problem.has_stages:
        yield _mended(found, drawn, orders, arrays)


def _in_parts(
    problem: BatchProblem, orders: list[BatchOrder], arrays: BatchArrays, at_once: int, limit: Limit, seed: int
) -> _Grouped:
    """One plan of all parts; the bound counts what each order costs alone, over all of them."""
    alone_mm = np.zeros(len(orders), dtype=np.int64)
    costs_mm: dict[tuple[int, ...], int] = {}
    store = CompiledStore.of(problem.graph)

    def plan(part: list[int], share: float) -> list[tuple[list[int], int]]:
        of_part = _arrays(problem, [orders[at] for at in part], store)
        within = Limit(limit.seconds_left() * share, limit.iterations)
        search = BatchSearch(of_part, seed=seed, limit=within, is_exact=store is not None)
        alone_mm[part] = search.alone_mm if store is not None else farthest_mm(of_part)
        for _ in search.improving():
            pass
        planned = [([part[at] for at in each], search.cost_mm(each)) for each in search.found.sets]
        costs_mm.update((tuple(each), cost_mm) for each, cost_mm in planned)
        return planned

    def is_full(part: list[int]) -> bool:
        return sum(orders[at].totes for at in part) >= problem.totes_max

    sets = plan_in_parts(problem.graph, [order.stops for order in orders], at_once, is_full, plan)
    cost_mm = sum(costs_mm[tuple(each)] for each in sets)
    return _grouped(orders, sets, cost_mm, layered_bound_mm(arrays, alone_mm))


def _mended(found: _Grouped, drawn: _Drawn, orders: list[BatchOrder], arrays: BatchArrays) -> _Grouped:
    """What the search found, for walks that keep to the stages. No staged walk is shorter: the bound holds."""
    about_mm = _staged_cost(drawn.about_mm, orders, arrays)
    plain_mm = plain_costs_mm(arrays)
    sets = mended(found.sets, about_mm, plain_mm, _fits(arrays), evaluations_max=MENDED_SETS_MAX)
    cost_mm = sum(map(_staged_cost(drawn.length_mm, orders, arrays), sets))
    return _grouped(orders, sets, cost_mm, found.lower_bound_mm)


def _grouped(orders: list[BatchOrder], sets: Sequence[Sequence[int]], cost_mm: int, bound_mm: int) -> _Grouped:
    return _Grouped([[orders[at] for at in each] for each in sets], [list(each) for each in sets], cost_mm, bound_mm)


def _staged_cost(
    length_mm: Callable[[Sequence[BatchOrder]], int], orders: list[BatchOrder], arrays: BatchArrays
) -> CostOf:
    """What a set of orders costs on one walk that keeps to the stages: as the search reckons, but staged."""

    def cost_mm(members: Sequence[int]) -> int:
        walk_mm = length_mm([orders[at] for at in members])
        if not arrays.speed_mm_s:
            return walk_mm
        numbers = np.array(members, dtype=np.int64)
        back_ms = walk_mm * 1000 // arrays.speed_mm_s + int(arrays.handling_ms[numbers].sum())
        late_ms = np.maximum(0, back_ms - arrays.due_ms[numbers])
        return walk_mm + int((late_ms * arrays.weights[numbers]).sum())

    return cost_mm


def _fits(arrays: BatchArrays) -> Fits:
    return lambda members: bool((arrays.loads[list(members)].sum(axis=0) <= arrays.limits).all())


class _Drawn:
    """From groups of orders to trolleys; every set of stops is walked once."""

    def __init__(self, problem: BatchProblem, seconds: float, seed: int) -> None:
        self._problem = problem
        self._seconds = seconds
        self._seed = seed
        self._routes: dict[tuple[tuple[int, int], ...], Route] = {}

    def length_mm(self, group: Sequence[BatchOrder]) -> int:
        """How long one walk for these orders is, stage after stage."""
        return round(self._route(_stops(group)).length_m * MILLIMETRES_PER_METRE)

    def about_mm(self, group: Sequence[BatchOrder]) -> int:
        """About how long one walk for these orders is, stage after stage: never less than the shortest."""
        problem = self._problem
        stops = _stops(group)
        return quick_length_mm(
            problem.graph, problem.start, problem.end, stops, tried=HAND_OVERS_MENDED, seconds=self._seconds
        )

    def plan(self, found: _Grouped) -> BatchPlan:
        trolleys = [self._trolley(group) for group in sorted(found.groups, key=lambda group: group[0].urgency)]
        return BatchPlan(
            trolleys,
            length_m=sum(trolley.route.length_m for trolley in trolleys),
            one_order_per_walk_m=sum(trolley.one_order_per_walk_m for trolley in trolleys),
            serpentine_m=sum(trolley.serpentine_m for trolley in trolleys),
            unstaged_m=sum(trolley.unstaged_m for trolley in trolleys),
            cost_m=found.cost_mm / MILLIMETRES_PER_METRE,
            lower_bound_m=found.lower_bound_mm / MILLIMETRES_PER_METRE,
            proven_optimal=found.lower_bound_mm >= found.cost_mm,
        )

    @cached_property
    def _alone_m(self) -> Mapping[str, float]:
        """A walk for each order: shortest, but where stages make that slow to know, a little longer at most."""
        problem = self._problem
        known = {order.id: order.alone_m for order in problem.orders if order.alone_m is not None}
        orders = [order for order in problem.orders if order.id not in known]
        if not problem.has_stages:
            stops = [order.stops for order in orders]
            lengths = lengths_m(
                problem.graph, problem.start, problem.end, stops, seconds=self._seconds, seed=self._seed
            )
            return known | {order.id: length_m for order, length_m in zip(orders, lengths, strict=True)}
        return known | {
            order.id: quick_length_mm(
                problem.graph, problem.start, problem.end, order.stops_with_ranks, seconds=self._seconds
            )
            / MILLIMETRES_PER_METRE
            for order in orders
        }

    def _trolley(self, group: list[BatchOrder]) -> Trolley:
        stops = _stops(group)
        route, places = self._route(stops), sorted(set(stops))
        reached = {places[index]: position for position, index in enumerate(route.order)}
        order = sorted(range(len(stops)), key=lambda index: (reached[stops[index]], index))
        due = [order.due_at_s for order in group if order.due_at_s is not None]
        return Trolley(
            [order.id for order in group],
            [node for _, node in stops],
            Route(order, route.walk, route.length_m, route.lower_bound_m, route.proven_optimal),
            min(due, default=None),
            serpentine_m=serpentine_length_m(self._route_problem(places)),
            one_order_per_walk_m=sum(self._alone_m[order.id] for order in group),
            unstaged_m=self._route([(0, node) for _, node in stops]).length_m,
        )

    def _route(self, stops: Sequence[tuple[int, int]]) -> Route:
        """Over the sorted places (rank and node), each once."""
        places = tuple(sorted(set(stops)))
        if places not in self._routes:
            self._routes[places] = solve_route(self._route_problem(places), seconds=self._seconds, seed=self._seed)
        return self._routes[places]

    def _route_problem(self, places: Sequence[tuple[int, int]]) -> RouteProblem:
        ranks = [rank for rank, _ in places]
        stages = stages_by_rank(ranks) if len(set(ranks)) > 1 else []
        nodes = [node for _, node in places]
        return RouteProblem(self._problem.graph, self._problem.start, self._problem.end, nodes, stages)


def _stops(group: Sequence[BatchOrder]) -> list[tuple[int, int]]:
    return [stop for order in group for stop in order.stops_with_ranks]


def _arrays(problem: BatchProblem, orders: list[BatchOrder], store: CompiledStore | None) -> BatchArrays:
    """Loads as whole parts of a trolley, rounded up; times in milliseconds."""
    names = [name for name, limit in problem.limits.items() if limit > 0]
    loads = []
    for order in orders:
        amounts = [math.ceil(order.loads.get(name, 0.0) / problem.limits[name] * PARTS - 1e-6) for name in names]
        weight = 0 if order.due_at_s is None else round(LATENESS_WEIGHT * (1 + max(0, order.priority)))
        due_ms = 0 if order.due_at_s is None else round(order.due_at_s * 1000)
        handling_ms = round(problem.stop_s * len(order.stops) * 1000)
        loads.append(Load((order.totes, *amounts), due_ms, weight, handling_ms))
    return batch_arrays(
        problem.graph,
        (problem.start, problem.end),
        [order.stops for order in orders],
        loads,
        (problem.totes_max, *(PARTS for _ in names)),
        speed_mm_s=max(1, round(problem.speed_m_s * MILLIMETRES_PER_METRE)),
        store=store,
    )
