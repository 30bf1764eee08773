"""In which sequence the sweep passes the sub-aisles, so that few crossings lie between what is passed and the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from backend.routing.problem import StoreGraph
from backend.routing.subaisles import SubAisle

STATES_PER_CROSSING = 4  # roughly: how much more there is to remember with one more crossing at the frontier

_Near = Mapping[int, Sequence[int]]


@dataclass(frozen=True)
class Step:
    """The sweep passes one sub-aisle.

    `fresh`: crossings that join the frontier just before, at its end. `slots`: where the sub-aisle's two ends stand
    in the frontier. `leaves`: which of the two ends are behind the frontier afterwards.
    """

    sub_aisle: SubAisle
    fresh: tuple[int, ...]
    slots: tuple[int, int]
    leaves: tuple[bool, bool]
    frontier: tuple[int, ...]


def sweep_steps(graph: StoreGraph, stretches: Sequence[SubAisle]) -> list[Step]:
    """The steps of the sweep with the narrowest frontier that was found."""
    near: dict[int, list[int]] = {}
    for each in stretches:
        a, b = each.ends
        near.setdefault(a, []).append(b)
        near.setdefault(b, []).append(a)
    return min((list(_steps(stretches, near, order)) for order in _orders(graph, near)), key=_effort, default=[])


def _steps(stretches: Sequence[SubAisle], near: _Near, order: Sequence[int]) -> Iterator[Step]:
    """Crossing by crossing: first the sub-aisles that lead back to what is already at the frontier."""
    rank = {node: position for position, node in enumerate(order)}
    back: dict[int, list[SubAisle]] = {node: [] for node in order}
    for each in stretches:
        back[max(each.ends, key=rank.__getitem__)].append(each)
    open_ends = {node: len(others) for node, others in near.items()}
    frontier: list[int] = []
    for node in order:
        for each in sorted(back[node], key=lambda each: (min(map(rank.__getitem__, each.ends)), each.nodes)):
            fresh = tuple(sorted((end for end in each.ends if end not in frontier), key=rank.__getitem__))
            frontier += fresh
            for end in each.ends:
                open_ends[end] -= 1
            a, b = each.ends
            leaves = (not open_ends[a], not open_ends[b])
            yield Step(each, fresh, (frontier.index(a), frontier.index(b)), leaves, tuple(frontier))
            frontier = [end for end in frontier if open_ends[end]]


def _orders(graph: StoreGraph, near: _Near) -> Iterator[list[int]]:
    """Along the store, across it, outwards from a far corner, and always the crossing that frees most."""
    crossings = sorted(near)
    if not crossings:
        return
    if all(node in graph.points for node in crossings):
        yield sorted(crossings, key=lambda node: (graph.points[node], node))
        yield sorted(crossings, key=lambda node: (graph.points[node][::-1], node))
    outwards = _outwards(near, crossings[0])
    far = _outwards(near, outwards[-1])
    yield from (outwards, far)
    for first in dict.fromkeys((crossings[0], outwards[-1], far[-1])):
        yield _narrowest(near, first)


def _outwards(near: _Near, first: int) -> list[int]:
    """Crossings in the order a wave from `first` reaches them; parts it does not reach follow."""
    order: list[int] = []
    seen: set[int] = set()
    for root in [first, *sorted(near)]:
        wave: Iterable[int] = [root]
        while wave := [node for node in dict.fromkeys(wave) if node not in seen]:
            order += wave
            seen.update(wave)
            wave = [other for node in wave for other in sorted(near[node])]
    return order


def _narrowest(near: _Near, first: int) -> list[int]:
    """Always next: the neighbour of the frontier that leaves the narrowest one; the longest waiting among equals."""
    unpassed = {node: set(others) for node, others in near.items()}
    waiting = dict.fromkeys([first])
    order: list[int] = []
    remaining = dict.fromkeys(sorted(near))
    while remaining:
        if not waiting:
            waiting[next(iter(remaining))] = None
        node = min(waiting, key=lambda each: _growth(near, unpassed, order, each))
        del waiting[node], remaining[node]
        order.append(node)
        for other in near[node]:
            unpassed[other].discard(node)
            if other in remaining:
                waiting.setdefault(other)
    return order


def _growth(near: _Near, unpassed: Mapping[int, set[int]], order: Sequence[int], node: int) -> int:
    """How much wider the frontier gets with `node`: itself, unless it is finished, less those it finishes."""
    finished = sum(1 for other in set(near[node]) if unpassed[other] == {node})
    return bool(unpassed[node]) - finished


def _effort(steps: Sequence[Step]) -> int:
    """Grows with the number of states the sweep has to remember, summed over the steps."""
    return sum(STATES_PER_CROSSING ** (len(step.frontier) - sum(step.leaves)) for step in steps)
