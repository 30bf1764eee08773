"""The best plan of a few orders, proven: every set of them that fits is looked at, then every way to split them.

Sets are numbers: bit `n` is there where order `n` is in it. As in `kernel.py`, numba keeps what it compiled until this
file changes: whoever changes `batch_kernel.py` saves this one too.
"""

from __future__ import annotations

import numpy as np

from backend.routing.batch_arrays import BatchArrays, Pool
from backend.routing.batch_kernel import cost
from backend.routing.kernel import compiled
from backend.routing.tables import Integers

NO_SET_MM = 1 << 60  # more than any set costs, whatever is late; the sum of two stays inside 64 bits


@compiled
def look_at_sets(arrays: BatchArrays, pool: Pool, costs_mm: Integers, first: int, beyond: int) -> None:
    """Write into `costs_mm` what the sets from `first` to before `beyond` cost; NO_SET_MM where one does not fit."""
    members = np.empty(arrays.keys.size, np.int64)
    loads = np.empty(arrays.limits.size, np.int64)
    for number in range(first, beyond):
        many, is_room = 0, True
        loads[:] = 0
        for order in range(arrays.keys.size):
            if number >> order & 1:
                members[many] = order
                many += 1
                loads += arrays.loads[order]
        for limit in range(arrays.limits.size):
            is_room = is_room and loads[limit] <= arrays.limits[limit]
        costs_mm[number] = cost(arrays, pool, members, many, -1)[0] if is_room else NO_SET_MM


@compiled
def best_split(costs_mm: Integers) -> tuple[int, Integers]:
    """What all orders cost at the least, each in one set, and the sets; of equal ones those with the fewest trolleys.

    Of each set of orders the cheapest split: the trolley of its first order, and the best of those that are left.
    """
    best_mm = np.full(costs_mm.size, NO_SET_MM, np.int64)
    best_mm[0] = 0
    trolleys = np.zeros(costs_mm.size, np.int64)
    taken = np.zeros(costs_mm.size, np.int64)
    for number in range(1, costs_mm.size):
        first = number & -number
        others = number ^ first
        company = others
        while True:
            left = others ^ company
            cost_mm = costs_mm[first | company] + best_mm[left]
            is_fewer = cost_mm == best_mm[number] and trolleys[left] + 1 < trolleys[number]
            if cost_mm < best_mm[number] or is_fewer:
                best_mm[number], trolleys[number] = cost_mm, trolleys[left] + 1
                taken[number] = first | company
            if company == 0:
                break
            company = (company - 1) & others
    sets = np.zeros(trolleys[-1], np.int64)
    left = costs_mm.size - 1
    for index in range(sets.size):
        sets[index] = taken[left]
        left ^= taken[left]
    return best_mm[-1], sets
