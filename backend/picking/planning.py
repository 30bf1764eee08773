"""From waiting orders to trolleys with their walks. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from backend.picking.placing import PlacedOrder, Placing, Speed, StagedWalks, Stop, placings
from backend.picking.ports import StockedProduct, StorePlaces
from backend.picking.replanning import CUT_OFF_STAGE
from backend.routing.batch import BatchOrder, BatchProblem, Trolley, plan_batches, quick_length_mm
from backend.routing.compiled import CompiledStore
from backend.routing.errors import RoutingError
from backend.routing.problem import MILLIMETRES_PER_METRE, Route, RouteProblem
from backend.routing.route import solve_route
from backend.routing.stages import stages_by_rank
from backend.stores.stages import rank_of
from shared.places import Location
from shared.restrictions import words_of

HAND_OVERS_TRIED = 2  # a walk told a little too long does no harm where only a bound is asked for


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why nobody can walk for an order: `kind` for whoever says it in words of their own, `sentence` for a log.

    `sku` and `address` are what it is about, where it is about that.
    """

    kind: Literal["product_gone", "place_gone", "no_way"]
    sentence: str
    sku: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class WaitingLine:
    order_line_id: str
    product_id: str
    unit: str
    quantity: int
    note: str


@dataclass(frozen=True, slots=True)
class WaitingOrder:
    id: str
    due_at: datetime
    accepted_at: datetime
    lines: tuple[WaitingLine, ...]


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a picker is expected to be. `begin_and_end_s`: fetching trolley and totes, handing them over."""

    walking_m_per_s: float
    handling_s: float
    begin_and_end_s: float

    def walk_s(self, walk_m: float, lines: int) -> float:
        return self.begin_and_end_s + walk_m / self.walking_m_per_s + lines * self.handling_s


@dataclass(frozen=True, slots=True)
class Promise:
    """How promises bind a plan: a trolley is planned to be back `margin_s` before its first order is due.

    `starts_in_s`: until somebody can take it; 0 where a picker is free. An order that cannot be in time any more then
    goes alone, as soon as can be. Where all are busy, walking alone would only make the orders behind it late as well.
    """

    margin_s: float
    starts_in_s: float

    def back_within_s(self, left_s: float, alone_s: float) -> float:
        """How long the walk of an order may take that is due in `left_s` and would take `alone_s` by itself.

        What goes along may use the slack above the margin, or a third of a slack that is about as small as the margin.
        """
        slack_s = left_s - self.starts_in_s - alone_s
        if slack_s >= 0:
            return alone_s + max(slack_s - self.margin_s, slack_s / 3)
        return alone_s if self.starts_in_s == 0 else alone_s + self.margin_s / 2

    def is_pressing(self, left_s: float, alone_s: float) -> bool:
        """Whether an order has so little slack that it decides who goes along, not they."""
        return left_s - self.starts_in_s - alone_s < 1.5 * self.margin_s


@dataclass(frozen=True, slots=True)
class PlannedPick:
    """A stop in the order of the walk; `walk_from_previous_m` from the stop before (or the entrance)."""

    order_id: str
    line: WaitingLine
    location_id: str
    walk_from_previous_m: float


@dataclass(frozen=True, slots=True)
class PlannedTrolley:
    """Orders that share a walk. `walk_m` keeps to the store's stages, `walk_unstaged_m` would be without them.

    `serpentine_m`: the same stops aisle after aisle; `holds`: what its products are (words of shared/restrictions.py);
    `placings`: why each order is here, in the sequence of `order_ids`.
    """

    order_ids: tuple[str, ...]
    due_at: datetime
    accepted_at: datetime
    picks: tuple[PlannedPick, ...]
    walk: tuple[int, ...]
    walk_m: float
    walk_to_desk_m: float
    lower_bound_m: float
    is_proven_optimal: bool
    one_order_per_walk_m: float
    walk_unstaged_m: float
    serpentine_m: float
    holds: tuple[str, ...]
    placings: tuple[Placing, ...]


def plan_trolleys(
    orders: Sequence[WaitingOrder],
    places: StorePlaces,
    products: Mapping[str, StockedProduct],
    *,
    now: datetime,
    totes_max: int,
    pace: Pace,
    promise: Promise,
    seconds: float,
    seed: int,
) -> list[PlannedTrolley]:
    """Group orders into trolleys and find each trolley's walk. Every product must be in `products`."""
    by_id = {order.id: order for order in orders}
    walks = StagedWalks(places, seconds)

    def placed(order: WaitingOrder) -> PlacedOrder:
        stops = [_stop(line, places, products) for line in order.lines]
        within_reach = [stop for stop in stops if stop.rank != CUT_OFF_STAGE]
        if len(within_reach) == len(stops):
            alone_m = walks.length_m(stops)
        else:
            alone_m = places.length_m(_route([stop.visit for stop in stops], places, seconds, seed).walk)
        alone_s = pace.walk_s(alone_m, len(stops))
        left_s = (order.due_at - now).total_seconds()
        within_s = promise.back_within_s(left_s, alone_s) - pace.begin_and_end_s  # routing knows what lies between
        # Where a blocked aisle cuts stops off, companions are found by the others; it may be open again when they come.
        return PlacedOrder(order.id, within_reach, alone_m, within_s, promise.is_pressing(left_s, alone_s))

    placed_orders = {order.id: placed(order) for order in orders}

    problem = BatchProblem(
        graph=places.graph,
        start=places.entrance,
        end=places.desk,
        orders=[
            BatchOrder(
                id=order.id,
                stops=[stop.node for stop in order.stops],
                due_at_s=order.walk_within_s,
                ranks=[stop.rank for stop in order.stops],
                alone_m=order.alone_m,
            )
            for order in placed_orders.values()
        ],
        totes_max=totes_max,
        speed_m_s=pace.walking_m_per_s,
        stop_s=pace.handling_s,
    )
    plan = plan_batches(problem, seconds=seconds, seed=seed)
    speed = Speed(pace.walking_m_per_s, pace.handling_s)
    loads = [trolley.order_ids for trolley in plan.trolleys]
    reasons = placings(loads, placed_orders, walks, totes_max=totes_max, speed=speed)
    return [
        _planned(
            trolley,
            [by_id[order_id] for order_id in trolley.order_ids],
            places,
            products,
            placed=tuple(reasons[order_id] for order_id in trolley.order_ids),
            seconds=seconds,
            seed=seed,
        )
        for trolley in plan.trolleys
    ]


