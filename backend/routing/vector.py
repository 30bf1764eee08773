"""The sweep of one question in numpy, for installations without numba: the same answers, some milliseconds later."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from backend.routing.options import (
    BUSY,
    CODES,
    ENDING,
    FORBIDDEN_MM,
    IDLE,
    UNTOUCHED_PATTERNS,
    UNTOUCHED_U,
    UNTOUCHED_V,
)
from backend.routing.sweep_arrays import SweepArrays
from backend.routing.tables import Integers, StepTables, Table

_FREE = np.zeros(CODES, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Row:
    """One table applied, in `step` or, with -1, for an end of the walk at a crossing."""

    table: Table
    charges_mm: Integers
    added_mm: Integers
    step: int


class VectorSweep:
    """Answers what `kernel.length_mm` and `kernel.chosen_options` answer."""

    def __init__(self, arrays: SweepArrays, tables: Sequence[StepTables], option_costs: Callable[..., None]) -> None:
        self.option_costs = option_costs
        self._tables = tables
        self._arrivals = [both for each in tables for both in each.arrivals]
        self._steps: list[int] = arrays.steps.tolist()
        self._offsets_mm: list[int] = arrays.offsets_mm.tolist()
        self._step_mm: list[int] = arrays.step_mm.tolist()
        self._arrival_steps: list[int] = arrays.arrival_steps.tolist()
        self._leaves: list[list[int]] = arrays.leaves.tolist()
        self._nothing_mm = np.full(arrays.states_first, FORBIDDEN_MM, dtype=np.int64)
        self._nothing_mm[:1] = 0
        self._idle = [self._idle_rows(step) for step in range(len(self._step_mm))]

    def length_mm(self, stops: Integers, start: int, end: int) -> int:
        """How long the shortest walk is; all places by their numbers."""
        question = _Question(self, stops.tolist(), start, end)
        if question.is_nowhere:
            return 0
        if question.is_stranded:
            return FORBIDDEN_MM
        costs_mm = self._nothing_mm
        for row in question.rows():
            costs_mm = _after(row, costs_mm)
        return min(int(costs_mm[0]) if len(costs_mm) else FORBIDDEN_MM, question.inside_mm)

    def chosen_options(self, stops: Integers, start: int, end: int) -> tuple[int, Integers]:
        """How long it is, and the option of each step; none where the walk stays in one sub-aisle."""
        question = _Question(self, stops.tolist(), start, end)
        if question.is_nowhere:
            return 0, np.empty(0, np.int64)
        if question.is_stranded:
            return FORBIDDEN_MM, np.empty(0, np.int64)
        rows = list(question.rows())
        costs_mm = [self._nothing_mm]
        for row in rows:
            costs_mm.append(_after(row, costs_mm[-1]))
        swept_mm = int(costs_mm[-1][0]) if len(costs_mm[-1]) else FORBIDDEN_MM
        if question.inside_mm <= swept_mm or swept_mm >= FORBIDDEN_MM:
            return min(swept_mm, question.inside_mm), np.empty(0, np.int64)
        chosen = np.empty(len(self._step_mm), np.int64)
        state = 0
        for row, before_mm, after_mm in zip(rows[::-1], costs_mm[-2::-1], costs_mm[:0:-1], strict=True):
            state, code = _before(row, before_mm, state, int(after_mm[state]))
            if row.step >= 0:
                chosen[row.step] = code // UNTOUCHED_PATTERNS
        return swept_mm, chosen

    def _idle_rows(self, step: int) -> tuple[_Row, _Row]:
        """The rows of a step where nothing is wanted: the same in every question."""
        charges_mm = _charges((0, self._step_mm[step], 2 * self._step_mm[step]), 0, 0)
        none, one = (
            _Row(table, charges_mm, charges_mm[table.codes], step) for table in self._tables[step].passes[IDLE]
        )
        return none, one


class _Question:
    """Where the stops and the ends of one walk are."""

    def __init__(self, sweep: VectorSweep, stops: list[int], start: int, end: int) -> None:
        self._sweep = sweep
        places = len(sweep._offsets_mm)
        wanted = sorted(place for place in (*stops, start, end) if place < places)
        self._required = {place - places for place in (*stops, start, end) if place >= places}
        self._at_mm: dict[int, list[int]] = {}
        for place in wanted:
            self._at_mm.setdefault(sweep._steps[place], []).append(sweep._offsets_mm[place])
        self._ends_mm: dict[int, list[int]] = {}
        self._arrives: list[tuple[int, int]] = []
        for place in (start, end) if start != end else ():
            if place < places:
                self._ends_mm.setdefault(sweep._steps[place], []).append(sweep._offsets_mm[place])
            else:
                self._arrives.append((sweep._arrival_steps[place - places], place - places))
        self.is_nowhere = len(self._required) == 1 and not wanted
        self.is_stranded = any(sweep._arrival_steps[crossing] < 0 for crossing in self._required)
        self.inside_mm = FORBIDDEN_MM
        if not self._required and len(self._at_mm) == 1:
            low_mm, high_mm = sorted(sweep._offsets_mm[place] for place in (start, end))
            at_mm = next(iter(self._at_mm.values()))
            self.inside_mm = 2 * (low_mm - at_mm[0]) + high_mm - low_mm + 2 * (at_mm[-1] - high_mm)

    def rows(self) -> Iterator[_Row]:
        """Every table to apply, one after the other."""
        mode = 0
        for step in range(len(self._sweep._tables)):
            for arrives, crossing in self._arrives:
                if arrives == step:
                    table = self._sweep._arrivals[crossing][mode]
                    yield _Row(table, _FREE, _FREE[table.codes], -1)
                    mode = 1 - mode
            row = self._row(step, mode)
            yield row
            mode ^= len(self._ends_mm.get(step, ())) == 1

    def _row(self, step: int, mode: int) -> _Row:
        sweep = self._sweep
        u_mm, v_mm = (FORBIDDEN_MM if crossing in self._required else 0 for crossing in sweep._leaves[step])
        at_mm = self._at_mm.get(step)
        length_mm = sweep._step_mm[step]
        if at_mm is None:
            if not u_mm and not v_mm:
                return sweep._idle[step][mode]
            kind, costs_mm = IDLE, [0, length_mm, 2 * length_mm]
        else:
            ends_mm = sorted(self._ends_mm.get(step, ())) or [-1]
            kind, costs_mm = ENDING if ends_mm[0] >= 0 and len(ends_mm) == 1 else BUSY, [0] * 6
            sweep.option_costs(length_mm, at_mm, 0, len(at_mm), ends_mm[0], ends_mm[-1], costs_mm)
        charges_mm = _charges(costs_mm, u_mm, v_mm)
        table = sweep._tables[step].passes[kind][mode]
        return _Row(table, charges_mm, charges_mm[table.codes], step)


def _charges(costs_mm: Sequence[int], u_mm: int, v_mm: int) -> Integers:
    """What each code costs."""
    charges_mm = np.full(CODES, FORBIDDEN_MM, dtype=np.int64)
    by_option = charges_mm[: UNTOUCHED_PATTERNS * len(costs_mm)].reshape(-1, UNTOUCHED_PATTERNS)
    by_option[:] = np.array(costs_mm)[:, None]
    by_option[:, UNTOUCHED_U] += u_mm
    by_option[:, UNTOUCHED_V] += v_mm
    by_option[:, UNTOUCHED_U + UNTOUCHED_V] += u_mm + v_mm
    return charges_mm


def _after(row: _Row, before_mm: Integers) -> Integers:
    """The best cost of each state after the step."""
    table = row.table
    if not len(table.reached):
        return np.full(table.size, FORBIDDEN_MM, dtype=np.int64)
    best_mm = np.minimum.reduceat(before_mm[table.sources] + row.added_mm, table.starts)
    np.minimum(best_mm, FORBIDDEN_MM, out=best_mm)
    if len(table.reached) == table.size:
        return best_mm
    after_mm = np.full(table.size, FORBIDDEN_MM, dtype=np.int64)
    after_mm[table.reached] = best_mm
    return after_mm


def _before(row: _Row, before_mm: Integers, target: int, target_mm: int) -> tuple[int, int]:
    """The first move that gave state `target` its cost: the state it comes from, and its code."""
    table = row.table
    group = int(np.searchsorted(table.reached, target))
    first = int(table.starts[group])
    beyond = int(table.starts[group + 1]) if group + 1 < len(table.starts) else len(table.sources)
    sources = table.sources[first:beyond]
    at = int(np.argmax(before_mm[sources] + row.added_mm[first:beyond] == target_mm))
    return int(sources[at]), int(table.codes[first + at])
