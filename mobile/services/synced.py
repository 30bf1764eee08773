"""What updates and commands do to the pick lists a phone holds. Pure: lists in, lists out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from mobile.services.bound_totes import after_bind
from mobile.services.cold_totes import with_clocks
from mobile.services.packed_orders import after_pack
from mobile.services.past_walks import without_older
from mobile.services.substituted import after_put_back, after_substitute
from shared.commands import (
    BindTote,
    ConfirmPick,
    FinishPickList,
    PackOrder,
    PutSubstituteBack,
    ReportBlockedAisle,
    ReportShort,
    StartPickList,
    Substitute,
    UndoPick,
)
from shared.ids import Id
from shared.labels import BlinkPattern, LightColour
from shared.picking import Pick, PickList, PickListStatus, PickProgress, PickStatus, ShortReason
from shared.sync.envelope import Command, Update

UNDOABLE = frozenset({PickStatus.PICKED, PickStatus.SHORT})
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


class PickUpdate(BaseModel):
    """What has become of one pick, as the backend tells it; `revision` is that of its list afterwards."""

    model_config = ConfigDict(frozen=True)

    pick_list_id: Id
    revision: int
    pick: PickProgress


def fold_update(pick_lists: PickLists, update: Update) -> PickLists:
    """The lists after one update. The higher revision wins; an unknown name or an odd body changes nothing."""
    try:
        if update.name == PICK_LIST:
            return _with_list(pick_lists, PickList.model_validate(update.body))
        if update.name == PICK:
            return _with_pick(pick_lists, PickUpdate.model_validate(update.body))
        if update.name == PICK_LIST_REMOVED:
            return _without(pick_lists, update.body)
    except ValidationError:
        return pick_lists  # a newer backend may say more than this app understands; the rest still counts
    return pick_lists


def apply_command(pick_list: PickList, command: Command, picker: Picker) -> PickList:
    """The list as it will be once the backend has applied `command`. The revision stays: that one is the backend's."""
    return with_clocks(pick_list, _applied(pick_list, command, picker), command.made_at)


def _applied(pick_list: PickList, command: Command, picker: Picker) -> PickList:
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
        return _progressed(pick_list, str(body.get("pick_id")), PickStatus.PICKED, body.get("quantity"))
    if command.name == ReportShort.name:
        return _progressed(
            pick_list,
            str(body.get("pick_id")),
            PickStatus.SHORT,
            body.get("quantity_found"),
            short_reason=body.get("reason"),
            store_reason=str(body.get("store_reason") or ""),
        )
    if command.name == UndoPick.name:
        return _reopened(pick_list, str(body.get("pick_id")))
    if command.name == PackOrder.name:
        return after_pack(pick_list, command)
    if command.name == BindTote.name:
        return after_bind(pick_list, command)
    if command.name == Substitute.name:
        return _with_each(pick_list, lambda pick: after_substitute(pick, command))
    if command.name == PutSubstituteBack.name:
        return _with_each(pick_list, lambda pick: after_put_back(pick, command))
    if command.name == ReportBlockedAisle.name:
        return _without_aisle(pick_list, str(body.get("aisle")))
    return pick_list


def _with_each(pick_list: PickList, after: Callable[[Pick], Pick]) -> PickList:
    """The very same list where that changes nothing."""
    picks = [after(pick) for pick in pick_list.picks]
    if all(one is other for one, other in zip(picks, pick_list.picks, strict=True)):
        return pick_list
    return pick_list.model_copy(update={"picks": picks})


def _without_aisle(pick_list: PickList, aisle: str) -> PickList:
    """Its open stops come last, until the backend says what one still reaches, and how."""

    def after(pick: Pick) -> Pick:
        is_behind = pick.status is PickStatus.OPEN and pick.location.aisle == aisle
        return pick.model_copy(update={"is_cut_off": True}) if is_behind else pick

    return pick_list.model_copy(update={"picks": [after(pick) for pick in pick_list.picks]})


def _progressed(pick_list: PickList, pick_id: str, status: PickStatus, quantity: Any, **why: Any) -> PickList:
    """The very same list where the pick is not open any more."""
    pick = next((one for one in pick_list.picks if one.id == pick_id), None)
    if pick is None or pick.status is not PickStatus.OPEN:
        return pick_list
    done = PickProgress(id=pick.id, status=status, quantity_picked=quantity or 0, **why)
    return pick_list.model_copy(update={"picks": _picks_with(pick_list, done)})


def _reopened(pick_list: PickList, pick_id: str) -> PickList:
    pick = next((one for one in pick_list.picks if one.id == pick_id), None)
    if pick is None or pick.status not in UNDOABLE:
        return pick_list
    return pick_list.model_copy(update={"picks": _picks_with(pick_list, PickProgress(id=pick.id))})


def _with_list(pick_lists: PickLists, pick_list: PickList) -> PickLists:
    held = pick_lists.get(pick_list.id)
    if held is not None and held.revision >= pick_list.revision:
        return pick_lists
    return without_older(pick_lists, pick_list)


def _with_pick(pick_lists: PickLists, update: PickUpdate) -> PickLists:
    held = pick_lists.get(update.pick_list_id)
    if held is None or held.revision >= update.revision:
        return pick_lists
    return {**pick_lists, held.id: with_pick_update(held, update)}


def with_pick_update(pick_list: PickList, update: PickUpdate) -> PickList:
    """The list with one pick as the update tells it, at the update's revision."""
    picks = _picks_with(pick_list, update.pick)
    return pick_list.model_copy(update={"picks": picks, "revision": update.revision})


def _picks_with(pick_list: PickList, progress: PickProgress) -> list[Pick]:
    """The very same picks where this one is so already, as when the backend confirms what the phone has settled."""
    for index, pick in enumerate(pick_list.picks):
        if pick.id == progress.id:
            if _progress_of(pick) == _progress_of(progress):
                break
            picks = [*pick_list.picks]
            picks[index] = _with_progress(pick, progress)
            return picks
    return pick_list.picks


def _progress_of(pick: PickProgress) -> tuple[PickStatus, int, ShortReason | None, str]:
    return pick.status, pick.quantity_picked, pick.short_reason, pick.store_reason


def _with_progress(pick: Pick, progress: PickProgress) -> Pick:
    return pick.model_copy(
        update={
            "status": progress.status,
            "quantity_picked": progress.quantity_picked,
            "short_reason": progress.short_reason,
            "store_reason": progress.store_reason,
        }
    )


def _without(pick_lists: PickLists, body: dict[str, Any]) -> PickLists:
    gone = str(body.get("pick_list_id"))
    if gone not in pick_lists:
        return pick_lists
    return {key: pick_list for key, pick_list in pick_lists.items() if key != gone}
