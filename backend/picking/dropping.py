"""What becomes of a walk when an order of it is cancelled, or changes before anybody has set out."""

from __future__ import annotations

from datetime import datetime

from backend.core.writer import Transaction
from backend.picking import offers, repository
from backend.picking.models import PickListRow
from backend.picking.proposals import close_proposals
from backend.picking.repository import Found
from shared.events import OrderAmended, OrderCancelled, PickCancelled, PickListCancelled
from shared.picking import PickListStatus, PickStatus


class Dropping:
    """Listeners of the room."""

    def drop_cancelled_order(self, event: OrderCancelled, tx: Transaction) -> None:
        """A cancelled order's open picks fall away; a trolley with nothing but cancelled orders is not walked."""
        pick_list = _pick_list_of(event, tx)
        if pick_list is None:
            return
        close_proposals(event, tx)
        for pick in repository.get_unsettled_picks_of_order(tx.session, event.order_id):
            pick.status, pick.recorded_at = PickStatus.CANCELLED, tx.now()
            tx.session.add(pick)
            repository.touch(tx.session, pick_list)
            _tell(pick, event.at, tx)
        _cancel_if_nothing_is_left(pick_list, event.at, tx)

    def drop_amended_order(self, event: OrderAmended, tx: Transaction) -> None:
        """The order leaves its trolley, tote and all, as if it had never been planned: it is planned anew."""
        pick_list = _pick_list_of(event, tx)
        if pick_list is None:
            return
        assert pick_list.status == PickListStatus.READY, "an order somebody walks for is not amended"
        tote = repository.get_tote_of_order(tx.session, event.order_id)
        assert tote is not None, "it was found by its tote"
        pick_list.one_order_per_walk_m -= tote.alone_m or 0.0
        pick_list.walk_unstaged_m, pick_list.serpentine_m = None, None  # they were said of the walk as it was planned
        picks = repository.delete_tote(tx.session, tote)
        repository.touch(tx.session, pick_list)
        for pick in picks:
            _tell(pick, event.at, tx)
        _cancel_if_nothing_is_left(pick_list, event.at, tx)


def _pick_list_of(event: OrderCancelled | OrderAmended, tx: Transaction) -> PickListRow | None:
    """The walk the order is on; None where it waits for one."""
    tote = repository.get_tote_of_order(tx.session, event.order_id)
    if tote is None:
        return None
    pick_list = repository.get_pick_list(tx.session, event.store_id, tote.pick_list_id)
    assert pick_list is not None, "a tote always has its pick list"
    return pick_list


def _tell(pick: Found, at: datetime, tx: Transaction) -> None:
    tx.publish(
        PickCancelled(
            store_id=pick.store_id,
            at=at,
            pick_list_id=pick.pick_list_id,
            pick_id=pick.id,
            order_line_id=pick.order_line_id,
        )
    )


def _cancel_if_nothing_is_left(pick_list: PickListRow, at: datetime, tx: Transaction) -> None:
    if pick_list.status != PickListStatus.READY or repository.count_open_picks(tx.session, pick_list.id):
        return
    pick_list.status, pick_list.cancelled_at = PickListStatus.CANCELLED, tx.now()
    offers.close(tx.session, pick_list.id)
    repository.touch(tx.session, pick_list)
    tx.publish(PickListCancelled(store_id=pick_list.store_id, at=at, pick_list_id=pick_list.id))
