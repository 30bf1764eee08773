"""Why something is short, in the picker's language: the app's own words, or the store's."""

from __future__ import annotations

from collections.abc import Sequence

from mobile.captions import Say
from shared.picking import Pick
from shared.short_reasons import QUANTITY_LIMIT, StoreReason, reason_named


def reason_caption(say: Say, reason: StoreReason, language: str) -> str:
    """The store's own name for it, where it gave one."""
    return reason.name_in(language) or say(f"short.reason.{reason.meaning}")


def told_reason(say: Say, pick: Pick, reasons: Sequence[StoreReason], language: str) -> str:
    """What was said of a pick; what a reason means, where the store does not know that reason any more."""
    if pick.short_reason is None:
        return ""
    if pick.store_reason == QUANTITY_LIMIT:
        return say("short.quantity_limit")
    named = reason_named(pick.store_reason or pick.short_reason.value, reasons)
    return reason_caption(say, named, language) if named else say(f"short.reason.{pick.short_reason}")
