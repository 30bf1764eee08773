"""The walk itself: which pick is next, what a scan means for it, and what to tell the backend. Never blocks a scan."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from datetime import date

import flet as ft

from mobile.services.outbox import COUNTING, IN_HAND, NotStoredOnPhone, Outbox
from mobile.services.signals import Signal
from mobile.services.synced import UNDOABLE
from mobile.state.in_hand import EnteredBy, InHand, tote_of, tote_with
from mobile.state.link_state import LinkState
from mobile.state.scan_outcome import OutcomeKind, ScanOutcome
from mobile.state.work_state import WorkState
from shared.barcode import (
    DEFAULT_WEIGHED_RULES,
    SCAN_MAX_CHARACTERS,
    BarcodeMalformed,
    Freshness,
    ScannedCode,
    WeighedRule,
)
from shared.commands import (
    QUANTITY_MAX,
    BindTote,
    ChoosePick,
    ConfirmPick,
    PickerCommand,
    RecordWrongScan,
    ReportBlockedAisle,
    ReportShelfEmpty,
    ReportShort,
    UndoPick,
)
from shared.labels import LabelPressed, press_evidence, pressed_label
from shared.matching import is_product, read_scan, weight_of
from shared.own_codes import tote_code
from shared.picking import (
    HEAD_SETTLES_S,
    Pick,
    PickList,
    PickStatus,
    PriceBasis,
    ShortReason,
    is_quantity_right,
)
from shared.products import UnitOfMeasure
from shared.short_reasons import QUANTITY_LIMIT
from shared.store_rules import LabelPress


class PickState(ft.Observable):
    """One walk under way. Verbs run one after another, in the order they were called."""

    def __init__(self, outbox: Outbox, work: WorkState, link_state: LinkState) -> None:
        self._outbox = outbox
        self._work = work
        self._link_state = link_state
        self._one_at_a_time = asyncio.Lock()
        self._number = 0
        self._evidence = ""
        self._counting_id: str | None = None
        self._offered_id: str | None = None
        self._offered_code = ""
        self._done_id: str | None = None
        self._empty_id: str | None = None
        self._heading_id: str | None = None
        self._heading_since_s = 0.0
        self._telling: set[asyncio.Task[bool]] = set()
        self._known_totes: dict[str, frozenset[str]] = {}
        self._in_turn: list[Pick] = []
        self._in_turn_of: tuple[list[Pick] | None, str | None] = (None, None)
        self.added_letters: tuple[str, ...] = ()
        self.rules: tuple[WeighedRule, ...] = DEFAULT_WEIGHED_RULES
        self.pick_list: PickList | None = None
        self.chosen_id: str | None = None
        self.counted = 0
        self.in_hand: InHand | None = None  # scanned, and waiting for its tote to be shown
        self.asks_weight = False
        self.outcome: ScanOutcome | None = None
        self._last_day: date | None = None
        work.on_refresh(self.refresh)
        self.refresh()

    # What is there

    @property
    def open_picks(self) -> list[Pick]:
        """Still to do, in walking order, the current one first, and last what a blocked aisle cuts off."""
        picks, chosen_id = self.pick_list.picks if self.pick_list else None, self.chosen_id
        if picks is not self._in_turn_of[0] or chosen_id != self._in_turn_of[1]:  # asked with every look at the screen
            left = [pick for pick in picks or () if pick.status is PickStatus.OPEN]
            self._in_turn_of, self._in_turn = (picks, chosen_id), sorted(left, key=self._turn)
        return self._in_turn

    @property
    def current(self) -> Pick | None:
        return next(iter(self.open_picks), None)

    @property
    def price_basis(self) -> PriceBasis | None:
        """What the shopper of the present pick pays for, where the backend says."""
        walk, pick = self.pick_list, self.current
        tote = tote_of(walk, pick) if walk is not None and pick is not None else None
        return tote.price_basis if tote is not None else None

    @property
    def following(self) -> Pick | None:
        """The one after the current, so that the picker can turn the right way."""
        return next(iter(self.open_picks[1:]), None)

    @property
    def also_here(self) -> list[Pick]:
        """Other stops at the very same place, for the totes of others or of other products."""
        current = self.current
        return [one for one in self.open_picks[1:] if current is not None and one.location.id == current.location.id]

    @property
    def undoable(self) -> Pick | None:
        """The last pick this phone has settled, where it can be taken back."""
        picks = self.pick_list.picks if self.pick_list else []
        return next((one for one in picks if one.id == self._done_id and one.status in UNDOABLE), None)

    @property
    def is_shelf_told(self) -> bool:
        """Whether it was said already that the last pick left its shelf empty."""
        return self._empty_id is not None and self._empty_id == self._done_id

    def _turn(self, pick: Pick) -> tuple[bool, bool, int]:
        return pick.id != self.chosen_id, pick.is_cut_off, pick.position

    def refresh(self) -> None:
        """Take the walk from the work state again; a pick that was cancelled or confirmed elsewhere falls away."""
        before, walk_before = self.current, self.pick_list
        self.pick_list = self._work.active
        if _are_same_stops(walk_before, self.pick_list):
            return
        if self.pick_list is not None:
            self._note_added(self.pick_list)
            if walk_before is not None and walk_before.id == self.pick_list.id:
                self._keep_heading(before)
        current = self.current
        if self.chosen_id is not None and (current is None or current.id != self.chosen_id):
            self.chosen_id = None
        current = self.current
        if current is None or current.id != self._counting_id:
            self._recall_count(current)
        current = self.current
        if self.in_hand is None or current is None or current.id != self.in_hand.pick_id:
            kept = InHand.from_text(self._outbox.recall(IN_HAND))
            self.in_hand = kept if kept is not None and current is not None and kept.pick_id == current.id else None
        self._note_heading()

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

    def do_later(self) -> None:
        """Leave this stop for the next one, and come back to it."""
        if self.following is not None:
            self.choose(self.following.id)

    async def report_blocked_aisle(self) -> bool:
        """One cannot get through the aisle of this stop: its stops come last. False if it could not be stored."""
        async with self._one_at_a_time:
            pick, walk = self.current, self.pick_list
            if pick is None or walk is None:
                return False
            is_stored = await self._work.issue(ReportBlockedAisle(pick_list_id=walk.id, aisle=pick.location.aisle))
            if is_stored:
                self._work.signal(Signal.OK)
            return is_stored

    @property
    def one_at_a_time(self) -> asyncio.Lock:
        """Whoever settles a stop holds it, so that no scan settles it meanwhile."""
        return self._one_at_a_time

    def show_substituted(self, pick: Pick, quantity: int, *, is_stored: bool) -> ScanOutcome:
        """Another product went into the tote for this stop."""
        kind = OutcomeKind.SUBSTITUTED if is_stored else OutcomeKind.NOT_STORED
        return self._conclude(kind, expected=pick, quantity=quantity)

    def choose(self, pick_id: str) -> None:
        """Do another pick of this walk first; the backend hears it, so that the label there blinks."""
        left, walk = self.current, self.pick_list
        if self._turn_to(pick_id) and walk is not None and left is not None and left.id != pick_id:
            self._tell(ChoosePick(pick_list_id=walk.id, pick_id=pick_id, left_pick_id=left.id))

    def take_offered(self) -> None:
        """Yes, do the other stop whose product was just scanned. The scan itself comes again."""
        if self._offered_id is not None:
            self.choose(self._offered_id)
        self.put_outcome_away()

    def put_outcome_away(self, number: int | None = None) -> None:
        """The picker has seen it (or its time is over); a newer one stays."""
        if self.outcome is not None and number in (None, self.outcome.number):
            self.outcome = None

    def leave_weight(self) -> None:
        self.asks_weight = False

    def put_added_away(self) -> None:
        """The picker has hung up the totes of the orders that were added."""
        self.added_letters = ()

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

    async def _weigh(self, pick: Pick, weight_g: int, raw: str, entered_by: EnteredBy) -> ScanOutcome:
        total_g = self.counted + weight_g
        is_allowed = pick.quantity_max is None or total_g <= pick.quantity_max
        if is_allowed and is_quantity_right(UnitOfMeasure.GRAM, pick.quantity_ordered, total_g, pick.tolerance_percent):
            return await self._confirm(pick, total_g, raw, entered_by)
        if is_allowed and total_g < pick.quantity_ordered:
            return await self._count(pick, total_g, raw)
        return self._conclude(OutcomeKind.WEIGHT_OFF, scan=raw, expected=pick, quantity=total_g)

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

    async def _count(self, pick: Pick, counted: int, raw: str) -> ScanOutcome:
        try:
            await self._outbox.remember(COUNTING, json.dumps([pick.id, counted, raw]))
        except NotStoredOnPhone:
            return self._conclude(OutcomeKind.NOT_STORED, scan=raw, expected=pick)
        self._counting_id, self._evidence, self.counted, self.asks_weight = pick.id, raw, counted, False
        return self._conclude(OutcomeKind.COUNTED, scan=raw, expected=pick, quantity=counted)

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

    # Which stop the picker walks to

    def _turn_to(self, pick_id: str) -> bool:
        if all(pick.id != pick_id for pick in self.open_picks):
            return False
        self.chosen_id = pick_id
        self.asks_weight, self.in_hand = False, None
        self._recall_count(self.current)
        self._note_heading()
        return True

    def _note_heading(self) -> None:
        current = self.current
        if current is not None and current.id != self._heading_id:
            self._heading_since_s = self._work.monotonic_s
        self._heading_id = None if current is None else current.id

    def _keep_heading(self, before: Pick | None) -> None:
        """The backend has planned the walk anew: the stop one walks to, or counts at, stays, unless it is cut off.

        The backend keeps it too where it knows of it. Where it does not, it is told, and its label blinks again.
        """
        pick = next((one for one in self.open_picks if before is not None and one.id == before.id), None)
        if before is None or pick is None:
            return
        if pick.is_cut_off and not before.is_cut_off:
            self.chosen_id = None if self.chosen_id == pick.id else self.chosen_id
            return
        current, walk = self.current, self.pick_list
        if pick.is_cut_off or walk is None or current is None or current.id == pick.id:
            return
        is_settled = self._work.monotonic_s - self._heading_since_s >= HEAD_SETTLES_S
        is_held = self.in_hand is not None and self.in_hand.pick_id == pick.id
        if is_settled or is_held or (self.counted and self._counting_id == pick.id):
            self.chosen_id = pick.id
            self._tell(ChoosePick(pick_list_id=walk.id, pick_id=pick.id))

    def _note_added(self, walk: PickList) -> None:
        """An order was added on the way: its tote must be hung up.

        Also where the picker had handed over already, without network, and the backend sends them back for it.
        """
        known = self._known_totes.get(walk.id)
        self._known_totes = {walk.id: frozenset(tote.id for tote in walk.totes)}
        if known is None:
            self.added_letters = ()
            return
        added = [tote.letter for tote in walk.totes if tote.id not in known]
        if added:
            self.added_letters = (*self.added_letters, *added)
            self._work.signal(Signal.ATTENTION)

    def _tell(self, said: PickerCommand) -> None:
        """Beside what the picker does: neither a tap nor an update waits until it is written down."""
        task = asyncio.get_running_loop().create_task(self._work.issue(said))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

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

    def _recall_count(self, pick: Pick | None) -> None:
        self._counting_id = pick.id if pick else None
        counted, evidence = 0, ""
        kept = self._outbox.recall(COUNTING)
        if pick is not None and kept:
            pick_id, kept_count, kept_evidence = json.loads(kept)
            if pick_id == pick.id:
                counted, evidence = int(kept_count), str(kept_evidence)
        self._evidence, self.counted = evidence, counted


def _are_same_stops(before: PickList | None, after: PickList | None) -> bool:
    """Nothing a walk could be asked about has changed since, though perhaps its revision."""
    if before is None or after is None:
        return before is after
    return before.id == after.id and before.picks is after.picks and before.totes is after.totes
