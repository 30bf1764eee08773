"""What came of a scan, in values a screen can show and a test can compare."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from mobile.services.signals import Signal
from shared.picking import Pick


class OutcomeKind(StrEnum):
    """Every way a scan can end. The value is also part of its captions' names."""

    PICKED = "picked"
    COUNTED = "counted"
    SHORT = "short"
    LIMITED = "limited"  # no more of it for one order
    SUBSTITUTED = "substituted"
    WRONG_PRODUCT = "wrong_product"
    BAD_BARCODE = "bad_barcode"
    ALREADY_PICKED = "already_picked"
    OTHER_STOP = "other_stop"
    NEEDS_SCAN = "needs_scan"
    NEEDS_WEIGHT = "needs_weight"
    WEIGHT_OFF = "weight_off"
    EXPIRED = "expired"
    NEEDS_TOTE = "needs_tote"
    WRONG_TOTE = "wrong_tote"
    TOTE_BOUND = "tote_bound"
    SECOND_TOTE = "second_tote"
    OTHER_TOTE = "other_tote"
    UNDONE = "undone"
    NOT_STORED = "not_stored"


SIGNALS: dict[OutcomeKind, Signal] = {
    OutcomeKind.PICKED: Signal.OK,
    OutcomeKind.COUNTED: Signal.COUNTED,
    OutcomeKind.SHORT: Signal.OK,
    OutcomeKind.LIMITED: Signal.ATTENTION,
    OutcomeKind.SUBSTITUTED: Signal.OK,
    OutcomeKind.WRONG_PRODUCT: Signal.WRONG,
    OutcomeKind.BAD_BARCODE: Signal.WRONG,
    OutcomeKind.ALREADY_PICKED: Signal.ALREADY,
    OutcomeKind.OTHER_STOP: Signal.DECIDE,
    OutcomeKind.NEEDS_SCAN: Signal.DECIDE,
    OutcomeKind.NEEDS_WEIGHT: Signal.DECIDE,
    OutcomeKind.WEIGHT_OFF: Signal.WRONG,
    OutcomeKind.EXPIRED: Signal.WRONG,
    OutcomeKind.NEEDS_TOTE: Signal.COUNTED,
    OutcomeKind.WRONG_TOTE: Signal.WRONG,
    OutcomeKind.TOTE_BOUND: Signal.OK,
    OutcomeKind.SECOND_TOTE: Signal.DECIDE,
    OutcomeKind.OTHER_TOTE: Signal.ALREADY,
    OutcomeKind.UNDONE: Signal.ALREADY,
    OutcomeKind.NOT_STORED: Signal.WRONG,
}
GOOD = frozenset(
    {
        OutcomeKind.PICKED,
        OutcomeKind.COUNTED,
        OutcomeKind.SHORT,
        OutcomeKind.LIMITED,
        OutcomeKind.SUBSTITUTED,
        OutcomeKind.NEEDS_TOTE,
        OutcomeKind.TOTE_BOUND,
        OutcomeKind.UNDONE,
    }
)
BAD = frozenset(
    {
        OutcomeKind.WRONG_PRODUCT,
        OutcomeKind.WRONG_TOTE,
        OutcomeKind.BAD_BARCODE,
        OutcomeKind.WEIGHT_OFF,
        OutcomeKind.EXPIRED,
        OutcomeKind.NOT_STORED,
    }
)


@dataclass(frozen=True)
class ScanOutcome:
    """`number` grows with every outcome, so that two equal ones are still two."""

    kind: OutcomeKind
    number: int
    scan: str = ""
    expected: Pick | None = None
    found: Pick | None = None  # the pick the scan really belongs to, if it is in this walk
    quantity: int = 0
    letter: str = ""  # of the tote that was shown
    last_day: date | None = None  # the product may be sold until then: told where that is soon or past
    is_offline: bool = False

    @property
    def is_good(self) -> bool:
        return self.kind in GOOD

    @property
    def closes_itself(self) -> bool:
        """Good news needs no finger, unless there is something to look at."""
        return self.is_good and self.last_day is None

    @property
    def signal(self) -> Signal:
        return Signal.ATTENTION if self.is_good and self.last_day is not None else SIGNALS[self.kind]

    @property
    def is_bad(self) -> bool:
        return self.kind in BAD
