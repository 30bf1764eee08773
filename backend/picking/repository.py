"""Every query on waves, pick lists, totes and picks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from backend.picking.models import PickListRow, PickRow, ToteRow
from shared.picking import PickListStatus, PickStatus


def get_pick_list(session: Session, store_id: str, pick_list_id: str) -> PickListRow | None:
    query = select(PickListRow).where(PickListRow.id == pick_list_id, PickListRow.store_id == store_id)
    return session.exec(query).one_or_none()


def get_pick_list_by_id(session: Session, pick_list_id: str) -> PickListRow | None:
    return session.exec(select(PickListRow).where(PickListRow.id == pick_list_id)).one_or_none()


def get_pick(session: Session, pick_list_id: str, pick_id: str) -> PickRow | None:
    query = select(PickRow).where(PickRow.id == pick_id, PickRow.pick_list_id == pick_list_id)
    return session.exec(query).one_or_none()


def get_picks(session: Session, pick_list_id: str) -> Sequence[PickRow]:
    """In the order of the walk."""
    query = select(PickRow).where(PickRow.pick_list_id == pick_list_id).order_by(col(PickRow.position))
    return session.exec(query).all()


def get_open_picks_of_order(session: Session, order_id: str) -> Sequence[PickRow]:
    query = select(PickRow).where(PickRow.order_id == order_id, PickRow.status == PickStatus.OPEN)
    return session.exec(query.order_by(col(PickRow.position))).all()


def get_totes(session: Session, pick_list_id: str) -> Sequence[ToteRow]:
    query = select(ToteRow).where(ToteRow.pick_list_id == pick_list_id).order_by(col(ToteRow.letter))
    return session.exec(query).all()


def get_tote_of_order(session: Session, order_id: str) -> ToteRow | None:
    return session.exec(select(ToteRow).where(ToteRow.order_id == order_id)).one_or_none()


def count_open_picks(session: Session, pick_list_id: str) -> int:
    query = select(sa.func.count()).where(PickRow.pick_list_id == pick_list_id, PickRow.status == PickStatus.OPEN)
    return session.exec(query).one()


def get_picking_of(session: Session, store_id: str, picker_id: str) -> PickListRow | None:
    """The one pick list this picker walks with now."""
    query = select(PickListRow).where(
        PickListRow.store_id == store_id,
        PickListRow.picker_id == picker_id,
        PickListRow.status == PickListStatus.PICKING,
    )
    return session.exec(query).first()


def get_for_picker(session: Session, store_id: str, picker_id: str, finished_since: datetime) -> Sequence[PickListRow]:
    """Trolleys anyone may take, this picker's own, and what this picker finished lately; most pressing first."""
    is_own = col(PickListRow.picker_id) == picker_id
    query = (
        select(PickListRow)
        .where(
            PickListRow.store_id == store_id,
            sa.or_(
                col(PickListRow.status) == PickListStatus.READY,
                sa.and_(is_own, col(PickListRow.status) == PickListStatus.PICKING),
                sa.and_(
                    is_own,
                    col(PickListRow.status) == PickListStatus.FINISHED,
                    col(PickListRow.finished_at) >= finished_since,
                ),
            ),
        )
        .order_by(col(PickListRow.due_at), col(PickListRow.id))
    )
    return session.exec(query).all()


def get_picking_ids(session: Session) -> Sequence[str]:
    """Every pick list somebody walks with, in every store."""
    return session.exec(select(PickListRow.id).where(PickListRow.status == PickListStatus.PICKING)).all()
