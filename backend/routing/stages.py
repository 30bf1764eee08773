"""Stage after stage: heavy before fragile, chilled and frozen last, on the shortest walk that keeps to it.

A stage ends at one of its own stops, the hand-over. Between two hand-overs the walk is exact; which hand-overs are
best is found exactly too, by trying all that can matter: a hand-over one reaches over another is never better than
that one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from backend.routing.compiled import CompiledStore
from backend.routing.options import FORBIDDEN_MM
from backend.routing.tables import Integers

FROM_TRIED = 3  # places to go on from, where only some hand-overs are tried


def stages_by_rank(ranks: Sequence[int]) -> list[list[int]]:
    """The stages of stops whose ranks are these: all stops of the lowest rank first, as indices."""
    return [[index for index, each in enumerate(ranks) if each == rank] for rank in sorted(set(ranks))]


def staged_length_mm(
    store: CompiledStore, stages: Sequence[Integers], start: int, end: int, *, tried: int | None = None
) -> int:
    """How long the shortest walk is that visits the stages one after the other; all are place numbers.

    `tried`: only so many hand-overs of each stage, those nearest to the next one; then it may be a little longer.
    """
    return best_hand_overs(store, stages, start, end, tried=tried)[0]


def best_hand_overs(
    store: CompiledStore, stages: Sequence[Integers], start: int, end: int, *, tried: int | None = None
) -> tuple[int, list[int]]:
    """The length of the shortest walk, and the stop at which each stage but the last ends; all are place numbers.

    FORBIDDEN_MM where there is no such walk. With `tried` as for `staged_length_mm`.
    """
    froms, reached_mm = np.array([start], dtype=np.int64), np.zeros(1, dtype=np.int64)
    back: list[tuple[Integers, Integers]] = []  # of each stage: where it may begin, and which of them is best
    for index, stage in enumerate(stages):
        wanted = np.unique(stage)
        tos = wanted if index < len(stages) - 1 else np.array([end], dtype=np.int64)
        if tried is not None and len(tos) > tried:
            tos = tos[np.sort(_ways_on_mm(store, tos, stages[index + 1]).argsort(kind="stable")[:tried])]
        lengths_mm = reached_mm[:, None] + _lengths_mm(store, wanted, froms, tos)
        best = lengths_mm.argmin(axis=0)
        ends_mm = np.minimum(lengths_mm[best, np.arange(len(tos))], FORBIDDEN_MM)
        kept = _undominated(store, tos, ends_mm)
        if tried is not None and len(kept) > FROM_TRIED:
            on_mm = ends_mm[kept] + _ways_on_mm(store, tos[kept], stages[index + 1])
            kept = np.sort(kept[on_mm.argsort(kind="stable")[:FROM_TRIED]])
        back.append((froms, best[kept]))
        froms, reached_mm = tos[kept], ends_mm[kept]
    hand_overs: list[int] = []
    at = 0
    for froms, best in reversed(back):
        at = int(best[at])
        hand_overs.append(int(froms[at]))
    return int(reached_mm[0]), hand_overs[-2::-1]  # without the start


def _ways_on_mm(store: CompiledStore, places: Integers, following: Integers) -> Integers:
    """From each place to the nearest stop of the next stage."""
    nearest_mm: Integers = store.distances.table_mm(places, np.unique(following)).min(axis=1)
    return nearest_mm


def _lengths_mm(store: CompiledStore, wanted: Integers, froms: Integers, tos: Integers) -> Integers:
    """From each of `froms` past all `wanted` to each of `tos`."""
    walks = len(froms) * len(tos)
    lengths_mm = store.lengths_between(
        np.tile(wanted, walks),
        np.arange(walks + 1) * len(wanted),
        np.repeat(froms, len(tos)),
        np.tile(tos, len(froms)),
    )
    return lengths_mm.reshape(len(froms), len(tos))


def _undominated(store: CompiledStore, places: Integers, reached_mm: Integers) -> Integers:
    """Which places are not just as quickly reached over another one."""
    over_mm = reached_mm[:, None] + store.distances.table_mm(places, places)
    is_dominated = over_mm <= reached_mm
    np.fill_diagonal(is_dominated, False)
    kept: Integers = np.flatnonzero(~is_dominated.any(axis=0))
    return kept
