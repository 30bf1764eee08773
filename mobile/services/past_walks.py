"""What a phone keeps of walks that are over: the last few, for what was refused of them still names its product.

The backend tells a picker how each walk ended, and never takes it back: a phone that kept them all would hold every
walk of its life, in its file and in memory, and look them through at each scan.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.picking import PickList, PickListStatus

KEPT_MAX = 2
_OVER = (PickListStatus.FINISHED, PickListStatus.CANCELLED)


def without_older(pick_lists: Mapping[str, PickList], newest: PickList) -> dict[str, PickList]:
    """The lists once `newest` has come: with it at most `KEPT_MAX` that are over."""
    kept = {**pick_lists, newest.id: newest}
    if newest.status not in _OVER:
        return kept
    over = sorted((one for one in kept.values() if one.status in _OVER and one.id != newest.id), key=_ended)
    for one in over[: max(0, len(over) + 1 - KEPT_MAX)]:
        del kept[one.id]
    return kept


def _ended(pick_list: PickList) -> tuple[str, str]:
    """Earliest first; a cancelled one, of which nobody knows when, before all others."""
    return ("" if pick_list.finished_at is None else pick_list.finished_at.isoformat(), pick_list.id)
