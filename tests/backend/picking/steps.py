"""What a picker does in these tests, in one line each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from backend.picking.commands import Asker
from backend.picking.models import PickListRow, PickRow
from shared.commands import (
    ConfirmPick,
    FinishPickList,
    PutSubstituteBack,
    ReportShort,
    StartPickList,
    Substitute,
)
from shared.picking import PickStatus, ShortReason
from shared.substitution import SubstitutionWish
from tests.backend.rooms import Rooms
from tests.factories import make_line, make_order


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


def substitution(
    pick: PickRow,
    sku: str,
    *,
    quantity: int | None = None,
    found: int = 0,
    scan: str | None = None,
    reason: ShortReason = ShortReason.NOT_ON_SHELF,
    store_reason: str = "",
) -> Substitute:
    return Substitute(
        pick_list_id=pick.pick_list_id,
        pick_id=pick.id,
        quantity_found=found,
        reason=reason,
        store_reason=store_reason,
        product_id=f"prd_{sku}",
        quantity=pick.quantity_ordered - found if quantity is None else quantity,
        scan=sku if scan is None else scan,
    )


def substitute(rooms: Rooms, asker: Asker, sku: str, other: str, **parts: Any) -> None:
    """Another product for all that is missing, unless told otherwise; its SKU counts as a scan."""
    rooms.ask(asker, substitution(rooms.pick_of(sku), other, **parts))


def put_back(rooms: Rooms, asker: Asker, sku: str) -> None:
    pick = rooms.pick_of(sku)
    rooms.ask(asker, PutSubstituteBack(pick_list_id=pick.pick_list_id, pick_id=pick.id))


def walking_with(rooms: Rooms, asker: Asker, wish: SubstitutionWish, *skus: str, **parts: Any) -> PickListRow:
    """One order `o1` of these products whose shopper wishes this, and its picker walks."""
    stocked = [rooms.products.stocked[f"prd_{sku}"] for sku in skus]
    wished_skus = parts.pop("wished_skus", ())
    lines = [make_line(product, wish=wish, wished_skus=wished_skus) for product in stocked]
    rooms.do(make_order("o1", lines, **parts))
    assert rooms.release(is_forced=True) == 1
    pick_list = rooms.rows(PickListRow)[-1]
    rooms.ask(asker, StartPickList(pick_list_id=pick_list.id))
    return rooms.pick_list(pick_list.id)


def finish_all(rooms: Rooms, asker: Asker, pick_list: PickListRow) -> None:
    """Confirm whatever is open, then finish."""
    for pick in rooms.picks(pick_list.id):
        if pick.status == PickStatus.OPEN:
            rooms.ask(asker, confirmation(pick))
    rooms.ask(asker, FinishPickList(pick_list_id=pick_list.id))
