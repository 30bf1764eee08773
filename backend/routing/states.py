"""What a sweep has to remember of the part behind it: how the nodes at the frontier look and hang together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

STATES_PER_STEP_MAX = 3_000
FORBIDDEN_MM = 10**12  # more than any walk; sums of it stay far inside 64 bits

UNTOUCHED, EVEN, ODD = 0, 1, 2  # how a node may look when the sweep leaves it
LOOKS = 3

# A state: one number per frontier node, 0 untouched, 2 * component (even degree) or 2 * component + 1 (odd degree).
# `None` is the state after the walk is complete: nothing may be touched any more.
State = tuple[int, ...] | None
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Table:
    """Every move from one list of states to the next, grouped by the state after.

    `choices` says what a move does: 3 * (how often the stretch is walked) + (how the node left behind looks).
    """

    after: tuple[State, ...]
    sources: Integers
    choices: Integers
    starts: Integers

    def costs(self, before_mm: Integers, choice_mm: Integers) -> Integers:
        """The best cost of each state after the step."""
        reached_mm = np.minimum.reduceat(before_mm[self.sources] + choice_mm[self.choices], self.starts)
        return np.minimum(reached_mm, FORBIDDEN_MM)

    def trace(self, before_mm: Integers, choice_mm: Integers, target: int, target_mm: int) -> tuple[int, int]:
        """Which state and choice gave `target` its cost; the first among equals."""
        start = int(self.starts[target])
        stop = int(self.starts[target + 1]) if target + 1 < len(self.starts) else len(self.sources)
        sources, choices = self.sources[start:stop], self.choices[start:stop]
        at = int(np.argmax(before_mm[sources] + choice_mm[choices] == target_mm))
        return int(sources[at]), int(choices[at])


class TooWide(Exception):
    """The store has too many states for this method."""


class Tables:
    """Works out moves. A store repeats itself, so the same states and the same step give the table made before."""

    def __init__(self) -> None:
        self._known: dict[tuple[tuple[State, ...], tuple[int, int] | None, int | None], Table] = {}

    def table(self, before: tuple[State, ...], joins: tuple[int, int] | None, leaves: int | None) -> Table:
        """Walk between the two slots `joins`, then leave the slot `leaves` behind (either may be None)."""
        key = (before, joins, leaves)
        if key not in self._known:
            self._known[key] = self._work_out(before, joins, leaves)
        return self._known[key]

    def _work_out(self, before: tuple[State, ...], joins: tuple[int, int] | None, leaves: int | None) -> Table:
        by_state: dict[State, dict[tuple[int, int], None]] = {}
        for source, state in enumerate(before):
            for walked, times in _walked(state, joins):
                for left, look in _left(walked, leaves):
                    if _can_finish(left):
                        by_state.setdefault(left, {})[source, LOOKS * times + look] = None
        if len(by_state) > STATES_PER_STEP_MAX:
            raise TooWide
        after = tuple(sorted(by_state, key=lambda state: (state is not None, state or ())))
        moves = [move for state in after for move in by_state[state]]
        sizes = [len(by_state[state]) for state in after]
        return Table(
            after,
            np.array([source for source, _ in moves], dtype=np.int64),
            np.array([choice for _, choice in moves], dtype=np.int64),
            np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.int64),
        )


def _walked(state: State, joins: tuple[int, int] | None) -> Iterator[tuple[State, int]]:
    """The states after walking between two slots never, once or twice, with how often."""
    yield state, 0
    if state is None or joins is None:
        return
    i, j = joins
    yield _joined(state, i, j, 1), 1
    if not state[i] or state[i] // 2 != state[j] // 2:  # twice only ever serves to hang two parts together
        yield _joined(state, i, j, 2), 2


def _left(state: State, slot: int | None) -> Iterator[tuple[State, int]]:
    """The state after a node left the frontier, and how that node looked; nothing if its part would be cut off."""
    if state is None or slot is None:
        yield state, UNTOUCHED
        return
    value, rest = state[slot], state[:slot] + state[slot + 1 :]
    look = ODD if value % 2 else EVEN
    if not value:
        yield rest, UNTOUCHED
    elif any(other // 2 == value // 2 for other in rest):
        yield _renumbered(rest), look
    elif not any(rest):
        yield None, look


def _joined(state: tuple[int, ...], i: int, j: int, times: int) -> tuple[int, ...]:
    """The state after walking between slots `i` and `j` once or twice."""
    values = list(state)
    for slot, fresh in ((i, 98), (j, 99)):
        if not values[slot]:
            values[slot] = 2 * fresh
        if times == 1:
            values[slot] ^= 1
    keep, gone = values[i] // 2, values[j] // 2
    return _renumbered(2 * keep + value % 2 if value and value // 2 == gone else value for value in values)


def _renumbered(values: Iterable[int]) -> tuple[int, ...]:
    """Components numbered from 1 in the order they appear, so that equal states are equal tuples."""
    numbers: dict[int, int] = {}
    return tuple(2 * numbers.setdefault(value // 2, len(numbers) + 1) + value % 2 if value else 0 for value in values)


def _can_finish(state: State) -> bool:
    """Only start and end are odd, so at most two parts behind the frontier have an odd number of open ends."""
    odd: dict[int, int] = {}
    for value in state or ():
        odd[value // 2] = odd.get(value // 2, 0) ^ (value % 2)
    return sum(odd.values()) <= 2
