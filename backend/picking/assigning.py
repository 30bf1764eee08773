"""Which picker is offered which trolley: a least-cost assignment, the most pressing trolley first. Pure.

Each picker is offered one trolley at most, each trolley is kept for one picker at most. Which trolleys are offered at
all is decided by their promises alone; who gets which of them, by when each could begin and how late it would be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from backend.picking.planning import Pace
from shared.restrictions import forbidden_words

FREE_SOON_S = 900.0  # who walks longer than this is offered nothing yet
ANY_MOMENT_S = 15.0  # what remains of a walk that takes longer than it should
LATE_WEIGHT = 10.0  # a second too late weighs as much as this many seconds of waiting, as in batching
LATE_MAX_S = 4 * 3600.0
KEPT_S = 60.0  # what another picker must be better by before an offer that stands is moved
WAITED_MAX_S = 3600.0
WAITED_WEIGHT = 1e-3  # among equals, who has waited longest comes first; it never outweighs a second of walking

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Offer:
    """This trolley is kept for this picker."""

    pick_list_id: str
    picker_id: str


@dataclass(frozen=True, slots=True)
class Picker:
    """Somebody on shift. `free_in_s`: 0 for the idle; `stands_at`: the node where they are free."""

    id: str
    free_in_s: float
    stands_at: int
    waited_s: float = 0.0
    may_not_pick: tuple[str, ...] = ()
    let_pass: frozenset[str] = field(default_factory=frozenset)
    """Pick lists that were offered and not touched."""


@dataclass(frozen=True, slots=True)
class Trolley:
    """A trolley to take. `starts_at`: the node where its walk begins, or goes on; `walk_s`: how long that takes."""

    pick_list_id: str
    due_in_s: float
    walk_s: float
    starts_at: int
    holds: frozenset[str] = field(default_factory=frozenset)


def free_in_s(*, walk_left_m: float, picks_left: int, since_last_s: float, pace: Pace) -> float:
    """When a walking picker is expected back: what is left at their pace, less what passed since the last pick."""
    left_s = walk_left_m / pace.walking_m_per_s + picks_left * pace.handling_s
    return max(ANY_MOMENT_S, left_s - since_last_s)


def assign(
    pickers: Sequence[Picker],
    trolleys: Sequence[Trolley],
    *,
    distance_m: Callable[[int, int], float],
    walking_m_per_s: float,
    kept: Mapping[str, str],
) -> list[Offer]:
    """For whom each trolley is kept, most pressing first. `kept`: pick list -> picker, the offers that stand.

    The same question gives the same answer, whatever the sequence of pickers and trolleys.
    """
    pickers = sorted((each for each in pickers if each.free_in_s <= FREE_SOON_S), key=lambda each: each.id)
    trolleys = _considered(pickers, sorted(trolleys, key=lambda each: (each.due_in_s, each.pick_list_id)))
    if not pickers or not trolleys:
        return []
    may = np.array([[_may_take(picker, trolley) for trolley in trolleys] for picker in pickers])
    costs = _costs_s(pickers, trolleys, distance_m, walking_m_per_s, kept)
    # Losing a more pressing trolley must outweigh whatever could be saved on all others together.
    step = 2 * len(pickers) * (float(np.abs(costs).max()) + 1)
    rewards = step * np.arange(len(trolleys), 0, -1)
    rows, columns = linear_sum_assignment(np.where(may, costs - rewards, 0.0))
    chosen = sorted((int(column), int(row)) for row, column in zip(rows, columns, strict=True) if may[row, column])
    return [Offer(trolleys[column].pick_list_id, pickers[row].id) for column, row in chosen]


def _considered(pickers: Sequence[Picker], trolleys: Sequence[Trolley]) -> list[Trolley]:
    """For pickers who may pick the same, the first so many they may take are enough: the rest is less pressing."""
    wanted: set[str] = set()
    for may_not_pick in {picker.may_not_pick for picker in pickers}:
        open_to = [trolley for trolley in trolleys if not forbidden_words(may_not_pick, trolley.holds)]
        let_pass = max(len(picker.let_pass) for picker in pickers if picker.may_not_pick == may_not_pick)
        wanted |= {trolley.pick_list_id for trolley in open_to[: len(pickers) + let_pass]}
    return [trolley for trolley in trolleys if trolley.pick_list_id in wanted]


def _may_take(picker: Picker, trolley: Trolley) -> bool:
    is_passed = trolley.pick_list_id in picker.let_pass
    return not is_passed and not forbidden_words(picker.may_not_pick, trolley.holds)


def _costs_s(
    pickers: Sequence[Picker],
    trolleys: Sequence[Trolley],
    distance_m: Callable[[int, int], float],
    walking_m_per_s: float,
    kept: Mapping[str, str],
) -> Floats:
    """[picker, trolley] in seconds: until it begins, more for the more pressing ones, and much more for being late."""
    ways_s = {
        (a, b): distance_m(a, b) / walking_m_per_s
        for a in {picker.stands_at for picker in pickers}
        for b in {trolley.starts_at for trolley in trolleys}
    }
    starts_s = np.array(
        [[picker.free_in_s + ways_s[picker.stands_at, trolley.starts_at] for trolley in trolleys] for picker in pickers]
    )
    waited_s = np.array([min(picker.waited_s, WAITED_MAX_S) for picker in pickers])
    ends_s = starts_s + np.array([trolley.walk_s for trolley in trolleys])
    late_s = np.clip(ends_s - np.array([trolley.due_in_s for trolley in trolleys]), 0.0, LATE_MAX_S)
    urgency = 1 + np.arange(len(trolleys), 0, -1) / len(trolleys)
    stands = [[kept.get(trolley.pick_list_id) == picker.id for trolley in trolleys] for picker in pickers]
    begins = (starts_s - WAITED_WEIGHT * waited_s[:, None]) * urgency
    costs: Floats = begins + LATE_WEIGHT * late_s - KEPT_S * np.array(stands)
    return costs
