"""What binding a container does to the totes on the phone, before the backend says so. Pure."""

from __future__ import annotations

from pydantic import ValidationError

from shared.commands import BindTote
from shared.picking import PickList, Tote
from shared.sync.envelope import Command


def after_bind(pick_list: PickList, command: Command) -> PickList:
    """The list with one container more; the very same list where it is there already, or no tote has that id."""
    try:
        said = BindTote.model_validate(command.body)
    except ValidationError:
        return pick_list
    totes = [_with_code(tote, said.code) if tote.id == said.tote_id else tote for tote in pick_list.totes]
    is_changed = any(one is not other for one, other in zip(totes, pick_list.totes, strict=True))
    return pick_list.model_copy(update={"totes": totes}) if is_changed else pick_list


def _with_code(tote: Tote, code: str) -> Tote:
    return tote if code in tote.codes else tote.model_copy(update={"codes": [*tote.codes, code]})
