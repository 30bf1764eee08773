"""What is in the hand for the present stop, and how a stop is settled: counted, confirmed, short, taken back."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date

from mobile.services.outbox import COUNTING, IN_HAND, NotStoredOnPhone, Outbox
from mobile.services.signals import Signal
from mobile.services.synced import UNDOABLE
from mobile.state.in_hand import EnteredBy, InHand
from mobile.state.link_state import LinkState
from mobile.state.scan_outcome import OutcomeKind, ScanOutcome
from mobile.state.stops_state import StopsState
from mobile.state.work_state import WorkState
from shared.commands import QUANTITY_MAX, ConfirmPick, ReportShelfEmpty, ReportShort, UndoPick
from shared.labels import pressed_label
from shared.picking import Pick, ShortReason, is_quantity_right
from shared.products import UnitOfMeasure
from shared.short_reasons import QUANTITY_LIMIT


class SettlingState(StopsState):
    """What is in the hand, kept on the device too: a phone may go off. What came of a step is in `outcome`."""

    def __init__(self, outbox: Outbox, work: WorkState, link_state: LinkState) -> None:
        super().__init__(work)
        self._outbox = outbox
        self._link_state = link_state
        self._number = 0
        self._evidence = ""
        self._counting_id: str | None = None
        self._offered_id: str | None = None
        self._offered_code = ""
        self._done_id: str | None = None
        self._empty_id: str | None = None
        self._last_day: date | None = None
        self.counted = 0
        self.in_hand: InHand | None = None  # scanned, and waiting for its tote to be shown
        self.asks_weight = False
        self.outcome: ScanOutcome | None = None

    @property
    def undoable(self) -> Pick | None:
        """The last pick this phone has settled, where it can be taken back."""
        picks = self.pick_list.picks if self.pick_list else []
        return next((one for one in picks if one.id == self._done_id and one.status in UNDOABLE), None)

    @property
    def is_shelf_told(self) -> bool:
        """Whether it was said already that the last pick left its shelf empty."""
        return self._empty_id is not None and self._empty_id == self._done_id

    # What a picker does

    async def take_all(self) -> ScanOutcome | None:
        """The picker holds the whole quantity after scanning one of it."""
        async with self._one_at_a_time:
            pick = self.current
            if pick is None or not self.counted or pick.product.unit is not UnitOfMeasure.EACH:
                return None
            return await self._take_wanted(pick, self._evidence, "scanner")

    async def enter_grams(self, weight_g: int) -> ScanOutcome | None:
        """Weighed goods without a scale label: the picker types what the scale shows."""
        async with self._one_at_a_time:
            pick = self.current
            if pick is None or pick.product.unit is not UnitOfMeasure.GRAM or not 0 < weight_g <= QUANTITY_MAX:
                return None
            return await self._weigh(pick, weight_g, self._evidence or pick.product.sku, "typed")

    async def report_short(
        self, reason: ShortReason, quantity_found: int, store_reason: str = ""
    ) -> ScanOutcome | None:
        """Fewer than ordered, and why. None if there is nothing to report on."""
        async with self._one_at_a_time:
            pick = self.current
            most = -1 if pick is None else min(pick.quantity_ordered - 1, pick.quantity_wanted)
            if pick is None or not 0 <= quantity_found <= most:
                return None
            return await self._report(pick, reason, store_reason, quantity_found)

    async def undo(self) -> ScanOutcome | None:
        """Take the last pick back: it is the present stop again. None where there is nothing to take back."""
        async with self._one_at_a_time:
            pick, walk = self.undoable, self.pick_list
            if pick is None or walk is None:
                return None
            if not await self._work.issue(UndoPick(pick_list_id=walk.id, pick_id=pick.id)):
                return self._conclude(OutcomeKind.NOT_STORED, expected=pick)
            self._done_id = None
            with suppress(NotStoredOnPhone):
                await self._outbox.remember(COUNTING, None)
            self._turn_to(pick.id)
            return self._conclude(OutcomeKind.UNDONE, expected=pick)

    async def report_shelf_empty(self) -> bool:
        """The last one of the last pick was taken. False where there is no such pick, or it could not be stored."""
        async with self._one_at_a_time:
            pick, walk = self.undoable, self.pick_list
            if pick is None or walk is None or self.is_shelf_told:
                return False
            is_stored = await self._work.issue(ReportShelfEmpty(pick_list_id=walk.id, pick_id=pick.id))
            if is_stored:
                self._empty_id = pick.id
                self._work.signal(Signal.OK)
            return is_stored

    def show_substituted(self, pick: Pick, quantity: int, *, is_stored: bool) -> ScanOutcome:
        """Another product went into the tote for this stop."""
        kind = OutcomeKind.SUBSTITUTED if is_stored else OutcomeKind.NOT_STORED
        return self._conclude(kind, expected=pick, quantity=quantity)

    def put_outcome_away(self, number: int | None = None) -> None:
        """The picker has seen it (or its time is over); a newer one stays."""
        if self.outcome is not None and number in (None, self.outcome.number):
            self.outcome = None

    def leave_weight(self) -> None:
        self.asks_weight = False

    # Settling

    async def _report(self, pick: Pick, reason: ShortReason, store_reason: str, quantity_found: int) -> ScanOutcome:
        walk = self.pick_list
        assert walk is not None, "a pick belongs to a walk"
        self._done_id = pick.id
        said = ReportShort(
            pick_list_id=walk.id,
            pick_id=pick.id,
            quantity_found=quantity_found,
            reason=reason,
            store_reason=store_reason,
        )
        if not await self._work.issue(said):
            return self._conclude(OutcomeKind.NOT_STORED, expected=pick)
        kind = OutcomeKind.LIMITED if store_reason == QUANTITY_LIMIT else OutcomeKind.SHORT
        return self._conclude(kind, expected=pick, quantity=quantity_found)

    async def _take_wanted(self, pick: Pick, raw: str, entered_by: EnteredBy) -> ScanOutcome:
        """All that is to be taken is in the hand; where an order may not get what was ordered, the rest is short."""
        if pick.is_limited:
            return await self._report(pick, ShortReason.TOO_FEW, QUANTITY_LIMIT, pick.quantity_wanted)
        return await self._confirm(pick, pick.quantity_ordered, raw, entered_by)

    async def _weigh(self, pick: Pick, weight_g: int, raw: str, entered_by: EnteredBy) -> ScanOutcome:
        total_g = self.counted + weight_g
        is_allowed = pick.quantity_max is None or total_g <= pick.quantity_max
        if is_allowed and is_quantity_right(UnitOfMeasure.GRAM, pick.quantity_ordered, total_g, pick.tolerance_percent):
            return await self._confirm(pick, total_g, raw, entered_by)
        if is_allowed and total_g < pick.quantity_ordered:
            return await self._count(pick, total_g, raw)
        return self._conclude(OutcomeKind.WEIGHT_OFF, scan=raw, expected=pick, quantity=total_g)

    async def _count(self, pick: Pick, counted: int, raw: str) -> ScanOutcome:
        try:
            await self._outbox.remember(COUNTING, json.dumps([pick.id, counted, raw]))
        except NotStoredOnPhone:
            return self._conclude(OutcomeKind.NOT_STORED, scan=raw, expected=pick)
        self._counting_id, self._evidence, self.counted, self.asks_weight = pick.id, raw, counted, False
        return self._conclude(OutcomeKind.COUNTED, scan=raw, expected=pick, quantity=counted)

    async def _confirm(self, pick: Pick, quantity: int, raw: str, entered_by: EnteredBy) -> ScanOutcome:
        """The whole quantity is in the hand. Into which tote it goes must be shown where the store wants that."""
        assert self.pick_list is not None, "a pick belongs to a walk"
        if not self._work.store_rules.asks_tote(self.pick_list):
            return await self._settle(pick, quantity, raw, entered_by, "")
        held = InHand(pick.id, quantity, raw, entered_by)
        try:
            await self._outbox.remember(IN_HAND, held.to_text())
        except NotStoredOnPhone:
            return self._conclude(OutcomeKind.NOT_STORED, scan=raw, expected=pick)
        self.in_hand, self.asks_weight = held, False
        return self._conclude(OutcomeKind.NEEDS_TOTE, scan=raw, expected=pick, quantity=quantity)

    async def _settle(self, pick: Pick, quantity: int, raw: str, entered_by: EnteredBy, shown: str) -> ScanOutcome:
        walk = self.pick_list
        assert walk is not None, "a pick belongs to a walk"
        self._done_id = pick.id
        said = ConfirmPick(
            pick_list_id=walk.id,
            pick_id=pick.id,
            quantity=quantity,
            scan=raw,
            entered_by="label" if pressed_label(raw) is not None else entered_by,
            tote_code=shown,
        )
        if not await self._work.issue(said):
            return self._conclude(OutcomeKind.NOT_STORED, scan=raw, expected=pick)
        self.asks_weight, self.in_hand = False, None
        return self._conclude(OutcomeKind.PICKED, scan=raw, expected=pick, quantity=quantity)

    # Helpers

    def _conclude(
        self,
        kind: OutcomeKind,
        *,
        scan: str = "",
        expected: Pick | None = None,
        found: Pick | None = None,
        quantity: int = 0,
        letter: str = "",
    ) -> ScanOutcome:
        self._number += 1
        self._offered_id, self._offered_code = None, ""
        is_offline = not self._link_state.is_online
        last_day, self._last_day = self._last_day, None
        outcome = ScanOutcome(kind, self._number, scan, expected, found, quantity, letter, last_day, is_offline)
        self.outcome = outcome
        self._work.signal(outcome.signal)
        return outcome

    def _is_begun(self, pick: Pick) -> bool:
        is_held = self.in_hand is not None and self.in_hand.pick_id == pick.id
        return is_held or bool(self.counted and self._counting_id == pick.id)

    def _hold_on(self) -> None:
        current = self.current
        if current is None or current.id != self._counting_id:
            self._recall_count(current)
        if self.in_hand is None or current is None or current.id != self.in_hand.pick_id:
            kept = InHand.from_text(self._outbox.recall(IN_HAND))
            self.in_hand = kept if kept is not None and current is not None and kept.pick_id == current.id else None

    def _let_go(self) -> None:
        self.asks_weight, self.in_hand = False, None
        self._recall_count(self.current)

    def _recall_count(self, pick: Pick | None) -> None:
        self._counting_id = pick.id if pick else None
        counted, evidence = 0, ""
        kept = self._outbox.recall(COUNTING)
        if pick is not None and kept:
            pick_id, kept_count, kept_evidence = json.loads(kept)
            if pick_id == pick.id:
                counted, evidence = int(kept_count), str(kept_evidence)
        self._evidence, self.counted = evidence, counted
