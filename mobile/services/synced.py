"""What updates and commands do to the pick lists a phone holds. Pure: lists in, lists out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from mobile.services.substituted import after_put_back, after_substitute
from shared.commands import (
    ConfirmPick,
    FinishPickList,
    PutSubstituteBack,
    ReportBlockedAisle,
    ReportShort,
    StartPickList,
    Substitute,
)
from shared.ids import Id
from shared.labels import BlinkPattern, LightColour
from shared.picking import Pick, PickList, PickListStatus, PickProgress, PickStatus
from shared.sync.envelope import Command, Update

PICK_LIST = "pick_list"
PICK = "pick"
PICK_LIST_REMOVED = "pick_list.removed"
SYNCED = "synced"  # ends each catch-up; after a reset it is what makes the new documents replace the old

PickLists = dict[str, PickList]


class Picker(BaseModel):
    """Who walks: what the phone writes on a list it has started before the backend says so."""

    model_config = ConfigDict(frozen=True)

    person_id: str = ""
    name: str = ""
    colour: LightColour | None = None
    pattern: BlinkPattern | None = None
    may_not_pick: tuple[str, ...] = ()


class _PickUpdate(BaseModel):
    pick_list_id: Id
    revision: int
    pick: PickProgress


def fold_update(pick_lists: PickLists, update: Update) -> PickLists:
    """The lists after one update. The higher revision wins; an unknown name or an odd body changes nothing."""
    try:
        if update.name == PICK_LIST:
            return _with_list(pick_lists, PickList.model_validate(update.body))
        if update.name == PICK:
            return _with_pick(pick_lists, _PickUpdate.model_validate(update.body))
        if update.name == PICK_LIST_REMOVED:
            return _without(pick_lists, update.body)
    except ValidationError:
        return pick_lists  # a newer backend may say more than this app understands; the rest still counts
    return pick_lists


def apply_waiting(pick_lists: PickLists, commands: Iterable[Command], picker: Picker) -> PickLists:
    """What the picker sees: what the backend said, with every waiting command already done on top."""
    lists = dict(pick_lists)
    for command in commands:
        pick_list = lists.get(str(command.body.get("pick_list_id")))
        if pick_list is not None:
            lists[pick_list.id] = apply_command(pick_list, command, picker)
    return lists


def apply_command(pick_list: PickList, command: Command, picker: Picker) -> PickList:
    """The list as it will be once the backend has applied `command`. The revision stays: that one is the backend's."""
    body = command.body
    if command.name == StartPickList.name and pick_list.status is PickListStatus.READY:
        return pick_list.model_copy(
            update={
                "status": PickListStatus.PICKING,
                "picker_id": picker.person_id or None,
                "picker_name": picker.name,
                "colour": pick_list.colour or picker.colour,
                "pattern": pick_list.pattern or picker.pattern,
                "started_at": command.made_at,
            }
        )
    if command.name == StartPickList.name and pick_list.is_left:
        return pick_list.model_copy(
            update={
                "picker_id": picker.person_id or None,
                "picker_name": picker.name,
                "colour": picker.colour,
                "pattern": picker.pattern,
                "left_at": None,
                "left_near": "",
            }
        )
    if command.name == FinishPickList.name and pick_list.status is PickListStatus.PICKING:
        return pick_list.model_copy(update={"status": PickListStatus.FINISHED, "finished_at": command.made_at})
    if command.name == ConfirmPick.name:
        return _progressed(pick_list, str(body.get("pick_id")), PickStatus.PICKED, body.get("quantity"), None)
    if command.name == ReportShort.name:
        found, reason = body.get("quantity_found"), body.get("reason")
        return _progressed(pick_list, str(body.get("pick_id")), PickStatus.SHORT, found, reason)
    if command.name == Substitute.name:
        return _with_each(pick_list, lambda pick: after_substitute(pick, command))
    if command.name == PutSubstituteBack.name:
        return _with_each(pick_list, lambda pick: after_put_back(pick, command))
    if command.name == ReportBlockedAisle.name:
        return _without_aisle(pick_list, str(body.get("aisle")))
    return pick_list


def _with_each(pick_list: PickList, after: Callable[[Pick], Pick]) -> PickList:
    return pick_list.model_copy(update={"picks": [after(pick) for pick in pick_list.picks]})


def _without_aisle(pick_list: PickList, aisle: str) -> PickList:
    """Its open stops come last, until the backend says what one still reaches, and how."""

    def after(pick: Pick) -> Pick:
        is_behind = pick.status is PickStatus.OPEN and pick.location.aisle == aisle
        return pick.model_copy(update={"is_cut_off": True}) if is_behind else pick

    return pick_list.model_copy(update={"picks": [after(pick) for pick in pick_list.picks]})


def _progressed(pick_list: PickList, pick_id: str, status: PickStatus, quantity: Any, reason: Any) -> PickList:
    def after(pick: Pick) -> Pick:
        if pick.id != pick_id or pick.status is not PickStatus.OPEN:
            return pick
        done = PickProgress(id=pick.id, status=status, quantity_picked=quantity or 0, short_reason=reason)
        return _with_progress(pick, done)

    return pick_list.model_copy(update={"picks": [after(pick) for pick in pick_list.picks]})


def _with_list(pick_lists: PickLists, pick_list: PickList) -> PickLists:
    held = pick_lists.get(pick_list.id)
    if held is not None and held.revision >= pick_list.revision:
        return pick_lists
    return {**pick_lists, pick_list.id: pick_list}


def _with_pick(pick_lists: PickLists, update: _PickUpdate) -> PickLists:
    held = pick_lists.get(update.pick_list_id)
    if held is None or held.revision >= update.revision:
        return pick_lists
    picks = [_with_progress(pick, update.pick) if pick.id == update.pick.id else pick for pick in held.picks]
    return {**pick_lists, held.id: held.model_copy(update={"picks": picks, "revision": update.revision})}


def _with_progress(pick: Pick, progress: PickProgress) -> Pick:
    return pick.model_copy(
        update={
            "status": progress.status,
            "quantity_picked": progress.quantity_picked,
            "short_reason": progress.short_reason,
        }
    )


def _without(pick_lists: PickLists, body: dict[str, Any]) -> PickLists:
    gone = str(body.get("pick_list_id"))
    return {key: pick_list for key, pick_list in pick_lists.items() if key != gone}
