"""What every command of a picker asks first: is there such a pick list and pick, is it theirs, and when was it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol, TypeVar

from backend.core.writer import Transaction
from backend.picking import repository
from backend.picking.commands import Asked, Asker
from backend.picking.errors import (
    PickAlreadyDone,
    PickListClosed,
    PickListNotFound,
    PickListNotStarted,
    PickListTaken,
    PickNotFound,
    QuantityWrong,
)
from backend.picking.leaving import was_picked_before_take_over
from backend.picking.models import PickListRow
from backend.picking.repository import Found
from shared.commands import ConfirmPick, PickerCommand, ReportShort, Substitute
from shared.picking import PickListStatus, PickStatus


class OfPickList(Protocol):
    """A command about one pick list."""

    @property
    def pick_list_id(self) -> str: ...


def find_pick_list(asker: Asker, command: OfPickList, tx: Transaction) -> PickListRow:
    """Raises PickListNotFound."""
    pick_list = repository.get_pick_list(tx.session, asker.store_id, command.pick_list_id)
    if pick_list is None:
        raise no_such_list(command.pick_list_id)
    return pick_list


Settling = TypeVar("Settling", ConfirmPick, ReportShort, Substitute)


def find_open_pick(asked: Asked[Settling], tx: Transaction) -> tuple[Found, Found]:
    """The pick list and the pick, as rows to read: the commands that settle a pick write plain SQL."""
    command = asked.command
    pick_list = repository.find_walk(tx.connection, asked.asker.store_id, command.pick_list_id)
    if pick_list is None:
        raise no_such_list(command.pick_list_id)
    if not was_picked_before_take_over(asked, pick_list, tx):
        refuse_not_own(pick_list, asked.asker)
    pick = repository.find_stop(tx.connection, pick_list.id, command.pick_id)
    if pick is None:
        raise PickNotFound("no such pick in this pick list", pick_id=command.pick_id)
    if pick.status != PickStatus.OPEN:
        raise PickAlreadyDone(f"this pick is {pick.status} already", pick_id=pick.id, status=pick.status)
    return pick_list, pick


def refuse_not_own(pick_list: PickListRow | Found, asker: Asker) -> None:
    """Raises PickListClosed, PickListNotStarted or PickListTaken."""
    refuse_closed(pick_list)
    if pick_list.status == PickListStatus.READY:
        raise PickListNotStarted("take the trolley first", pick_list_id=pick_list.id)
    if pick_list.picker_id != asker.person_id:
        raise PickListTaken(f"{pick_list.picker_name} walks with this trolley", pick_list_id=pick_list.id)


def refuse_closed(pick_list: PickListRow | Found) -> None:
    """Raises PickListClosed."""
    if pick_list.status in (PickListStatus.FINISHED, PickListStatus.CANCELLED):
        raise PickListClosed(f"this pick list is {pick_list.status}", pick_list_id=pick_list.id)


def refuse_too_many(quantity: int, pick: Found) -> None:
    """Raises QuantityWrong where an order may not get so much of it."""
    if pick.quantity_max is not None and quantity > pick.quantity_max:
        raise QuantityWrong(
            f"an order gets at most {pick.quantity_max} of it, not {quantity}",
            pick_id=pick.id,
            quantity_max=pick.quantity_max,
        )


C = TypeVar("C", bound=PickerCommand)


def moment(asked: Asked[C], pick_list: PickListRow | Found, tx: Transaction) -> datetime:
    """When it happened, by the phone's clock, kept between the walk's start and now: phone clocks run wrong."""
    earliest = pick_list.started_at or pick_list.released_at
    return min(max(asked.made_at, earliest), tx.now())


def no_such_list(pick_list_id: str) -> PickListNotFound:
    return PickListNotFound("no such pick list in this store", pick_list_id=pick_list_id)
