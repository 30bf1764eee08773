"""Reads a batching problem from a JSON file; what is wrong with it is said in a sentence that names the place.

Lengths stay what they are: they are held as whole multiples of the coarsest unit in which all of them are whole. Nodes
that no length lies between are one place to the search, and become nodes of their own again in the walk.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from backend.routing.errors import ProblemMalformed
from backend.routing.problem import MILLIMETRES_PER_METRE, StoreGraph

UNITS_MAX = 10**10  # all lengths together: so that every walk stays far below what the sweep forbids
NODES_MAX = 1_000_000


@dataclass(frozen=True)
class FileOrder:
    """An order as the file has it."""

    id: str | int
    size: Fraction
    stops: tuple[int, ...]


@dataclass(frozen=True)
class FileProblem:
    """What the file asks. `capacity` is None where all orders go in one walk; `lengths_m` has each pair both ways."""

    nodes: int
    lengths_m: Mapping[tuple[int, int], float]
    start: int
    end: int
    capacity: Fraction | None
    orders: tuple[FileOrder, ...]


def read_problem(path: Path) -> FileProblem:
    """Raises ProblemMalformed."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ProblemMalformed(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ProblemMalformed(f"{path} is not UTF-8 text (byte {error.start})") from error
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ProblemMalformed(f"{path} is not JSON: {error}") from error
    return problem_from(value)


def problem_from(value: object) -> FileProblem:
    """The problem a JSON value describes. Raises ProblemMalformed."""
    fields = _object(value, "the problem", ("nodes", "edges", "start", "end", "capacity", "orders"))
    nodes = _whole(fields["nodes"], "nodes")
    if not 1 <= nodes <= NODES_MAX:
        raise ProblemMalformed(f"nodes is {nodes}; it must be from 1 to {NODES_MAX}")
    capacity = None if fields["capacity"] is None else _number(fields["capacity"], "capacity")
    lengths_m: dict[tuple[int, int], float] = {}
    for at, edge in enumerate(_list(fields["edges"], "edges")):
        a, b, length_m = _edge(edge, f"edges[{at}]", nodes)
        if a != b and length_m <= lengths_m.get((a, b), math.inf):
            lengths_m[a, b] = lengths_m[b, a] = length_m
    problem = FileProblem(
        nodes=nodes,
        lengths_m=lengths_m,
        start=_node(fields["start"], "start", nodes),
        end=_node(fields["end"], "end", nodes),
        capacity=capacity,
        orders=tuple(
            _order(order, f"orders[{at}]", nodes, capacity)
            for at, order in enumerate(_list(fields["orders"], "orders"))
        ),
    )
    _check_ids(problem.orders)
    _check_ways(problem)
    return problem


class ProblemGraph:
    """The store of a problem for the search, and the way back: from its walks to those of the file."""

    def __init__(self, problem: FileProblem) -> None:
        self._problem = problem
        self._near: dict[int, list[int]] = {}
        for a, b in problem.lengths_m:
            self._near.setdefault(a, []).append(b)
        self._place = _places(problem, self._near)
        self._shortest: dict[tuple[int, int], tuple[float, int, int]] = {}
        for (a, b), length_m in problem.lengths_m.items():
            ends = (self._place[a], self._place[b])
            if ends[0] != ends[1]:
                self._shortest[ends] = min(self._shortest.get(ends, (math.inf, 0, 0)), (length_m, a, b))
        exact = {length_m: Fraction(str(length_m)) for length_m, _, _ in self._shortest.values()}
        self.unit_m, self.is_exact = _unit_m(exact, sum(length_m for length_m, _, _ in self._shortest.values()))
        self.graph = StoreGraph(
            set(self._place),
            [
                (a, b, max(1, round(exact[length_m] / self.unit_m)) / MILLIMETRES_PER_METRE)
                for (a, b), (length_m, _, _) in self._shortest.items()
                if a < b
            ],
        )

    def place(self, node: int) -> int:
        """The node of `graph` that stands for a node of the file."""
        return self._place[node]

    def bound_m(self, units: int, walks: int) -> float:
        """At least how many metres so many units are; no walk passes a stretch more than twice."""
        rounded_off = 0 if self.is_exact else len(self._shortest) * walks
        return max(0.0, float((units - rounded_off) * self.unit_m))

    def walk(self, places: Iterable[int], stops: Iterable[int]) -> list[int]:
        """The nodes of the file along a walk of `graph`, from the problem's start to its end past `stops`."""
        wanted: dict[int, set[int]] = {}
        for stop in stops:
            wanted.setdefault(self._place[stop], set()).add(stop)
        places = list(places)
        walk = [self._problem.start]
        for at, place in enumerate(places):
            for stop in sorted(wanted.pop(place, set())):
                walk += self._without_length(walk[-1], stop)
            if at + 1 < len(places):
                _, a, b = self._shortest[place, places[at + 1]]
                walk += [*self._without_length(walk[-1], a), b]
        return walk + self._without_length(walk[-1], self._problem.end)

    def length_m(self, walk: list[int]) -> float:
        """The sum of the file's lengths along a walk."""
        return math.fsum(self._problem.lengths_m[pair] for pair in pairwise(walk))

    def _without_length(self, a: int, b: int) -> list[int]:
        """The nodes after `a` on a way to `b` within one place."""
        before = {a: a}
        reached = [a]
        for node in reached:
            if node == b:
                break
            for other in self._near.get(node, ()):
                if other not in before and self._problem.lengths_m[node, other] == 0:
                    before[other] = node
                    reached.append(other)
        way = []
        while b != a:
            way.append(b)
            b = before[b]
        return way[::-1]


