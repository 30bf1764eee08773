"""A compiled store as numbers alone, for the sweep in machine code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from backend.routing.options import CODES, STATES
from backend.routing.sweep_order import Step
from backend.routing.tables import Integers, StepTables, Table

SmallIntegers = npt.NDArray[np.int32]
Unsigned = npt.NDArray[np.uint32]

MODES = 2
KINDS = 3


class SweepArrays(NamedTuple):
    """A compiled store as numbers: what `kernel.length_mm` needs, also when called from other compiled functions.

    Places are numbered: those inside sub-aisles in the sequence of the sweep, then the crossings.
    """

    steps: SmallIntegers  # of each place inside a sub-aisle: the step that passes it
    offsets_mm: Integers  # of each place inside a sub-aisle: how far from the sub-aisle's U end
    step_mm: Integers  # of each step: how long its sub-aisle is
    leaves: SmallIntegers  # of each step: the crossings left behind at U and V (counted from the first), or -1
    passes: SmallIntegers  # of each step: the table of [kind * 2 + mode]
    arrival_steps: SmallIntegers  # of each crossing: the step in which it is fresh, or -1 where nothing leads there
    arrivals: SmallIntegers  # of each crossing: the table of [mode]
    sizes: SmallIntegers  # of each table: how many states it leads to
    starts: Unsigned  # of each table: where its moves of each code begin, and where the last ones end
    moves: Unsigned  # the state before * STATES + the state after
    states_first: int  # before the first step
    states_max: int


def packed(
    steps: Sequence[Step], tables: Sequence[StepTables], crossings: Sequence[int], isolated: Sequence[int]
) -> SweepArrays:
    """Everything the sweep needs, as numbers."""
    number = {crossing: index for index, crossing in enumerate(crossings)}
    packed = _PackedTables()
    passes = np.full((len(steps), KINDS * MODES), -1, dtype=np.int32)
    for step, each in enumerate(tables):
        for kind, both in enumerate(each.passes):
            passes[step, kind * MODES : (kind + 1) * MODES] = [packed.number(table) for table in both]
    arrivals = [[packed.number(table) for table in both] for each in tables for both in each.arrivals]
    arrival_steps = [index for index, step in enumerate(steps) for _ in step.fresh] + [-1] * len(isolated)
    leaves = [
        [number[end] if is_left else -1 for end, is_left in zip(step.sub_aisle.ends, step.leaves, strict=True)]
        for step in steps
    ]
    offsets_mm = [mm for step in steps for mm in step.sub_aisle.offsets_mm[1:-1]]
    return SweepArrays(
        steps=_small(index for index, step in enumerate(steps) for _ in step.sub_aisle.places),
        offsets_mm=np.array(offsets_mm, dtype=np.int64),
        step_mm=np.array([step.sub_aisle.length_mm for step in steps], dtype=np.int64),
        leaves=_small(leaves).reshape(-1, 2),
        passes=passes,
        arrival_steps=_small(arrival_steps),
        arrivals=_small(arrivals).reshape(-1, MODES),
        sizes=_small(packed.sizes),
        starts=np.array(packed.starts, dtype=np.uint32).reshape(-1, CODES + 1),
        moves=np.concatenate([np.empty(0, dtype=np.int64), *packed.moves]).astype(np.uint32),
        states_first=tables[0].before if tables else 1,
        states_max=max(packed.sizes, default=1),
    )


class _PackedTables:
    """Tables one after the other, the same table only once."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.starts: list[Integers] = []
        self.moves: list[Integers] = []
        self._moves = 0
        self._known: dict[Table, int] = {}

    def number(self, table: Table) -> int:
        """The number of the table, which is taken in if it is new. Its moves are put in the order of their codes."""
        if table not in self._known:
            self._known[table] = len(self.sizes)
            self.sizes.append(table.size)
            targets = np.repeat(table.reached, np.diff(table.starts, append=len(table.sources)))
            order = np.argsort(table.codes, kind="stable")
            self.starts.append(self._moves + np.searchsorted(table.codes[order], np.arange(CODES + 1)))
            self.moves.append((table.sources * STATES + targets)[order])
            self._moves += len(order)
        return self._known[table]


def _small(numbers: Iterable[object]) -> SmallIntegers:
    return np.array(list(numbers), dtype=np.int32)
