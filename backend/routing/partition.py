"""What orders are worth: set partitioning with fractions of sets (Gilmore and Gomory 1961), and plans rounded from it.

The linear programme over some sets gives what each order is worth, its dual. Sets that cost less than their orders
are worth are looked for among all sets that fit; when there are none, the sum of the duals is a lower bound for every
plan, also with the least number of trolleys as a row of its own. Orders may be covered twice: a set without one of
its orders costs no more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from backend.routing.batch_arrays import WORD_BITS, BatchArrays, Floats, Pool, most_orders
from backend.routing.batch_bounds import trolleys_least
from backend.routing.programmes import cheapest_shares
from backend.routing.tables import Integers

COLUMNS_ADDED_MAX = 300
COLUMNS_KEPT_MAX = 3_000
PRICED_AT_ONCE = 1_500
SLOTS_MAX = 100_000
ROUNDS_MAX = 150
DIVE_ROUNDS_MAX = 3
DIVE_SHARE = 0.75
TOLERANCE = 1e-7

Sets = list[list[int]]


@dataclass(frozen=True)
class Worth:
    """What each order is worth, what one more trolley is, and the fractional plan behind it.

    `lower_bound_mm` is 0 where not all sets could be looked at.
    """

    duals_mm: Floats
    trolley_mm: float
    lower_bound_mm: int
    columns: Integers
    shares: Floats


class Partition:
    """Sets of orders in the pool of a search, and what they are worth; `seconds_left` is asked before each step."""

    def __init__(self, arrays: BatchArrays, pool: Pool, seconds_left: Callable[[], float]) -> None:
        from backend.routing import batch_kernel  # and with it numba

        self._kernel = batch_kernel
        self.arrays = arrays
        self.pool = pool
        self.seconds_left = seconds_left
        self.count = len(arrays.keys)
        self._deepest = most_orders(arrays)
        self._slots = np.zeros(SLOTS_MAX, dtype=np.int64)
        self._rests_mm = np.zeros(SLOTS_MAX)
        spread = arrays.loads.sum(axis=0) / np.maximum(arrays.limits, 1)
        self._limit = int(np.argmax(spread)) if len(spread) else -1

    def worth(
        self, sets: Sets, evaluations: int, reserve_s: float, *, orders: Sequence[int] = (), rounds: int = ROUNDS_MAX
    ) -> Worth | None:
        """Column generation from `sets`, for some `orders` or for all; None where there was no time for one programme.

        At most `evaluations` new sets are looked at in each round; it stops `reserve_s` before the time is up.
        """
        wanted = np.array(orders if len(orders) else range(self.count), dtype=np.int64)
        least = trolleys_least(self.arrays.loads[wanted], self.arrays.limits)
        columns = np.array(self.slots_of(sets), dtype=np.int64)
        latest: Worth | None = None
        for _ in range(rounds):
            solved = self._solved(columns, wanted, least) if self.seconds_left() > reserve_s else None
            if solved is None:
                break
            latest = solved
            eps_mm = TOLERANCE * max(1.0, float(latest.duals_mm[wanted].max()))
            fresh = self.cheap(latest, -eps_mm, COLUMNS_ADDED_MAX)
            if not len(fresh):
                found, is_all = self.priced(latest, -eps_mm, evaluations, wanted, PRICED_AT_ONCE)
                if not len(found) and is_all:
                    total_mm = float(latest.duals_mm[wanted].sum()) + least * latest.trolley_mm
                    return replace(latest, lower_bound_mm=math.ceil(total_mm - (self.count + 1) * eps_mm))
                fresh = self.cheap(latest, -eps_mm, COLUMNS_ADDED_MAX)
            fresh = np.setdiff1d(fresh, columns)
            if not len(fresh):
                break
            columns = np.append(self._kept(latest), fresh)
        return latest

    def dive(self, worth: Worth, evaluations: int, reserve_s: float) -> Sets:
        """A plan of whole sets: the greatest shares of the fractional plan are fixed, and the rest is worked out anew.

        Empty where the time was too short.
        """
        fixed: Sets = []
        orders = list(range(self.count))
        while True:
            shares = worth.shares
            members = self.members(worth.columns)
            taken: set[int] = set()
            for at in np.lexsort((worth.columns, -np.round(shares, 9))).tolist():
                each = [order for order in np.flatnonzero(members[at]).tolist() if order in orders]
                if (fixed_now := not taken) or shares[at] >= DIVE_SHARE:
                    if each and not taken.intersection(each):
                        fixed.append(each)
                        taken.update(each)
                elif not fixed_now:
                    break
            orders = [order for order in orders if order not in taken]
            if not orders:
                return fixed
            if not taken:
                return []
            usable = members[:, sorted(set(range(self.count)) - set(orders))].sum(axis=1) == 0
            known = [np.flatnonzero(row).tolist() for row in members[usable]]
            alone = [[order] for order in orders]
            again = self.worth([*known, *alone], evaluations, reserve_s, orders=orders, rounds=DIVE_ROUNDS_MAX)
            if again is None:
                return []
            worth = again

    def cheap(self, worth: Worth, most_mm: float, most: int) -> Integers:
        """The slots of known sets that cost at most `most_mm` more than their worth, at most `most` of them."""
        if math.isinf(most_mm):  # all there are
            known = int(self.pool.filled[0])
            slots, rests_mm = np.zeros(known, dtype=np.int64), np.zeros(known)
        else:
            slots, rests_mm = self._slots, self._rests_mm
        found = self._kernel.cheap_slots(self.pool, worth.duals_mm, most_mm + worth.trolley_mm, slots, rests_mm)
        slots, rests_mm = slots[:found], rests_mm[:found]
        if found > most:
            near = np.argpartition(rests_mm, most)[: most + 1]
            slots, rests_mm = slots[near], rests_mm[near]
        return slots[np.lexsort((slots, rests_mm))[:most]].copy()

    def priced(
        self, worth: Worth, most_mm: float, evaluations: int, orders: Integers | None = None, most: int = SLOTS_MAX
    ) -> tuple[Integers, bool]:
        """All sets that fit and cost at most `most_mm` more than their worth; False where not all were looked at."""
        wanted = np.arange(self.count) if orders is None else orders
        duals_mm = worth.duals_mm[wanted]
        density = duals_mm if self._limit < 0 else duals_mm / np.maximum(self.arrays.loads[wanted, self._limit], 1e-9)
        order_by = wanted[np.argsort(-density, kind="stable")]
        found, is_all = self._kernel.price(
            self.arrays,
            self.pool,
            worth.duals_mm,
            order_by,
            self._limit,
            most_mm + worth.trolley_mm,
            evaluations,
            self._slots[:most],
            self._deepest,
        )
        return self._slots[:found].copy(), bool(is_all)

    def slots_of(self, sets: Sets) -> list[int]:
        """The slots of sets in the pool; those for which it has no room are left out."""
        slots = []
        for each in sets:
            members = np.array(each, dtype=np.int64)
            slots.append(int(self._kernel.cost(self.arrays, self.pool, members, len(each), -1)[1]))
        return sorted({slot for slot in slots if slot >= 0})

    def members(self, slots: Integers) -> Integers:
        """[set, order]: one where the order is in it."""
        orders = np.arange(self.count)
        return (self.pool.words[slots][:, orders // WORD_BITS] >> (orders % WORD_BITS)) & 1

    def costs_mm(self, slots: Integers) -> Floats:
        """What the sets cost."""
        return np.asarray(self.pool.costs[slots] - 1.0, dtype=np.float64)

    def sets(self, slots: Integers) -> Sets:
        """The orders of each slot."""
        return [np.flatnonzero(row).tolist() for row in self.members(slots)]

    def _solved(self, columns: Integers, orders: Integers, least: int) -> Worth | None:
        rows = np.vstack([self.members(columns).T[orders], np.ones((1, len(columns)), dtype=np.int64)])
        at_least = np.append(np.ones(len(orders)), least)
        solved = cheapest_shares(
            self.costs_mm(columns), rows, at_least, np.full(len(rows), np.inf), self.seconds_left()
        )
        if not len(solved.shares):
            return None
        duals_mm = np.full(self.count, -1e15)  # an order that is not wanted makes every set with it too dear
        duals_mm[orders] = np.maximum(0.0, solved.worth_mm[:-1])
        return Worth(duals_mm, max(0.0, float(solved.worth_mm[-1])), 0, columns, solved.shares)

    def _kept(self, worth: Worth) -> Integers:
        """Columns of use in the next programme: all, or when they are many, the cheapest for their worth."""
        if len(worth.columns) <= COLUMNS_KEPT_MAX:
            return worth.columns
        rests_mm = self.costs_mm(worth.columns) - self.members(worth.columns) @ worth.duals_mm
        used = worth.shares > TOLERANCE
        rests_mm[used] = -np.inf
        return worth.columns[np.argsort(rests_mm, kind="stable")[: COLUMNS_KEPT_MAX // 2]]
