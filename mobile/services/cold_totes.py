"""From when on something cold is in a tote, on the phone, before the backend says so. Pure."""

from __future__ import annotations

from datetime import datetime

from shared.picking import Pick, PickList, PickStatus, Tote
from shared.products import TemperatureClass

_FIELDS = {TemperatureClass.CHILLED: "chilled_since", TemperatureClass.FROZEN: "frozen_since"}


def with_clocks(before: PickList, after: PickList, made_at: datetime) -> PickList:
    """The list with a clock begun for what went into a tote just now, and stopped for what came out again."""
    if after.picks is before.picks:
        return after
    changed = [pick for pick, was in zip(after.picks, before.picks, strict=False) if pick is not was]
    letters = {pick.tote_letter for pick in changed if pick.product.temperature in _FIELDS}
    if not letters:
        return after
    totes = [_timed(tote, after.picks, made_at) if tote.letter in letters else tote for tote in after.totes]
    is_same = all(one is other for one, other in zip(totes, after.totes, strict=True))
    return after if is_same else after.model_copy(update={"totes": totes})


def _timed(tote: Tote, picks: list[Pick], made_at: datetime) -> Tote:
    held = {pick.product.temperature for pick in picks if pick.tote_letter == tote.letter and _is_in_tote(pick)}
    update: dict[str, datetime | None] = {}
    for temperature, field in _FIELDS.items():
        since = getattr(tote, field)
        if temperature in held and since is None:
            update[field] = made_at
        elif temperature not in held and since is not None:
            update[field] = None
    return tote.model_copy(update=update) if update else tote


def _is_in_tote(pick: Pick) -> bool:
    return pick.quantity_picked > 0 or pick.status in (PickStatus.PROPOSED, PickStatus.SUBSTITUTED)
