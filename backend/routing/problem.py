"""The question a route answers: a store one can walk, where the walk begins and ends, and where it must stop."""

from __future__ import annotations

import heapq
import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from backend.routing.errors import GraphMalformed, PlaceUnknown, PlaceUnreachable, StagesMalformed
from shared.places import StoreMap

MILLIMETRES_PER_METRE = 1000
NO_WAY = -1
SOURCES_KEPT_MAX = 2_000  # places whose distances to all others are remembered: 64 MB where a store has as many


class StoreGraph:
    """A store as nodes and stretches one can walk both ways. Build it once per store and keep it: it remembers.

    Lengths are held in whole millimetres, so sums are exact and the same on every machine. `points` (node -> x and y
    in metres) only help to find a good sweep order; `captions` (node -> what people call the place) go into errors.
    """

    def __init__(
        self,
        nodes: Iterable[int],
        edges: Iterable[tuple[int, int, float]],
        *,
        points: Mapping[int, tuple[float, float]] | None = None,
        captions: Mapping[int, str] | None = None,
    ) -> None:
        self._neighbours: dict[int, dict[int, int]] = {node: {} for node in sorted(set(nodes))}
        self.points = dict(points or {})
        self.captions = dict(captions or {})
        for a, b, length_m in edges:
            self._add_edge(a, b, length_m)
        self._parts = _parts(self._neighbours)
        self._positions = {node: position for position, node in enumerate(self._neighbours)}
        self._near = [[(self._positions[b], mm) for b, mm in near.items()] for near in self._neighbours.values()]
        self._from: dict[int, _Shortest] = {}

    @classmethod
    def from_map(cls, store_map: StoreMap, captions: Mapping[int, str] | None = None) -> StoreGraph:
        """The graph of a store's map."""
        return cls(
            (node.id for node in store_map.nodes),
            ((edge.a, edge.b, edge.length_m) for edge in store_map.edges),
            points={node.id: (node.x_m, node.y_m) for node in store_map.nodes},
            captions=captions,
        )

    @property
    def nodes(self) -> list[int]:
        """All nodes, ascending."""
        return list(self._neighbours)

    @property
    def edges_mm(self) -> list[tuple[int, int, int]]:
        """Every stretch once, as (smaller node, greater node, millimetres), ascending."""
        return sorted((a, b, mm) for a, near in self._neighbours.items() for b, mm in near.items() if a < b)

    def __contains__(self, node: object) -> bool:
        return node in self._neighbours

    def neighbours_mm(self, node: int) -> Mapping[int, int]:
        """The nodes one step away, with the millimetres to them."""
        self.check(node)
        return self._neighbours[node]

    def distance_mm(self, a: int, b: int) -> int:
        """Shortest way from `a` to `b` in millimetres. Raises PlaceUnknown and PlaceUnreachable."""
        self.check_way(a, b)
        low, high = (a, b) if a <= b else (b, a)
        return self._shortest_from(low).distances_mm[self._positions[high]]

    def distance_m(self, a: int, b: int) -> float:
        """Shortest way from `a` to `b` in metres."""
        return self.distance_mm(a, b) / MILLIMETRES_PER_METRE

    def walk(self, a: int, b: int) -> list[int]:
        """The nodes of one shortest way from `a` to `b`, both included; `[a]` when they are the same."""
        self.distance_mm(a, b)
        low, high = (a, b) if a <= b else (b, a)
        before = self._shortest_from(low).before
        nodes = [high]
        while nodes[-1] != low:
            nodes.append(before[self._positions[nodes[-1]]])
        return nodes if a == high else nodes[::-1]

    def length_mm(self, walk: list[int]) -> int:
        """Millimetres of a walk whose consecutive nodes are joined by an edge; GraphMalformed if they are not."""
        total_mm = 0
        for a, b in pairwise(walk):
            if b not in self.neighbours_mm(a):
                raise GraphMalformed(f"no edge joins {self.caption(a)} and {self.caption(b)}", a=a, b=b)
            total_mm += self._neighbours[a][b]
        return total_mm

    def check(self, node: int) -> None:
        """Raise PlaceUnknown unless `node` is on the map."""
        if node not in self._neighbours:
            raise PlaceUnknown(f"{self.caption(node)} is not on the map", place=node)

    def check_way(self, a: int, b: int) -> None:
        """Raise PlaceUnknown or PlaceUnreachable unless one can walk from `a` to `b`."""
        self.check(a)
        self.check(b)
        if self._parts[a] != self._parts[b]:
            raise PlaceUnreachable(f"no walk leads from {self.caption(a)} to {self.caption(b)}", start=a, place=b)

    def caption(self, node: int) -> str:
        """What to call a node in a sentence."""
        return self.captions.get(node, f"node {node}")

    def _add_edge(self, a: int, b: int, length_m: float) -> None:
        for node in (a, b):
            if node not in self._neighbours:
                raise GraphMalformed(f"an edge joins {a} and {b}, but {node} is not a node", a=a, b=b)
        if not math.isfinite(length_m) or length_m <= 0:
            raise GraphMalformed(f"the edge from {a} to {b} has the length {length_m} m", a=a, b=b)
        if a == b:
            raise GraphMalformed(f"an edge joins {a} with itself", a=a, b=b)
        mm = max(1, round(length_m * MILLIMETRES_PER_METRE))
        shortest_mm = min(mm, self._neighbours[a].get(b, mm))
        self._neighbours[a][b] = self._neighbours[b][a] = shortest_mm

    def _shortest_from(self, source: int) -> _Shortest:
        """Kept for the next question, as numbers and not as dictionaries: asked from everywhere, a store of 477 nodes
        held 24 MB of those.
        """
        known = self._from.get(source)
        if known is None:
            if len(self._from) >= SOURCES_KEPT_MAX:
                self._from.pop(list(self._from)[0], None)  # noqa: RUF015 - other threads ask as well: in one go
            distances_mm, before = _dijkstra(self._near, self._positions[source])
            nodes = [*self._neighbours, NO_WAY]
            known = self._from[source] = _Shortest(
                array("q", [NO_WAY if mm == math.inf else mm for mm in distances_mm]),
                array("q", [nodes[position] for position in before]),
            )
        return known


