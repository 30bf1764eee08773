"""All states of a store's sweep and every move between them, worked out once per store."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from backend.routing.options import BUSY, ENDING, IDLE
from backend.routing.states import State, arrived, moves
from backend.routing.sweep_order import Step

STATES_PER_STEP_MAX = 6_000
MOVES_MAX = 1_000_000  # in all tables together; some seconds to work out

Integers = npt.NDArray[np.int64]
_States = tuple[State, ...]
_Modes = tuple[_States, _States]  # while none or both ends of the walk are behind the frontier; while one is
_Move = tuple[State, int]  # the state after, and the code
_Moving = Callable[[State], list[_Move]]


class TooWide(Exception):
    """The store has too many states for this method."""


@dataclass(frozen=True, eq=False)
class Table:
    """Every move from one list of states to another, grouped by the state after, then in the order of their codes.

    `codes` say what a move does: the option, and which ends are left untouched. State `reached[i]`
    has the moves from `starts[i]` on; of the `size` states after, those not in `reached` have none.
    """

    size: int
    reached: Integers
    starts: Integers
    sources: Integers
    codes: Integers


@dataclass(frozen=True)
class StepTables:
    """The tables of one step, by how many ends of the walk are behind the frontier: 0 (none or both) or 1.

    `passes[kind][mode]`: only the first kind where the sub-aisle has no place for a stop. `arrivals` has, for each
    crossing that is fresh in this step, the two tables for a walk that begins or ends there; they come before the
    pass. `before`: how many states there are in mode 0.
    """

    arrivals: tuple[tuple[Table, Table], ...]
    passes: tuple[tuple[Table, Table], ...]
    before: int


def work_out(steps: Sequence[Step]) -> list[StepTables]:
    """The tables of every step. Raises TooWide.

    State 0 before the first step is that of nothing touched, state 0 after the last is `None`, the finished walk.
    """
    workshop = _Workshop()
    fresh = [len(step.fresh) for step in steps] + [0]
    states = _widened((((),), ()), fresh[0])
    made = []
    for step, fresh_next in zip(steps, fresh[1:], strict=True):
        tables, states = workshop.tables(states, step, fresh_next)
        made.append(tables)
        if workshop.moves > MOVES_MAX:
            raise TooWide
    return made


class _Workshop:
    """A store repeats itself, so the same states and the same step give the tables made before."""

    def __init__(self) -> None:
        self.moves = 0
        self._known: dict[tuple[object, ...], tuple[StepTables, _Modes]] = {}
        self._moves: dict[tuple[object, ...], list[_Move]] = {}

    def tables(self, before: _Modes, step: Step, fresh_next: int) -> tuple[StepTables, _Modes]:
        """The tables of `step`, and the states after it, with as many fresh crossings as the next step brings."""
        key = (before, len(step.fresh), step.slots, step.leaves, bool(step.sub_aisle.places), fresh_next)
        if key not in self._known:
            self._known[key] = self._work_out(before, step, fresh_next)
        return self._known[key]

    def _work_out(self, before: _Modes, step: Step, fresh_next: int) -> tuple[StepTables, _Modes]:
        width = len(step.frontier)
        fresh = range(width - len(step.fresh), width)
        arrivals = tuple(_both(before, before, partial(_arrival, slot), turns=True) for slot in fresh)
        kinds = (IDLE, BUSY, ENDING) if step.sub_aisle.places else (IDLE,)
        found: tuple[list[State], list[State]] = ([], [])
        for kind in kinds:
            for mode, states in enumerate(before):
                for state in states:
                    found[mode ^ (kind == ENDING)].extend(after for after, _ in self._passing(kind, step, state))
        after = _widened((_ordered(found[0]), _ordered(found[1])), fresh_next)
        if max(map(len, after)) > STATES_PER_STEP_MAX:
            raise TooWide
        passes = tuple(
            _both(before, after, partial(self._passing_on, fresh_next, kind, step), turns=kind == ENDING)
            for kind in kinds
        )
        self.moves += sum(len(table.sources) for both in passes for table in both)
        return StepTables(arrivals, passes, len(before[0])), after

    def _passing_on(self, fresh: int, kind: int, step: Step, state: State) -> list[_Move]:
        return [(_with_fresh(after, fresh), code) for after, code in self._passing(kind, step, state)]

    def _passing(self, kind: int, step: Step, state: State) -> list[_Move]:
        key = (state, kind, step.slots, step.leaves)
        if key not in self._moves:
            self._moves[key] = list(moves(state, kind, step.slots, step.leaves))
        return self._moves[key]


def _with_fresh(state: State, fresh: int) -> State:
    return None if state is None else (*state, *(0,) * fresh)


def _widened(modes: _Modes, fresh: int) -> _Modes:
    """The states once fresh crossings have joined the frontier, also those where the walk begins or ends at one."""
    none, one = (tuple(_with_fresh(state, fresh) for state in states) for states in modes)
    width = max((len(state) for state in (*none, *one) if state is not None), default=0)
    slots = range(width - fresh, width)
    one = _ordered((*one, *(after for slot in slots for state in none for after, _ in _arrival(slot, state))))
    none = _ordered((*none, *(after for slot in slots for state in one for after, _ in _arrival(slot, state))))
    return none, one


def _arrival(slot: int, state: State) -> list[_Move]:
    return [] if state is None or state[slot] else [(arrived(state, slot), 0)]


def _both(before: _Modes, after: _Modes, moving: _Moving, *, turns: bool) -> tuple[Table, Table]:
    """The tables from either mode; `turns`: the move leads from the one mode to the other."""
    return _table(before[0], after[turns], moving), _table(before[1], after[not turns], moving)


def _table(before: _States, after: _States, moving: _Moving) -> Table:
    position = {state: index for index, state in enumerate(after)}
    by_state: list[list[tuple[int, int]]] = [[] for _ in after]
    for source, state in enumerate(before):
        for reached, code in moving(state):
            if reached in position:
                by_state[position[reached]].append((code, source))
    sizes = [len(each) for each in by_state]
    flat = [move for each in by_state for move in sorted(each)]
    starts = np.cumsum([0, *sizes[:-1]])
    is_reached = np.array(sizes, dtype=np.int64) > 0
    return Table(
        size=len(after),
        reached=np.flatnonzero(is_reached),
        starts=starts[: len(after)][is_reached],
        sources=np.array([source for _, source in flat], dtype=np.int64),
        codes=np.array([code for code, _ in flat], dtype=np.int64),
    )


def _ordered(states: Iterable[State]) -> _States:
    return tuple(sorted(set(states), key=lambda state: (state is not None, state or ())))
