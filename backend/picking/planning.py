"""From waiting orders to trolleys with their walks. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.picking.ports import StockedProduct, StorePlaces
from backend.routing.batch import BatchOrder, BatchProblem, Trolley, plan_batches
from backend.routing.errors import RoutingError
from backend.routing.route import lengths_m
from shared.places import Location


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


@dataclass(frozen=True, slots=True)
class PlannedPick:
    """A stop in the order of the walk; `walk_from_previous_m` from the stop before (or the entrance)."""

    order_id: str
    line: WaitingLine
    location_id: str
    walk_from_previous_m: float


@dataclass(frozen=True, slots=True)
class PlannedTrolley:
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
    stops = {order.id: [_location(line, places, products).node for line in order.lines] for order in orders}
    walks_m = lengths_m(places.graph, places.entrance, places.desk, list(stops.values()), seconds=seconds, seed=seed)
    alone_m = dict(zip(stops, walks_m, strict=True))  # what companions may cost an order, and the saving told

    def due_at_s(order: WaitingOrder) -> float:
        alone_s = pace.walk_s(alone_m[order.id], len(order.lines))
        left_s = (order.due_at - now).total_seconds()
        return promise.back_within_s(left_s, alone_s) - pace.begin_and_end_s  # routing knows only what lies between

    problem = BatchProblem(
        graph=places.graph,
        start=places.entrance,
        end=places.desk,
        orders=[BatchOrder(id=order.id, stops=stops[order.id], due_at_s=due_at_s(order)) for order in orders],
        totes_max=totes_max,
        speed_m_s=pace.walking_m_per_s,
        stop_s=pace.handling_s,
    )
    plan = plan_batches(problem, seconds=seconds, seed=seed)
    return [
        _planned(
            trolley,
            [by_id[order_id] for order_id in trolley.order_ids],
            places,
            products,
            one_order_per_walk_m=sum(alone_m[order_id] for order_id in trolley.order_ids),
        )
        for trolley in plan.trolleys
    ]


def obstacle_to(order: WaitingOrder, places: StorePlaces, products: Mapping[str, StockedProduct]) -> str:
    """Why nobody could walk for this order now, as a sentence; empty where somebody could."""
    for line in order.lines:
        stocked = products.get(line.product_id)
        if stocked is None:
            return f"{line.product_id} is no longer in the catalogue"
        location = places.locations.get(stocked.location_id)
        if location is None:
            return f"{stocked.card.sku} stands at {stocked.location_id}, which the store does not have"
        try:
            places.graph.distance_mm(places.entrance, location.node)
        except RoutingError as error:
            return f"{stocked.card.sku} stands at {location.address}: {error.detail}"
    return ""


def _location(line: WaitingLine, places: StorePlaces, products: Mapping[str, StockedProduct]) -> Location:
    return places.locations[products[line.product_id].location_id]


def _planned(
    trolley: Trolley,
    orders: list[WaitingOrder],
    places: StorePlaces,
    products: Mapping[str, StockedProduct],
    *,
    one_order_per_walk_m: float,
) -> PlannedTrolley:
    route = trolley.route
    rank = {trolley.stops[stop]: place for place, stop in enumerate(route.order)}
    stops = sorted(
        ((order, line, _location(line, places, products)) for order in orders for line in order.lines),
        key=lambda stop: (rank[stop[2].node], stop[2].bay, stop[2].shelf, stop[2].id, orders.index(stop[0])),
    )
    picks, here = [], places.entrance
    for order, line, location in stops:
        picks.append(PlannedPick(order.id, line, location.id, places.graph.distance_m(here, location.node)))
        here = location.node
    return PlannedTrolley(
        order_ids=tuple(order.id for order in orders),
        due_at=min(order.due_at for order in orders),
        accepted_at=min(order.accepted_at for order in orders),
        picks=tuple(picks),
        walk=tuple(route.walk),
        walk_m=route.length_m,
        walk_to_desk_m=places.graph.distance_m(here, places.desk),
        lower_bound_m=route.lower_bound_m,
        is_proven_optimal=route.proven_optimal,
        one_order_per_walk_m=one_order_per_walk_m,
    )
