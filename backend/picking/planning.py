"""From waiting orders to trolleys with their walks. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.picking.ports import StockedProduct, StorePlaces
from backend.routing.batch import BatchOrder, BatchProblem, Trolley, plan_batches
from backend.routing.errors import RoutingError
from backend.routing.problem import RouteProblem
from backend.routing.route import solve_route
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
    seconds: float,
    seed: int,
) -> list[PlannedTrolley]:
    """Group orders into trolleys and find each trolley's walk. Every product must be in `products`."""
    by_id = {order.id: order for order in orders}
    problem = BatchProblem(
        graph=places.graph,
        start=places.entrance,
        end=places.desk,
        orders=[
            BatchOrder(
                id=order.id,
                stops=[_location(line, places, products).node for line in order.lines],
                due_at_s=(order.due_at - now).total_seconds(),
            )
            for order in orders
        ],
        totes_max=totes_max,
    )
    plan = plan_batches(problem, seconds=seconds, seed=seed)
    return [
        _planned(trolley, [by_id[order_id] for order_id in trolley.order_ids], places, products, seconds, seed)
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
    seconds: float,
    seed: int,
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
        picks=tuple(picks),
        walk=tuple(route.walk),
        walk_m=route.length_m,
        walk_to_desk_m=places.graph.distance_m(here, places.desk),
        lower_bound_m=route.lower_bound_m,
        is_proven_optimal=route.proven_optimal,
        one_order_per_walk_m=_one_order_per_walk_m(orders, places, products, seconds, seed),
    )


def _one_order_per_walk_m(
    orders: list[WaitingOrder],
    places: StorePlaces,
    products: Mapping[str, StockedProduct],
    seconds: float,
    seed: int,
) -> float:
    """What the same orders would have cost with a walk each: the saving a supervisor sees."""
    total_m = 0.0
    for order in orders:
        nodes = [_location(line, places, products).node for line in order.lines]
        problem = RouteProblem(places.graph, places.entrance, places.desk, nodes)
        total_m += solve_route(problem, seconds=seconds, seed=seed).length_m
    return total_m
