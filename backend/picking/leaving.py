"""A trolley whose picker is gone: it stands where it was left, and whoever takes it goes on from there."""

from __future__ import annotations

from backend.core.writer import Transaction
from backend.people import repository as people_repository
from backend.picking import offers, repository
from backend.picking.commands import Asked, Asker, HandOverTrolley
from backend.picking.errors import NotForThisPicker, PickListClosed, PickListNotFound, PickListNotStarted
from backend.picking.models import PickListRow, TakeOverRow
from backend.picking.repository import Found
from shared.commands import BindTote, ConfirmPick, ReportShort, Substitute
from shared.events import PickListLeft, PickListResumed, PickListTakenOver, ShiftEnded
from shared.picking import PickListStatus
from shared.restrictions import forbidden_words


class LeftTrolleys:
    """Commands and listeners about trolleys under way that nobody walks with."""

    def leave(self, event: ShiftEnded, tx: Transaction) -> None:
        """The shift that walked with it is over: signed out, expired, or its phone was shut out."""
        offers.withdraw(tx, event.store_id, event.picker_id)
        pick_list = repository.get_picking_of(tx.session, event.store_id, event.picker_id)
        if pick_list is not None and pick_list.shift_id == event.shift_id:
            self._leave(pick_list, None, tx)

    def hand_over(self, command: HandOverTrolley, tx: Transaction) -> None:
        """Raises PickListNotFound, PickListNotStarted or PickListClosed. Handed over already: nothing changes."""
        pick_list = repository.get_pick_list(tx.session, command.store_id, command.pick_list_id)
        if pick_list is None:
            raise PickListNotFound("no such pick list in this store", pick_list_id=command.pick_list_id)
        if pick_list.status == PickListStatus.READY:
            raise PickListNotStarted("nobody walks with this trolley; anybody may take it", pick_list_id=pick_list.id)
        if pick_list.status != PickListStatus.PICKING:
            raise PickListClosed(f"this pick list is {pick_list.status}", pick_list_id=pick_list.id)
        if pick_list.handed_over_by is None:
            self._leave(pick_list, command.caused_by, tx)

    def take_from(self, pick_list: PickListRow, asker: Asker, tx: Transaction) -> None:
        """Go on with a trolley, left or not: whoever asks stands before it."""
        if pick_list.left_at is None:
            self._leave(pick_list, asker.person_id, tx)
        self.take(pick_list, asker, tx)

    def take(self, pick_list: PickListRow, asker: Asker, tx: Transaction) -> None:
        """Go on with a left trolley: picks done stay done, the lights follow in the new picker's colour."""
        before = pick_list.picker_id
        assert before is not None, "a trolley under way has, or had, a picker"
        pick_list.left_at, pick_list.handed_over_by = None, None
        pick_list.picker_id, pick_list.picker_name = asker.person_id, asker.name
        pick_list.shift_id, pick_list.colour, pick_list.pattern = asker.shift_id, asker.colour, asker.pattern
        repository.touch(tx.session, pick_list)
        common = {"store_id": pick_list.store_id, "at": tx.now(), "pick_list_id": pick_list.id}
        who = {"picker_id": asker.person_id, "shift_id": asker.shift_id}
        if before == asker.person_id:
            tx.publish(PickListResumed(**common, **who))
            return
        tx.session.add(
            TakeOverRow(
                id=tx.ids.new("take_over"),
                store_id=pick_list.store_id,
                pick_list_id=pick_list.id,
                from_picker_id=before,
                to_picker_id=asker.person_id,
                at=tx.now(),
            )
        )
        tx.publish(PickListTakenOver(**common, **who, from_picker_id=before))

    def _leave(self, pick_list: PickListRow, handed_over_by: str | None, tx: Transaction) -> None:
        pick_list.left_at = pick_list.left_at or tx.now()
        pick_list.handed_over_by = handed_over_by
        repository.touch(tx.session, pick_list)
        assert pick_list.picker_id is not None, "a trolley under way has a picker"
        tx.publish(
            PickListLeft(
                store_id=pick_list.store_id,
                at=tx.now(),
                pick_list_id=pick_list.id,
                picker_id=pick_list.picker_id,
                handed_over_by=handed_over_by,
            )
        )


def was_picked_before_take_over(
    asked: Asked[ConfirmPick] | Asked[ReportShort] | Asked[Substitute] | Asked[BindTote],
    pick_list: Found | PickListRow,
    tx: Transaction,
) -> bool:
    """Whether this pick was done, by the phone's clock, while its picker still walked with the trolley.

    A phone without network hears late that somebody else goes on; what already lies in the tote counts all the same.
    """
    if pick_list.picker_id == asked.asker.person_id:
        return False
    taken_at = repository.get_taken_from(tx.session, pick_list.id, asked.asker.person_id)
    return taken_at is not None and asked.made_at < taken_at


def refuse_forbidden(pick_list: PickListRow, asker: Asker, tx: Transaction) -> None:
    """Raise NotForThisPicker where the trolley holds what this picker may not pick."""
    person = people_repository.find_person(tx.session, asker.store_id, asker.person_id)
    words = forbidden_words(person.may_not_pick, pick_list.holds) if person else []
    if words:
        raise NotForThisPicker(
            f"{asker.name} may not pick {' or '.join(words)}, and this trolley needs it: take another one",
            pick_list_id=pick_list.id,
            may_not_pick=words,
        )
