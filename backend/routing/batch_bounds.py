"""Lower bounds that need no search: how many trolleys, and how long their walks, at the very least."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from backend.routing.batch_arrays import BatchArrays
from backend.routing.tables import Integers


def trolleys_least(loads: Integers, limits: Integers) -> int:
    """No plan has fewer trolleys (Martello and Toth 1990, bound L2, limit by limit); `loads` are [order, limit]."""
    if not len(loads):
        return 0
    return max([1, *(_bins_least(loads[:, at], int(limit)) for at, limit in enumerate(limits))])


def layered_bound_mm(arrays: BatchArrays, alone_mm: Integers) -> int:
    """All walks together are never shorter.

    A trolley costs at least what the dearest of its orders costs alone. So for each height of cost, at least as many
    trolleys reach it as are needed for the orders that cost at least so much alone.
    """
    order_by = np.argsort(-alone_mm, kind="stable")
    heights_mm = np.append(alone_mm[order_by], 0)
    total_mm = 0
    for index in range(len(order_by)):
        if heights_mm[index] > heights_mm[index + 1]:
            needed = trolleys_least(arrays.loads[order_by[: index + 1]], arrays.limits)
            total_mm += needed * int(heights_mm[index] - heights_mm[index + 1])
    return total_mm


def farthest_mm(arrays: BatchArrays) -> Integers:
    """At least how long each order's own walk is, where walks themselves are not proven: past its farthest stop."""
    to_mm = arrays.between_mm[arrays.start] + arrays.between_mm[:, arrays.end]
    ends_mm = arrays.between_mm[arrays.start, arrays.end]
    bounds = arrays.bounds
    return np.array(
        [max([int(ends_mm), *to_mm[arrays.stops[a:b]].tolist()]) for a, b in pairwise(bounds)], dtype=np.int64
    )


def _bins_least(loads: Integers, limit: int) -> int:
    """Items above `limit - small` go alone, those above the half cannot be paired, the rest fills what is left."""
    best = -(-int(loads.sum()) // limit) if limit else 0
    for small in np.unique(loads[2 * loads <= limit]):
        large = loads > limit - small
        middle = (loads <= limit - small) & (2 * loads > limit)
        rest = (2 * loads <= limit) & (loads >= small)
        room = int(middle.sum()) * limit - int(loads[middle].sum())
        over = max(0, int(loads[rest].sum()) - room)
        best = max(best, int(large.sum()) + int(middle.sum()) + -(-over // limit))
    return best
