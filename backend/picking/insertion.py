"""Which waiting order goes along on a walk that is under way. Pure: values in, values out.

It goes along where the detour is clearly cheaper than what it would cost to stay for a trolley of its own or with the
others that wait, and where everybody on that trolley, and the order itself, is still back in time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.picking.planning import Pace, PlannedTrolley, WaitingOrder
from backend.picking.ports import StockedProduct, StorePlaces
from backend.picking.replanning import OpenStop, WalkUnderWay, replan
from backend.routing.compiled import CompiledStore
from backend.routing.problem import RouteProblem
from backend.routing.route import solve_route

OPEN_STOPS_MIN = 3  # with fewer places to go the picker is as good as back, or is when the phone hears of it


@dataclass(frozen=True, slots=True)
class InsertionRules:
    """When a detour is worth it. `saves_s`: what it must save at least; what an interruption costs is in it."""

    saves_s: float
    margin_s: float
    pace: Pace


@dataclass(frozen=True, slots=True)
class WalkWithRoom:
    """A walk under way with a free place for a tote. `due_at`: of the most pressing order on it."""

    pick_list_id: str
    walk: WalkUnderWay
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Insertion:
    """The order goes along on the walk, which grows by `extra_m`."""

    pick_list_id: str
    order: WaitingOrder
    extra_m: float
    saves_s: float


def choose_insertions(
    walks: Sequence[WalkWithRoom],
    orders: Sequence[WaitingOrder],
    staying_s: Mapping[str, float],
    places: StorePlaces,
    products: Mapping[str, StockedProduct],
    now: datetime,
    rules: InsertionRules,
) -> list[Insertion]:
    """At most one order for each walk and one walk for each order, what saves most first.

    `staying_s`: what each order costs where it is not taken along. On a store too wide for exact lengths nobody is
    interrupted: a detour that is only estimated may be worth nothing.
    """
    if CompiledStore.of(places.graph) is None:
        return []
    found: list[Insertion] = []
    for each in walks:
        if len({stop.location.node for stop in each.walk.stops}) < OPEN_STOPS_MIN:
            continue
        before_m = _length_m(each.walk, places)
        for order in orders:
            longer = with_order(each.walk, order, places, products)
            after_m = _length_m(longer, places)
            saves_s = staying_s[order.id] - (after_m - before_m) / rules.pace.walking_m_per_s
            if saves_s >= rules.saves_s and _is_in_time(min(each.due_at, order.due_at), after_m, longer, now, rules):
                found.append(Insertion(each.pick_list_id, order, after_m - before_m, saves_s))
    chosen: list[Insertion] = []
    for one in sorted(found, key=lambda one: (-one.saves_s, one.order.id, one.pick_list_id)):
        if all(one.pick_list_id != other.pick_list_id and one.order.id != other.order.id for other in chosen):
            chosen.append(one)
    return chosen


def staying_costs_s(
    trolleys: Sequence[PlannedTrolley], places: StorePlaces, pace: Pace, *, seconds: float, seed: int
) -> dict[str, float]:
    """Seconds each planned order costs besides its handling: by how much its trolley's walk is longer for it.

    An order that has its trolley to itself costs the whole walk, with fetching the trolley and handing over.
    """
    costs_s: dict[str, float] = {}
    for trolley in trolleys:
        for order_id in trolley.order_ids:
            others = [places.locations[pick.location_id].node for pick in trolley.picks if pick.order_id != order_id]
            if not others:
                costs_s[order_id] = pace.begin_and_end_s + trolley.walk_m / pace.walking_m_per_s
                continue
            route = solve_route(
                RouteProblem(places.graph, places.entrance, places.desk, others), seconds=seconds, seed=seed
            )
            costs_s[order_id] = max(0.0, trolley.walk_m - places.length_m(route.walk)) / pace.walking_m_per_s
    return costs_s


def with_order(
    walk: WalkUnderWay, order: WaitingOrder, places: StorePlaces, products: Mapping[str, StockedProduct]
) -> WalkUnderWay:
    """The walk with the order's lines behind its open stops; their pick ids are those of the lines for now."""
    added = tuple(
        OpenStop(line.order_line_id, places.locations[products[line.product_id].location_id], tote_letter="")
        for line in order.lines
    )
    return WalkUnderWay(walk.place, (*walk.stops, *added), walk.is_heading)


def _length_m(walk: WalkUnderWay, places: StorePlaces) -> float:
    """Exact: there is nothing to search for on a compiled store."""
    return replan(walk, places, seconds=1.0, seed=0).to_go_m


def _is_in_time(due_at: datetime, to_go_m: float, walk: WalkUnderWay, now: datetime, rules: InsertionRules) -> bool:
    """Whether the trolley is back before the margin begins.

    Beginning and end are counted whole although the beginning is over: one more tote is hung up on the way.
    """
    left_s = (due_at - now).total_seconds() - rules.margin_s
    return rules.pace.walk_s(to_go_m, len(walk.stops)) <= left_s