def all_on_one_walk_m(
    orders: Sequence[WaitingOrder], places: StorePlaces, products: Mapping[str, StockedProduct]
) -> float | None:
    """How long a walk for all of them would be, or a little more: no trolley's is longer. None where that is not exact.

    In metres as the planner counts: a blocked stretch is longer than it is.
    """
    if CompiledStore.of(places.graph) is None:
        return None
    visits = {_stop(line, places, products).visit for order in orders for line in order.lines}
    length_mm = quick_length_mm(places.graph, places.entrance, places.desk, visits, tried=HAND_OVERS_TRIED)
    return length_mm / MILLIMETRES_PER_METRE


def obstacle_to(order: WaitingOrder, places: StorePlaces, products: Mapping[str, StockedProduct]) -> Obstacle | None:
    """Why nobody could walk for this order now; None where somebody could."""
    for line in order.lines:
        stocked = products.get(line.product_id)
        if stocked is None:
            return Obstacle("product_gone", f"{line.product_id} is no longer in the catalogue")
        location = places.locations.get(stocked.location_id)
        if location is None:
            sentence = f"{stocked.card.sku} stands at {stocked.location_id}, which the store does not have"
            return Obstacle("place_gone", sentence, stocked.card.sku)
        try:
            places.graph.check_way(places.entrance, location.node)
        except RoutingError as error:
            sentence = f"{stocked.card.sku} stands at {location.address}: {error.detail}"
            return Obstacle("no_way", sentence, stocked.card.sku, location.address)
    return None


def _location(line: WaitingLine, places: StorePlaces, products: Mapping[str, StockedProduct]) -> Location:
    return places.locations[products[line.product_id].location_id]


def _planned(
    trolley: Trolley,
    orders: list[WaitingOrder],
    places: StorePlaces,
    products: Mapping[str, StockedProduct],
    *,
    placed: tuple[Placing, ...],
    seconds: float,
    seed: int,
) -> PlannedTrolley:
    route = trolley.route
    stops = [(order, line, _location(line, places, products)) for order in orders for line in order.lines]
    cards = [products[line.product_id].card for _, line, _ in stops]
    where = [_stop(line, places, products).visit for _, line, _ in stops]
    if any(location.node in places.cut_off for _, _, location in stops):
        route = _route(where, places, seconds, seed)
    reached: dict[tuple[int, int], int] = {}  # (stage, node) -> when the walk comes there
    for place, stop in enumerate(route.order):
        reached.setdefault(where[stop], place)

    def on_the_walk(stop: int) -> tuple[int, int, int, str, int]:
        order, _, location = stops[stop]
        return reached[where[stop]], location.bay, location.shelf, location.id, orders.index(order)

    picks, here = [], places.entrance
    for order, line, location in (stops[stop] for stop in sorted(range(len(stops)), key=on_the_walk)):
        picks.append(PlannedPick(order.id, line, location.id, places.way_m(here, location.node)))
        here = location.node
    return PlannedTrolley(
        order_ids=tuple(order.id for order in orders),
        due_at=min(order.due_at for order in orders),
        accepted_at=min(order.accepted_at for order in orders),
        picks=tuple(picks),
        walk=tuple(route.walk),
        walk_m=places.length_m(route.walk),
        walk_to_desk_m=places.way_m(here, places.desk),
        lower_bound_m=places.length_m(route.walk) - (route.length_m - route.lower_bound_m),
        is_proven_optimal=route.proven_optimal,
        one_order_per_walk_m=sum(placing.alone_m for placing in placed),
        walk_unstaged_m=trolley.unstaged_m,
        serpentine_m=trolley.serpentine_m,
        holds=tuple(sorted(set().union(*map(words_of, cards)))),
        placings=placed,
    )


def _stop(line: WaitingLine, places: StorePlaces, products: Mapping[str, StockedProduct]) -> Stop:
    """What lies behind a blocked aisle comes after every stage."""
    location = _location(line, places, products)
    is_cut_off = location.node in places.cut_off
    rank = CUT_OFF_STAGE if is_cut_off else rank_of(products[line.product_id].card, places.stages)
    return Stop(location.node, rank, location.aisle)


def _route(visits: Sequence[tuple[int, int]], places: StorePlaces, seconds: float, seed: int) -> Route:
    """Past all these (stage, node)."""
    stages = stages_by_rank([stage for stage, _ in visits])
    nodes = [node for _, node in visits]
    problem = RouteProblem(places.graph, places.entrance, places.desk, nodes, stages if len(stages) > 1 else [])
    return solve_route(problem, seconds=seconds, seed=seed)
