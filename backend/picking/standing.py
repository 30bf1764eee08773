"""How things stand for an assignment: which trolleys can be taken, who is on shift, and how far the walkers are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from backend.core.statements import Statement
from backend.people.models import PersonRow, SessionRow, ShiftRow
from backend.picking.models import PickListRow, PickRow
from backend.picking.repository import Found
from shared.picking import PickListStatus, PickStatus

TAKABLE_MAX = 300  # the most pressing ones; a store has fewer pickers than that
FINISHED_COUNTS = timedelta(hours=12)

_lists: sa.Table = PickListRow.__table__  # type: ignore[attr-defined]
_picks: sa.Table = PickRow.__table__  # type: ignore[attr-defined]
_shifts: sa.Table = ShiftRow.__table__  # type: ignore[attr-defined]
_people: sa.Table = PersonRow.__table__  # type: ignore[attr-defined]
_sessions: sa.Table = SessionRow.__table__  # type: ignore[attr-defined]

_ready = sa.literal(PickListStatus.READY.value)
_picking = sa.literal(PickListStatus.PICKING.value)
_is_open = _picks.c.status == PickStatus.OPEN.value


def _plain(column: Any, name: str) -> Any:
    """Floats as the driver gives them: see repository.py."""
    return sa.type_coerce(column, sa.types.NullType()).label(name)


# How much of a walk is still to be done: the ways to its open stops, which are the last ones, and to the desk.
_left = (
    sa.func.count(_picks.c.id).label("picks_left"),
    _plain(sa.func.coalesce(sa.func.sum(_picks.c.walk_from_previous_m), 0) + _lists.c.walk_to_desk_m, "walk_left_m"),
)
_done = _picks.alias("done")
_last_done = (
    sa.select(_done.c.location_id)
    .where(_done.c.pick_list_id == _lists.c.id, _done.c.done_at.is_not(None))
    .order_by(_done.c.done_at.desc(), _done.c.position.desc())
    .limit(1)
    .correlate(_lists)
    .scalar_subquery()
)
_pressing = (
    sa.select(_lists.c.id)
    .where(
        _lists.c.store_id == sa.bindparam("store_id"),
        sa.or_(_lists.c.status == _ready, sa.and_(_lists.c.status == _picking, _lists.c.left_at.is_not(None))),
    )
    .order_by(_lists.c.due_at, _lists.c.id)
    .limit(TAKABLE_MAX)
    .subquery()
)
_find_takable = Statement(
    sa.select(
        _lists.c.id,
        _lists.c.due_at,
        _lists.c.holds,
        _lists.c.left_at,
        _last_done.label("left_at_location_id"),
        *_left,
    )
    .join(_pressing, _pressing.c.id == _lists.c.id)
    .outerjoin(_picks, sa.and_(_picks.c.pick_list_id == _lists.c.id, _is_open))
    .group_by(_lists.c.id)
    .order_by(_lists.c.due_at, _lists.c.id)
)
_find_walks = Statement(
    sa.select(
        _lists.c.picker_id,
        _lists.c.started_at,
        *_left,
        sa.select(sa.func.max(_done.c.done_at))
        .where(_done.c.pick_list_id == _lists.c.id)
        .correlate(_lists)
        .scalar_subquery()
        .label("last_done_at"),
    )
    .outerjoin(_picks, sa.and_(_picks.c.pick_list_id == _lists.c.id, _is_open))
    .where(_lists.c.store_id == sa.bindparam("store_id"), _lists.c.status == _picking, _lists.c.left_at.is_(None))
    .group_by(_lists.c.id)
)
_find_people = Statement(
    sa.select(
        _people.c.id,
        _people.c.name,
        _people.c.may_not_pick,
        _shifts.c.started_at,
        _sessions.c.last_seen_at,
    )
    .select_from(_shifts)
    .join(_people, _people.c.id == _shifts.c.person_id)
    .outerjoin(_sessions, sa.and_(_sessions.c.shift_id == _shifts.c.id, _sessions.c.ended_at.is_(None)))
    .where(_shifts.c.store_id == sa.bindparam("store_id"), _shifts.c.ended_at.is_(None))
    .order_by(_people.c.id)
)
_find_finished = Statement(
    sa.select(_lists.c.picker_id, sa.func.max(_lists.c.finished_at).label("finished_at"))
    .where(
        _lists.c.store_id == sa.bindparam("store_id"),
        _lists.c.status == PickListStatus.FINISHED.value,
        _lists.c.due_at >= sa.bindparam("since", type_=_lists.c.due_at.type),
        _lists.c.finished_at >= sa.bindparam("since", type_=_lists.c.finished_at.type),
    )
    .group_by(_lists.c.picker_id)
)


@dataclass(frozen=True, slots=True)
class Walk:
    """What is left of a walk under way. `last_at`: its latest pick, or its start."""

    walk_left_m: float
    picks_left: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """A picker on shift. `free_since`: since the shift began or the last walk ended; `walk` None for the idle."""

    id: str
    name: str
    may_not_pick: tuple[str, ...]
    last_seen_at: datetime
    free_since: datetime
    walk: Walk | None


def read_takable(session: Session, store_id: str) -> list[Found]:
    """(id, due_at, holds, left_at, left_at_location_id, picks_left, walk_left_m), most pressing first."""
    return _find_takable.all(session.connection(), {"store_id": store_id})


def read_people(session: Session, store_id: str, now: datetime) -> list[Person]:
    """Every picker on shift, by id."""
    connection = session.connection()
    walks = {row.picker_id: row for row in _find_walks.all(connection, {"store_id": store_id})}
    finished = _find_finished.all(connection, {"store_id": store_id, "since": now - FINISHED_COUNTS})
    finished_at = {row.picker_id: row.finished_at for row in finished}
    return [
        Person(
            id=row.id,
            name=row.name,
            may_not_pick=tuple(row.may_not_pick),
            last_seen_at=row.last_seen_at or row.started_at,
            free_since=max(row.started_at, finished_at.get(row.id) or row.started_at),
            walk=_walk(walks[row.id]) if row.id in walks else None,
        )
        for row in _find_people.all(connection, {"store_id": store_id})
    ]


def read_names(session: Session, store_id: str) -> Mapping[str, str]:
    """Person -> name, of every picker on shift."""
    return {row.id: row.name for row in _find_people.all(session.connection(), {"store_id": store_id})}


def _walk(row: Found) -> Walk:
    return Walk(float(row.walk_left_m), int(row.picks_left), row.last_done_at or row.started_at)
