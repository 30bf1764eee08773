"""One file with a batching problem, one answer: orders on trolleys and their walks, or a sentence on what is wrong."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

from backend.routing.batch_arrays import BatchArrays, Load, batch_arrays
from backend.routing.batch_bounds import farthest_mm, layered_bound_mm
from backend.routing.batch_search import FEW_ORDERS, BatchSearch, Limit
from backend.routing.compiled import CompiledStore
from backend.routing.errors import RoutingError
from backend.routing.problem import MILLIMETRES_PER_METRE, RouteProblem, StoreGraph
from backend.routing.problem_file import FileProblem, ProblemGraph, read_problem
from backend.routing.route import solve_route

RESERVE_SHARE, RESERVE_MIN_S, RESERVE_MAX_S = 0.08, 0.05, 0.5  # of the time: for the walks and for writing
ROUTE_S = 0.02  # for a walk in a store too wide for the sweep

Answer = dict[str, Any]


def answer_file(name: str, ends_s: float, seed: int) -> Answer:
    """The answer for one file, by the instant `ends_s` of `time.perf_counter`; with `error` where there is none."""
    began_s = time.perf_counter()
    try:
        problem = read_problem(Path(name))
        reserve_s = min(RESERVE_MAX_S, max(RESERVE_MIN_S, (ends_s - began_s) * RESERVE_SHARE))
        answer = solve_problem(problem, lambda: Limit(ends_s - reserve_s - time.perf_counter()), seed)
    except RoutingError as error:
        return {"file": name, "error": error.detail}
    trolleys = answer.pop("trolleys")
    return {"file": name, **answer, "seconds": round(time.perf_counter() - began_s, 3), "trolleys": trolleys}


def solve_problem(problem: FileProblem, limit: Callable[[], Limit], seed: int) -> Answer:
    """`length` and `lower_bound` in metres, whether it is proven, and the trolleys; `limit` begins when it is made."""
    store = ProblemGraph(problem)
    compiled = CompiledStore.of(store.graph)
    if not problem.orders:
        sets, bound_mm = [], 0
    elif problem.capacity is None:
        sets, bound_mm = [list(range(len(problem.orders)))], None
    else:
        arrays = _arrays(problem, store, compiled)
        search = BatchSearch(arrays, seed=seed, limit=limit(), is_exact=compiled is not None)
        for _ in search.improving():
            pass
        sets, bound_mm = search.found.sets, search.found.lower_bound_mm
        if compiled is None:
            bound_mm = layered_bound_mm(arrays, farthest_mm(arrays))
    trolleys, walked_mm, walks_bound_mm = _trolleys(problem, store, sets)
    bound_mm = walks_bound_mm if bound_mm is None else bound_mm
    length_m = math.fsum(trolley["length"] for trolley in trolleys)
    proven = bound_mm >= walked_mm and store.is_exact
    return {
        "length": length_m,
        "lower_bound": length_m if proven else min(length_m, store.bound_m(bound_mm, len(problem.orders))),
        "proven_optimal": proven,
        "trolleys": trolleys,
    }


def warm_up() -> float:
    """Make machine code (most of a minute, once per installation) or load it; how many seconds that took."""
    began_s = time.perf_counter()
    graph = StoreGraph(range(6), [(node, node + 1, 1.0) for node in range(5)])
    store = CompiledStore.of(graph)
    if store is not None:
        store.warm_up()
    for many in (FEW_ORDERS, FEW_ORDERS + 1):  # of a few every set is looked at; of more it is searched
        stops = [[1 + order % 5] for order in range(many)]
        loads = [Load((1,), due_ms=1, weight=1) for _ in range(many)]
        arrays = batch_arrays(graph, (0, 0), stops, loads, (2,), speed_mm_s=1000, store=store)
        for _ in BatchSearch(arrays, seed=0, limit=Limit(iterations=20), is_exact=True).improving():
            pass
    return time.perf_counter() - began_s


def _arrays(problem: FileProblem, store: ProblemGraph, compiled: CompiledStore | None) -> BatchArrays:
    """Sizes in whole parts of a common denominator."""
    assert problem.capacity is not None
    numbers: list[Fraction] = [problem.capacity, *(order.size for order in problem.orders)]
    parts = math.lcm(*(number.denominator for number in numbers))
    return batch_arrays(
        store.graph,
        (store.place(problem.start), store.place(problem.end)),
        [[store.place(stop) for stop in order.stops] for order in problem.orders],
        [Load((int(order.size * parts),)) for order in problem.orders],
        (int(problem.capacity * parts),),
        store=compiled,
    )


def _trolleys(problem: FileProblem, store: ProblemGraph, sets: list[list[int]]) -> tuple[list[Answer], int, int]:
    """What is written of each trolley; how long the walks are, and how long they are at least, in the search's unit."""
    trolleys: list[Answer] = []
    walked_mm = bound_mm = 0
    ends = store.place(problem.start), store.place(problem.end)
    for each in sets:
        stops = [stop for order in each for stop in problem.orders[order].stops]
        places = sorted({store.place(stop) for stop in stops})
        route = solve_route(RouteProblem(store.graph, *ends, places), seconds=ROUTE_S)
        walk = store.walk(route.walk, stops)
        walked_mm += round(route.length_m * MILLIMETRES_PER_METRE)
        bound_mm += round(route.lower_bound_m * MILLIMETRES_PER_METRE)
        ids = [problem.orders[order].id for order in each]
        trolleys.append({"orders": ids, "length": store.length_m(walk), "walk": walk})
    return trolleys, walked_mm, bound_mm
