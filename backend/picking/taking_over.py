"""A phone is dead, the trolley is here: whoever scans a tote of it goes on, once its picker's lease is over.

A picker holds a trolley under a lease that each sign of life renews. Nobody takes a trolley from hands that still work;
nobody waits for a supervisor beside a dead phone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from backend.core.writer import Transaction
from backend.people import repository as people_repository
from backend.picking import offers, repository
from backend.picking.commands import TakeOverTrolley
from backend.picking.errors import AnotherPickListOpen, PickListTaken, TrolleyNotFound
from backend.picking.leaving import LeftTrolleys, refuse_forbidden
from backend.picking.models import PickListRow


@dataclass(frozen=True, slots=True)
class TrolleyFound:
    """The trolley a tote hangs on. `free_at`: from then on anybody may take it over; None where it was left."""

    pick_list_id: str
    picker_id: str
    picker_name: str
    free_at: datetime | None
    picks_done: int
    picks_total: int


class TakingOver:
    """What the picker who stands before it asks and does. `lease`: how long a picker is not heard until it is free."""

    def __init__(self, left: LeftTrolleys, lease: timedelta) -> None:
        self._left = left
        self._lease = lease

    def find_trolley(self, session: Session, store_id: str, tote_code: str) -> TrolleyFound:
        """Raises TrolleyNotFound where no trolley under way carries this container."""
        pick_list = _carrying(session, store_id, tote_code)
        done, total = repository.count_stops(session, pick_list.id)
        return TrolleyFound(
            pick_list_id=pick_list.id,
            picker_id=pick_list.picker_id or "",
            picker_name=pick_list.picker_name,
            free_at=self._free_at(session, pick_list),
            picks_done=done,
            picks_total=total,
        )

    def take_over(self, command: TakeOverTrolley, tx: Transaction) -> str:
        """Returns the pick list's id; one's own trolley is one's own. What its picker had done by now still counts.

        Raises TrolleyNotFound, PickListTaken while the lease holds, NotForThisPicker or AnotherPickListOpen.
        """
        asker = command.asker
        pick_list = _carrying(tx.session, asker.store_id, command.tote_code)
        if pick_list.picker_id == asker.person_id and pick_list.left_at is None:
            return pick_list.id
        free_at = self._free_at(tx.session, pick_list)
        if free_at is not None and tx.now() < free_at:
            wait_s = int((free_at - tx.now()).total_seconds()) + 1
            raise PickListTaken(
                f"{pick_list.picker_name} walks with this trolley and was heard just now. "
                f"Where that phone is dead, it can be taken over in {wait_s} s.",
                pick_list_id=pick_list.id,
                wait_s=wait_s,
            )
        refuse_forbidden(pick_list, asker, tx)
        other = repository.get_picking_of(tx.session, asker.store_id, asker.person_id)
        if other is not None and other.id != pick_list.id:
            raise AnotherPickListOpen("finish the trolley you walk with first", pick_list_id=other.id)
        offers.close(tx.session, pick_list.id)
        offers.withdraw(tx, asker.store_id, asker.person_id)
        self._left.take_from(pick_list, asker, tx)
        return pick_list.id

    def _free_at(self, session: Session, pick_list: PickListRow) -> datetime | None:
        if pick_list.left_at is not None:
            return None
        heard = [
            pick_list.started_at,
            people_repository.last_seen_on_shift(session, pick_list.shift_id or ""),
            repository.last_recorded_at(session, pick_list.id),
        ]
        return max(at for at in heard if at is not None) + self._lease


def _carrying(session: Session, store_id: str, tote_code: str) -> PickListRow:
    pick_list = repository.find_carrying(session, store_id, tote_code.upper())
    if pick_list is None:
        raise TrolleyNotFound("no trolley under way carries this tote", code=tote_code)
    return pick_list
