"""The search for batches as plain loops: in machine code where numba is installed, the same answers without.

numba keeps what it compiled on disk until this file changes: whoever changes `kernel.py` or `options.py` saves this
one too. Chance comes from a number that is handed in and counted on, so both ways walk the same path.
"""

from __future__ import annotations

import math

import numpy as np

from backend.routing import kernel
from backend.routing.batch_arrays import WORD_BITS, BatchArrays, Floats, Groups, Pool
from backend.routing.kernel import Flags, compiled
from backend.routing.options import FORBIDDEN_MM
from backend.routing.tables import Integers

POOL_FILLED_SHARE = 0.7
WORD_BYTES = 8
REMOVALS, INSERTIONS = 4, 2
RANDOM_REMOVAL, GROUP_REMOVAL, RELATED_REMOVAL, COSTLY_REMOVAL = range(REMOVALS)
REMOVED_MAX = 14
REMOVED_SHARE = 0.35
NOISE = 0.3
_CHANCE_STEPS = 1 << 32

IS_COMPILED = kernel.IS_COMPILED

if IS_COMPILED:

    @compiled
    def _swept_mm(arrays: BatchArrays, stops: Integers) -> int:
        return kernel.length_mm(arrays.store, stops, arrays.start, arrays.end)

else:

    def _swept_mm(arrays: BatchArrays, stops: Integers) -> int:
        return int(arrays.store.length_mm(stops, arrays.start, arrays.end))


