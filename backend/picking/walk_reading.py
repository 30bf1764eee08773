"""A pick list as planning anew sees it: what is behind the picker, where they are, and what is still open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from sqlmodel import Session

from backend.picking import repository
from backend.picking.ports import Products, StorePlaces
from backend.picking.replanning import OpenStop, PlannedStop, Replan, WalkSoFar, WalkUnderWay
from backend.picking.repository import Found
from backend.stores.stages import rank_of
from shared.picking import HEAD_SETTLES_S, PickListStatus, PickStatus

SAME_M = 0.01
UNFINISHED = (PickListStatus.READY, PickListStatus.PICKING)
_DONE = (PickStatus.PICKED, PickStatus.SHORT, PickStatus.PROPOSED, PickStatus.SUBSTITUTED)


@dataclass(frozen=True, slots=True)
class WalkNow:
    """One pick list as it was read: what is planned for it holds as long as its revision stays the same."""

    pick_list: Found
    so_far: WalkSoFar
    walk: WalkUnderWay
    legs_m: Mapping[str, float]
    last_heard_at: datetime | None

    def is_new(self, rest: Replan) -> bool:
        """Whether it differs from the rest it has, in the order of stops or in the way from one to the next."""
        if [stop.pick_id for stop in rest.stops] != [stop.pick_id for stop in self.walk.stops]:
            return True
        legs_m = [(stop.walk_from_previous_m, self.legs_m[stop.pick_id]) for stop in rest.stops]
        legs_m.append((rest.walk_to_desk_m, self.pick_list.walk_to_desk_m))
        return any(abs(new_m - old_m) > SAME_M for new_m, old_m in legs_m)


def read_walk(
    session: Session, pick_list_id: str, places: StorePlaces, products: Products, now: datetime
) -> WalkNow | None:
    """None where it is over, or nothing of it is open."""
    connection = session.connection()
    pick_list = repository.find_list(connection, pick_list_id)
    if pick_list is None or pick_list.status not in UNFINISHED:
        return None
    picks, totes = repository.find_picks(connection, pick_list_id), repository.find_totes(connection, pick_list_id)
    return walk_now(session, pick_list, picks, totes, places, products, now)


def walk_now(
    session: Session,
    pick_list: Found,
    picks: Sequence[Found],
    totes: Sequence[Found],
    places: StorePlaces,
    products: Products,
    now: datetime,
) -> WalkNow | None:
    """The same of an unfinished pick list that has been read, with all its picks and totes."""
    still_open = [pick for pick in picks if pick.status == PickStatus.OPEN]
    if not still_open:
        return None
    letters = {tote.id: tote.letter for tote in totes}
    done = sorted((pick for pick in picks if pick.status in _DONE), key=lambda pick: (pick.done_at, pick.position))
    known = products.by_id(session, pick_list.store_id, sorted({pick.product_id for pick in still_open}))
    stops = tuple(
        OpenStop(
            pick.id,
            places.locations[pick.location_id],
            letters[pick.tote_id],
            rank_of(known[pick.product_id].card, places.stages) if pick.product_id in known else 0,
        )
        for pick in still_open
    )
    last = _last_left(picks)
    place = places.entrance if last is None else _node(last.pick, places)
    heard = [instant for pick in picks for instant in (pick.recorded_at, pick.skipped_at) if instant is not None]
    return WalkNow(
        pick_list=pick_list,
        so_far=_so_far(done, picks, place, places),
        walk=WalkUnderWay(place, stops, _is_heading(pick_list, last, now)),
        legs_m={pick.id: pick.walk_from_previous_m for pick in still_open},
        last_heard_at=max(heard, default=pick_list.started_at),
    )


@dataclass(frozen=True, slots=True)
class _LastLeft:
    """The pick the picker was at last, since when, and whether it was left for another instead of done."""

    pick: Found
    since: datetime
    is_skipped: bool


def _last_left(picks: Sequence[Found]) -> _LastLeft | None:
    left = [_LastLeft(pick, pick.done_at, False) for pick in picks if pick.status in _DONE]
    left += [_LastLeft(pick, pick.skipped_at, True) for pick in picks if pick.skipped_at is not None]
    return max(left, key=lambda each: (each.since, not each.is_skipped, each.pick.position), default=None)


def _is_heading(pick_list: Found, last: _LastLeft | None, now: datetime) -> bool:
    """Whether the picker walks to the first open stop, or has yet to turn to one.

    Who left a stop for another has chosen the other one. Right after a pick its product is still in the hand.
    """
    if pick_list.status != PickListStatus.PICKING:
        return False
    if last is not None and last.is_skipped:
        return True
    since = pick_list.started_at if last is None else last.since
    return since is None or now - since >= timedelta(seconds=HEAD_SETTLES_S)


def _so_far(done: Sequence[Found], picks: Sequence[Found], place: int, places: StorePlaces) -> WalkSoFar:
    nodes = [places.entrance, *(_node(pick, places) for pick in done)]
    legs_m = [places.way_m(a, b) for a, b in pairwise(nodes)]
    return WalkSoFar(
        done=tuple(PlannedStop(pick.id, leg_m) for pick, leg_m in zip(done, legs_m, strict=True)),
        cancelled_ids=tuple(pick.id for pick in picks if pick.status == PickStatus.CANCELLED),
        walked_m=sum(legs_m) + places.way_m(nodes[-1], place),
    )


def _node(pick: Found, places: StorePlaces) -> int:
    return places.locations[pick.location_id].node
