"""A store's stretches between crossings: what is walked whole, from one end, or with a gap left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, pairwise

from backend.routing.problem import StoreGraph

PASSED_THROUGH = 2  # neighbours of a node where one can only go on or turn back


@dataclass(frozen=True)
class SubAisle:
    """A chain of nodes from one crossing to another; between the two, one can only go on or turn back.

    `offsets_mm[i]` is the way from the first node to `nodes[i]`. The two ends are never the same node.
    """

    nodes: tuple[int, ...]
    offsets_mm: tuple[int, ...]

    @property
    def ends(self) -> tuple[int, int]:
        return self.nodes[0], self.nodes[-1]

    @property
    def length_mm(self) -> int:
        return self.offsets_mm[-1]

    @property
    def places(self) -> tuple[int, ...]:
        """The nodes between the two ends."""
        return self.nodes[1:-1]


def sub_aisles(graph: StoreGraph) -> list[SubAisle]:
    """Every stretch of the store in exactly one sub-aisle, ascending by its nodes.

    Crossings are the nodes with one neighbour or more than two. A round way with only one crossing, or none, is cut
    at one or two more nodes, so that the ends of a sub-aisle differ.
    """
    crossings = [node for node in graph.nodes if len(graph.neighbours_mm(node)) not in (0, PASSED_THROUGH)]
    chains: list[tuple[int, ...]] = []
    passed: set[int] = set()
    for crossing in [*crossings, *graph.nodes]:
        if crossing in passed or not graph.neighbours_mm(crossing):
            continue
        if len(graph.neighbours_mm(crossing)) == PASSED_THROUGH and crossing not in crossings:
            crossings.append(crossing)  # a round way of its own: every node of it is passed from here
        passed.add(crossing)
        for chain in _chains_from(graph, crossing):
            if chain[0] < chain[-1] or (chain[0] == chain[-1] and chain[1] < chain[-2]):
                chains += _without_round_way(chain)
            passed.update(chain[1:-1])
    return sorted((_sub_aisle(graph, chain) for chain in chains), key=lambda each: each.nodes)


def _chains_from(graph: StoreGraph, crossing: int) -> Iterator[tuple[int, ...]]:
    """Each way out of a crossing, up to the next crossing or back to this one."""
    for first in sorted(graph.neighbours_mm(crossing)):
        chain = [crossing, first]
        while chain[-1] != crossing and len(graph.neighbours_mm(chain[-1])) == PASSED_THROUGH:
            onward = [near for near in graph.neighbours_mm(chain[-1]) if near != chain[-2]]
            chain.append(onward[0])
        yield tuple(chain)


def _without_round_way(chain: tuple[int, ...]) -> list[tuple[int, ...]]:
    if chain[0] != chain[-1]:
        return [chain]
    middle = len(chain) // 2
    return [chain[: middle + 1], chain[middle:]]


def _sub_aisle(graph: StoreGraph, chain: tuple[int, ...]) -> SubAisle:
    lengths_mm = (graph.neighbours_mm(a)[b] for a, b in pairwise(chain))
    return SubAisle(chain, tuple(accumulate(lengths_mm, initial=0)))
