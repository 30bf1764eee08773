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
    TYPE = "BLINKPICK-TYPE"  # a barcode that cannot be read: its digits follow
    BLOCKED = "BLINKPICK-BLOCKED"  # one cannot get through the aisle of this stop
    MAP = "BLINKPICK-MAP"
    CHECK = "BLINKPICK-CHECK"  # checks the scanner, signed in or not
    DESK = "BLINKPICK-DESK"  # hangs at the hand-over desk
    AGE = "BLINKPICK-AGE"  # a document was seen there: whoever fetches the order is an adult
    ALL_HERE = "BLINKPICK-ALL-HERE"  # the bags there carry no codes: they were counted by eye


DIGIT_CODES = tuple(f"{PREFIX}{digit}" for digit in range(10))  # a keypad: PIN, grams, bags, a code
SHORT_PREFIX = PREFIX + "SHORT-"  # and the reason: what was counted is all there is


def short_code(reason: str) -> str:
    return SHORT_PREFIX + reason.upper().replace("_", "-")


def short_reason(raw: str, reasons: Sequence[StoreReason] = ()) -> StoreReason | None:
    """The reason in a scanned code; None where it is none of the store's `reasons` (none given: the standard ones)."""
    word = raw.removeprefix(SHORT_PREFIX).lower().replace("-", "_")
    return reason_named(word, reasons) if raw.startswith(SHORT_PREFIX) else None


def digit_in(raw: str) -> str | None:
    """The key of a keypad that a scanned code stands for; None where it is none."""
    code = raw.strip()
    return code.removeprefix(PREFIX) if code in DIGIT_CODES else None


def every_code() -> list[str]:
    """All that are printed, the digits last."""
    return [*PrintedCode, *map(short_code, ShortReason), *DIGIT_CODES]
