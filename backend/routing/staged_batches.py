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


def mended(
    sets: Sequence[Sequence[int]], cost_of: CostOf, plain_cost_of: CostOf, fits: Fits, *, evaluations_max: int
) -> Sets:
    """The sets, or cheaper ones of the same orders; the same question gives the same answer.

    `cost_of` a set of orders (ascending) takes its time, `plain_cost_of` is known at once and never more; `fits` says
    whether one trolley carries it. At most `evaluations_max` new sets are looked at.
    """
    costs: dict[tuple[int, ...], int] = {(): 0}
    looked_at: set[tuple[int, ...]] = set()

    def cost(key: tuple[int, ...]) -> int:
        if key not in costs:
            costs[key] = cost_of(key)
        return costs[key]

    def at_least(key: tuple[int, ...]) -> int:
        return costs[key] if key in costs else plain_cost_of(key)

    best = [sorted(each) for each in sets if each]
    for each in best:
        cost(tuple(each))
    looked_at.update(costs)
    known, is_better = len(looked_at), True
    while is_better:
        is_better = False
        for change in _changes(best):
            if len(looked_at) - known >= evaluations_max:
                return sorted(best)
            after = [tuple(sorted(each)) for each in change.values()]
            if not all(fits(each) for each in after if each):
                continue
            looked_at.update(after)
            before_cost = sum(cost(tuple(best[at])) for at in change if at < len(best))
            if sum(map(at_least, after)) < before_cost and sum(map(cost, after)) < before_cost:
                kept = [each for at, each in enumerate(best) if at not in change]
                best = [*kept, *(list(each) for each in after if each)]
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
