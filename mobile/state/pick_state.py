"""What a scan means for the walk under way, and what to tell the backend of it. Never blocks a scan."""

from __future__ import annotations

from mobile.services.outbox import Outbox
from mobile.state.in_hand import EnteredBy, tote_of, tote_with
from mobile.state.link_state import LinkState
from mobile.state.scan_outcome import OutcomeKind, ScanOutcome
from mobile.state.settling_state import SettlingState
from mobile.state.work_state import WorkState
from shared.barcode import (
    DEFAULT_WEIGHED_RULES,
    SCAN_MAX_CHARACTERS,
    BarcodeMalformed,
    Freshness,
    ScannedCode,
    WeighedRule,
)
from shared.commands import BindTote, RecordWrongScan
from shared.labels import LabelPressed, press_evidence
from shared.matching import is_product, read_scan, weight_of
from shared.own_codes import tote_code
from shared.picking import Pick
from shared.products import UnitOfMeasure
from shared.store_rules import LabelPress


class PickState(SettlingState):
    """One walk under way, as the screens draw it: its stops, what is in the hand, and what is scanned for them."""

    def __init__(self, outbox: Outbox, work: WorkState, link_state: LinkState) -> None:
        super().__init__(outbox, work, link_state)
        self.rules: tuple[WeighedRule, ...] = DEFAULT_WEIGHED_RULES
        work.on_refresh(self.refresh)
        self.refresh()

    # What a picker does

    async def scan(self, raw: str, entered_by: EnteredBy = "scanner") -> ScanOutcome:
        """Judge one scan and do what it means. The outcome is also in `outcome`, for the screen."""
        async with self._one_at_a_time:
            return await self._judge(raw.strip(), entered_by)

    async def press(self, pressed: LabelPressed) -> ScanOutcome | None:
        """A label was pressed: at the stop one is at, where the store lets it count, one piece is in the hand.

        None where it is nobody's business here. Several products at one place cannot be told apart by it.
        """
        async with self._one_at_a_time:
            pick, rule = self.current, self._work.store_rules.label_press
            if pick is None or rule is not LabelPress.COUNTS or pick.location.id != pressed.location_id:
                return None
            if any(other.product.sku != pick.product.sku for other in self.also_here):
                return self._conclude(OutcomeKind.NEEDS_SCAN, expected=pick)
            evidence = press_evidence(pressed.label_id)
            if self.in_hand is not None:
                return self._conclude(OutcomeKind.NEEDS_TOTE, expected=pick)
            if pick.product.unit is UnitOfMeasure.GRAM:
                self.asks_weight = True
                return self._conclude(OutcomeKind.NEEDS_WEIGHT, expected=pick)
            if self.counted + 1 < pick.quantity_wanted:
                return await self._count(pick, self.counted + 1, evidence)
            return await self._take_wanted(pick, evidence, "scanner")

    def take_offered(self) -> None:
        """Yes, do the other stop whose product was just scanned. The scan itself comes again."""
        if self._offered_id is not None:
            self.choose(self._offered_id)
        self.put_outcome_away()

    # Judging

    async def _judge(self, raw: str, entered_by: EnteredBy) -> ScanOutcome:
        pick = self.current
        container = tote_code(raw, self._work.store_rules)
        if container is not None:
            return await self._take_tote(container, pick, raw)
        try:
            code = read_scan(raw, self.rules, [one.product for one in self.open_picks])
        except BarcodeMalformed as malformed:
            await self._record_wrong(pick, raw, malformed.code)
            return self._conclude(OutcomeKind.BAD_BARCODE, scan=raw, expected=pick)
        if pick is not None and self._matches(code, pick):
            return await self._take(pick, code, raw, entered_by)
        other = next((one for one in self.open_picks if self._matches(code, one)), None)
        if other is not None:
            return await self._offer(other, pick, code, raw, entered_by)
        done = [one for one in (self.pick_list.picks if self.pick_list else []) if self._matches(code, one)]
        if done:
            return self._conclude(OutcomeKind.ALREADY_PICKED, scan=raw, expected=pick, found=done[-1])
        await self._record_wrong(pick, raw, OutcomeKind.WRONG_PRODUCT)
        return self._conclude(OutcomeKind.WRONG_PRODUCT, scan=raw, expected=pick, found=self._elsewhere(code))

    async def _take(self, pick: Pick, code: ScannedCode, raw: str, entered_by: EnteredBy) -> ScanOutcome:
        if self.in_hand is not None:
            return self._conclude(OutcomeKind.NEEDS_TOTE, scan=raw, expected=pick)
        if self.is_expired(code):
            return self.refuse_expired(pick, raw)
        if pick.product.unit is UnitOfMeasure.GRAM:
            weight_g = weight_of(code, pick.product)
            if weight_g is None:
                self._evidence, self.asks_weight = raw, True
                return self._conclude(OutcomeKind.NEEDS_WEIGHT, scan=raw, expected=pick)
            return await self._weigh(pick, weight_g, raw, entered_by)
        if self.counted + 1 >= pick.quantity_wanted:
            return await self._take_wanted(pick, raw, entered_by)
        return await self._count(pick, self.counted + 1, raw)

    def is_expired(self, code: ScannedCode) -> bool:
        """Whether the code says that this very piece may not be sold any more; where soon, the outcome will say so."""
        expiry = self._work.expiry_of(code)
        is_told = expiry is not None and expiry.freshness is not Freshness.FRESH
        self._last_day = expiry.last_day if expiry is not None and is_told else None
        return expiry is not None and expiry.freshness is Freshness.EXPIRED

    def refuse_expired(self, pick: Pick, raw: str) -> ScanOutcome:
        """After `is_expired`: the date is shown, and kept as evidence of what stood on the shelf."""
        walk = self.pick_list
        if walk is not None:
            scan, code = raw[:SCAN_MAX_CHARACTERS], str(OutcomeKind.EXPIRED)
            self._tell(RecordWrongScan(pick_list_id=walk.id, pick_id=pick.id, scan=scan, problem_code=code))
        return self._conclude(OutcomeKind.EXPIRED, scan=raw, expected=pick)

    async def _offer(
        self, other: Pick, pick: Pick | None, code: ScannedCode, raw: str, entered_by: EnteredBy
    ) -> ScanOutcome:
        """Another stop of this walk: scanning it a second time means "yes, that one now"."""
        if self._offered_id == other.id:
            self._offered_id = None
            self._turn_to(other.id)  # the pick itself tells the backend where the picker is
            return await self._take(other, code, raw, entered_by)
        outcome = self._conclude(OutcomeKind.OTHER_STOP, scan=raw, expected=pick, found=other)
        self._offered_id = other.id
        return outcome

    async def _take_tote(self, code: str, pick: Pick | None, raw: str) -> ScanOutcome:
        """A container was shown: the tote that what is in the hand goes into, a new one, or another order's."""
        walk = self.pick_list
        tote = tote_of(walk, pick) if walk is not None and pick is not None else None
        shown = tote_with(walk, code) if walk is not None else None
        if walk is None or pick is None or tote is None:
            return self._conclude(OutcomeKind.OTHER_TOTE, scan=raw, letter=shown.letter if shown else "")
        if shown is not None and shown.id != tote.id:
            if self.in_hand is None:
                return self._conclude(OutcomeKind.OTHER_TOTE, scan=raw, expected=pick, letter=shown.letter)
            await self._record_wrong(pick, raw, OutcomeKind.WRONG_TOTE)
            return self._conclude(OutcomeKind.WRONG_TOTE, scan=raw, expected=pick, letter=shown.letter)
        if shown is None:
            if tote.codes and self._offered_code != code:
                outcome = self._conclude(OutcomeKind.SECOND_TOTE, scan=raw, expected=pick, letter=tote.letter)
                self._offered_code = code
                return outcome
            if not await self._work.issue(BindTote(pick_list_id=walk.id, tote_id=tote.id, code=code)):
                return self._conclude(OutcomeKind.NOT_STORED, scan=raw, expected=pick)
        held = self.in_hand
        if held is not None:
            return await self._settle(pick, held.quantity, held.scan, held.entered_by, code)
        kind = OutcomeKind.TOTE_BOUND if shown is None else OutcomeKind.OTHER_TOTE
        return self._conclude(kind, scan=raw, expected=pick, letter=tote.letter)

    # Helpers

    async def _record_wrong(self, pick: Pick | None, raw: str, problem_code: str) -> None:
        if pick is not None and self.pick_list is not None and raw:
            said = RecordWrongScan(
                pick_list_id=self.pick_list.id,
                pick_id=pick.id,
                scan=raw[:SCAN_MAX_CHARACTERS],
                problem_code=str(problem_code),
            )
            await self._work.issue(said)

    def _matches(self, code: ScannedCode, pick: Pick) -> bool:
        return is_product(code, pick.product, self.rules)

    def _elsewhere(self, code: ScannedCode) -> Pick | None:
        """A product of some other trolley: at least its name can be shown."""
        picks = (pick for pick_list in self._work.pick_lists for pick in pick_list.picks)
        return next((pick for pick in picks if self._matches(code, pick)), None)
