"""Which containers are the totes of a trolley: bound by scanning them, a second one where the first is full."""

from __future__ import annotations

from backend.core.writer import Transaction
from backend.picking import repository
from backend.picking.checking import find_pick_list, moment, refuse_not_own
from backend.picking.commands import Asked
from backend.picking.errors import ToteInUse, ToteNotFound, WrongToteScanned
from backend.picking.leaving import was_picked_before_take_over
from backend.picking.repository import Found
from shared.commands import BindTote, ConfirmPick
from shared.events import ToteBound


class Totes:
    """Commands of a picker about totes."""

    def bind(self, asked: Asked[BindTote], tx: Transaction) -> None:
        """Raises ToteNotFound, or ToteInUse where another order lies in it. The same again changes nothing."""
        command, asker = asked.command, asked.asker
        pick_list = find_pick_list(asker, command, tx)
        if not was_picked_before_take_over(asked, pick_list, tx):
            refuse_not_own(pick_list, asker)
        code = command.code.upper()
        tote = next((one for one in repository.get_totes(tx.session, pick_list.id) if one.id == command.tote_id), None)
        if tote is None:
            raise ToteNotFound("this trolley has no such tote", tote_id=command.tote_id)
        if code in tote.codes:
            return
        if code in repository.codes_in_use(tx.session, asker.store_id):
            raise ToteInUse(f"another order lies in {code}", code=code)
        tote.codes = [*tote.codes, code]
        tx.session.add(tote)
        repository.touch(tx.session, pick_list)
        tx.publish(
            ToteBound(
                store_id=pick_list.store_id,
                at=moment(asked, pick_list, tx),
                pick_list_id=pick_list.id,
                order_id=tote.order_id,
                tote_id=tote.id,
                tote_letter=tote.letter,
                code=code,
                is_split=len(tote.codes) > 1,
                picker_id=asker.person_id,
            )
        )


def check_tote(command: ConfirmPick, pick: Found, tx: Transaction) -> None:
    """Raise WrongToteScanned where the tote that was shown is another order's on this trolley.

    One that is not known here is believed: perhaps binding it was refused, and the product lies in it all the same.
    """
    if not command.tote_code:
        return
    code = command.tote_code.upper()
    others = [tote for tote in repository.get_totes(tx.session, pick.pick_list_id) if tote.id != pick.tote_id]
    other = next((tote for tote in others if code in tote.codes), None)
    if other is not None:
        raise WrongToteScanned(f"{code} is tote {other.letter}, of another order", pick_id=pick.id, code=code)
