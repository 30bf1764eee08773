"""Part 6: one picker's walk. The exact route beside a search, a serpentine and general solvers."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from backend.routing import kernel
from backend.routing.compiled import CompiledStore
from backend.routing.problem import RouteProblem, StoreGraph
from backend.routing.route import search_route, solve_route
from backend.routing.serpentine import serpentine_walk
from backend.routing.stages import stages_by_rank
from tests.benchmarks.figures import Figure, median, percentile, say

STORES = ((12, 2, 12), (20, 3, 10), (30, 4, 8))  # aisles, cross aisles, places between two cross aisles
STOPS = (10, 20, 40, 80, 150)
AISLE_APART_M, PLACE_APART_M = 3.0, 1.0
SEARCH_S = 0.01
FROZEN_SHARE = 0.2
ROUTE_AIM_MS, SLOWEST_AIM_MS, PLAIN_AIM_MS, COMPILE_AIM_S = 1.0, 3.0, 5.0, 1.0
PEERS = ("ortools", "pyvrp")
PEER_LIMIT_S = 600
REPEATS = 3

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Size:
    """`walks` of each number of stops in each store; the slow ones beside it get the first `compared` of them."""

    walks: int
    compared: int
    peers: int
    peer_s: float


FULL, QUICK = Size(walks=200, compared=20, peers=2, peer_s=1.0), Size(walks=10, compared=3, peers=1, peer_s=0.1)


def routes(size: Size) -> list[Figure]:
    figures: list[Figure] = []
    for aisles, cross, bays in STORES:
        graph = store(aisles, cross, bays)
        say(f"routes, store {aisles} x {cross}")
        figures += _of_store(f"{aisles} x {cross}", graph, size)
    return figures


def store(aisles: int, cross: int, bays: int) -> StoreGraph:
    """Parallel aisles of equal length; the entrance is the front corner (node 0)."""
    rows = (bays + 1) * (cross - 1) + 1
    points = {
        aisle * rows + row: (aisle * AISLE_APART_M, row * PLACE_APART_M)
        for aisle in range(aisles)
        for row in range(rows)
    }
    along = [(node, node + 1, PLACE_APART_M) for node in points if (node + 1) % rows]
    across = [
        (node, node + rows, AISLE_APART_M) for node in points if node % rows % (bays + 1) == 0 and node + rows in points
    ]
    return StoreGraph(points, along + across, points=points)


def _of_store(name: str, graph: StoreGraph, size: Size) -> list[Figure]:
    problems = {stops: list(_problems(graph, stops, size.walks)) for stops in STOPS}
    compiling_s, compiled = _timed(lambda: CompiledStore(graph))
    figures = [Figure("routes", f"{name}, compile the store, once", compiling_s, "s", COMPILE_AIM_S)]
    for stops in STOPS:
        compiled.shortest_walk([0], 0, 0)
        solve_route(problems[stops][0])
        figures += _speed(f"{name}, {stops} stops", problems[stops], compiled)
        figures += _beside(f"{name}, {stops} stops", problems[stops][: size.compared])
    plain = CompiledStore(graph, in_machine_code=False)
    plain_ms = [
        _timed(lambda p=problem: plain.shortest_walk(p.stops, p.start, p.end))[0] * 1000
        for problem in problems[STOPS[-1]][: size.compared]
    ]
    figures.append(Figure("routes", f"{name}, {STOPS[-1]} stops, in numpy", median(plain_ms), "ms", PLAIN_AIM_MS))
    figures += _stages(name, problems[40][: size.compared])
    return figures + _peers(name, [problems[stops][index] for stops in (40, 150) for index in range(size.peers)], size)


def _problems(graph: StoreGraph, stops: int, count: int) -> Iterator[RouteProblem]:
    """From the entrance to a desk in the front, past places anywhere."""
    chance = random.Random(f"{len(graph.nodes)} {stops}")
    desk = max(node for node in graph.nodes if graph.points[node][1] == 0)
    for _ in range(count):
        yield RouteProblem(graph, 0, desk, chance.sample(graph.nodes, stops))


def _speed(name: str, problems: list[RouteProblem], compiled: CompiledStore) -> list[Figure]:
    how = "machine code" if kernel.IS_COMPILED else "numpy"
    routes_ms, lengths_us = [], []
    for problem in problems:
        route = solve_route(problem)
        route_s = _best_s(lambda p=problem: solve_route(p))
        numbers = compiled.place_numbers(problem.stops)
        start, end = compiled.place_numbers([problem.start, problem.end]).tolist()
        length_mm = compiled.length_between(numbers, start, end)
        length_s = _best_s(lambda n=numbers, a=start, b=end: compiled.length_between(n, a, b))
        assert route.proven_optimal
        assert problem.graph.length_mm(route.walk) == length_mm == round(route.length_m * 1000)
        routes_ms.append(route_s * 1000)
        lengths_us.append(length_s * 1_000_000)
    return [
        Figure("routes", f"{name}, route in {how}", median(routes_ms), "ms", ROUTE_AIM_MS),
        Figure("routes", f"{name}, route, p99", percentile(routes_ms, 0.99), "ms", SLOWEST_AIM_MS),
        Figure("routes", f"{name}, length alone", median(lengths_us), "µs"),
    ]


def _beside(name: str, problems: list[RouteProblem]) -> list[Figure]:
    searched, serpentines, ratios = [], [], []
    for problem in problems:
        exact_s, exact = _timed(lambda p=problem: solve_route(p))
        problem.graph.distance_mm(problem.start, problem.end)
        search_route(problem, seconds=0.001, seed=0)  # the graph keeps the distances it worked out
        search_s, search = _timed(lambda p=problem: search_route(p, seconds=SEARCH_S, seed=0))
        assert search.length_m >= exact.length_m - 1e-9
        searched.append(search.length_m / exact.length_m)
        serpentines.append(serpentine_walk(problem).length_m / exact.length_m)
        ratios.append(search_s / exact_s)
    return [
        Figure("routes", f"{name}, fast-tsp 10 ms: mean way above ours", _above(searched), "%"),
        Figure("routes", f"{name}, fast-tsp 10 ms: time to ours", median(ratios), "x"),
        Figure("routes", f"{name}, serpentine: mean way above ours", _above(serpentines), "%"),
        Figure("routes", f"{name}, serpentine: worst way above ours", _above([max(serpentines)]), "%"),
    ]


def _stages(name: str, problems: list[RouteProblem]) -> list[Figure]:
    """A fifth of the stops last, those in the middle of the store: what the rule costs in time and way."""
    detours, took_ms = [], []
    for problem in problems:
        across = [problem.graph.points[node][0] for node in problem.stops]
        ranked = sorted(range(len(across)), key=lambda index: abs(across[index] - median(across)))
        frozen = set(ranked[: round(len(across) * FROZEN_SHARE)])
        ranks = [int(index in frozen) for index in range(len(across))]
        staged = RouteProblem(problem.graph, problem.start, problem.end, problem.stops, stages_by_rank(ranks))
        took_s, route = _timed(lambda p=staged: solve_route(p))
        took_ms.append(took_s * 1000)
        detours.append(route.length_m / solve_route(problem).length_m)
    return [
        Figure("routes", f"{name}, 40 stops, a fifth of them last: route", median(took_ms), "ms"),
        Figure("routes", f"{name}, 40 stops, a fifth of them last: mean way above free", _above(detours), "%"),
    ]


def _peers(name: str, problems: list[RouteProblem], size: Size) -> list[Figure]:
    """General solvers, each in a process of its own; one that is not installed is left out."""
    figures: list[Figure] = []
    questions = []
    for problem in problems:
        places = [problem.start, *problem.stops, problem.end]
        questions.append([[problem.graph.distance_mm(a, b) for b in places] for a in places])
    exact_mm = [round(solve_route(problem).length_m * 1000) for problem in problems]
    for peer in PEERS if problems else ():
        run = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.route_peers", peer],
            input=json.dumps({"seconds": size.peer_s, "questions": questions}),
            capture_output=True,
            text=True,
            timeout=PEER_LIMIT_S,
            check=False,
        )
        if run.returncode:
            say(f"routes: {peer} is left out: {run.stderr.strip().splitlines()[-1:]}")
            continue
        ways = [found / exact for found, exact in zip(json.loads(run.stdout), exact_mm, strict=True)]
        what = f"{name}, {peer} {size.peer_s:g} s: mean way above ours"
        figures.append(Figure("routes", what, _above(ways), "%"))
    return figures


def _above(ratios: list[float]) -> float:
    """By how many per cent the mean lies above one."""
    return (sum(ratios) / len(ratios) - 1) * 100


def _best_s(ask: Callable[[], object]) -> float:
    """Each walk counts with its best time: now and then another process of the machine takes its turn in between."""
    return min(_timed(ask)[0] for _ in range(REPEATS))


def _timed(ask: Callable[[], Answer]) -> tuple[float, Answer]:
    began_s = time.perf_counter()
    answer = ask()
    return time.perf_counter() - began_s, answer
