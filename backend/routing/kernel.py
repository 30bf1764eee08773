"""The sweep of one question as plain loops: in machine code where numba is installed. `vector.py` does without.

numba keeps what it compiled on disk until this file changes, so every function it compiles stands here. Importing
numba takes half a second; this module is therefore imported where a store is compiled, not with the room.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from backend.routing.options import (
    BUSY,
    CODES,
    ENDING,
    FORBIDDEN_MM,
    FROM_U,
    FROM_V,
    GAP,
    IDLE,
    NONE,
    ONCE,
    STATE_BITS,
    STATES,
    TWICE,
    U_GAP,
    U_ONLY,
    U_THROUGH,
    UNTOUCHED_PATTERNS,
    UNTOUCHED_U,
    UNTOUCHED_V,
    V_GAP,
    V_ONLY,
    V_THROUGH,
)
from backend.routing.sweep_arrays import SweepArrays, Unsigned
from backend.routing.tables import Integers

try:
    _numba: Any = importlib.import_module("numba")
except ImportError:
    _numba = None

IS_COMPILED = _numba is not None

Flags = npt.NDArray[np.bool_]
_Function = TypeVar("_Function", bound=Callable[..., object])


def compiled(function: _Function) -> _Function:
    """In machine code, kept on disk for the next start where there is a place to write it to."""
    if _numba is None:
        return function
    try:
        compiled: _Function = _numba.njit(cache=True, nogil=True)(function)
    except RuntimeError:  # nowhere to write
        compiled = _numba.njit(nogil=True)(function)
    return compiled


@compiled
def option_costs(
    length_mm: int, at_mm: Integers, first: int, beyond: int, low_mm: int, high_mm: int, costs_mm: Integers
) -> None:
    """Write into `costs_mm` what each option costs; FORBIDDEN_MM where there is no such walk.

    `at_mm[first:beyond]`: where the stops are, ascending, the ends of the walk among them. `low_mm` and `high_mm`:
    where the two ends of the walk are; the same twice where only one of them is in here, -1 where none is.
    """
    nearest_mm, farthest_mm = at_mm[first], at_mm[beyond - 1]
    below_mm = between_mm = above_mm = 0  # the widest gap before the ends of the walk, between them, and after them
    for index in range(first + 1, beyond):
        gap_mm = at_mm[index] - at_mm[index - 1]
        if at_mm[index] <= low_mm:
            below_mm = max(below_mm, gap_mm)
        elif at_mm[index - 1] >= high_mm:
            above_mm = max(above_mm, gap_mm)
        else:
            between_mm = max(between_mm, gap_mm)
    rest_mm = length_mm - high_mm
    if low_mm < 0:
        costs_mm[NONE] = FORBIDDEN_MM
        costs_mm[ONCE] = length_mm
        costs_mm[TWICE] = 2 * length_mm
        costs_mm[FROM_U] = 2 * farthest_mm
        costs_mm[FROM_V] = 2 * (length_mm - nearest_mm)
        costs_mm[GAP] = 2 * (length_mm - above_mm) if above_mm else FORBIDDEN_MM
    elif low_mm == high_mm:
        costs_mm[U_ONLY] = low_mm + 2 * (farthest_mm - low_mm)
        costs_mm[V_ONLY] = rest_mm + 2 * (low_mm - nearest_mm)
        costs_mm[U_THROUGH] = low_mm + 2 * rest_mm
        costs_mm[V_THROUGH] = 2 * low_mm + rest_mm
        costs_mm[U_GAP] = low_mm + 2 * (rest_mm - above_mm) if above_mm else FORBIDDEN_MM
        costs_mm[V_GAP] = 2 * (low_mm - below_mm) + rest_mm if below_mm else FORBIDDEN_MM
    else:
        span_mm = high_mm - low_mm
        through_mm = 2 * low_mm + span_mm + 2 * rest_mm
        widest_mm = max(below_mm, above_mm)
        costs_mm[NONE] = FORBIDDEN_MM
        costs_mm[ONCE] = low_mm + 2 * (span_mm - between_mm) + rest_mm
        costs_mm[TWICE] = through_mm
        costs_mm[FROM_U] = 2 * low_mm + span_mm + 2 * (farthest_mm - high_mm)
        costs_mm[FROM_V] = 2 * (low_mm - nearest_mm) + span_mm + 2 * rest_mm
        costs_mm[GAP] = through_mm - 2 * widest_mm if widest_mm else FORBIDDEN_MM


plain_option_costs: Callable[..., None] = getattr(option_costs, "py_func", option_costs)  # takes lists as well


@compiled
def _advance(
    size: int,
    starts: Unsigned,
    moves: Unsigned,
    table: int,
    codes: int,
    charges_mm: Integers,
    costs_mm: Integers,
    here: int,
    there: int,
) -> None:
    """The best cost of each state after the moves of a table: all moves of one code cost the same.

    From row `here` of the costs to row `there`. Single arrays, not the store: handing that on takes longer than this.
    """
    for state in range(size):
        costs_mm[there, state] = FORBIDDEN_MM
    for code in range(codes):
        charge_mm = charges_mm[here, code]
        if charge_mm < FORBIDDEN_MM:
            for index in range(starts[table, code], starts[table, code + 1]):
                move = moves[index]
                reached_mm = costs_mm[here, move >> STATE_BITS] + charge_mm
                target = move & (STATES - 1)
                costs_mm[there, target] = min(costs_mm[there, target], reached_mm)


@compiled
def _source(
    store: SweepArrays, table: int, charges_mm: Integers, before_mm: Integers, target: np.int64, target_mm: int
) -> tuple[np.int64, int]:
    """The first move that gave state `target` its cost: the state before, and the code."""
    for code in range(CODES):
        if charges_mm[code] < FORBIDDEN_MM:
            for index in range(store.starts[table, code], store.starts[table, code + 1]):
                move = store.moves[index]
                if move & (STATES - 1) == target and before_mm[move >> STATE_BITS] + charges_mm[code] == target_mm:
                    return np.int64(move >> STATE_BITS), code
    return np.int64(-1), -1


@compiled
def _sort(numbers: Integers, count: int) -> None:
    """The first `count` ascending, in place: few, and often almost so."""
    for index in range(1, count):
        number, at = numbers[index], index
        while at > 0 and numbers[at - 1] > number:
            numbers[at] = numbers[at - 1]
            at -= 1
        numbers[at] = number


@compiled
def _gather(store: SweepArrays, stops: Integers, start: int, end: int, wanted: Integers, required: Flags) -> int:
    """Put the places inside sub-aisles into `wanted`, ascending, and mark the crossings; how many of the former."""
    places, count = store.offsets_mm.size, 0
    for index in range(stops.size + 2):
        place = start if index == stops.size else end if index == stops.size + 1 else stops[index]
        if place < places:
            wanted[count] = place
            count += 1
        else:
            required[place - places] = True
    for index in range(1, count):  # few, and often almost sorted
        place, at = wanted[index], index
        while at > 0 and wanted[at - 1] > place:
            wanted[at] = wanted[at - 1]
            at -= 1
        wanted[at] = place
    return count


@compiled
def _inside_mm(store: SweepArrays, wanted: Integers, start: int, end: int) -> int:
    """The walk that never leaves one sub-aisle: past all stops on both sides of its ends."""
    if store.steps[wanted[0]] != store.steps[wanted[-1]]:
        return FORBIDDEN_MM
    low_mm = min(store.offsets_mm[start], store.offsets_mm[end])
    high_mm = max(store.offsets_mm[start], store.offsets_mm[end])
    before_mm = low_mm - store.offsets_mm[wanted[0]]
    after_mm = store.offsets_mm[wanted[-1]] - high_mm
    return int(2 * before_mm + high_mm - low_mm + 2 * after_mm)


@compiled
def _charge(option_mm: Integers, options: int, u_mm: int, v_mm: int, charges_mm: Integers, row: int) -> None:
    """Write what each code costs: the option, and `u_mm` or `v_mm` where that end is left untouched."""
    for option in range(options):
        code = option * UNTOUCHED_PATTERNS
        charges_mm[row, code] = option_mm[option]
        charges_mm[row, code + UNTOUCHED_U] = option_mm[option] + u_mm
        charges_mm[row, code + UNTOUCHED_V] = option_mm[option] + v_mm
        charges_mm[row, code + UNTOUCHED_U + UNTOUCHED_V] = option_mm[option] + u_mm + v_mm
    for code in range(options * UNTOUCHED_PATTERNS, CODES):
        charges_mm[row, code] = FORBIDDEN_MM


@compiled
def _sweep(
    store: SweepArrays, stops: Integers, start: int, end: int, costs_mm: Integers, charges_mm: Integers, used: Integers
) -> tuple[int, int, int]:
    """The length of the shortest walk; that of the walk inside one sub-aisle, if there is one; how many rows were used.

    A row is one table applied: its costs before in `costs_mm[row]`, its charges in `charges_mm[row]`, the table and
    its step, or -1, in `used[row]`. With fewer rows than there are tables to apply they are used in turn, and only the
    length can be had afterwards.
    """
    places, rows = store.offsets_mm.size, costs_mm.shape[0]
    wanted = np.empty(stops.size + 2, np.int64)
    required = np.zeros(store.arrival_steps.size, np.bool_)
    count = _gather(store, stops, start, end, wanted, required)
    wanted = wanted[:count]
    crossings = stranded = 0
    for crossing in range(required.size):
        crossings += required[crossing]
        stranded += required[crossing] and store.arrival_steps[crossing] < 0
    if crossings == 1 and count == 0:
        return 0, 0, 0
    if stranded:
        return FORBIDDEN_MM, FORBIDDEN_MM, 0
    inside_mm = _inside_mm(store, wanted, start, end) if crossings == 0 else FORBIDDEN_MM
    at_mm = store.offsets_mm[wanted]

    row = mode = first = 0
    option_mm = np.zeros(6, np.int64)
    costs_mm[0, : store.states_first] = FORBIDDEN_MM
    costs_mm[0, 0] = 0
    for step in range(store.step_mm.size):
        low_mm = high_mm = -1
        turns = 0
        for place in (start, end):
            if start == end:
                continue
            if place < places and store.steps[place] == step:
                offset_mm = store.offsets_mm[place]
                low_mm = min(low_mm, offset_mm) if turns else offset_mm
                high_mm = max(high_mm, offset_mm)
                turns += 1
            elif place >= places and store.arrival_steps[place - places] == step:
                here, there = row % rows, (row + 1) % rows
                table = store.arrivals[place - places, mode]
                used[here, 0], used[here, 1] = table, -1
                option_mm[0] = 0
                _charge(option_mm, 1, 0, 0, charges_mm, here)
                _advance(store.sizes[table], store.starts, store.moves, table, 1, charges_mm, costs_mm, here, there)
                row, mode = row + 1, 1 - mode
        beyond = first
        while beyond < count and store.steps[wanted[beyond]] == step:
            beyond += 1
        kind, options = IDLE, 3
        if beyond > first:
            kind, options = ENDING if turns == 1 else BUSY, 6
            option_costs(store.step_mm[step], at_mm, first, beyond, low_mm, high_mm, option_mm)
        else:
            option_mm[NONE], option_mm[ONCE], option_mm[TWICE] = 0, store.step_mm[step], 2 * store.step_mm[step]
        here, there = row % rows, (row + 1) % rows
        u, v = store.leaves[step, 0], store.leaves[step, 1]
        u_mm = FORBIDDEN_MM if u >= 0 and required[u] else 0
        v_mm = FORBIDDEN_MM if v >= 0 and required[v] else 0
        _charge(option_mm, options, u_mm, v_mm, charges_mm, here)
        table, codes = store.passes[step, kind * 2 + mode], options * UNTOUCHED_PATTERNS
        used[here, 0], used[here, 1] = table, step
        _advance(store.sizes[table], store.starts, store.moves, table, codes, charges_mm, costs_mm, here, there)
        row, mode, first = row + 1, mode ^ (kind == ENDING), beyond
    return costs_mm[row % rows, 0] if mode == 0 else FORBIDDEN_MM, inside_mm, row


@compiled
def length_mm(store: SweepArrays, stops: Integers, start: int, end: int) -> int:
    """How long the shortest walk from `start` to `end` past `stops` is; all of them numbers of places."""
    costs_mm = np.empty((2, store.states_max), np.int64)
    charges_mm = np.empty((2, CODES), np.int64)
    used = np.empty((2, 2), np.int64)
    swept_mm, inside_mm, _ = _sweep(store, stops, start, end, costs_mm, charges_mm, used)
    return min(swept_mm, inside_mm)


@compiled
def lengths_mm(store: SweepArrays, stops: Integers, bounds: Integers, starts: Integers, ends: Integers) -> Integers:
    """`length_mm` of many walks: that of walk `i` is past `stops[bounds[i]:bounds[i + 1]]`."""
    lengths = np.empty(bounds.size - 1, np.int64)
    for walk in range(bounds.size - 1):
        lengths[walk] = length_mm(store, stops[bounds[walk] : bounds[walk + 1]], starts[walk], ends[walk])
    return lengths


@compiled
def chosen_options(store: SweepArrays, stops: Integers, start: int, end: int) -> tuple[int, Integers]:
    """How long the shortest walk is, and which option it takes in each step; none where it stays in one sub-aisle."""
    rows = store.step_mm.size + 3
    costs_mm = np.empty((rows, store.states_max), np.int64)
    charges_mm = np.empty((rows, CODES), np.int64)
    used = np.empty((rows, 2), np.int64)
    swept_mm, inside_mm, row = _sweep(store, stops, start, end, costs_mm, charges_mm, used)
    if inside_mm <= swept_mm or row == 0 or swept_mm >= FORBIDDEN_MM:
        return min(swept_mm, inside_mm), np.empty(0, np.int64)
    chosen = np.empty(store.step_mm.size, np.int64)
    state = np.int64(0)
    for back in range(row - 1, -1, -1):
        target_mm = costs_mm[back + 1, state]
        state, code = _source(store, used[back, 0], charges_mm[back], costs_mm[back], state, target_mm)
        if used[back, 1] >= 0:
            chosen[used[back, 1]] = code // UNTOUCHED_PATTERNS
    return swept_mm, chosen
