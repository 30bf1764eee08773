"""What a picker takes back, and what they see beside the pick."""

from __future__ import annotations

from backend.core.writer import Transaction
from backend.orders import repository as orders_repository
from backend.orders.models import OrderStatus
from backend.picking import repository
from backend.picking.checking import find_pick_list, moment, refuse_not_own
from backend.picking.commands import Asked
from backend.picking.errors import NothingToUndo, PickNotFound
from backend.picking.models import PickListRow, PickRow
from shared.commands import ReportShelfEmpty, UndoPick
from shared.events import PickReopened, ShelfEmptied
from shared.picking import PickStatus

UNDOABLE = frozenset({PickStatus.PICKED, PickStatus.SHORT})  # a substitute is the shopper's business by then


class Undoing:
    """Commands of a picker that correct or add to a pick."""

    def undo(self, asked: Asked[UndoPick], tx: Transaction) -> None:
        """The pick is open again, and nothing of it in the tote. Open already: nothing changes.

        Raises NothingToUndo where it was settled otherwise meanwhile, or its order was cancelled.
        """
        pick_list = find_pick_list(asked.asker, asked.command, tx)
        refuse_not_own(pick_list, asked.asker)
        pick = _find_pick(pick_list, asked.command.pick_id, tx)
        if pick.status == PickStatus.OPEN:
            return
        order = orders_repository.get_order(tx.session, pick.store_id, pick.order_id)
        if pick.status not in UNDOABLE or order is None or order.status != OrderStatus.PICKING:
            raise NothingToUndo(f"this pick is {pick.status}: it cannot be taken back", pick_id=pick.id)
        pick.status, pick.quantity_picked, pick.short_reason = PickStatus.OPEN, 0, None
        pick.store_reason = ""
        pick.scan, pick.entered_by, pick.tote_code, pick.picker_id = None, None, "", None
        pick.done_at, pick.recorded_at = None, None
        tx.session.add(pick)
        repository.touch(tx.session, pick_list)
        tx.publish(
            PickReopened(
                store_id=pick.store_id,
                at=moment(asked, pick_list, tx),
                pick_list_id=pick_list.id,
                pick_id=pick.id,
                order_line_id=pick.order_line_id,
                picker_id=asked.asker.person_id,
            )
        )

    def report_shelf_empty(self, asked: Asked[ReportShelfEmpty], tx: Transaction) -> None:
        """Changes nothing of the walk: whoever fills shelves reads it in the journal."""
        pick_list = find_pick_list(asked.asker, asked.command, tx)
        pick = _find_pick(pick_list, asked.command.pick_id, tx)
        tx.publish(
            ShelfEmptied(
                store_id=pick.store_id,
                at=moment(asked, pick_list, tx),
                pick_list_id=pick_list.id,
                pick_id=pick.id,
                order_line_id=pick.order_line_id,
                product_id=pick.product_id,
                location_id=pick.location_id,
                picker_id=asked.asker.person_id,
            )
        )


def _find_pick(pick_list: PickListRow, pick_id: str, tx: Transaction) -> PickRow:
    pick = repository.get_pick(tx.session, pick_list.id, pick_id)
    if pick is None:
        raise PickNotFound("no such pick in this pick list", pick_id=pick_id)
    return pick
