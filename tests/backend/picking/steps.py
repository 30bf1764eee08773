"""What a picker does in these tests, in one line each."""

from __future__ import annotations

from datetime import datetime

from backend.picking.commands import Asker
from backend.picking.models import PickListRow, PickRow
from shared.commands import ConfirmPick, FinishPickList, ReportShort
from shared.picking import PickStatus, ShortReason
from tests.backend.rooms import Rooms


def confirm(
    rooms: Rooms,
    asker: Asker,
    sku: str,
    *,
    scan: str | None = None,
    quantity: int | None = None,
    made_at: datetime | None = None,
) -> None:
    """The right product in the ordered quantity, unless told otherwise; the SKU itself counts as a scan."""
    rooms.ask(asker, confirmation(rooms.pick_of(sku), scan=scan, quantity=quantity), made_at=made_at)


def confirmation(pick: PickRow, *, scan: str | None = None, quantity: int | None = None) -> ConfirmPick:
    return ConfirmPick(
        pick_list_id=pick.pick_list_id,
        pick_id=pick.id,
        quantity=pick.quantity_ordered if quantity is None else quantity,
        scan=pick.product_id.removeprefix("prd_") if scan is None else scan,
    )


def shortage(pick: PickRow, *, found: int = 0, reason: ShortReason = ShortReason.NOT_ON_SHELF) -> ReportShort:
    return ReportShort(pick_list_id=pick.pick_list_id, pick_id=pick.id, quantity_found=found, reason=reason)


def short(
    rooms: Rooms, asker: Asker, sku: str, *, found: int = 0, reason: ShortReason = ShortReason.NOT_ON_SHELF
) -> None:
    """Fewer found than ordered, often none."""
    rooms.ask(asker, shortage(rooms.pick_of(sku), found=found, reason=reason))


def finish_all(rooms: Rooms, asker: Asker, pick_list: PickListRow) -> None:
    """Confirm whatever is open, then finish."""
    for pick in rooms.picks(pick_list.id):
        if pick.status == PickStatus.OPEN:
            rooms.ask(asker, confirmation(pick))
    rooms.ask(asker, FinishPickList(pick_list_id=pick_list.id))
