"""What a code printed on the trolley says: it does what a button does, so that gloves never need the screen. Pure.

Code 128 and QR of plain capitals, digits and hyphens, which every keyboard layout of a scanner types alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from shared.picking import ShortReason
from shared.short_reasons import StoreReason, reason_named

PREFIX = "BLINKPICK-"


class PrintedCode(StrEnum):
    """The order is that of the printed sheet."""

    OK = "BLINKPICK-OK"  # the big button
    BACK = "BLINKPICK-BACK"  # puts away what lies above, or leaves the screen
    UNDO = "BLINKPICK-UNDO"
    LATER = "BLINKPICK-LATER"
    EMPTY = "BLINKPICK-EMPTY"
    OTHER = "BLINKPICK-OTHER"  # another product instead
    OUT = "BLINKPICK-OUT"  # what the shopper did not want is out of the tote
    MAP = "BLINKPICK-MAP"
    CHECK = "BLINKPICK-CHECK"  # checks the scanner, signed in or not
    DESK = "BLINKPICK-DESK"  # hangs at the hand-over desk
    AGE = "BLINKPICK-AGE"  # a document was seen there: whoever fetches the order is an adult


SHORT_PREFIX = PREFIX + "SHORT-"  # and the reason: what was counted is all there is


def short_code(reason: str) -> str:
    return SHORT_PREFIX + reason.upper().replace("_", "-")


def short_reason(raw: str, reasons: Sequence[StoreReason] = ()) -> StoreReason | None:
    """The reason in a scanned code; None where it is none of the store's `reasons` (none given: the standard ones)."""
    word = raw.removeprefix(SHORT_PREFIX).lower().replace("-", "_")
    return reason_named(word, reasons) if raw.startswith(SHORT_PREFIX) else None


def every_code() -> list[str]:
    """All that are printed, short picks last."""
    return [*PrintedCode, *map(short_code, ShortReason)]
