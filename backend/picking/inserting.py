"""Reads which walks under way have room, and makes the commands that take waiting orders along on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from backend.people import repository as people_repository
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
from backend.picking.placing import Placing
from backend.picking.planning import PlannedTrolley
from backend.picking.ports import Products, StorePlaces
from backend.picking.replanning import replan
from backend.picking.slack import ReleaseRules
from backend.picking.waiting import Waiting
from backend.picking.walk_reading import WalkNow, walk_now
from backend.routing.errors import RoutingError
from shared.picking import PickStatus
from shared.restrictions import words_of

IN_TOUCH_S = 120.0  # nothing heard for longer: the phone may be without network, and its picker much further

_log = structlog.get_logger("picking")


@dataclass(frozen=True, slots=True)
class Room:
    """A walk under way with a free place for a tote, as it was read."""

    now: WalkNow
    due_at: datetime
    may_not_pick: tuple[str, ...]


def read_rooms(
    session: Session, store_id: str, places: StorePlaces, products: Products, now: datetime, totes_max: int
) -> list[Room]:
    """The walks that could take an order along; one whose phone has long been silent, or that was left, could not."""
    found: list[Room] = []
    connection = session.connection()
    for pick_list in repository.find_with_room(connection, store_id, totes_max):
        picks = repository.find_picks(connection, pick_list.id)
        totes = repository.find_totes(connection, pick_list.id)
        try:
            walk = walk_now(session, pick_list, picks, totes, places, products, now)
        except (RoutingError, KeyError) as error:
            _log.warning("walk cannot be planned anew", pick_list=pick_list.id, obstacle=str(error))
            continue
        if walk is None or walk.last_heard_at is None or now - walk.last_heard_at > timedelta(seconds=IN_TOUCH_S):
            continue
        wanted = {pick.order_id for pick in picks if pick.status != PickStatus.CANCELLED}
        picker = people_repository.find_person(session, store_id, pick_list.picker_id or "")
        may_not_pick = tuple(picker.may_not_pick) if picker else ()
        found.append(Room(walk, min(tote.due_at for tote in totes if tote.order_id in wanted), may_not_pick))
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
    placings = {placing.order_id: placing for trolley in trolleys for placing in trolley.placings}
    chosen = choose_insertions(
        [WalkWithRoom(room.now.pick_list.id, room.now.walk, room.due_at, room.may_not_pick) for room in rooms],
        waiting.orders,
        staying_costs_s(trolleys, rules.pace),
        places,
        waiting.products,
        now,
        InsertionRules(rules.insert_saves_s, rules.slack_margin_s, rules.pace),
    )
    return [
        _command(each, by_id[each.pick_list_id].now, placings[each.order.id], waiting, places, rules, seed)
        for each in chosen
    ]


def _command(
    insertion: Insertion,
    walk: WalkNow,
    placing: Placing,
    waiting: Waiting,
    places: StorePlaces,
    rules: ReleaseRules,
    seed: int,
) -> InsertOrder:
    order = insertion.order
    stocked = {line.order_line_id: waiting.products[line.product_id] for line in order.lines}
    longer = with_order(walk.walk, order, places, waiting.products)
    return InsertOrder(
        store_id=walk.pick_list.store_id,
        pick_list_id=walk.pick_list.id,
        revision=walk.pick_list.revision,
        so_far=walk.so_far,
        rest=replan(longer, places, seconds=rules.route_seconds, seed=seed),
        order=order,
        location_ids={line_id: product.location_id for line_id, product in stocked.items()},
        totes_max=rules.totes_max,
        alone_m=placing.alone_m,
        added_m=insertion.extra_m,
        holds=tuple(sorted(set().union(*(words_of(product.card) for product in stocked.values())))),
    )
