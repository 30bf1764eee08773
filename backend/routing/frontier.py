"""The exact route: sweep a store from one side to the other and keep, for each way the part behind can look, the best.

A walk from start to end past all stops is a choice of how often each stretch is walked (never, once, twice) such that
start and end have odd degree, every other node even degree, every stop is touched, and all of it hangs together. While
sweeping, only the nodes at the frontier matter: untouched, even or odd, and which of them hang together behind it.
A store has few of them (as many as cross aisles, and one or two more), so this is quick and proven optimal.

Sources: Ratliff and Rosenthal 1983 (one block), Cambazard and Catusse 2018 (any number of cross aisles); here for any
graph of small width. The states of a store are worked out once; one question is then a few numpy steps per stretch.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from backend.routing.problem import RouteProblem, StoreGraph
from backend.routing.states import EVEN, FORBIDDEN_MM, LOOKS, ODD, UNTOUCHED, Integers, State, Table, Tables, TooWide


@dataclass(frozen=True)
class _Step:
    """The sweep passes a stretch (`edge`), leaves a `node` behind, or both at once."""

    table: Table
    edge: tuple[int, int] | None
    node: int | None


@dataclass(slots=True)
class _Stride:
    """One step of one question: the stretches it passes, all of them equally often, and what each choice costs."""

    table: Table
    edges: list[tuple[int, int]]
    charge_mm: Integers


class FrontierSweep:
    """A store worked out for exact routes. `for_graph` gives the same one again as long as the graph lives."""

    _known: weakref.WeakKeyDictionary[StoreGraph, FrontierSweep | None] = weakref.WeakKeyDictionary()

    def __init__(self, graph: StoreGraph, steps: list[_Step]) -> None:
        self._lengths_mm = {(a, b): mm for a, b, mm in graph.edges_mm}
        self._steps = steps
        # Nodes one only passes through: with the same table before and after, two steps can be one.
        self._passages = {
            step.node
            for before, step in pairwise(steps)
            if step.node is not None
            and len(graph.neighbours_mm(step.node)) == 2
            and step.table is before.table
            and step.node in (before.edge or ())
            and step.node in (step.edge or ())
        }

    @classmethod
    def for_graph(cls, graph: StoreGraph) -> FrontierSweep | None:
        """The sweep of this graph, or None where the store is too wide for it."""
        if graph not in cls._known:
            steps = _work_out(graph)
            cls._known[graph] = None if steps is None else cls(graph, steps)
        return cls._known[graph]

    @property
    def states_max(self) -> int:
        """The greatest number of states at one step."""
        return max(len(step.table.after) for step in self._steps)

    def shortest_walk(self, problem: RouteProblem) -> list[int]:
        """The nodes of a shortest walk of `problem` (whose graph is this one's)."""
        if not problem.distinct_stops and problem.start == problem.end:
            return [problem.start]
        strides = self._strides(problem)
        costs_mm = [np.zeros(1, dtype=np.int64)]
        for stride in strides:
            costs_mm.append(stride.table.costs(costs_mm[-1], stride.charge_mm))
        times_walked: dict[tuple[int, int], int] = {}
        state = 0
        for index in range(len(strides) - 1, -1, -1):
            stride, target_mm = strides[index], int(costs_mm[index + 1][state])
            state, choice = stride.table.trace(costs_mm[index], stride.charge_mm, state, target_mm)
            if choice >= LOOKS:
                times_walked |= dict.fromkeys(stride.edges, choice // LOOKS)
        return _euler_walk(times_walked, problem.start, problem.end)

    def _strides(self, problem: RouteProblem) -> list[_Stride]:
        """The steps of one question. Along an aisle where nothing is wanted, many steps are one stride."""
        required = set(problem.stops) | {problem.start, problem.end}
        odd = {problem.start, problem.end} if problem.start != problem.end else set()
        strides: list[_Stride] = []
        for step in self._steps:
            if step.edge and step.node in self._passages and step.node not in required:
                strides[-1].edges.append(step.edge)
                strides[-1].charge_mm += _WALKED * self._lengths_mm[step.edge]
            else:
                edges = [step.edge] if step.edge else []
                walked_mm = _WALKED * sum(self._lengths_mm[edge] for edge in edges)
                strides.append(_Stride(step.table, edges, walked_mm + _bans(step.node, required, odd)))
        return strides


def _ban(*looks: int) -> Integers:
    """The charge that forbids a node to look like this when it is left, however often the stretch is walked."""
    ban = np.zeros((3, LOOKS), dtype=np.int64)
    ban[:, looks] = FORBIDDEN_MM
    return ban.ravel()


_WALKED = np.repeat(np.arange(3, dtype=np.int64), LOOKS)
_FREE, _PASSING, _STOPPING, _TURNING = _ban(), _ban(ODD), _ban(UNTOUCHED, ODD), _ban(UNTOUCHED, EVEN)


def _bans(node: int | None, required: set[int], odd: set[int]) -> Integers:
    """How the node that is left must not look: start and end are odd, a stop is touched, everything else is even."""
    if node is None:
        return _FREE
    if node in odd:
        return _TURNING
    return _STOPPING if node in required else _PASSING


def _work_out(graph: StoreGraph) -> list[_Step] | None:
    """All steps of the sweep, or None when the frontier gets too wide."""
    order = _best_order(graph)
    rank = {node: index for index, node in enumerate(order)}
    tables, steps = Tables(), list[_Step]()
    states: tuple[State, ...] = ((),)
    frontier: list[int] = []
    try:
        for node in order:
            states = tuple(None if state is None else (*state, 0) for state in states)
            frontier.append(node)
            back = sorted((near for near in graph.neighbours_mm(node) if rank[near] < rank[node]), key=rank.__getitem__)
            leaving = _finished(graph, frontier, rank, node)
            # A stretch and the node it leaves behind are one step: fewer steps, and fewer states in between.
            pairs: list[tuple[int | None, int | None]] = [(near, near if near in leaving else None) for near in back]
            pairs += [(None, gone) for gone in leaving if gone not in back]
            for near, gone in pairs:
                joins = None if near is None else (frontier.index(near), len(frontier) - 1)
                leaves = None if gone is None else frontier.index(gone)
                table = tables.table(states, joins, leaves)
                steps.append(_Step(table, None if near is None else (min(near, node), max(near, node)), gone))
                states = table.after
                if gone is not None:
                    frontier.remove(gone)
    except TooWide:
        return None
    # `None`, the finished walk, sorts first: the answer is state 0 after the last step.
    return steps


def _finished(graph: StoreGraph, frontier: list[int], rank: dict[int, int], node: int) -> list[int]:
    """Frontier nodes that have no stretch to a node after `node`."""
    return [other for other in frontier if all(rank[near] <= rank[node] for near in graph.neighbours_mm(other))]


def _best_order(graph: StoreGraph) -> list[int]:
    """The order of nodes with the smallest frontier: along the store, across it, or outwards from a corner."""
    orders = [_outwards(graph, min(graph.nodes)), _outwards(graph, _outwards(graph, min(graph.nodes))[-1])]
    if all(node in graph.points for node in graph.nodes):
        orders.insert(0, sorted(graph.nodes, key=lambda node: (graph.points[node], node)))
        orders.insert(1, sorted(graph.nodes, key=lambda node: (graph.points[node][::-1], node)))
    return min(orders, key=lambda order: _effort(graph, order))


def _effort(graph: StoreGraph, order: list[int]) -> int:
    """Grows with the number of states a sweep in this order meets: 4 per frontier node, summed over the steps."""
    rank = {node: index for index, node in enumerate(order)}
    effort = 0
    frontier: set[int] = set()
    for node in order:
        frontier.add(node)
        effort += 4 ** len(frontier)
        frontier -= set(_finished(graph, sorted(frontier), rank, node))
    return effort


def _outwards(graph: StoreGraph, first: int) -> list[int]:
    """Nodes in the order a wave from `first` reaches them; parts it does not reach follow."""
    order: list[int] = []
    seen: set[int] = set()
    for root in [first, *graph.nodes]:
        wave: Iterable[int] = [root]
        while wave := [node for node in dict.fromkeys(wave) if node not in seen]:
            order += wave
            seen.update(wave)
            wave = [near for node in wave for near in sorted(graph.neighbours_mm(node))]
    return order


def _euler_walk(times_walked: dict[tuple[int, int], int], start: int, end: int) -> list[int]:
    """One walk from start to end that uses every stretch exactly as often as chosen (Hierholzer 1873)."""
    near: dict[int, list[int]] = {}
    for (a, b), times in sorted(times_walked.items()):
        for _ in range(times):
            near.setdefault(a, []).append(b)
            near.setdefault(b, []).append(a)
    for others in near.values():
        others.sort(reverse=True)
    walk: list[int] = []
    stack = [end]
    while stack:
        node = stack[-1]
        if near.get(node):
            other = near[node].pop()
            near[other].remove(node)
            stack.append(other)
        else:
            walk.append(stack.pop())
    assert walk[0] == start, "the degrees promise a walk that begins at the start"
    return walk
