"""Why each order sits in its trolley, worked out from the plan: in metres, and in words a program can read. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend.picking.ports import StorePlaces
from backend.routing.batch import quick_length_mm
from backend.routing.compiled import CompiledStore
from backend.routing.problem import MILLIMETRES_PER_METRE

COMPANY_TRIED = 6  # trolleys an order that walks alone is held against: those with most of its aisles

DUE_SOON = "due soon"
SAME_AISLES = "same aisles"
ON_THE_WAY = "on the way"
ALONE = "alone"
ONE_PER_TROLLEY = f"{ALONE}: one order per trolley"
NOBODY_ELSE = f"{ALONE}: no other order waits"
NO_ROOM = f"{ALONE}: no trolley has room"
NO_TIME = f"{ALONE}: no room in time"
NOTHING_SHARED = f"{ALONE}: nothing shares its way"


@dataclass(frozen=True, slots=True)
class Stop:
    """Where one line is picked. `rank`: in which stage of the walk."""

    node: int
    rank: int
    aisle: str

    @property
    def visit(self) -> tuple[int, int]:
        """(stage, node): what is taken at one place in one stage is taken on one visit."""
        return self.rank, self.node


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """An order as it was planned. `walk_within_s`: how long its walk may take; `is_pressing`: it set the pace."""

    id: str
    stops: Sequence[Stop]
    alone_m: float
    walk_within_s: float
    is_pressing: bool


@dataclass(frozen=True, slots=True)
class Placing:
    """`added_m`: how much shorter its trolley's walk would be without it; `alone_m`: a walk for it alone.

    `reason` is a code, and after a colon what there is to say: `same aisles: 3 of 5 stops shared, adds 12 m`.
    """

    order_id: str
    added_m: float
    alone_m: float
    reason: str


class StagedWalks:
    """How long walks from the entrance to the desk are, stage after stage; each set of stops is worked out once.

    To hold one against the other: with many stops in stages a walk may be told a few in a hundred too long.
    """

    def __init__(self, places: StorePlaces, seconds: float) -> None:
        self._places = places
        self._seconds = seconds
        self._known: dict[tuple[tuple[int, int], ...], float] = {}
        self.is_quick = CompiledStore.of(places.graph) is not None

    def length_m(self, stops: Iterable[Stop]) -> float:
        key = tuple(sorted({(stop.rank, stop.node) for stop in stops}))
        if key not in self._known:
            places = self._places
            mm = quick_length_mm(places.graph, places.entrance, places.desk, key, seconds=self._seconds)
            self._known[key] = mm / MILLIMETRES_PER_METRE
        return self._known[key]


@dataclass(frozen=True, slots=True)
class Speed:
    """How long a walk takes between its beginning and its end."""

    walking_m_per_s: float
    handling_s: float

    def walk_s(self, walk_m: float, stops: int) -> float:
        return walk_m / self.walking_m_per_s + stops * self.handling_s


def placings(
    trolleys: Sequence[Sequence[str]],
    orders: Mapping[str, PlacedOrder],
    walks: StagedWalks,
    *,
    totes_max: int,
    speed: Speed,
) -> dict[str, Placing]:
    """By order id, for trolleys that are sets of order ids."""
    loads = [[orders[order_id] for order_id in order_ids] for order_ids in trolleys]
    found: dict[str, Placing] = {}
    for load in loads:
        for order in load:
            company = [each for each in load if each is not order]
            if company:
                added_m = walks.length_m(_stops(load)) - walks.length_m(_stops(company))
                reason = _reason_in_company(order, company, added_m)
            else:
                added_m = order.alone_m
                reason = _reason_alone(order, [each for each in loads if each is not load], walks, totes_max, speed)
            found[order.id] = Placing(order.id, added_m, order.alone_m, reason)
    return found


def _reason_in_company(order: PlacedOrder, company: Sequence[PlacedOrder], added_m: float) -> str:
    aisles = {stop.aisle for other in company for stop in other.stops}
    shared = sum(stop.aisle in aisles for stop in order.stops)
    head = DUE_SOON if order.is_pressing else SAME_AISLES if shared else ON_THE_WAY
    return f"{head}: {shared} of {len(order.stops)} stops shared, adds {max(0, round(added_m))} m"


def _reason_alone(
    order: PlacedOrder, others: Sequence[Sequence[PlacedOrder]], walks: StagedWalks, totes_max: int, speed: Speed
) -> str:
    if totes_max == 1:
        return ONE_PER_TROLLEY
    if not others:
        return NOBODY_ELSE
    with_room = [load for load in others if len(load) < totes_max]
    if not with_room:
        return NO_ROOM
    if not walks.is_quick:
        return ALONE
    aisles = {stop.aisle for stop in order.stops}
    near = sorted(with_room, key=lambda load: -sum(stop.aisle in aisles for stop in _stops(load)))
    for load in near[:COMPANY_TRIED]:
        together = [*load, order]
        walk_m = walks.length_m(_stops(together))
        takes_s = speed.walk_s(walk_m, len(_stops(together)))
        is_shorter = walk_m < order.alone_m + walks.length_m(_stops(load))
        if is_shorter and takes_s > min(each.walk_within_s for each in together):
            return NO_TIME
    return NOTHING_SHARED


def _stops(load: Sequence[PlacedOrder]) -> list[Stop]:
    return [stop for order in load for stop in order.stops]
