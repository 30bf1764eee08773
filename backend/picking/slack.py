"""Which planned trolleys go now, and which still wait for company. Pure: values in, values out.

A trolley goes when its latest start has come, or when a picker is free for it and it is full or has waited long enough,
or when more orders wait than are planned at once. Slack comes before distance, as in the store practice of rolling pick
lists.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import fmean

from backend.picking.planning import Pace, PlannedTrolley, WaitingOrder

NEAR_S = 30.0  # a latest start this close has come: the next look could be too late
_NEVER = datetime.max.replace(tzinfo=UTC)

DUE_SOON = "due soon"
FULL = "a full trolley"
WAITED = "waited long enough"
MORE_WAIT = "more wait than walk"


@dataclass(frozen=True, slots=True)
class ReleaseRules:
    """When trolleys go. The settings say what each figure means, and why it is what it is."""

    totes_max: int
    wait_for_company_s: float
    slack_margin_s: float
    pace: Pace
    route_seconds: float
    insert_saves_s: float | None = None
    """What taking an order along on a walk under way must save; None: nobody is taken along."""


@dataclass(frozen=True, slots=True)
class Crew:
    """Who could take a trolley: pickers on shift, how many of them walk, when the trolleys that stand ready are due."""

    on_shift: int
    walking: int
    ready_due_at: tuple[datetime, ...]

    @property
    def pickers(self) -> int:
        """With nobody on shift one trolley is kept ready for whoever comes first."""
        return max(1, self.on_shift)

    @property
    def free(self) -> int:
        """Pickers for whom no trolley stands ready; never below 0."""
        return max(0, self.pickers - self.walking - len(self.ready_due_at))


@dataclass(frozen=True, slots=True)
class Choice:
    """`released` with the reason of each, most pressing first. `again_at`: the next may go then, if nothing changes."""

    released: tuple[tuple[PlannedTrolley, str], ...]
    again_at: datetime


def choose(
    trolleys: Sequence[PlannedTrolley], crew: Crew, now: datetime, rules: ReleaseRules, *, do_more_wait: bool = False
) -> Choice:
    """Which of these trolleys go now. The same plan, crew and instant give the same choice.

    `do_more_wait`: behind the orders of these trolleys others wait. What is not full now then found no company among so
    many, and would not find it by waiting; whoever is free takes it, the fullest first.
    """
    released: list[tuple[PlannedTrolley, str]] = []
    starts = latest_starts(trolleys, crew.pickers, rules)
    turn_s = fmean([walk_s(trolley, rules) for trolley in trolleys]) / crew.pickers if trolleys else 0.0
    others = sum(_calm_reason(trolley, now, rules) != "" for trolley in trolleys)  # would take a free picker each
    again_at = _NEVER
    for start_at, trolley in sorted(zip(starts, trolleys, strict=True), key=lambda each: (each[0], each[1].order_ids)):
        calm_reason = _calm_reason(trolley, now, rules)
        dues = [*crew.ready_due_at, *(other.due_at for other, _ in released)]
        in_front = sum(due_at <= trolley.due_at for due_at in dues)
        before_it = crew.walking + in_front + (0 if calm_reason else min(others, 1))
        in_line = max(0, before_it + 1 - crew.pickers)
        go_at = start_at - timedelta(seconds=in_line * turn_s + NEAR_S)
        is_of_use = in_front < crew.pickers  # behind a longer line it would only lose its chance of company
        if rules.wait_for_company_s == 0:
            released.append((trolley, WAITED))
        elif is_of_use and go_at <= now:
            released.append((trolley, DUE_SOON))
        elif calm_reason and len(released) < crew.free:
            released.append((trolley, calm_reason))
        else:
            waited_at = trolley.accepted_at + timedelta(seconds=rules.wait_for_company_s)
            again_at = min(again_at, go_at if is_of_use else _NEVER, waited_at if crew.free else _NEVER)
    if do_more_wait:
        gone = {trolley.order_ids for trolley, _ in released}
        left = sorted((each for each in trolleys if each.order_ids not in gone), key=_fullest_first)
        released += [(trolley, MORE_WAIT) for trolley in left[: max(0, crew.free - len(released))]]
    return Choice(tuple(released), again_at)


def none_goes_before(
    orders: Sequence[WaitingOrder], walk_m: float, crew: Crew, now: datetime, rules: ReleaseRules
) -> datetime:
    """The first instant at which `choose` could let a trolley go, whatever plan it is told of these orders.

    `walk_m`: of one walk past everything. No trolley's walk is longer, so none takes longer than `longest_s`, and of
    `n` trolleys no picker has more than their share to carry out one after the other.
    """
    if not orders:
        return _NEVER
    is_full = len(orders) >= rules.totes_max
    if rules.wait_for_company_s == 0 or (crew.free and is_full):
        return now
    longest_s = rules.pace.walk_s(walk_m, sum(len(order.lines) for order in orders))
    ends_at = min(order.due_at for order in orders) - timedelta(seconds=rules.slack_margin_s)
    turns = math.ceil(len(orders) / crew.pickers)
    in_line = max(0, crew.walking + len(crew.ready_due_at) + 2 - crew.pickers)
    presses_at = ends_at - timedelta(seconds=(turns + in_line / crew.pickers) * longest_s + NEAR_S)
    if not crew.free:
        return presses_at
    oldest_at = min(order.accepted_at for order in orders)
    return min(presses_at, oldest_at + timedelta(seconds=rules.wait_for_company_s))


def _fullest_first(trolley: PlannedTrolley) -> tuple[int, datetime, tuple[str, ...]]:
    return -len(trolley.order_ids), trolley.due_at, trolley.order_ids


def _calm_reason(trolley: PlannedTrolley, now: datetime, rules: ReleaseRules) -> str:
    """Why a trolley would go with a free picker although nothing presses; empty: it waits for company."""
    if len(trolley.order_ids) >= rules.totes_max:
        return FULL
    return WAITED if now - trolley.accepted_at >= timedelta(seconds=rules.wait_for_company_s) else ""


def latest_starts(trolleys: Sequence[PlannedTrolley], pickers: int, rules: ReleaseRules) -> list[datetime]:
    """When each must be taken at the latest for all to be back in time, where so many pickers share them.

    Backwards from the last one due: each ends by its own promise less the margin, and before the next walk of the same
    picker begins.
    """
    starts = [_NEVER] * len(trolleys)
    taken_s = [float("-inf")] * pickers  # when each picker's next walk begins, negative: the latest comes first
    last_due_first = sorted(range(len(trolleys)), key=lambda at: (trolleys[at].due_at, trolleys[at].order_ids))
    for at in reversed(last_due_first):
        ends_s = trolleys[at].due_at.timestamp() - rules.slack_margin_s
        begins_s = min(ends_s, -heapq.heappop(taken_s)) - walk_s(trolleys[at], rules)
        heapq.heappush(taken_s, -begins_s)
        starts[at] = datetime.fromtimestamp(begins_s, UTC)
    return starts


def walk_s(trolley: PlannedTrolley, rules: ReleaseRules) -> float:
    """How long somebody is expected to be on the way with it, from turning to it to the totes on the desk."""
    return rules.pace.walk_s(trolley.walk_m, len(trolley.picks))