def _places(problem: FileProblem, near: Mapping[int, list[int]]) -> list[int]:
    """Of each node the smallest one that no length lies between."""
    place = [-1] * problem.nodes
    for root in range(problem.nodes):
        reached = [] if place[root] >= 0 else [root]
        while reached:
            node = reached.pop()
            if place[node] < 0:
                place[node] = root
                reached += [other for other in near.get(node, ()) if problem.lengths_m[node, other] == 0]
    return place


def _unit_m(exact: Mapping[float, Fraction], total_m: float) -> tuple[Fraction, bool]:
    """The greatest length of which all others are multiples; False and a coarser one where that is too fine."""
    lengths = list(exact.values())
    if not lengths:
        return Fraction(1), True
    denominator = math.lcm(*(length.denominator for length in lengths))
    unit = Fraction(math.gcd(*(int(length * denominator) for length in lengths)), denominator)
    coarse = Fraction(total_m) / UNITS_MAX
    return max(unit, coarse), unit >= coarse


def _check_ids(orders: Iterable[FileOrder]) -> None:
    first: dict[str | int, int] = {}
    for at, order in enumerate(orders):
        if order.id in first:
            raise ProblemMalformed(f"orders[{at}].id is {order.id!r}, which orders[{first[order.id]}] has already")
        first[order.id] = at


def _check_ways(problem: FileProblem) -> None:
    near: dict[int, list[int]] = {}
    for a, b in problem.lengths_m:
        near.setdefault(a, []).append(b)
    reached, waiting = {problem.start}, [problem.start]
    while waiting:
        fresh = [node for node in near.get(waiting.pop(), ()) if node not in reached]
        reached.update(fresh)
        waiting += fresh
    if problem.end not in reached:
        raise ProblemMalformed(f"end is node {problem.end}, to which no walk leads from start, node {problem.start}")
    for at, order in enumerate(problem.orders):
        for index, stop in enumerate(order.stops):
            if stop not in reached:
                raise ProblemMalformed(
                    f"orders[{at}].stops[{index}] is node {stop}, to which no walk leads from start, "
                    f"node {problem.start}"
                )


def _order(value: object, where: str, nodes: int, capacity: Fraction | None) -> FileOrder:
    fields = _object(value, where, ("id", "size", "stops"))
    if isinstance(fields["id"], bool) or not isinstance(fields["id"], str | int):
        raise ProblemMalformed(f"{where}.id is {_shown(fields['id'])}; it must be a text or a whole number")
    size = _number(fields["size"], f"{where}.size")
    if capacity is not None and size > capacity:
        raise ProblemMalformed(
            f"{where}.size is {_shown(fields['size'])}; a trolley carries {float(capacity):g}, and no order is split"
        )
    stops = _list(fields["stops"], f"{where}.stops")
    return FileOrder(
        fields["id"], size, tuple(_node(stop, f"{where}.stops[{at}]", nodes) for at, stop in enumerate(stops))
    )


def _edge(value: object, where: str, nodes: int) -> tuple[int, int, float]:
    ends = _list(value, where)
    if len(ends) != 3:
        raise ProblemMalformed(f"{where} has {len(ends)} values; it must be [node, node, metres]")
    length = _number(ends[2], f"{where}[2]")
    return _node(ends[0], f"{where}[0]", nodes), _node(ends[1], f"{where}[1]", nodes), float(length)


def _object(value: object, where: str, wanted: Iterable[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ProblemMalformed(f"{where} is {_shown(value)}; it must be an object")
    for name in wanted:
        if name not in value:
            raise ProblemMalformed(f"{where} has no {name}")
    return value


def _list(value: object, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise ProblemMalformed(f"{where} is {_shown(value)}; it must be a list")
    return value


def _whole(value: object, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ProblemMalformed(f"{where} is {_shown(value)}; it must be a whole number")
    return value


def _number(value: object, where: str) -> Fraction:
    """Exactly what the file says, zero or more."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ProblemMalformed(f"{where} is {_shown(value)}; it must be a number")
    if (isinstance(value, float) and not math.isfinite(value)) or abs(value) > 1e15:
        raise ProblemMalformed(f"{where} is {_shown(value)}; it must be finite, and at most 1e15")
    if value < 0:
        raise ProblemMalformed(f"{where} is {_shown(value)}; it must not be below zero")
    return Fraction(str(value))


def _node(value: object, where: str, nodes: int) -> int:
    node = _whole(value, where)
    if not 0 <= node < nodes:
        raise ProblemMalformed(f"{where} is {node}, which is no node; nodes are numbered 0 to {nodes - 1}")
    return node


def _shown(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 40 else text[:37] + "..."
