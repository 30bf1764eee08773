"""How far any place is from any other, for whole tables of places at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from backend.routing.options import FORBIDDEN_MM
from backend.routing.sweep_order import Step
from backend.routing.tables import Integers

IN_ONE_TABLE_MAX = 1_000  # places of a store: 8 MB


class PlaceDistances:
    """All shortest ways of a store: a table of its crossings, and for each place how far its two crossings are.

    Places have the numbers of `CompiledStore.place_numbers`. Where they are few, all are worked out at the first
    question and kept: walks that keep to stages ask for small tables by the thousand.
    """

    def __init__(self, steps: Sequence[Step], crossings: Sequence[int], isolated: int) -> None:
        number = {crossing: index for index, crossing in enumerate(crossings)}
        count = len(crossings) + isolated
        self._between_mm = _all_pairs(steps, number, count)
        inside = [
            (index, number[step.sub_aisle.ends[0]], number[step.sub_aisle.ends[1]], mm, step.sub_aisle.length_mm - mm)
            for index, step in enumerate(steps)
            for mm in step.sub_aisle.offsets_mm[1:-1]
        ]
        at_crossings = [(-1 - crossing, crossing, crossing, 0, 0) for crossing in range(count)]
        columns = np.array([*inside, *at_crossings], dtype=np.int64).reshape(-1, 5).T
        self._sub_aisles, self._from_u_mm = columns[0], columns[3]
        self._ends = ((columns[1], columns[3]), (columns[2], columns[4]))

    def table_mm(self, rows: Integers, columns: Integers) -> Integers:
        """Millimetres from each place of `rows` to each of `columns`; FORBIDDEN_MM where no walk leads."""
        if len(self._sub_aisles) > IN_ONE_TABLE_MAX:
            return self._worked_out_mm(rows, columns)
        return self._all_mm[rows[:, None], columns]

    @cached_property
    def _all_mm(self) -> Integers:
        everywhere = np.arange(len(self._sub_aisles))
        return self._worked_out_mm(everywhere, everywhere)

    def _worked_out_mm(self, rows: Integers, columns: Integers) -> Integers:
        is_same = self._sub_aisles[rows][:, None] == self._sub_aisles[columns][None, :]
        along_mm = np.abs(self._from_u_mm[rows][:, None] - self._from_u_mm[columns][None, :])
        best_mm = np.where(is_same, along_mm, FORBIDDEN_MM)
        for a, from_a_mm in self._ends:
            for b, from_b_mm in self._ends:
                around_mm = from_a_mm[rows][:, None] + self._between_mm[a[rows][:, None], b[columns]]
                best_mm = np.minimum(best_mm, around_mm + from_b_mm[columns][None, :])
        return best_mm


def _all_pairs(steps: Sequence[Step], number: dict[int, int], count: int) -> Integers:
    """Floyd and Warshall, one crossing after the other as the way in between."""
    between_mm = np.full((count, count), FORBIDDEN_MM, dtype=np.int64)
    np.fill_diagonal(between_mm, 0)
    for step in steps:
        a, b = (number[end] for end in step.sub_aisle.ends)
        between_mm[a, b] = between_mm[b, a] = min(between_mm[a, b], step.sub_aisle.length_mm)
    for middle in range(count):
        np.minimum(between_mm, between_mm[:, middle, None] + between_mm[None, middle, :], out=between_mm)
    return between_mm
