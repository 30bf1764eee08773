"""A pick list as planning anew sees it: what is behind the picker, where they are, and what is still open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from sqlmodel import Session

from backend.picking import repository
from backend.picking.ports import StorePlaces
from backend.picking.replanning import OpenStop, PlannedStop, WalkSoFar, WalkUnderWay
from backend.picking.repository import Found
from shared.picking import HEAD_SETTLES_S, PickListStatus, PickStatus

UNFINISHED = (PickListStatus.READY, PickListStatus.PICKING)
_DONE = (PickStatus.PICKED, PickStatus.SHORT)


@dataclass(frozen=True, slots=True)
class WalkNow:
    """One pick list as it was read: what is planned for it holds as long as its revision stays the same."""

    pick_list: Found
    so_far: WalkSoFar
    walk: WalkUnderWay
    legs_m: Mapping[str, float]
    last_heard_at: datetime | None

    def is_new(self, stops: Sequence[PlannedStop]) -> bool:
        """Whether these stops differ from those it has, in their order or in the way from one to the next."""
        if [stop.pick_id for stop in stops] != [stop.pick_id for stop in self.walk.stops]:
            return True
        return any(abs(stop.walk_from_previous_m - self.legs_m[stop.pick_id]) > 0.01 for stop in stops)


def read_walk(session: Session, pick_list_id: str, places: StorePlaces, now: datetime) -> WalkNow | None:
    """None where it is over, or nothing of it is open."""
    connection = session.connection()
    pick_list = repository.find_list(connection, pick_list_id)
    if pick_list is None or pick_list.status not in UNFINISHED:
        return None
    picks = repository.find_picks(connection, pick_list_id)
    still_open = [pick for pick in picks if pick.status == PickStatus.OPEN]
    if not still_open:
        return None
    letters = {tote.id: tote.letter for tote in repository.find_totes(connection, pick_list_id)}
    done = sorted((pick for pick in picks if pick.status in _DONE), key=lambda pick: (pick.done_at, pick.position))
    stops = tuple(OpenStop(pick.id, places.locations[pick.location_id], letters[pick.tote_id]) for pick in still_open)
    last = _last_left(done, still_open)
    place = places.entrance if last is None else _node(last, places)
    heard = [instant for pick in picks for instant in (pick.recorded_at, pick.skipped_at) if instant is not None]
    return WalkNow(
        pick_list=pick_list,
        so_far=_so_far(done, picks, place, places),
        walk=WalkUnderWay(place, stops, _is_heading(pick_list, last, now)),
        legs_m={pick.id: pick.walk_from_previous_m for pick in still_open},
        last_heard_at=max(heard, default=pick_list.started_at),
    )


def _last_left(done: Sequence[Found], still_open: Sequence[Found]) -> Found | None:
    """The pick the picker was at last: done, or left for another."""
    left = [(pick.done_at, 0, pick.position, pick) for pick in done]
    left += [(pick.skipped_at, 1, pick.position, pick) for pick in still_open if pick.skipped_at is not None]
    return max(left, key=lambda each: each[:3])[3] if left else None


def _is_heading(pick_list: Found, last: Found | None, now: datetime) -> bool:
    """Whether the picker walks to the first open stop, or has yet to turn to one.

    Who left a stop for another has chosen the other one. Right after a pick its product is still in the hand.
    """
    if pick_list.status != PickListStatus.PICKING:
        return False
    if last is not None and last.status == PickStatus.OPEN:
        return True
    since = last.done_at if last is not None else pick_list.started_at
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
