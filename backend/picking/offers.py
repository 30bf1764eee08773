"""Offers as they are kept: one for each trolley, one for each picker, and those that were let pass."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlmodel import Session, col, select

from backend.core.statements import Statement
from backend.core.writer import Transaction
from backend.people import repository as people_repository
from backend.picking import repository
from backend.picking.assigning import Offer
from backend.picking.commands import KeepTrolleys
from backend.picking.models import OfferRow, PickListRow
from backend.picking.repository import Found
from shared.events import PickListKept
from shared.picking import PickListStatus

_offers: sa.Table = OfferRow.__table__  # type: ignore[attr-defined]
_find_all = Statement(
    sa.select(_offers)
    .where(_offers.c.store_id == sa.bindparam("store_id"))
    .order_by(_offers.c.pick_list_id, _offers.c.picker_id)
)


class Offers:
    """Carries out what the assignment found, as far as it is still true."""

    def keep(self, command: KeepTrolleys, tx: Transaction) -> None:
        """Offers that stand already stay as they are; a trolley taken or a picker gone meanwhile is passed over."""
        wanted, lapsed = set(command.offers), set(command.lapsed)
        for row in read_open(tx.session, command.store_id):
            offer = Offer(row.pick_list_id, row.picker_id)
            if offer in wanted:
                wanted.discard(offer)
            elif offer in lapsed:
                row.lapsed_at = tx.now()
                tx.session.add(row)
                _tell(tx, command.store_id, offer.pick_list_id, None)
            else:
                tx.session.delete(row)
                _tell(tx, command.store_id, offer.pick_list_id, None)
        tx.session.flush()
        on_shift = {shift.person_id for shift in people_repository.find_open_shifts(tx.session, command.store_id)}
        for offer in sorted(wanted, key=lambda each: (each.pick_list_id, each.picker_id)):
            pick_list = repository.get_pick_list(tx.session, command.store_id, offer.pick_list_id)
            if pick_list is not None and is_takable(pick_list) and offer.picker_id in on_shift:
                _open(tx.session, command.store_id, offer, tx.now())
                _tell(tx, command.store_id, offer.pick_list_id, offer.picker_id)


def is_takable(pick_list: PickListRow) -> bool:
    """Nobody walks with it."""
    is_left = pick_list.status == PickListStatus.PICKING and pick_list.left_at is not None
    return pick_list.status == PickListStatus.READY or is_left


def find_all(connection: Connection, store_id: str) -> list[Found]:
    """Every column of every offer of a store, the lapsed ones too."""
    return _find_all.all(connection, {"store_id": store_id})


def read_open(session: Session, store_id: str) -> Sequence[OfferRow]:
    query = select(OfferRow).where(OfferRow.store_id == store_id, col(OfferRow.lapsed_at).is_(None))
    return session.exec(query.order_by(col(OfferRow.pick_list_id), col(OfferRow.picker_id))).all()


def withdraw(tx: Transaction, store_id: str, picker_id: str) -> None:
    """Somebody walks, or has gone: nothing is kept for them."""
    for row in read_open(tx.session, store_id):
        if row.picker_id == picker_id:
            _tell(tx, store_id, row.pick_list_id, None)
    _delete(tx.session, OfferRow.store_id == store_id, OfferRow.picker_id == picker_id)


def close(session: Session, pick_list_id: str) -> None:
    """Somebody has taken the trolley, or nobody ever will."""
    _delete(session, OfferRow.pick_list_id == pick_list_id)


def _tell(tx: Transaction, store_id: str, pick_list_id: str, picker_id: str | None) -> None:
    tx.publish(PickListKept(store_id=store_id, at=tx.now(), pick_list_id=pick_list_id, picker_id=picker_id))


def _open(session: Session, store_id: str, offer: Offer, now: datetime) -> None:
    row = session.get(OfferRow, (offer.pick_list_id, offer.picker_id))
    row = row or OfferRow(pick_list_id=offer.pick_list_id, picker_id=offer.picker_id, store_id=store_id, offered_at=now)
    row.offered_at, row.lapsed_at = now, None
    session.add(row)
    session.flush()


def _delete(session: Session, *wheres: bool) -> None:
    session.flush()
    session.exec(sa.delete(OfferRow).where(*wheres))  # type: ignore[arg-type]
