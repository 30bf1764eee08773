"""At the desk: how many bags an order is, and where they stand."""

from __future__ import annotations

from backend.core.writer import Transaction
from backend.picking import repository
from backend.picking.checking import find_pick_list, moment, refuse_not_own
from backend.picking.cold import ColdRecord
from backend.picking.commands import Asked
from backend.picking.errors import PicksStillOpen, ToteNotFound
from backend.picking.proposals import refuse_undecided
from shared.commands import PackOrder
from shared.events import OrderPacked


class Packing:
    """The picker's command at the desk, for each order of the trolley."""

    def __init__(self, cold: ColdRecord) -> None:
        self._cold = cold

    def pack(self, asked: Asked[PackOrder], tx: Transaction) -> None:
        """Raises ToteNotFound where this trolley has no such order, PicksStillOpen, ProposalsUndecided."""
        command = asked.command
        pick_list = find_pick_list(asked.asker, command, tx)
        refuse_not_own(pick_list, asked.asker)
        totes = repository.get_totes(tx.session, pick_list.id)
        if all(tote.order_id != command.order_id for tote in totes):
            raise ToteNotFound("this trolley has no tote of that order", order_id=command.order_id)
        open_picks = repository.count_open_picks(tx.session, pick_list.id, command.order_id)
        if open_picks:
            raise PicksStillOpen(f"{open_picks} picks of it are still open", open_picks=open_picks)
        refuse_undecided(pick_list.id, tx, command.order_id)
        repository.touch(tx.session, pick_list)
        at = moment(asked, pick_list, tx)
        if command.order_id not in repository.get_packed(tx.session, [command.order_id]):
            self._cold.end(pick_list, [command.order_id], at, tx)
        tx.publish(
            OrderPacked(
                store_id=pick_list.store_id,
                at=at,
                pick_list_id=pick_list.id,
                order_id=command.order_id,
                bags=command.bags,
                bag_codes=[code.upper() for code in command.bag_codes],
                place=command.place.upper(),
                picker_id=asked.asker.person_id,
            )
        )
