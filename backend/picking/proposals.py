"""Every query on substitutions, and what other commands must ask or do where a shopper is still being asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlmodel import Session, col, select

from backend.core.statements import Statement
from backend.core.writer import Transaction
from backend.orders.models import OrderLineRow
from backend.picking.errors import ProposalsUndecided
from backend.picking.models import PickRow, SubstitutionRow
from backend.picking.repository import Found
from shared.events import OrderCancelled
from shared.picking import PickStatus
from shared.substitution import SubstitutionStatus, SubstitutionWish

_substitutions: sa.Table = SubstitutionRow.__table__  # type: ignore[attr-defined]
_picks: sa.Table = PickRow.__table__  # type: ignore[attr-defined]
_lines: sa.Table = OrderLineRow.__table__  # type: ignore[attr-defined]

_find_wishes = Statement(
    sa.select(_picks.c.id.label("pick_id"), _lines.c.wish, _lines.c.wished_skus)
    .join(_lines, _lines.c.id == _picks.c.order_line_id)
    .where(
        _picks.c.pick_list_id == sa.bindparam("pick_list_id"),
        _lines.c.wish != SubstitutionWish.REFUSE.value,
    )
)
_find_wish = Statement(
    sa.select(_lines.c.order_id, _lines.c.wish, _lines.c.wished_skus).where(
        _lines.c.id == sa.bindparam("order_line_id")
    )
)
_find_of_pick_list = Statement(
    sa.select(_substitutions).where(_substitutions.c.pick_list_id == sa.bindparam("pick_list_id"))
)
_note_sought = Statement(
    sa.update(_picks)
    .where(_picks.c.id == sa.bindparam("this_pick"))
    .values(sought_location_id=sa.bindparam("new_sought_location_id"))
)


def find_wishes(connection: Connection, pick_list_id: str) -> list[Found]:
    """(pick_id, wish, wished_skus) of the picks whose shopper would take another product."""
    return _find_wishes.all(connection, {"pick_list_id": pick_list_id})


def find_wish(connection: Connection, order_line_id: str) -> Found:
    """(order_id, wish, wished_skus) of a line."""
    return _find_wish.one(connection, {"order_line_id": order_line_id})


def find_of_pick_list(connection: Connection, pick_list_id: str) -> list[Found]:
    """Every column of the substitutions in its totes."""
    return _find_of_pick_list.all(connection, {"pick_list_id": pick_list_id})


def note_sought(connection: Connection, pick_id: str, location_id: str) -> None:
    """Where the picker looks for a substitute."""
    _note_sought.run(connection, {"this_pick": pick_id, "new_sought_location_id": location_id})


def get_substitution(session: Session, store_id: str, substitution_id: str) -> SubstitutionRow | None:
    query = select(SubstitutionRow).where(SubstitutionRow.id == substitution_id, SubstitutionRow.store_id == store_id)
    return session.exec(query.with_for_update()).one_or_none()


def get_of_pick(session: Session, pick_list_id: str, pick_id: str) -> SubstitutionRow | None:
    query = select(SubstitutionRow).where(
        SubstitutionRow.pick_id == pick_id, SubstitutionRow.pick_list_id == pick_list_id
    )
    return session.exec(query).one_or_none()


def refuse_undecided(pick_list_id: str, tx: Transaction, order_id: str | None = None) -> None:
    """Raise ProposalsUndecided while a shopper is being asked: nobody knows yet what belongs into the tote.

    Of the whole trolley, or of one order.
    """
    query = select(SubstitutionRow.answer_by).where(
        SubstitutionRow.pick_list_id == pick_list_id, SubstitutionRow.status == SubstitutionStatus.PROPOSED
    )
    if order_id is not None:
        query = query.where(SubstitutionRow.order_id == order_id)
    undecided = tx.session.exec(query).all()
    if undecided:
        last = max(answer_by for answer_by in undecided if answer_by is not None)
        raise ProposalsUndecided(
            f"{len(undecided)} shoppers are being asked about a substitute; it is decided at {last:%H:%M:%S} UTC at "
            "the latest",
            undecided=len(undecided),
            answer_by=last.isoformat(),
        )


def close_proposals(event: OrderCancelled, tx: Transaction) -> None:
    """Nobody need answer any more; what lies in the tote stays there for the desk, as all of the order."""
    for row in _get_proposed_of_order(tx.session, event.order_id):
        row.status, row.decided_at = SubstitutionStatus.CLOSED, tx.now()
        tx.session.add(row)
    tx.session.flush()


def _get_proposed_of_order(session: Session, order_id: str) -> Sequence[SubstitutionRow]:
    query = select(SubstitutionRow).where(
        SubstitutionRow.order_id == order_id, SubstitutionRow.status == SubstitutionStatus.PROPOSED
    )
    return session.exec(query.order_by(col(SubstitutionRow.id)).with_for_update()).all()


def pick_status_of(status: SubstitutionStatus) -> PickStatus:
    """What a substitution makes of its pick."""
    match status:
        case SubstitutionStatus.PROPOSED:
            return PickStatus.PROPOSED
        case SubstitutionStatus.GIVEN | SubstitutionStatus.APPROVED:
            return PickStatus.SUBSTITUTED
        case SubstitutionStatus.REFUSED:
            return PickStatus.SHORT
        case SubstitutionStatus.CLOSED:
            return PickStatus.CANCELLED


def is_answer_late(row: SubstitutionRow, now: datetime) -> bool:
    """Whether the time to answer is over."""
    return row.answer_by is not None and now >= row.answer_by
