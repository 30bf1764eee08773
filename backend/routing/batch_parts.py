"""Many orders at once: planned in parts, by due time first, then by near aisles, so that no plan takes too long.

How large a part is depends on a count of lengths to work out, not on a clock: the same orders and seconds give the
same parts on every machine.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from backend.routing.batch_arrays import Floats
from backend.routing.batch_search import SAVINGS_ORDERS_MAX
from backend.routing.problem import StoreGraph
from backend.routing.subaisles import sub_aisles

ORDERS_AT_ONCE = 60  # so many are always planned at once
LENGTHS_PER_S = 50_000  # of walks for some orders together, in a store of twenty aisles
DUE_TOGETHER = 360  # orders that follow each other by due time; near aisles count only among them

Sets = list[list[int]]
PlanPart = Callable[[list[int], float], Sequence[tuple[list[int], int]]]
"""Orders (by number) and the share of the time left that they may take -> each trolley's orders, and its cost."""

_sub_aisles_of: weakref.WeakKeyDictionary[StoreGraph, Mapping[int, int]] = weakref.WeakKeyDictionary()


def orders_at_once(orders: int, seconds: float, together: int) -> int:
    """How many of `orders` are planned at once, where `together` share a trolley.

    A first plan of a part works out about as many lengths as the part has pairs of orders, twice: so `orders` in parts
    of `n` cost `orders * n` lengths, and that is what `seconds` are for. At least one trolley's orders are.
    """
    if orders <= ORDERS_AT_ONCE:
        return ORDERS_AT_ONCE
    trolleys = int(seconds * LENGTHS_PER_S / orders) // together
    return min(max(1, trolleys) * together, max(ORDERS_AT_ONCE, SAVINGS_ORDERS_MAX // together * together))


def plan_in_parts(
    graph: StoreGraph,
    stops: Sequence[Sequence[int]],
    at_once: int,
    is_full: Callable[[list[int]], bool],
    plan: PlanPart,
) -> Sets:
    """The orders of each trolley. `stops` are those of each order, the most pressing order first.

    What is left over in the parts, trolleys that are not full, is planned again together: there mostly more fit.
    """
    parts = [
        [first + order for order in part]
        for first in range(0, len(stops), max(at_once, DUE_TOGETHER))
        for part in near_parts(graph, stops[first : first + max(at_once, DUE_TOGETHER)], at_once)
    ]
    full: Sets = []
    begun: list[tuple[list[int], int]] = []
    for index, part in enumerate(parts):
        for orders, cost_mm in plan(part, 1 / (len(parts) - index + 1)):
            if is_full(orders):
                full.append(orders)
            else:
                begun.append((orders, cost_mm))
    return full + _planned_again(begun, at_once, plan)


def near_parts(graph: StoreGraph, stops: Sequence[Sequence[int]], size: int) -> Sets:
    """The orders in parts of `size`; those of a part go through the same sub-aisles, as far as that is possible.

    The order that goes through most begins a part, and takes those that are most like it (Jaccard's share).
    """
    through = _passed(graph, stops)
    many = through.sum(axis=1)
    left = np.arange(len(stops))
    parts: Sets = []
    while len(left):
        first = left[int(np.argmax(many[left]))]
        shared = through[left] @ through[first]
        alike = shared / np.maximum(1.0, many[left] + many[first] - shared)
        alike[left == first] = 2.0
        nearest = left[np.argsort(-alike, kind="stable")[:size]]
        parts.append(sorted(nearest.tolist()))
        left = np.setdiff1d(left, nearest)
    return parts


def _planned_again(begun: list[tuple[list[int], int]], at_once: int, plan: PlanPart) -> Sets:
    """The better of both, some orders at a time, the most pressing first: what was begun, and what is planned of it."""
    begun = sorted(begun)
    sets: Sets = []
    while begun:
        taken, orders = 0, 0
        while taken < len(begun) and (orders == 0 or orders + len(begun[taken][0]) <= 2 * at_once):
            orders += len(begun[taken][0])
            taken += 1
        some, begun = begun[:taken], begun[taken:]
        again = plan(sorted(order for each, _ in some for order in each), 1.0 if not begun else 0.5)
        is_better = sum(cost_mm for _, cost_mm in again) < sum(cost_mm for _, cost_mm in some)
        sets += [orders for orders, _ in (again if is_better else some)]
    return sets


def _passed(graph: StoreGraph, stops: Sequence[Sequence[int]]) -> Floats:
    """[order, sub-aisle]: one where the order has a stop in it."""
    number = _sub_aisles_of.get(graph)
    if number is None:
        stretches = sub_aisles(graph)
        number = {node: at for at, each in enumerate(stretches) for node in each.nodes}  # a crossing: in any of them
        _sub_aisles_of[graph] = number
    through = np.zeros((len(stops), max(number.values(), default=0) + 1))
    for order, nodes in enumerate(stops):
        through[order, [number[node] for node in nodes if node in number]] = 1.0
    return through
