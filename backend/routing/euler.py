"""From how each sub-aisle is walked to the walk itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend.routing.options import (
    FROM_U,
    FROM_V,
    NONE,
    ONCE,
    TWICE,
    U_GAP,
    U_ONLY,
    U_THROUGH,
    V_GAP,
    V_ONLY,
    V_THROUGH,
)

Stretch = tuple[int, int, int]  # from and to which node of a sub-aisle (by position), and how often: once or twice


def stretches(
    option: int, beyond: int, wanted: Sequence[int], at_mm: Sequence[int], ends: Sequence[int]
) -> list[Stretch]:
    """What `option` walks of a sub-aisle whose last node has the position `beyond`.

    `wanted`: the positions to be touched, ascending, the `ends` of the walk among them; `at_mm`: where each one is.
    """
    if len(ends) == 1:
        made = _with_one_end(option, beyond, wanted, at_mm, ends[0])
    elif ends:
        made = _with_both_ends(option, beyond, wanted, at_mm, *sorted(ends))
    else:
        made = _without_ends(option, beyond, wanted, at_mm)
    return made


def _without_ends(option: int, beyond: int, wanted: Sequence[int], at_mm: Sequence[int]) -> list[Stretch]:
    if option == NONE:
        return []
    if option in (ONCE, TWICE):
        return [(0, beyond, option)]
    if option == FROM_U:
        return [(0, wanted[-1], 2)]
    if option == FROM_V:
        return [(wanted[0], beyond, 2)]
    return _twice_but_gap(0, beyond, wanted, at_mm)


def _with_one_end(option: int, beyond: int, wanted: Sequence[int], at_mm: Sequence[int], end: int) -> list[Stretch]:
    before = [position for position in wanted if position <= end]
    after = [position for position in wanted if position >= end]
    return {
        U_ONLY: lambda: [(0, end, 1), (end, wanted[-1], 2)],
        V_ONLY: lambda: [(end, beyond, 1), (wanted[0], end, 2)],
        U_THROUGH: lambda: [(0, end, 1), (end, beyond, 2)],
        V_THROUGH: lambda: [(0, end, 2), (end, beyond, 1)],
        U_GAP: lambda: [(0, end, 1), *_twice_but_gap(end, beyond, after, at_mm)],
        V_GAP: lambda: [*_twice_but_gap(0, end, before, at_mm), (end, beyond, 1)],
    }[option]()


def _with_both_ends(
    option: int, beyond: int, wanted: Sequence[int], at_mm: Sequence[int], low: int, high: int
) -> list[Stretch]:
    before = [position for position in wanted if position <= low]
    between = [position for position in wanted if low <= position <= high]
    after = [position for position in wanted if position >= high]
    if option == ONCE:
        return [(0, low, 1), *_twice_but_gap(low, high, between, at_mm), (high, beyond, 1)]
    if option == TWICE:
        return [(0, low, 2), (low, high, 1), (high, beyond, 2)]
    if option == FROM_U:
        return [(0, low, 2), (low, high, 1), (high, wanted[-1], 2)]
    if option == FROM_V:
        return [(wanted[0], low, 2), (low, high, 1), (high, beyond, 2)]
    if _widest_gap(after, at_mm)[0] >= _widest_gap(before, at_mm)[0]:
        return [(0, low, 2), (low, high, 1), *_twice_but_gap(high, beyond, after, at_mm)]
    return [*_twice_but_gap(0, low, before, at_mm), (low, high, 1), (high, beyond, 2)]


def _twice_but_gap(first: int, last: int, wanted: Sequence[int], at_mm: Sequence[int]) -> list[Stretch]:
    """Both ways from both ends, but for the widest gap between two of `wanted`."""
    _, gap = _widest_gap(wanted, at_mm)
    return [(first, wanted[gap], 2), (wanted[gap + 1], last, 2)]


def _widest_gap(wanted: Sequence[int], at_mm: Sequence[int]) -> tuple[int, int]:
    """How wide, and after which of `wanted`; the first among equals."""
    gaps = ((at_mm[wanted[i + 1]] - at_mm[wanted[i]], -i) for i in range(len(wanted) - 1))
    width_mm, gap = max(gaps, default=(0, 0))
    return width_mm, -gap


def euler_walk(paths: Sequence[Sequence[int]], start: int, end: int) -> list[int]:
    """One walk from start to end that follows each path once, in either direction (Hierholzer 1873).

    The paths must hang together, and only start and end, if they differ, may be the ends of an odd number of them.
    """
    near: dict[int, list[int]] = {start: []}
    for number in range(len(paths) - 1, -1, -1):
        path = paths[number]
        near.setdefault(path[0], []).append(number)
        near.setdefault(path[-1], []).append(number)
    is_used = [False] * len(paths)
    stack, trail = [(start, -1)], list[tuple[int, int]]()
    while stack:
        node = stack[-1][0]
        onward = near[node]
        while onward and is_used[onward[-1]]:
            onward.pop()
        if not onward:
            trail.append(stack.pop())
            continue
        number = onward.pop()
        is_used[number] = True
        path = paths[number]
        stack.append((path[-1] if path[0] == node else path[0], number))
    walk = list(_expanded(paths, trail[::-1]))
    assert walk[-1] == end, "the degrees promise a walk that ends at the end"
    return walk


def _expanded(paths: Sequence[Sequence[int]], trail: Sequence[tuple[int, int]]) -> Iterator[int]:
    yield trail[0][0]
    for node, number in trail[1:]:
        path = paths[number]
        yield from path[1:] if path[-1] == node else path[-2::-1]