class _Shortest(NamedTuple):
    """From one node to every other, in the order of the nodes: millimetres, and the node before it; or NO_WAY."""

    distances_mm: array[int]
    before: array[int]


@dataclass(frozen=True)
class RouteProblem:
    """From `start` to `end`, passing every node of `stops` (any order, the same node may come twice).

    `stages`, if given, are indices into `stops`, each in exactly one stage: all stops of a stage are visited before
    any of the next. Raises PlaceUnknown, PlaceUnreachable and StagesMalformed.
    """

    graph: StoreGraph
    start: int
    end: int
    stops: list[int] = field(default_factory=list)
    stages: list[list[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for node in (self.start, self.end, *self.stops):
            self.graph.check_way(self.start, node)
        staged = [index for stage in self.stages for index in stage]
        if self.stages and sorted(staged) != list(range(len(self.stops))):
            raise StagesMalformed(
                f"the stages {self.stages} do not name each of {len(self.stops)} stops once", stages=self.stages
            )

    @property
    def stops_by_stage(self) -> list[list[int]]:
        """The nodes of each stage that has any, in the order of the stages; one stage where there are none."""
        stages = self.stages or [list(range(len(self.stops)))]
        return [[self.stops[index] for index in stage] for stage in stages if stage] or [[]]

    @property
    def distinct_stops(self) -> list[int]:
        """The nodes that need a visit of their own, ascending: neither twice, nor where the walk begins or ends."""
        return sorted(set(self.stops) - {self.start, self.end})


@dataclass(frozen=True)
class Route:
    """A walk. `order` are indices into `stops` as they are reached; `walk` are nodes, each joined to the next.

    `lower_bound_m`: no walk can be shorter; where it equals `length_m` the route is `proven_optimal`.
    """

    order: list[int]
    walk: list[int]
    length_m: float
    lower_bound_m: float
    proven_optimal: bool


def _parts(neighbours: Mapping[int, Mapping[int, int]]) -> dict[int, int]:
    """Node -> the smallest node one can walk to from it."""
    parts: dict[int, int] = {}
    for root in neighbours:
        reached = [] if root in parts else [root]
        while reached:
            node = reached.pop()
            if node not in parts:
                parts[node] = root
                reached += neighbours[node]
    return parts


def _dijkstra(near: Sequence[Sequence[tuple[int, int]]], source: int) -> tuple[list[Any], list[int]]:
    """From the node at position `source`: millimetres to each (inf: no way), and the position before it (or NO_WAY).

    `near`: for each position, the positions one step away with the millimetres to them.
    """
    distances_mm: list[Any] = [math.inf] * len(near)
    before = [NO_WAY] * len(near)
    distances_mm[source] = 0
    heap = [(0, source)]
    while heap:
        mm, position = heapq.heappop(heap)
        if mm > distances_mm[position]:
            continue  # a shorter way was found meanwhile
        for other, step_mm in near[position]:
            reached_mm = mm + step_mm
            if reached_mm < distances_mm[other]:
                distances_mm[other], before[other] = reached_mm, position
                heapq.heappush(heap, (reached_mm, other))
    return distances_mm, before
