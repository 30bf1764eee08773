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
from backend.routing.problem import MILLIMETRES_PER_METRE
from backend.stores.stages import rank_of
from shared.restrictions import forbidden_words, words_of

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
    may_not_pick: Sequence[str] = ()


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
    store = CompiledStore.of(places.graph)
    if store is None:
        return []
    words = {order.id: _words(order, products) for order in orders}
    found: list[Insertion] = []
    for each in walks:
        if len({stop.location.node for stop in each.walk.stops}) < OPEN_STOPS_MIN:
            continue
        before_m = _length_m(each.walk, places)
        for order in orders:
            if forbidden_words(each.may_not_pick, words[order.id]):
                continue
            longer = with_order(each.walk, order, places, products)
            least_m = _least_m(longer, places, store)
            if staying_s[order.id] - (least_m - before_m) / rules.pace.walking_m_per_s < rules.saves_s:
                continue
            after_m = _length_m(longer, places)
            saves_s = staying_s[order.id] - (after_m - before_m) / rules.pace.walking_m_per_s
            if saves_s >= rules.saves_s and _is_in_time(min(each.due_at, order.due_at), after_m, longer, now, rules):
                found.append(Insertion(each.pick_list_id, order, after_m - before_m, saves_s))
    chosen: list[Insertion] = []
    for one in sorted(found, key=lambda one: (-one.saves_s, one.order.id, one.pick_list_id)):
        if all(one.pick_list_id != other.pick_list_id and one.order.id != other.order.id for other in chosen):
            chosen.append(one)
    return chosen


def staying_costs_s(trolleys: Sequence[PlannedTrolley], pace: Pace) -> dict[str, float]:
    """Seconds each planned order costs besides its handling: by how much its trolley's walk is longer for it.

    An order that has its trolley to itself costs the whole walk, with fetching the trolley and handing over.
    """
    costs_s: dict[str, float] = {}
    for trolley in trolleys:
        fetching_s = pace.begin_and_end_s if len(trolley.order_ids) == 1 else 0.0
        for placing in trolley.placings:
            costs_s[placing.order_id] = fetching_s + max(0.0, placing.added_m) / pace.walking_m_per_s
    return costs_s


def with_order(
    walk: WalkUnderWay, order: WaitingOrder, places: StorePlaces, products: Mapping[str, StockedProduct]
) -> WalkUnderWay:
    """The walk with the order's lines behind its open stops; their pick ids are those of the lines for now."""
    added = tuple(
        OpenStop(
            line.order_line_id,
            places.locations[products[line.product_id].location_id],
            tote_letter="",
            stage=rank_of(products[line.product_id].card, places.stages),
        )
        for line in order.lines
    )
    return WalkUnderWay(walk.place, (*walk.stops, *added), walk.is_heading)


def _length_m(walk: WalkUnderWay, places: StorePlaces) -> float:
    """Exact: there is nothing to search for on a compiled store."""
    return replan(walk, places, seconds=1.0, seed=0).to_go_m


def _least_m(walk: WalkUnderWay, places: StorePlaces, store: CompiledStore) -> float:
    """No rest of the walk is shorter, known at once: past all stops in whatever order; 0 where aisles are blocked.

    A millimetre less than that: sums of metres differ in their last digits.
    """
    if places.floor is not None:
        return 0.0
    numbers = store.place_numbers([walk.place, places.desk, *(stop.location.node for stop in walk.stops)])
    return (store.length_between(numbers[2:], int(numbers[0]), int(numbers[1])) - 1) / MILLIMETRES_PER_METRE


def _is_in_time(due_at: datetime, to_go_m: float, walk: WalkUnderWay, now: datetime, rules: InsertionRules) -> bool:
    """Whether the trolley is back before the margin begins.

    Beginning and end are counted whole although the beginning is over: one more tote is hung up on the way.
    """
    left_s = (due_at - now).total_seconds() - rules.margin_s
    return rules.pace.walk_s(to_go_m, len(walk.stops)) <= left_s


def _words(order: WaitingOrder, products: Mapping[str, StockedProduct]) -> set[str]:
    """What its products are, for those who may not pick everything."""
    return set[str]().union(*(words_of(products[line.product_id].card) for line in order.lines))
