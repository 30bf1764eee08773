"""From a first plan to a better one: savings, then large neighbourhood search and set partitioning in turns.

Large neighbourhood search (Ropke and Pisinger 2006): take some orders off, put them back where they cost least more.
Every set of orders it meets is kept, and set partitioning finds the best plan of all of them and what is still missing.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

from backend.routing.batch_arrays import BatchArrays, Groups, as_lists, empty_groups, empty_pool
from backend.routing.batch_bounds import layered_bound_mm
from backend.routing.partition import Partition, Sets, Worth
from backend.routing.tables import Integers
from backend.routing.whole_plans import WholePlans

SLOTS = 1 << 20  # sets of orders kept, at most seven tenths of it: some tens of bytes each
SLOTS_FEW = 1 << 16
SAVINGS_ORDERS_MAX = 400  # more would take seconds before the first plan
HOT, COLD = 0.12, 0.003  # how much worse a step may be, as a share of what a trolley costs
ITERATIONS_AT_ONCE = 20
SETS_AT_ONCE = 32
FEW_ORDERS = 10  # a thousand sets, some milliseconds; one order more and they are twice as many
FIRST_SHARE, WORTH_SHARE, DIVE_SHARE, WHOLE_SHARE, LIKELY_SHARE, AGAIN_SHARE = 0.12, 0.65, 0.4, 0.7, 0.3, 0.5
POOR_SHARE = 0.015  # so far above the bound a plan of many orders is rounded anew before whole sets are tried
MANY_ORDERS = 70
LAST_S = 0.4  # not worth more turns
EVALUATIONS_PER_S = 150_000
EVALUATIONS_PER_ITERATION = 100
NODES = 200


class Limit:
    """How long a search may take: `seconds` by the clock from now on, `iterations` by its own count, or both.

    With `iterations` alone the same question gives the same plan on every machine.
    """

    def __init__(self, seconds: float | None = None, iterations: int | None = None) -> None:
        if seconds is None and iterations is None:
            raise ValueError("a search needs a limit, in seconds or in iterations")
        self.iterations = iterations
        self._ends_s = math.inf if seconds is None else time.perf_counter() + seconds

    def seconds_left(self) -> float:
        """Below zero when the time is up; infinite where only iterations count."""
        return self._ends_s - time.perf_counter()

    @property
    def is_up(self) -> bool:
        return self.seconds_left() <= 0

    def share(self, share: float) -> float:
        """Seconds: a share of what is left; all of it where iterations count."""
        return self.seconds_left() * share if self.iterations is None else self.seconds_left()

    def reserve(self, share: float) -> float:
        """Seconds to be left over: a share of what is left; none where iterations count."""
        return self.seconds_left() * share if self.iterations is None else 0.0

    @property
    def evaluations(self) -> int:
        """How many sets may be looked at in one step."""
        if self.iterations is not None:
            return self.iterations * EVALUATIONS_PER_ITERATION
        return max(0, int(self.seconds_left() * EVALUATIONS_PER_S))

    @property
    def nodes(self) -> int | None:
        return None if self.iterations is None else NODES


@dataclass(frozen=True)
class Found:
    """A plan: the numbers of the orders on each trolley, what it costs, and what no plan can cost less than."""

    sets: Sets
    cost_mm: int
    lower_bound_mm: int

    @property
    def is_proven(self) -> bool:
        return self.lower_bound_mm >= self.cost_mm


class BatchSearch:
    """One question, from its first plan on.

    `is_exact`: the lengths are those of shortest walks, so that bounds can be proven with them.
    """

    def __init__(self, arrays: BatchArrays, *, seed: int, limit: Limit, is_exact: bool) -> None:
        from backend.routing import batch_kernel, few_orders  # and with them numba

        self._kernel = batch_kernel
        self._few_orders = few_orders
        self._arrays = arrays
        self._limit = limit
        self._is_exact = is_exact
        count = len(arrays.keys)
        self._pool = empty_pool(count, SLOTS if limit.iterations is None else SLOTS_FEW)
        self._chance = np.array([seed * 2_654_435_761 % (1 << 32), seed * 40_503 % 2_147_483_646 + 1], dtype=np.int64)
        self._weights = np.full(batch_kernel.REMOVALS + batch_kernel.INSERTIONS, 100, dtype=np.int64)
        self._best, self._current, self._trial = (empty_groups(arrays) for _ in range(3))
        if count <= SAVINGS_ORDERS_MAX:
            self._related_mm = batch_kernel.related(arrays, self._pool)
            batch_kernel.savings(arrays, self._pool, self._best, self._related_mm)
        else:
            self._related_mm = self._likely_related()
            self._fill_one_after_the_other()
        batch_kernel.copy(self._best, self._current)
        self.alone_mm = np.diagonal(self._related_mm).copy()
        self.lower_bound_mm = layered_bound_mm(arrays, self.alone_mm) if is_exact else 0
        self._partition = Partition(arrays, self._pool, limit.seconds_left)

    @property
    def found(self) -> Found:
        """The best plan so far."""
        return Found(as_lists(self._best), self._cost_mm, self.lower_bound_mm)

    def cost_mm(self, orders: list[int]) -> int:
        """What a trolley with these orders costs."""
        members = np.array(orders, dtype=np.int64)
        return int(self._kernel.cost(self._arrays, self._pool, members, len(orders), -1)[0])

    def improving(self) -> Iterator[Found]:
        """The first plan at once, then every better one (or better bound) until it is proven or the time is up."""
        told = self.found
        yield told
        for _ in self._steps():
            if (self._cost_mm, self.lower_bound_mm) != (told.cost_mm, told.lower_bound_mm):
                told = self.found
                yield told
            if told.is_proven:
                return

    @property
    def _cost_mm(self) -> int:
        return int(self._best.total[1])

    def _likely_related(self) -> Integers:
        """For more orders than there is time for pairs: a guess at what two save, from the stops they share."""
        arrays, count = self._arrays, len(self._arrays.keys)
        alone_mm = [self._kernel.cost(arrays, self._pool, np.array([order]), 1, -1)[0] for order in range(count)]
        stops = [set(arrays.stops[a:b].tolist()) for a, b in pairwise(arrays.bounds.tolist())]
        related_mm = np.diag(np.array(alone_mm, dtype=np.int64))
        for a, b in combinations(range(count), 2):
            least = max(1, min(len(stops[a]), len(stops[b])))
            shared_mm = min(alone_mm[a], alone_mm[b]) * len(stops[a] & stops[b]) // least
            related_mm[a, b] = related_mm[b, a] = shared_mm
        return related_mm

    def _fill_one_after_the_other(self) -> None:
        """A trolley takes the order nearest its last one until none fits, then the farthest left begins the next."""
        arrays, groups, related_mm = self._arrays, self._best, self._related_mm
        left = np.ones(len(arrays.keys), dtype=bool)
        last, group = -1, -1
        while left.any():
            fits = left & (arrays.loads + groups.loads[group] <= arrays.limits).all(axis=1) if group >= 0 else left
            if group < 0 or not fits.any():
                fits, last, group = left, -1, int(groups.total[0])
            near_mm = np.diagonal(related_mm) if last < 0 else related_mm[last]
            last = int(np.argmax(np.where(fits, near_mm, -1)))
            many = int(groups.counts[group]) if group < groups.total[0] else 0
            cost_mm = self._kernel.cost(arrays, self._pool, groups.members[group], many, last)[0]
            self._kernel.put(arrays, groups, last, group, cost_mm)
            left[last] = False

    def _steps(self) -> Iterator[None]:
        """One step after the other; whoever asks for the next one looks whether it is needed."""
        if len(self._arrays.keys) < 2:
            self.lower_bound_mm = self._cost_mm if self._is_exact else 0
            yield
            return
        limit, whole = self._limit, WholePlans(self._partition)
        is_quick = self._kernel.IS_COMPILED or math.isinf(limit.seconds_left())
        if self._is_exact and is_quick and len(self._arrays.keys) <= FEW_ORDERS:
            yield from self._every_set()
        yield from self._neighbourhoods(limit.share(FIRST_SHARE if self._is_exact else 1.0))
        if not self._is_exact:
            return
        worth = self._partition.worth(self.found.sets, limit.evaluations, limit.reserve(1 - WORTH_SHARE))
        if worth is not None:
            self.lower_bound_mm = max(self.lower_bound_mm, worth.lower_bound_mm)
            yield
            is_poor = self._cost_mm > worth.lower_bound_mm * (1 + POOR_SHARE)
            if is_poor and len(self._arrays.keys) >= MANY_ORDERS:
                self._dive(worth)
                yield
            self._whole(whole, worth, WHOLE_SHARE, is_likely=False)
            yield
        while limit.iterations is None and not limit.is_up:
            share = AGAIN_SHARE if limit.seconds_left() > LAST_S else 1.0
            yield from self._neighbourhoods(limit.share(share))
            if worth is not None and limit.seconds_left() > LAST_S:
                self._whole(whole, worth, LIKELY_SHARE, is_likely=True)
                yield

    def _every_set(self) -> Iterator[None]:
        """The best plan of few orders, and its proof: there are so few sets that looking at all is soon done."""
        costs_mm = np.zeros(1 << len(self._arrays.keys), dtype=np.int64)
        for first in range(1, len(costs_mm), SETS_AT_ONCE):
            if self._limit.is_up:
                return
            beyond = min(first + SETS_AT_ONCE, len(costs_mm))
            self._few_orders.look_at_sets(self._arrays, self._pool, costs_mm, first, beyond)
        least_mm, numbers = self._few_orders.best_split(costs_mm)
        self.lower_bound_mm = int(least_mm)
        self._adopt([[at for at in range(len(self._arrays.keys)) if number >> at & 1] for number in numbers.tolist()])
        yield

    def _neighbourhoods(self, seconds: float) -> Iterator[None]:
        """Hot at first, then ever colder (simulated annealing), from the best plan on."""
        limit, kernel = self._limit, self._kernel
        at_once = ITERATIONS_AT_ONCE if kernel.IS_COMPILED else 1  # so that the time is looked at often enough
        kernel.copy(self._best, self._current)
        mean_mm = self._cost_mm / max(1, int(self._best.total[0]))
        ends_s, done = 0.0 if math.isinf(seconds) else limit.seconds_left() - seconds, 0
        while True:
            left_s = limit.seconds_left() - ends_s
            share = left_s / seconds
            if limit.iterations is not None:
                share = 1 - done // ITERATIONS_AT_ONCE * ITERATIONS_AT_ONCE / limit.iterations
            if share <= 0 or limit.is_up or self._cost_mm <= self.lower_bound_mm:
                return
            heat_mm = mean_mm * COLD * (HOT / COLD) ** share
            better = kernel.improve(
                self._arrays,
                self._pool,
                (self._current, self._best, self._trial),
                self._related_mm,
                self._chance,
                self._weights,
                at_once,
                heat_mm,
            )
            done += at_once
            if better:
                yield

    def _dive(self, worth: Worth) -> None:
        sets = self._partition.dive(worth, self._limit.evaluations // 8, self._limit.reserve(1 - DIVE_SHARE))
        self._adopt(sets)

    def _whole(self, whole: WholePlans, worth: Worth, share: float, *, is_likely: bool) -> None:
        limit = self._limit
        sets = whole.likely if is_likely else whole.best
        self._adopt(sets(worth, self.found.sets, self._cost_mm, limit.evaluations, limit.share(share), limit.nodes))
        self.lower_bound_mm = max(self.lower_bound_mm, whole.lower_bound_mm)

    def _adopt(self, sets: Sets) -> None:
        """Take a plan where it is better; an order that stands in two sets stays in the first."""
        if not sets:
            return
        groups: Groups = self._trial
        groups.total[:] = 0
        seen: set[int] = set()
        for each in sorted(sets):
            orders = [order for order in each if order not in seen]
            seen.update(orders)
            members = np.array(orders, dtype=np.int64)
            group = int(groups.total[0])
            for order in orders:
                cost_mm = self._kernel.cost(self._arrays, self._pool, members, len(orders), -1)[0]
                self._kernel.put(self._arrays, groups, order, group, cost_mm)
        if len(seen) == len(self._arrays.keys) and groups.total[1] < self._best.total[1]:
            self._kernel.copy(groups, self._best)


def plain_costs_mm(arrays: BatchArrays) -> Callable[[Sequence[int]], int]:
    """Tells what some orders cost on one trolley, each set worked out once; 0 on a store too wide to be exact."""
    from backend.routing import batch_kernel  # and with it numba

    if len(arrays.between_mm):
        return lambda _: 0
    pool = empty_pool(len(arrays.keys), SLOTS_FEW)
    return lambda orders: int(batch_kernel.cost(arrays, pool, np.array(orders, dtype=np.int64), len(orders), -1)[0])
