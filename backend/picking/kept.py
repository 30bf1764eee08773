"""A trolley that is kept for a picker, as the labels need it: its first stops shall blink before they set out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlmodel import Session, col, select

from backend.core.statements import Statement
from backend.people.models import ShiftRow
from backend.picking.models import OfferRow, PickListRow, PickRow
from backend.picking.repository import Found
from shared.picking import PickListStatus, PickStatus

_lists: sa.Table = PickListRow.__table__  # type: ignore[attr-defined]
_picks: sa.Table = PickRow.__table__  # type: ignore[attr-defined]
_offers: sa.Table = OfferRow.__table__  # type: ignore[attr-defined]
_shifts: sa.Table = ShiftRow.__table__  # type: ignore[attr-defined]

_walked = _lists.alias("walked")
_find_keeper = Statement(
    sa.select(_shifts.c.id.label("shift_id"), _shifts.c.colour, _shifts.c.pattern, _walked.c.id.label("walk_id"))
    .select_from(_offers)
    .join(
        _shifts,
        sa.and_(
            _shifts.c.store_id == _offers.c.store_id,
            _shifts.c.person_id == _offers.c.picker_id,
            _shifts.c.ended_at.is_(None),
        ),
    )
    .outerjoin(
        _walked,
        sa.and_(
            _walked.c.store_id == _offers.c.store_id,
            _walked.c.picker_id == _offers.c.picker_id,
            _walked.c.status == PickListStatus.PICKING.value,
            _walked.c.left_at.is_(None),
        ),
    )
    .where(_offers.c.pick_list_id == sa.bindparam("pick_list_id"), _offers.c.lapsed_at.is_(None))
)
_find_left = Statement(
    sa.select(
        sa.func.count(_picks.c.id).label("picks_left"),
        sa.type_coerce(
            sa.func.coalesce(sa.func.sum(_picks.c.walk_from_previous_m), 0) + _lists.c.walk_to_desk_m,
            sa.types.NullType(),
        ).label("walk_left_m"),
    )
    .select_from(_lists)
    .outerjoin(_picks, sa.and_(_picks.c.pick_list_id == _lists.c.id, _picks.c.status == PickStatus.OPEN.value))
    .where(_lists.c.id == sa.bindparam("pick_list_id"))
    .group_by(_lists.c.id)
)
_find_after = Statement(
    sa.select(_offers.c.pick_list_id)
    .join(
        _lists,
        sa.and_(_lists.c.store_id == _offers.c.store_id, _lists.c.picker_id == _offers.c.picker_id),
    )
    .where(_lists.c.id == sa.bindparam("pick_list_id"), _offers.c.lapsed_at.is_(None))
)


@dataclass(frozen=True, slots=True)
class Keeper:
    """For whom it is kept: their light, and what is left of the walk they are on (nothing for the idle)."""

    shift_id: str
    colour: str
    pattern: str
    picks_left: int = 0
    walk_left_m: float = 0.0


def find_keeper(connection: Connection, pick_list_id: str) -> Keeper | None:
    """None where it is kept for nobody on shift."""
    row: Found | None = _find_keeper.one_or_none(connection, {"pick_list_id": pick_list_id})
    if row is None:
        return None
    left = _find_left.one_or_none(connection, {"pick_list_id": row.walk_id}) if row.walk_id is not None else None
    if left is None:
        return Keeper(row.shift_id, row.colour, row.pattern)
    return Keeper(row.shift_id, row.colour, row.pattern, int(left.picks_left), float(left.walk_left_m))


def find_kept_after(connection: Connection, pick_list_id: str) -> str | None:
    """The trolley that is kept for whoever walks, or walked last, with this one."""
    row = _find_after.one_or_none(connection, {"pick_list_id": pick_list_id})
    return None if row is None else str(row.pick_list_id)


def get_kept_ids(session: Session) -> Sequence[str]:
    """Every trolley that is kept for somebody, in every store."""
    return session.exec(select(OfferRow.pick_list_id).where(col(OfferRow.lapsed_at).is_(None))).all()
