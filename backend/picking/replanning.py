"""A walk under way, planned anew from where the picker is. Pure: values in, values out.

The walk is exact again after whatever happened: from the last stop, past every open one, to the desk. The stop the
picker walks to stays the first: whoever sees a label blink and walks there must not see it jump.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from backend.picking.ports import StorePlaces
from backend.routing.problem import MILLIMETRES_PER_METRE, Route, RouteProblem
from backend.routing.route import solve_route
from backend.routing.stages import stages_by_rank
from shared.places import Location

WORTH_REORDERING_M = 0.5  # a picker has read what comes next: half a metre is no reason to tell another order
CUT_OFF_STAGE = 1_000  # later than every stage a trolley may have


@dataclass(frozen=True, slots=True)
class OpenStop:
    """One pick still to be done. Stops of a lower `stage` come before those of a higher one."""

    pick_id: str
    location: Location
    tote_letter: str
    stage: int = 0


@dataclass(frozen=True, slots=True)
class WalkUnderWay:
    """Where the picker is (a node) and what is still open, in the order it stands now.

    `is_heading`: the picker is on the way to the first of them.
    """

    place: int
    stops: tuple[OpenStop, ...]
    is_heading: bool


@dataclass(frozen=True, slots=True)
class PlannedStop:
    pick_id: str
    walk_from_previous_m: float


@dataclass(frozen=True, slots=True)
class WalkSoFar:
    """The picks of a walk that are behind the picker, in the order they were done, and what fell away."""

    done: tuple[PlannedStop, ...]
    cancelled_ids: tuple[str, ...]
    walked_m: float


@dataclass(frozen=True, slots=True)
class Replan:
    """The rest of a walk, in metres of the floor. `walk` are the nodes from the picker's place to the desk.

    `lower_bound_m`: no rest that begins with the same stop can be shorter.
    """

    stops: tuple[PlannedStop, ...]
    walk: tuple[int, ...]
    to_go_m: float
    walk_to_desk_m: float
    lower_bound_m: float
    is_proven_optimal: bool
    cut_off_pick_ids: tuple[str, ...]


def replan(walk: WalkUnderWay, places: StorePlaces, *, seconds: float, seed: int) -> Replan:
    """The shortest rest of the walk; in the present order where another would hardly be shorter.

    What is cut off by a blocked aisle comes last, whoever is on the way to it. Raises PlaceUnknown or PlaceUnreachable.
    """
    first = walk.stops[0] if walk.is_heading and walk.stops and not is_cut_off(walk.stops[0], places) else None
    start = walk.place if first is None else first.location.node
    kept = sorted((stop for stop in walk.stops if stop is not first), key=lambda stop: _stage(stop, places))
    route = solve_route(_problem(start, kept, places), seconds=seconds, seed=seed)
    leading = [] if first is None else [first]
    kept_m = _cost_m(start, kept, places)
    is_kept = kept_m <= route.length_m + WORTH_REORDERING_M
    spare_m = max(0.0, (kept_m if is_kept else route.length_m) - route.lower_bound_m)
    ordered = [*leading, *(kept if is_kept else _as_reached(kept, route, places))]
    nodes = [walk.place, *(stop.location.node for stop in ordered), places.desk]
    legs_m = [places.way_m(a, b) for a, b in pairwise(nodes)]
    to_go_m = sum(legs_m)
    return Replan(
        stops=tuple(PlannedStop(stop.pick_id, leg_m) for stop, leg_m in zip(ordered, legs_m, strict=False)),
        walk=tuple(_joined(nodes, places)),
        to_go_m=to_go_m,
        walk_to_desk_m=legs_m[-1],
        lower_bound_m=max(0.0, to_go_m - spare_m),
        is_proven_optimal=spare_m < 1 / MILLIMETRES_PER_METRE,
        cut_off_pick_ids=tuple(stop.pick_id for stop in ordered if is_cut_off(stop, places)),
    )


def is_cut_off(stop: OpenStop, places: StorePlaces) -> bool:
    return stop.location.node in places.cut_off


def _problem(start: int, stops: Sequence[OpenStop], places: StorePlaces) -> RouteProblem:
    stages = stages_by_rank([_stage(stop, places) for stop in stops])
    nodes = [stop.location.node for stop in stops]
    return RouteProblem(places.graph, start, places.desk, nodes, stages if len(stages) > 1 else [])


def _as_reached(stops: Sequence[OpenStop], route: Route, places: StorePlaces) -> list[OpenStop]:
    """In the order of the route; within one visit, by where they stand."""
    turn: dict[tuple[int, int], int] = {}
    for at in route.order:
        turn.setdefault(_visit(stops[at], places), len(turn))
    return sorted(stops, key=lambda stop: (turn[_visit(stop, places)], *_within(stop)))


def _stage(stop: OpenStop, places: StorePlaces) -> int:
    return CUT_OFF_STAGE if is_cut_off(stop, places) else stop.stage


def _visit(stop: OpenStop, places: StorePlaces) -> tuple[int, int]:
    """What is taken on one visit: all stops of one stage that are reached from the same node."""
    return _stage(stop, places), stop.location.node


def _within(stop: OpenStop) -> tuple[int, int, str, str, str]:
    location = stop.location
    return location.bay, location.shelf, location.id, stop.tote_letter, stop.pick_id


def _cost_m(start: int, stops: Sequence[OpenStop], places: StorePlaces) -> float:
    """How long it is in this order, as the planner counts: a blocked stretch is longer than it is."""
    nodes = [start, *(stop.location.node for stop in stops), places.desk]
    return sum(places.graph.distance_mm(a, b) for a, b in pairwise(nodes)) / MILLIMETRES_PER_METRE


def _joined(nodes: Sequence[int], places: StorePlaces) -> list[int]:
    walk = list(nodes[:1])
    for a, b in pairwise(nodes):
        walk += places.graph.walk(a, b)[1:]
    return walk
