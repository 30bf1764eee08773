"""What a sweep has to remember of the part behind it: how the crossings at the frontier look and hang together.

A walk from start to end is made a round way by a stretch of its own, from the end straight back to the start. Then
every crossing has even degree, and a part that hangs together holds an even number of odd crossings, except the one
from which that stretch still dangles while only one of its two ends is behind the frontier.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backend.routing.options import (
    FROM_U,
    FROM_V,
    GAP,
    IDLE,
    NONE,
    ONCE,
    TWICE,
    UNTOUCHED_PATTERNS,
    UNTOUCHED_U,
    UNTOUCHED_V,
)

# A state: one number per frontier crossing, 0 untouched, 2 * part (even degree) or 2 * part + 1 (odd degree).
# `None` is the state after the walk is complete: nothing may be touched any more.
State = tuple[int, ...] | None

_FRESH_U, _FRESH_V = 98, 99  # parts that begin here, before the parts are numbered anew

# What an option does to the two ends of a sub-aisle: how often each is touched, and whether they hang together.
Effect = tuple[int, int, bool]
_EFFECTS: tuple[tuple[tuple[int, Effect], ...], ...] = (
    ((NONE, (0, 0, False)), (ONCE, (1, 1, True)), (TWICE, (2, 2, True))),
    (
        (ONCE, (1, 1, True)),
        (TWICE, (2, 2, True)),
        (FROM_U, (2, 0, False)),
        (FROM_V, (0, 2, False)),
        (GAP, (2, 2, False)),
    ),
    tuple(enumerate(((1, 0, False), (0, 1, False), (1, 2, True), (2, 1, True), (1, 2, False), (2, 1, False)))),
)


def moves(state: State, kind: int, slots: tuple[int, int], leaves: tuple[bool, bool]) -> Iterator[tuple[State, int]]:
    """The states after a sub-aisle, with the code that says the option taken and which ends were left untouched."""
    if state is None:
        if kind == IDLE:
            yield None, UNTOUCHED_PATTERNS * NONE + UNTOUCHED_U + UNTOUCHED_V
        return
    for option, effect in _EFFECTS[kind]:
        if _hangs_together(state, slots) and effect[2] and 2 in effect[:2]:
            continue  # twice only ever serves to hang two parts together
        walked = _walked(state, slots, effect)
        untouched = (not walked[slots[0]]) * UNTOUCHED_U + (not walked[slots[1]]) * UNTOUCHED_V
        gone = [slot for slot, is_left in zip(slots, leaves, strict=True) if is_left]
        try:
            yield _left(walked, gone), UNTOUCHED_PATTERNS * option + untouched
        except _CutOff:
            continue


def arrived(state: State, slot: int) -> State:
    """The state after the walk begins or ends at an untouched crossing of the frontier; only before it is complete."""
    assert state is not None
    values = list(state)
    values[slot] = 2 * _FRESH_U + 1
    return _numbered(_closed(values))


class _CutOff(Exception):
    """A part was left behind that nothing can reach any more, or an odd crossing."""


def _hangs_together(state: tuple[int, ...], slots: tuple[int, int]) -> bool:
    a, b = slots
    return state[a] > 0 and state[a] // 2 == state[b] // 2


def _walked(state: tuple[int, ...], slots: tuple[int, int], effect: Effect) -> tuple[int, ...]:
    values = list(state)
    for slot, times, fresh in zip(slots, effect[:2], (_FRESH_U, _FRESH_V), strict=True):
        if times and not values[slot]:
            values[slot] = 2 * fresh
        values[slot] ^= times & 1
    if effect[2]:
        values = _joined(values, values[slots[0]] // 2, values[slots[1]] // 2)
    return tuple(_closed(values))


def _joined(values: list[int], keep: int, gone: int) -> list[int]:
    return [2 * keep + value % 2 if value and value // 2 == gone else value for value in values]


def _closed(values: list[int]) -> list[int]:
    """Two parts from which the stretch from end to start dangles are one part: it joins them."""
    odd: set[int] = set()
    for value in values:
        if value % 2:
            odd ^= {value // 2}
    return _joined(values, *sorted(odd)) if len(odd) == 2 else values


def _left(values: tuple[int, ...], gone: list[int]) -> State:
    """The state without the crossings `gone`."""
    rest = tuple(value for slot, value in enumerate(values) if slot not in gone)
    parts = {value // 2 for value in rest if value}
    for slot in gone:
        value = values[slot]
        if value % 2:
            raise _CutOff
        if value and value // 2 not in parts:
            if parts or len({values[other] // 2 for other in gone if values[other]}) > 1:
                raise _CutOff
            return None
    return _numbered(rest)


def _numbered(values: Iterable[int]) -> tuple[int, ...]:
    """Parts numbered from 1 in the order they appear, so that equal states are equal tuples."""
    numbers: dict[int, int] = {}
    return tuple(2 * numbers.setdefault(value // 2, len(numbers) + 1) + value % 2 if value else 0 for value in values)
