"""The best plan of whole sets, proven: all sets that a plan so good could be made of, rows that cut, whole numbers.

A plan that costs at most `slack` more than the lower bound is made of sets that cost at most `slack` more than their
orders are worth. So all of those are listed, for a small slack first, then for a greater one, and the best plan of
them is found. Of three orders at most one set can carry two: such rows (Jepsen and others 2008) raise the bound over a
list, and with it sets drop out of the list.
"""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np

from backend.routing.batch_arrays import Floats
from backend.routing.batch_bounds import trolleys_least
from backend.routing.partition import TOLERANCE, Partition, Sets, Worth
from backend.routing.programmes import cheapest_sets, cheapest_shares
from backend.routing.tables import Integers

COLUMNS_MAX = 15_000
COLUMNS_TRIED = 2_500
FIRST_SLACK_SHARE = 0.004
SLACK_GROWTH = 2.2
CUT_ROUNDS_MAX = 25
CUTS_ADDED_MAX = 40
CUT_LEAST = 1.03  # how often two of three orders are carried, before it is worth a row
FEW_COLUMNS = 100  # not worth cutting


class WholePlans:
    """Goes on where it stopped: with a greater slack, or, where a list was too long to finish, with the likely sets."""

    def __init__(self, partition: Partition) -> None:
        self._partition = partition
        self._least = trolleys_least(partition.arrays.loads, partition.arrays.limits)
        self._slack_mm = 0
        self.lower_bound_mm = 0

    def best(
        self, worth: Worth, sets: Sets, cost_mm: int, evaluations: int, seconds: float, nodes: int | None = None
    ) -> Sets:
        """The best plan found in `seconds`; `sets`, which cost `cost_mm`, where none is better.

        `lower_bound_mm` afterwards: no plan costs less. Orders may stand in two sets of a plan.
        """
        self.lower_bound_mm = max(self.lower_bound_mm, worth.lower_bound_mm)
        ends_s = 0.0 if math.isinf(seconds) else self._partition.seconds_left() - seconds
        is_proving = worth.lower_bound_mm > 0
        while is_proving and self.lower_bound_mm < cost_mm and self._partition.seconds_left() > ends_s:
            slack_mm = max(1, self._slack_mm, int(worth.lower_bound_mm * FIRST_SLACK_SHARE))
            self._slack_mm = min(slack_mm, cost_mm - worth.lower_bound_mm - 1)
            target_mm = worth.lower_bound_mm + self._slack_mm
            found, is_all = self._partition.priced(worth, self._slack_mm + TOLERANCE * cost_mm, evaluations)
            if not is_all or len(found) > COLUMNS_MAX:
                break
            better, is_proving = self._best_of(np.sort(found), target_mm, ends_s, nodes)
            if better and (better_mm := self._cost_mm(better)) < cost_mm:
                sets, cost_mm = better, better_mm
            if is_proving:
                self.lower_bound_mm = max(self.lower_bound_mm, min(cost_mm, target_mm + 1))
                self._slack_mm = int(self._slack_mm * SLACK_GROWTH) + 1
        if self.lower_bound_mm < cost_mm and self._partition.seconds_left() > ends_s:
            return self.likely(worth, sets, cost_mm, evaluations, self._partition.seconds_left() - ends_s, nodes)
        return sets

    def likely(
        self, worth: Worth, sets: Sets, _cost_mm: int, _evaluations: int, seconds: float, nodes: int | None = None
    ) -> Sets:
        """The best plan of the known sets that cost least more than their worth, `sets` among them; proves nothing."""
        cheap = self._partition.cheap(worth, np.inf, COLUMNS_TRIED)
        columns = np.union1d(cheap, np.array(self._partition.slots_of(sets), dtype=np.int64))
        chosen, _ = self._chosen(columns, seconds, nodes, most=np.inf)
        return self._partition.sets(chosen) if len(chosen) else sets

    def _best_of(self, columns: Integers, target_mm: int, ends_s: float, nodes: int | None) -> tuple[Sets, bool]:
        """The best plan of `columns` that costs at most `target_mm`, or none; False where that is not sure."""
        columns, raised_mm = self._cut(columns, target_mm, ends_s)
        if raised_mm > target_mm:
            return [], True
        self.lower_bound_mm = max(self.lower_bound_mm, raised_mm)
        seconds = self._partition.seconds_left() - ends_s
        chosen, is_sure = self._chosen(columns, seconds, nodes, most=1.0)
        return self._partition.sets(chosen), is_sure

    def _chosen(self, columns: Integers, seconds: float, nodes: int | None, most: float) -> tuple[Integers, bool]:
        count = self._partition.count
        rows = np.vstack([self._partition.members(columns).T, np.ones((1, len(columns)), dtype=np.int64)])
        at_least, at_most = np.append(np.ones(count), self._least), np.append(np.full(count, most), np.inf)
        costs_mm = self._partition.costs_mm(columns)
        chosen, is_sure = cheapest_sets(costs_mm, rows, at_least, at_most, seconds, nodes)
        return columns[:0] if chosen is None else columns[chosen], is_sure

    def _cut(self, columns: Integers, target_mm: int, ends_s: float) -> tuple[Integers, int]:
        """The columns a plan up to `target_mm` may use, and a lower bound for such plans (above it: there is none)."""
        triples = np.zeros((0, 3), dtype=np.int64)
        count, bound_mm = self._partition.count, 0
        for _ in range(CUT_ROUNDS_MAX):
            seconds = self._partition.seconds_left() - ends_s
            if seconds < 0 or not len(columns):
                break
            members, costs_mm = self._partition.members(columns), self._partition.costs_mm(columns)
            rows = np.vstack([members.T, np.ones((1, len(columns)), dtype=np.int64), _carried_twice(members, triples)])
            at_least = np.concatenate([np.ones(count), [self._least], np.full(len(triples), -np.inf)])
            at_most = np.concatenate([np.ones(count), [np.inf], np.ones(len(triples))])
            solved = cheapest_shares(costs_mm, rows, at_least, at_most, seconds)
            if solved.is_infeasible:
                return columns[:0], target_mm + 1
            if not len(solved.shares):
                break
            bound_mm = max(bound_mm, math.ceil(solved.total_mm - TOLERANCE * target_mm))
            used = solved.shares > TOLERANCE
            fresh = _violated(solved.shares[used], members[used])
            rests_mm = costs_mm - solved.worth_mm @ rows
            columns = columns[rests_mm <= target_mm - solved.total_mm + TOLERANCE * target_mm]
            if bound_mm > target_mm or not len(fresh) or len(columns) < FEW_COLUMNS:
                break
            triples = np.unique(np.vstack([triples, fresh]), axis=0)
        return (columns, bound_mm) if len(columns) else (columns, target_mm + 1)

    def _cost_mm(self, sets: Sets) -> int:
        return int(self._partition.costs_mm(np.array(self._partition.slots_of(sets), dtype=np.int64)).sum())


def _carried_twice(members: Integers, triples: Integers) -> Integers:
    """[triple, set]: one where the set carries two of the three orders, or all."""
    if not len(triples):
        return np.zeros((0, len(members)), dtype=np.int64)
    return np.asarray((members[:, triples].sum(axis=2) // 2).T)


def _violated(shares: Floats, members: Integers) -> Integers:
    """The triples of orders of which the sets of a fractional plan carry two most above once."""
    if members.shape[1] < 3:
        return np.zeros((0, 3), dtype=np.int64)
    together = np.einsum("s,sa,sb->ab", shares, members, members)
    triples = np.array(list(combinations(range(members.shape[1]), 3)), dtype=np.int64)
    a, b, c = triples.T
    likely = triples[together[a, b] + together[a, c] + together[b, c] > CUT_LEAST]
    twice = _carried_twice(members, likely) @ shares
    best = np.argsort(-twice, kind="stable")[:CUTS_ADDED_MAX]
    return np.asarray(likely[best[twice[best] > CUT_LEAST]])
