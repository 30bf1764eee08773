"""Better plans where walks keep to stages: the search knows only plain walks, so its plan is mended with staged ones.

A staged walk is never shorter than the plain one, so the search's lower bound holds for staged plans too. What its plan
costs more than it had thought is won back in part: an order changes to another trolley, two orders change places, or an
order gets a trolley of its own, as long as that makes the plan cheaper.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

Sets = list[list[int]]
CostOf = Callable[[Sequence[int]], int]
Fits = Callable[[Sequence[int]], bool]


def mended(sets: Sequence[Sequence[int]], cost_of: CostOf, fits: Fits, *, evaluations_max: int) -> Sets:
    """The sets, or cheaper ones of the same orders; the same question gives the same answer.

    `cost_of` a set of orders (ascending), `fits` says whether one trolley carries it. At most `evaluations_max` new
    sets are asked for their cost.
    """
    costs: dict[tuple[int, ...], int] = {}

    def cost(orders: Sequence[int]) -> int:
        key = tuple(sorted(orders))
        if key and key not in costs:
            costs[key] = cost_of(key)
        return costs[key] if key else 0

    best = [sorted(each) for each in sets if each]
    for each in best:
        cost(each)
    known, is_better = len(costs), True
    while is_better:
        is_better = False
        for change in _changes(best):
            if len(costs) - known >= evaluations_max:
                return sorted(best)
            before = [best[at] for at in change if at < len(best)]
            after = list(change.values())
            if not all(fits(each) for each in after):
                continue
            if sum(map(cost, after)) < sum(map(cost, before)):
                kept = [each for at, each in enumerate(best) if at not in change]
                best = [*kept, *(sorted(each) for each in after if each)]
                is_better = True
                break
    return sorted(best)


def _changes(sets: Sets) -> Iterator[dict[int, list[int]]]:
    """What could be done: place of a set -> its orders afterwards; the place after the last one is a new trolley."""
    last = len(sets)
    for a, ours in enumerate(sets):
        for order in ours:
            rest = [each for each in ours if each != order]
            for b, theirs in enumerate(sets):
                if a != b:
                    yield {a: rest, b: [*theirs, order]}
            if rest:
                yield {a: rest, last: [order]}
    for a, ours in enumerate(sets):
        for b in range(a + 1, last):
            for order in ours:
                for other in sets[b]:
                    swapped = [each for each in ours if each != order]
                    yield {a: [*swapped, other], b: [*(each for each in sets[b] if each != other), order]}
