"""Reads which walks under way have room, and makes the commands that take waiting orders along on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from backend.picking import repository
from backend.picking.commands import InsertOrder
from backend.picking.insertion import (
    Insertion,
    InsertionRules,
    WalkWithRoom,
    choose_insertions,
    staying_costs_s,
    with_order,
)
from backend.picking.planning import PlannedTrolley
from backend.picking.ports import StorePlaces
from backend.picking.replanning import replan
from backend.picking.slack import ReleaseRules
from backend.picking.waiting import Waiting
from backend.picking.walk_reading import WalkNow, read_walk
from backend.routing.errors import RoutingError
from backend.routing.problem import RouteProblem
from backend.routing.route import solve_route
from shared.picking import PickStatus

IN_TOUCH_S = 120.0  # nothing heard for longer: the phone may be without network, and its picker much further

_log = structlog.get_logger("picking")


@dataclass(frozen=True, slots=True)
class Room:
    """A walk under way with a free place for a tote, as it was read."""

    now: WalkNow
    due_at: datetime


def read_rooms(session: Session, store_id: str, places: StorePlaces, now: datetime, totes_max: int) -> list[Room]:
    """The walks that could take an order along; a walk whose phone has long been silent could not."""
    found: list[Room] = []
    connection = session.connection()
    for pick_list in repository.find_under_way(connection, store_id):
        totes = repository.find_totes(connection, pick_list.id)
        if len(totes) >= totes_max:
            continue
        try:
            walk = read_walk(session, pick_list.id, places, now)
        except (RoutingError, KeyError) as error:
            _log.warning("walk cannot be planned anew", pick_list=pick_list.id, obstacle=str(error))
            continue
        if walk is None or walk.last_heard_at is None or now - walk.last_heard_at > timedelta(seconds=IN_TOUCH_S):
            continue
        picks = repository.find_picks(connection, pick_list.id)
        wanted = {pick.order_id for pick in picks if pick.status != PickStatus.CANCELLED}
        found.append(Room(walk, min(tote.due_at for tote in totes if tote.order_id in wanted)))
    return found


def insertions(
    rooms: Sequence[Room],
    waiting: Waiting,
    trolleys: Sequence[PlannedTrolley],
    places: StorePlaces,
    now: datetime,
    rules: ReleaseRules,
    *,
    seed: int,
) -> list[InsertOrder]:
    """What is worth taking along, most worth first: against the plan of those that wait, made a moment ago."""
    if not rooms or rules.insert_saves_s is None:
        return []
    by_id = {room.now.pick_list.id: room for room in rooms}
    chosen = choose_insertions(
        [WalkWithRoom(room.now.pick_list.id, room.now.walk, room.due_at) for room in rooms],
        waiting.orders,
        staying_costs_s(trolleys, places, rules.pace, seconds=rules.route_seconds, seed=seed),
        places,
        waiting.products,
        now,
        InsertionRules(rules.insert_saves_s, rules.slack_margin_s, rules.pace),
    )
    return [_command(each, by_id[each.pick_list_id].now, waiting, places, rules, seed) for each in chosen]


def _command(
    insertion: Insertion, walk: WalkNow, waiting: Waiting, places: StorePlaces, rules: ReleaseRules, seed: int
) -> InsertOrder:
    order = insertion.order
    location_ids = {line.order_line_id: waiting.products[line.product_id].location_id for line in order.lines}
    nodes = [places.locations[location_id].node for location_id in location_ids.values()]
    problem = RouteProblem(places.graph, places.entrance, places.desk, nodes)
    alone = solve_route(problem, seconds=rules.route_seconds, seed=seed)
    longer = with_order(walk.walk, order, places, waiting.products)
    return InsertOrder(
        store_id=walk.pick_list.store_id,
        pick_list_id=walk.pick_list.id,
        revision=walk.pick_list.revision,
        so_far=walk.so_far,
        rest=replan(longer, places, seconds=rules.route_seconds, seed=seed),
        order=order,
        location_ids=location_ids,
        totes_max=rules.totes_max,
        alone_m=places.length_m(alone.walk),
    )