@compiled
def _searched_mm(between_mm: Integers, stops: Integers, start: int, end: int) -> int:
    """The walk on a store too wide for the sweep: cheapest insertion, then stops moved while that shortens it."""
    walk = np.empty(stops.size + 2, np.int64)
    walk[0], walk[1] = start, end
    count, length_mm = 2, between_mm[start, end]
    for stop in stops:
        best_mm, at = FORBIDDEN_MM, 1
        for index in range(1, count):
            a, b = walk[index - 1], walk[index]
            detour_mm = between_mm[a, stop] + between_mm[stop, b] - between_mm[a, b]
            if detour_mm < best_mm:
                best_mm, at = detour_mm, index
        for index in range(count, at, -1):
            walk[index] = walk[index - 1]
        walk[at] = stop
        count, length_mm = count + 1, length_mm + best_mm
    is_better = True
    while is_better:
        is_better = False
        for first in range(1, count - 1):
            for last in range(first, count - 1):  # reversed, from one stop (nothing) to all
                before, a, b, after = walk[first - 1], walk[first], walk[last], walk[last + 1]
                saved_mm = between_mm[before, a] + between_mm[b, after] - between_mm[before, b] - between_mm[a, after]
                if saved_mm > 0:
                    for offset in range((last - first + 1) // 2):
                        held = walk[first + offset]
                        walk[first + offset] = walk[last - offset]
                        walk[last - offset] = held
                    length_mm -= saved_mm
                    is_better = True
    return int(length_mm)


@compiled
def _worked_out(arrays: BatchArrays, members: Integers, count: int, extra: int) -> int:
    """What one walk for the first `count` of `members`, and `extra` unless it is -1, costs."""
    orders = count + (extra >= 0)
    many = 0
    for index in range(orders):
        order = members[index] if index < count else extra
        many += arrays.bounds[order + 1] - arrays.bounds[order]
    stops = np.empty(many, np.int64)
    at = 0
    for index in range(orders):
        order = members[index] if index < count else extra
        for stop in range(arrays.bounds[order], arrays.bounds[order + 1]):
            stops[at] = arrays.stops[stop]
            at += 1
    if arrays.between_mm.shape[0] > 0:
        cost_mm = _searched_mm(arrays.between_mm, stops, arrays.start, arrays.end)
    else:
        cost_mm = _swept_mm(arrays, stops)
    if arrays.speed_mm_s > 0:
        back_ms = cost_mm * 1000 // arrays.speed_mm_s
        for index in range(orders):
            back_ms += arrays.handling_ms[members[index] if index < count else extra]
        for index in range(orders):
            order = members[index] if index < count else extra
            if back_ms > arrays.due_ms[order]:
                cost_mm += (back_ms - arrays.due_ms[order]) * arrays.weights[order]
    return cost_mm


@compiled
def cost(arrays: BatchArrays, pool: Pool, members: Integers, count: int, extra: int) -> tuple[int, int]:
    """What a set of orders costs, and its slot in the pool; -1 where the pool is full."""
    words, mask = pool.words.shape[1], pool.costs.size - 1
    wanted = np.zeros(words, np.int64)
    slot = np.int64(0)
    for index in range(count + (extra >= 0)):
        order = members[index] if index < count else extra
        wanted[order // WORD_BITS] |= np.int64(1) << np.int64(order % WORD_BITS)
        slot ^= arrays.keys[order]
    slot &= mask
    while pool.costs[slot] > 0:
        is_same = True
        for word in range(words):
            is_same = is_same and pool.words[slot, word] == wanted[word]
        if is_same:
            return int(pool.costs[slot] - 1), int(slot)
        slot = (slot + 1) & mask
    cost_mm = _worked_out(arrays, members, count, extra)
    pool.filled[1] += 1
    if pool.filled[0] > POOL_FILLED_SHARE * mask:
        return cost_mm, -1
    pool.entries[pool.filled[0]] = slot
    pool.filled[0] += 1
    pool.costs[slot] = cost_mm + 1
    for word in range(words):
        pool.words[slot, word] = wanted[word]
    return cost_mm, int(slot)


@compiled
def _fits(arrays: BatchArrays, loads: Integers, group: int, order: int) -> bool:
    for limit in range(arrays.limits.size):
        if loads[group, limit] + arrays.loads[order, limit] > arrays.limits[limit]:
            return False
    return True


@compiled
def _fit_together(arrays: BatchArrays, loads: Integers, a: int, b: int) -> bool:
    is_room = True
    for limit in range(arrays.limits.size):
        is_room = is_room and loads[a, limit] + loads[b, limit] <= arrays.limits[limit]
    return is_room


@compiled
def put(arrays: BatchArrays, groups: Groups, order: int, group: int, cost_mm: int) -> None:
    """Put an order on a trolley, a new one where it is the next; the trolley costs `cost_mm` from then on."""
    if group == groups.total[0]:
        groups.total[0] += 1
        groups.counts[group] = groups.costs[group] = 0
        groups.loads[group] = 0
    groups.members[group, groups.counts[group]] = order
    groups.counts[group] += 1
    for limit in range(arrays.limits.size):
        groups.loads[group, limit] += arrays.loads[order, limit]
    groups.total[1] += cost_mm - groups.costs[group]
    groups.costs[group] = cost_mm
    groups.where[order] = group


@compiled
def _drop(groups: Groups, group: int) -> None:
    """Take a trolley away; the last one gets its number."""
    last = groups.total[0] - 1
    groups.total[0] = last
    groups.total[1] -= groups.costs[group]
    if group < last:
        groups.counts[group], groups.costs[group] = groups.counts[last], groups.costs[last]
        groups.loads[group] = groups.loads[last]
        for index in range(groups.counts[last]):
            groups.members[group, index] = groups.members[last, index]
            groups.where[groups.members[last, index]] = group


@compiled
def copy(source: Groups, target: Groups) -> None:
    """Make `target` the same as `source`."""
    target.total[:] = source.total
    target.where[:] = source.where
    for group in range(source.total[0]):
        target.counts[group], target.costs[group] = source.counts[group], source.costs[group]
        target.loads[group] = source.loads[group]
        for index in range(source.counts[group]):
            target.members[group, index] = source.members[group, index]


@compiled
def related(arrays: BatchArrays, pool: Pool) -> Integers:
    """[order, order]: what is saved with one walk instead of two; on the diagonal what an order costs alone."""
    count = arrays.keys.size
    saved_mm = np.zeros((count, count), np.int64)
    pair = np.zeros(1, np.int64)
    for a in range(count):
        pair[0] = a
        saved_mm[a, a] = cost(arrays, pool, pair, 1, -1)[0]
    for a in range(count):
        pair[0] = a
        for b in range(a + 1, count):
            if _fit_together(arrays, arrays.loads, a, b):
                together_mm = cost(arrays, pool, pair, 1, b)[0]
            else:  # the pool holds only what fits
                together_mm = _worked_out(arrays, pair, 1, b)
            saved_mm[a, b] = saved_mm[b, a] = saved_mm[a, a] + saved_mm[b, b] - together_mm
    return saved_mm


@compiled
def savings(arrays: BatchArrays, pool: Pool, groups: Groups, saved_mm: Integers) -> None:
    """Every order alone, then always the two trolleys become one that save most (Clarke and Wright 1964)."""
    count = arrays.keys.size
    for order in range(count):
        put(arrays, groups, order, order, saved_mm[order, order])
    gains_mm = saved_mm.copy()
    merged = np.empty(groups.members.shape[1], np.int64)
    while True:
        best_mm, first, second = 0, -1, -1
        for a in range(groups.total[0]):
            for b in range(a + 1, groups.total[0]):
                if gains_mm[a, b] > best_mm and _fit_together(arrays, groups.loads, a, b):
                    best_mm, first, second = gains_mm[a, b], a, b
        if first < 0:
            return
        length = groups.counts[first]
        merged[:length] = groups.members[first, :length]
        for index in range(groups.counts[second]):
            merged[length + index] = groups.members[second, index]
        cost_mm = groups.costs[first] + groups.costs[second] - best_mm
        for index in range(groups.counts[second]):
            put(arrays, groups, merged[length + index], first, cost_mm)
        length += groups.counts[second]
        last = groups.total[0] - 1
        _drop(groups, second)
        if second < last:
            groups.where[groups.members[second, : groups.counts[second]]] = second
            gains_mm[second, : last + 1] = gains_mm[last, : last + 1]
            gains_mm[: last + 1, second] = gains_mm[: last + 1, last]
        _new_gains(arrays, pool, groups, gains_mm, first)


@compiled
def _new_gains(arrays: BatchArrays, pool: Pool, groups: Groups, gains_mm: Integers, first: int) -> None:
    merged = np.empty(2 * groups.members.shape[1], np.int64)
    length = groups.counts[first]
    merged[:length] = groups.members[first, :length]
    for other in range(groups.total[0]):
        gain_mm = 0
        if other != first and _fit_together(arrays, groups.loads, first, other):
            for index in range(groups.counts[other]):
                merged[length + index] = groups.members[other, index]
            together_mm = cost(arrays, pool, merged, length + groups.counts[other], -1)[0]
            gain_mm = groups.costs[first] + groups.costs[other] - together_mm
        gains_mm[first, other] = gains_mm[other, first] = gain_mm


@compiled
def _chance(state: Integers) -> float:
    """The next number in [0, 1); two congruential generators, so that neither's short low bits show."""
    state[0] = (state[0] * 1664525 + 1013904223) % _CHANCE_STEPS
    state[1] = (state[1] * 48271) % 2147483647
    return float(((state[0] ^ (state[1] << 1)) % _CHANCE_STEPS) / _CHANCE_STEPS)


@compiled
def _choice(state: Integers, weights: Integers, first: int, beyond: int) -> int:
    total = 0
    for index in range(first, beyond):
        total += weights[index]
    at = _chance(state) * total
    for index in range(first, beyond):
        at -= weights[index]
        if at < 0:
            return index - first
    return beyond - first - 1


@compiled
def _take(
    arrays: BatchArrays, pool: Pool, groups: Groups, how: int, saved_mm: Integers, state: Integers, taken: Integers
) -> int:
    """Take orders off their trolleys: write them into `taken`, and say how many."""
    count, is_taken = arrays.keys.size, np.zeros(arrays.keys.size, np.bool_)
    most = min(count, max(3, min(REMOVED_MAX, int(count * REMOVED_SHARE))))
    wanted = 2 + int(_chance(state) * (most - 1)) if count > 1 else 1
    seed = int(_chance(state) * count)
    many = 0
    if how == RANDOM_REMOVAL:
        while many < min(wanted, count):
            order = int(_chance(state) * count)
            if not is_taken[order]:
                is_taken[order] = True
                taken[many] = order
                many += 1
    elif how == GROUP_REMOVAL:
        while many < wanted and many < count:
            group = groups.where[seed]
            for index in range(groups.counts[group]):
                order = groups.members[group, index]
                is_taken[order] = True
                taken[many] = order
                many += 1
            if many < count:
                seed = _near(saved_mm, seed, is_taken, state, 4.0)
    else:
        is_taken[seed] = True
        taken[0], many = seed, 1
        while many < min(wanted, count):
            if how == RELATED_REMOVAL:
                order = _near(saved_mm, taken[int(_chance(state) * many)], is_taken, state, 4.0)
            else:
                order = _dear(groups, saved_mm, is_taken, state)
            is_taken[order] = True
            taken[many] = order
            many += 1
    _take_off(arrays, pool, groups, is_taken)
    return many


@compiled
def _near(saved_mm: Integers, order: int, is_taken: Flags, state: Integers, greed: float) -> int:
    """One that still stands and shares much of the walk with `order`, mostly."""
    best, best_score = -1, -1.0
    for other in range(is_taken.size):
        if not is_taken[other]:
            least_mm = max(1, min(saved_mm[order, order], saved_mm[other, other]))
            score = max(0.0, saved_mm[order, other] / least_mm) + _chance(state) / greed * 2
            if score > best_score:
                best, best_score = other, score
    return best


@compiled
def _dear(groups: Groups, saved_mm: Integers, is_taken: Flags, state: Integers) -> int:
    """One on a trolley that carries little for its cost, mostly."""
    best, best_score = -1, -1.0
    for other in range(is_taken.size):
        if not is_taken[other]:
            group = groups.where[other]
            alone_mm = 0
            for index in range(groups.counts[group]):
                member = groups.members[group, index]
                alone_mm += saved_mm[member, member]
            score = groups.costs[group] / max(1, alone_mm) + _chance(state)
            if score > best_score:
                best, best_score = other, score
    return best


@compiled
def _take_off(arrays: BatchArrays, pool: Pool, groups: Groups, is_taken: Flags) -> None:
    group = 0
    while group < groups.total[0]:
        kept = 0
        for index in range(groups.counts[group]):
            order = groups.members[group, index]
            if is_taken[order]:
                for limit in range(arrays.limits.size):
                    groups.loads[group, limit] -= arrays.loads[order, limit]
                groups.where[order] = -1
            else:
                groups.members[group, kept] = order
                kept += 1
        if kept == 0:
            _drop(groups, group)
            continue
        if kept < groups.counts[group]:
            groups.counts[group] = kept
            cost_mm = cost(arrays, pool, groups.members[group], kept, -1)[0]
            groups.total[1] += cost_mm - groups.costs[group]
            groups.costs[group] = cost_mm
        group += 1


@compiled
def _put_back(
    arrays: BatchArrays,
    pool: Pool,
    groups: Groups,
    taken: Integers,
    many: int,
    by_regret: bool,
    noise: float,
    saved_mm: Integers,
    state: Integers,
) -> None:
    """Each order where it costs least more, a little blurred; first the cheapest, or the one that would regret most."""
    width = groups.counts.size
    more_mm = np.full((many, width + 1), float(FORBIDDEN_MM))
    costs_mm = np.zeros((many, width + 1), np.int64)
    for index in range(many):
        for group in range(groups.total[0]):
            _more(arrays, pool, groups, taken[index], index, group, noise, state, more_mm, costs_mm)
    is_put = np.zeros(many, np.bool_)
    for _ in range(many):
        chosen, at, chosen_score = -1, -1, 0.0
        for index in range(many):
            if is_put[index]:
                continue
            order = taken[index]
            best_mm, best, second_mm = float(saved_mm[order, order]), groups.total[0], float(FORBIDDEN_MM)
            for group in range(groups.total[0]):
                value_mm = more_mm[index, group]
                if value_mm < best_mm:
                    second_mm, best_mm, best = best_mm, value_mm, group
                elif value_mm < second_mm:
                    second_mm = value_mm
            score = second_mm - best_mm if by_regret else -best_mm
            if chosen < 0 or score > chosen_score:
                chosen, at, chosen_score = index, best, score
        order = taken[chosen]
        is_new = at == groups.total[0]
        put(arrays, groups, order, at, saved_mm[order, order] if is_new else costs_mm[chosen, at])
        is_put[chosen] = True
        for index in range(many):
            if not is_put[index]:
                _more(arrays, pool, groups, taken[index], index, at, noise, state, more_mm, costs_mm)


@compiled
def _more(
    arrays: BatchArrays,
    pool: Pool,
    groups: Groups,
    order: int,
    row: int,
    group: int,
    noise: float,
    state: Integers,
    more_mm: Floats,
    costs_mm: Integers,
) -> None:
    if _fits(arrays, groups.loads, group, order):
        cost_mm = cost(arrays, pool, groups.members[group], groups.counts[group], order)[0]
        costs_mm[row, group] = cost_mm
        more_mm[row, group] = cost_mm - groups.costs[group]
        if noise > 0:
            more_mm[row, group] *= 1 + noise * (_chance(state) - 0.5)
    else:
        more_mm[row, group] = float(FORBIDDEN_MM)


@compiled
def improve(
    arrays: BatchArrays,
    pool: Pool,
    plans: tuple[Groups, Groups, Groups],
    saved_mm: Integers,
    state: Integers,
    weights: Integers,
    iterations: int,
    heat_mm: float,
) -> int:
    """Take some orders off and put them back, `iterations` times; how often that made a new best.

    `plans`: the one in hand, the best one, and room for a third. `heat_mm`: how much worse a step may be and still be
    taken (annealing). `weights`: how often each way of removing and of inserting is chosen; those that lead to
    something gain.
    """
    current, best, trial = plans
    taken = np.zeros(arrays.keys.size, np.int64)
    found = 0
    for _ in range(iterations):
        copy(current, trial)
        removal = _choice(state, weights, 0, REMOVALS)
        insertion = _choice(state, weights, REMOVALS, REMOVALS + INSERTIONS)
        noise = NOISE if _chance(state) < 0.5 else 0.0
        many = _take(arrays, pool, trial, removal, saved_mm, state, taken)
        _put_back(arrays, pool, trial, taken, many, insertion == 1, noise, saved_mm, state)
        bar_mm = current.total[1] - heat_mm * math.log(1.0 - _chance(state))
        score = 0
        if trial.total[1] < best.total[1]:
            copy(trial, best)
            found += 1
            score = 40
        elif trial.total[1] < current.total[1]:
            score = 8
        if trial.total[1] < bar_mm:
            copy(trial, current)
        for index in (removal, REMOVALS + insertion):
            weights[index] = max(20, min(400, weights[index] + score - (weights[index] > 100)))
    return found


@compiled
def cheap_slots(pool: Pool, duals: Floats, most_mm: float, slots: Integers, rests_mm: Floats) -> int:
    """Write the slots of sets that cost at most `most_mm` more than their duals, and how much more; how many."""
    worth_mm = np.zeros((pool.words.shape[1] * WORD_BYTES, 256))  # of each byte of a set: what its orders are worth
    for order in range(duals.size):
        row = order // WORD_BITS * WORD_BYTES + order % WORD_BITS // 8
        for byte in range(256):
            if byte >> (order % WORD_BITS % 8) & 1:
                worth_mm[row, byte] += duals[order]
    count = 0
    for entry in range(pool.filled[0]):
        slot = pool.entries[entry]
        rest_mm = float(pool.costs[slot] - 1)
        for word in range(pool.words.shape[1]):
            bits, row = pool.words[slot, word], word * WORD_BYTES
            while bits:
                rest_mm -= worth_mm[row, bits & 255]
                bits >>= 8
                row += 1
        if rest_mm <= most_mm and count < slots.size:
            slots[count], rests_mm[count] = slot, rest_mm
            count += 1
    return count


@compiled
def _knapsack(
    arrays: BatchArrays, duals: Floats, orders: Integers, first: int, beyond: int, room: int, limit: int, without: int
) -> float:
    """The most the duals of orders that still fit can sum to: whole, and the first that does not fit in part.

    `orders` come with the greatest dual per load first; `without` is left out.
    """
    total_mm = 0.0
    for index in range(first, beyond):
        order = orders[index]
        if order == without:
            continue
        load = arrays.loads[order, limit] if limit >= 0 else 0
        if load > room:
            return float(total_mm + duals[order] * room / load)
        total_mm += duals[order]
        room -= load
    return total_mm


@compiled
def price(
    arrays: BatchArrays,
    pool: Pool,
    duals: Floats,
    order_by: Integers,
    limit: int,
    most_mm: float,
    evaluations: int,
    slots: Integers,
    deepest: int,
) -> tuple[int, bool]:
    """Every set of orders that fits and costs at most `most_mm` more than its duals: their slots, and how many.

    A set with more orders never costs less, so a branch ends where even the best of what still fits is not enough.
    False in the second place: not all were looked at, because `evaluations`, `slots` or the pool were used up.
    """
    count, depth_max = order_by.size, deepest + 1
    orders = np.zeros((depth_max, count), np.int64)
    costs_mm = np.zeros((depth_max, count), np.int64)
    many = np.zeros(depth_max, np.int64)
    at = np.zeros(depth_max, np.int64)
    sums_mm = np.zeros(depth_max)
    loads = np.zeros((depth_max, arrays.limits.size), np.int64)
    members = np.zeros(depth_max, np.int64)
    found, began = 0, pool.filled[1]
    for index in range(count):
        order = order_by[index]
        costs_mm[0, index], slot = cost(arrays, pool, members, 0, order)
        orders[0, index] = order
        if slot < 0:
            return found, False
        if costs_mm[0, index] - duals[order] <= most_mm:
            if found == slots.size:
                return found, False
            slots[found] = slot
            found += 1
    many[0] = count
    depth = 0
    while depth >= 0:
        index = at[depth]
        if index >= many[depth]:
            depth -= 1
            continue
        at[depth] += 1
        if depth + 1 == deepest:
            continue
        order, cost_mm = orders[depth, index], costs_mm[depth, index]
        sum_mm = sums_mm[depth] + duals[order]
        for each in range(arrays.limits.size):
            loads[depth + 1, each] = loads[depth, each] + arrays.loads[order, each]
        room = arrays.limits[limit] - loads[depth + 1, limit] if limit >= 0 else 0
        rest_mm = _knapsack(arrays, duals, orders[depth], index + 1, many[depth], room, limit, -1)
        if cost_mm - sum_mm - rest_mm > most_mm:
            continue
        members[depth] = order
        kept = 0
        for later in range(index + 1, many[depth]):
            other = orders[depth, later]
            if not _fits(arrays, loads, depth + 1, other):
                continue
            left = room - arrays.loads[other, limit] if limit >= 0 else 0
            rest_mm = _knapsack(arrays, duals, orders[depth], index + 1, many[depth], left, limit, other)
            most_sum_mm = sum_mm + duals[other] + rest_mm + most_mm
            if max(cost_mm, costs_mm[depth, later]) > most_sum_mm:
                continue
            if pool.filled[1] - began >= evaluations:
                return found, False
            with_mm, slot = cost(arrays, pool, members, depth + 1, other)
            if with_mm > most_sum_mm:
                continue
            if slot < 0:
                return found, False
            if with_mm - sum_mm - duals[other] <= most_mm:
                if found == slots.size:
                    return found, False
                slots[found] = slot
                found += 1
            orders[depth + 1, kept], costs_mm[depth + 1, kept] = other, with_mm
            kept += 1
        if kept:
            depth += 1
            many[depth], at[depth], sums_mm[depth] = kept, 0, sum_mm
    return found, True
