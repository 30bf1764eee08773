"""What packing an order does to its tote on the phone, before the backend says so. Pure."""

from __future__ import annotations

from pydantic import ValidationError

from shared.commands import PackOrder
from shared.picking import PickList, Tote
from shared.sync.envelope import Command


def after_pack(pick_list: PickList, command: Command) -> PickList:
    """The list with that order packed; the very same list where no tote holds it."""
    try:
        said = PackOrder.model_validate(command.body)
    except ValidationError:
        return pick_list
    if all(tote.order_id != said.order_id for tote in pick_list.totes):
        return pick_list
    totes = [_packed(tote, said) if tote.order_id == said.order_id else tote for tote in pick_list.totes]
    return pick_list.model_copy(update={"totes": totes})


def _packed(tote: Tote, said: PackOrder) -> Tote:
    return tote.model_copy(
        update={"is_packed": True, "bags": said.bags, "bag_codes": list(said.bag_codes), "place": said.place}
    )
