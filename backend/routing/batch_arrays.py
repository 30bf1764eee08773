"""A batching question as numbers alone, for the search in machine code."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from backend.routing.compiled import CompiledStore
from backend.routing.problem import StoreGraph
from backend.routing.sweep_arrays import packed
from backend.routing.tables import Integers

Floats = npt.NDArray[np.float64]

WORD_BITS = 62  # orders per word of a set: far from the sign, so that numpy and machine code agree
KEY_BITS = 40


class BatchArrays(NamedTuple):
    """Orders by their numbers, and what a walk for some of them costs.

    Costs are millimetres: of the walk, and for each order that comes back late `weights[order]` for each millisecond.
    """

    store: Any  # SweepArrays, or without machine code what answers `length_mm`
    between_mm: Integers  # [place, place] where the store is too wide for the sweep, else without rows
    start: int
    end: int
    stops: Integers  # places, order after order
    bounds: Integers  # of each order: where its stops begin; and where the last ones end
    loads: Integers  # [order, limit]: what it takes of each limit of a trolley
    limits: Integers
    keys: Integers  # of each order: chance bits, from which the hash of a set is made
    due_ms: Integers
    weights: Integers
    handling_ms: Integers  # of each order: the time its stops take
    speed_mm_s: int  # 0: nothing is due


class Pool(NamedTuple):
    """Every set of orders whose cost was worked out, in a table with open addressing; bounded, never forgotten."""

    words: Integers  # [slot, word]: the set, a bit for each order
    costs: Integers  # of each slot: the cost and one, or zero where the slot is free
    entries: Integers  # the slots in use, in the sequence they were filled
    filled: Integers  # [how many sets there are, how many costs were worked out]


class Groups(NamedTuple):
    """Orders on trolleys: those of trolley `g` are `members[g, :counts[g]]`."""

    members: Integers
    counts: Integers
    loads: Integers  # [trolley, limit]
    costs: Integers
    where: Integers  # of each order: its trolley
    total: Integers  # [how many trolleys, the sum of their costs]


@dataclass(frozen=True)
class Load:
    """What the search needs to know of an order besides its stops; `weight` is in millimetres for each late ms."""

    amounts: Sequence[int]
    due_ms: int = 0
    weight: int = 0
    handling_ms: int = 0


def batch_arrays(
    graph: StoreGraph,
    ends: tuple[int, int],
    stops: Sequence[Sequence[int]],
    loads: Sequence[Load],
    limits: Sequence[int],
    *,
    speed_mm_s: int = 0,
    store: CompiledStore | None,
) -> BatchArrays:
    """The question as numbers. `store` is the graph compiled, None where it is too wide."""
    sets = [sorted(set(nodes)) for nodes in stops]
    if store is not None:
        oracle: Any = store.oracle
        between_mm = np.zeros((0, 0), dtype=np.int64)
        places = [np.sort(store.place_numbers(nodes)) for nodes in sets]
        start, end = store.place_numbers(ends).tolist()
    else:
        nodes = sorted({*ends, *(node for each in sets for node in each)})
        number = {node: index for index, node in enumerate(nodes)}
        oracle = packed((), (), (), ())
        between_mm = np.array([[graph.distance_mm(a, b) for b in nodes] for a in nodes], dtype=np.int64)
        places = [np.array([number[node] for node in each], dtype=np.int64) for each in sets]
        start, end = number[ends[0]], number[ends[1]]
    chance = random.Random(len(sets))
    return BatchArrays(
        store=oracle,
        between_mm=between_mm,
        start=start,
        end=end,
        stops=np.concatenate([np.empty(0, dtype=np.int64), *places]),
        bounds=np.cumsum([0, *map(len, places)], dtype=np.int64),
        loads=np.array([load.amounts for load in loads], dtype=np.int64).reshape(len(loads), len(limits)),
        limits=np.array(limits, dtype=np.int64),
        keys=np.array([chance.getrandbits(KEY_BITS) for _ in sets], dtype=np.int64),
        due_ms=np.array([load.due_ms for load in loads], dtype=np.int64),
        weights=np.array([load.weight for load in loads], dtype=np.int64),
        handling_ms=np.array([load.handling_ms for load in loads], dtype=np.int64),
        speed_mm_s=speed_mm_s if any(load.weight for load in loads) else 0,
    )


def empty_pool(orders: int, slots: int) -> Pool:
    """`slots` must be a power of two."""
    words = max(1, -(-orders // WORD_BITS))
    return Pool(
        words=np.zeros((slots, words), dtype=np.int64),
        costs=np.zeros(slots, dtype=np.int64),
        entries=np.zeros(slots, dtype=np.int64),
        filled=np.zeros(2, dtype=np.int64),
    )


def empty_groups(arrays: BatchArrays) -> Groups:
    """No trolley yet, with room for one for each order."""
    count = len(arrays.keys)
    return Groups(
        members=np.zeros((count, most_orders(arrays)), dtype=np.int64),
        counts=np.zeros(count, dtype=np.int64),
        loads=np.zeros((count, len(arrays.limits)), dtype=np.int64),
        costs=np.zeros(count, dtype=np.int64),
        where=np.full(count, -1, dtype=np.int64),
        total=np.zeros(2, dtype=np.int64),
    )


def most_orders(arrays: BatchArrays) -> int:
    """How many orders a trolley carries at most: the smallest ones, limit by limit."""
    most = len(arrays.keys)
    for index, limit in enumerate(arrays.limits.tolist()):
        sums = np.cumsum(np.sort(arrays.loads[:, index]))
        most = min(most, int(np.searchsorted(sums, limit, side="right")))
    return max(1, most)


def as_lists(groups: Groups) -> list[list[int]]:
    """The orders of each trolley, ascending."""
    return sorted(
        sorted(groups.members[index, : groups.counts[index]].tolist()) for index in range(int(groups.total[0]))
    )
