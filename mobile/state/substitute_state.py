"""Another product for what is missing: which ones, which was scanned, and what has become of those in the totes."""

from __future__ import annotations

import asyncio

import flet as ft

from mobile.services.outbox import Outbox
from mobile.services.signals import Signal
from mobile.state.in_hand import EnteredBy
from mobile.state.pick_state import PickState
from mobile.state.scan_outcome import ScanOutcome
from mobile.state.work_state import WorkState
from shared.barcode import BarcodeMalformed
from shared.commands import QUANTITY_MAX, PutSubstituteBack, SeekSubstitute, Substitute
from shared.matching import is_product, read_scan, weight_of
from shared.picking import Pick, PickStatus, ShortReason, is_quantity_right, is_substitute_possible
from shared.products import UnitOfMeasure
from shared.restrictions import forbidden_words, words_of
from shared.substitution import SubstituteCandidate, SubstitutionWish

GRAMS_STEP = 50


class SubstituteState(ft.Observable):
    """One search for a substitute at a time; and of the whole walk, who is asked and what must be put back."""

    def __init__(self, outbox: Outbox, work: WorkState, pick_state: PickState) -> None:
        self._outbox = outbox
        self._work = work
        self._pick_state = pick_state
        self._evidence = ""
        self._entered_by: EnteredBy = "scanner"
        self._told: frozenset[str] = frozenset()
        self._walk_id: str | None = None
        self.pick_id: str | None = None
        self.found = 0
        self.reason, self.store_reason = ShortReason.NOT_ON_SHELF, ""
        self.scanned: SubstituteCandidate | None = None
        self.quantity = 0
        self.sought_id: str | None = None
        self._telling: set[asyncio.Task[bool]] = set()
        work.on_refresh(self.refresh)
        self.refresh()

    # What is there

    @property
    def pick(self) -> Pick | None:
        """The stop a substitute is looked for; none where it was settled meanwhile."""
        current = self._pick_state.current
        return current if current is not None and current.id == self.pick_id else None

    @property
    def missing(self) -> int:
        """How much of the substitute may be given."""
        return 0 if self.pick is None else self.pick.quantity_ordered - self.found

    def candidates(self, pick: Pick) -> list[SubstituteCandidate]:
        """What may be given for this stop, without what this picker may not pick; none where nobody wants any."""
        if pick.wish is SubstitutionWish.REFUSE:
            return []
        may_not_pick = self._outbox.picker().may_not_pick
        return [one for one in pick.candidates if not forbidden_words(may_not_pick, words_of(one.product))]

    @property
    def undecided(self) -> list[Pick]:
        """Picks whose shopper is being asked, the one that takes longest last."""
        asked = [pick for pick in self._picks() if pick.status is PickStatus.PROPOSED]
        return sorted(asked, key=_decided_by)

    @property
    def to_put_back(self) -> list[Pick]:
        """Picks whose substitute was refused and lies in its tote still."""
        return [pick for pick in self._picks() if pick.substitution is not None and pick.substitution.is_to_put_back]

    def refresh(self) -> None:
        """Say it, once, when a substitute was refused."""
        walk = self._pick_state.pick_list
        refused = frozenset(pick.id for pick in self.to_put_back)
        is_same_walk = walk is not None and walk.id == self._walk_id
        if is_same_walk and refused - self._told:
            self._work.signal(Signal.ATTENTION)
        self._told, self._walk_id = refused, walk.id if walk else None
        if self.pick is None and self.pick_id is not None:
            self.stop_looking()

    # What a picker does

    def look(self, reason: ShortReason, found: int, store_reason: str = "") -> bool:
        """Look for another product for this stop. False where there is none."""
        pick = self._pick_state.current
        if pick is None or not self.candidates(pick) or not 0 <= found < pick.quantity_ordered:
            return False
        self.pick_id, self.reason, self.store_reason, self.found = pick.id, reason, store_reason, found
        self.scanned, self.quantity, self._evidence = None, 0, ""
        self.seek(self.candidates(pick)[0].product.id)
        return True

    def seek(self, product_id: str) -> None:
        """Go to this candidate: its label blinks, where there is network to say so."""
        pick, walk = self.pick, self._pick_state.pick_list
        if pick is None or walk is None or product_id == self.sought_id:
            return
        self.sought_id = product_id
        said = SeekSubstitute(pick_list_id=walk.id, pick_id=pick.id, product_id=product_id)
        task = asyncio.get_running_loop().create_task(self._work.issue(said))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    def stop_looking(self) -> None:
        self.pick_id, self.scanned, self.quantity, self.sought_id = None, None, 0, None

    def scan(self, raw: str, entered_by: EnteredBy = "scanner") -> bool:
        """Take a scan of a candidate; False where it is none, and means what it means on every other screen."""
        pick, raw = self.pick, raw.strip()
        if pick is None:
            return False
        candidates = self.candidates(pick)
        try:
            code = read_scan(raw, self._pick_state.rules, [one.product for one in candidates])
        except BarcodeMalformed:
            return False
        candidate = next((one for one in candidates if is_product(code, one.product, self._pick_state.rules)), None)
        if candidate is None:
            return False
        if self._pick_state.is_expired(code):
            self._pick_state.refuse_expired(pick, raw)
            return True
        is_again = self.scanned is not None and self.scanned.product.id == candidate.product.id
        self.scanned, self._evidence, self._entered_by = candidate, raw, entered_by
        weight_g = weight_of(code, candidate.product)
        if candidate.product.unit is UnitOfMeasure.GRAM and weight_g is not None:
            self.quantity = self._at_most(self.quantity + weight_g if is_again else weight_g)
        elif not is_again:
            self.quantity = self._at_most(self.missing)
        self._pick_state.put_outcome_away()
        self._work.signal(Signal.COUNTED)
        return True

    def change_quantity(self, by: int) -> None:
        """One piece, or a step of grams, more or fewer."""
        self.quantity = self._at_most(max(1, self.quantity + by))

    def take_quantity(self, quantity: int) -> None:
        """So many pieces, or grams; 0: as many as are missing."""
        self.quantity = self._at_most(quantity or self.missing)

    @property
    def is_possible(self) -> bool:
        """Whether what was scanned can be given in this quantity."""
        pick = self.pick
        if pick is None or self.scanned is None:
            return False
        most = self.scanned.product.max_per_order
        return (not most or self.quantity <= most) and is_substitute_possible(
            pick.product.unit, pick.quantity_ordered, self.found, self.quantity, pick.tolerance_percent
        )

    async def give(self) -> ScanOutcome | None:
        """Put it into the tote. None where there is nothing to give."""
        async with self._pick_state.one_at_a_time:
            pick, walk, scanned = self.pick, self._pick_state.pick_list, self.scanned
            if pick is None or walk is None or scanned is None or not self.is_possible:
                return None
            said = Substitute(
                pick_list_id=walk.id,
                pick_id=pick.id,
                quantity_found=self.found,
                reason=self.reason,
                store_reason=self.store_reason,
                product_id=scanned.product.id,
                quantity=self.quantity,
                scan=self._evidence,
                entered_by=self._entered_by,
            )
            quantity = self.quantity
            is_stored = await self._work.issue(said)
            return self._pick_state.show_substituted(pick, quantity, is_stored=is_stored)

    async def put_back(self, pick_id: str) -> bool:
        """It is out of the tote. False where there is no such thing, or the phone could not store it."""
        walk = self._pick_state.pick_list
        if walk is None or all(pick.id != pick_id for pick in self.to_put_back):
            return False
        return await self._work.issue(PutSubstituteBack(pick_list_id=walk.id, pick_id=pick_id))

    def _at_most(self, quantity: int) -> int:
        """As much as still counts as what was ordered."""
        pick = self.pick
        if pick is None:
            return 0
        together = self.found + quantity
        is_right = together <= pick.quantity_ordered or is_quantity_right(
            pick.product.unit, pick.quantity_ordered, together, pick.tolerance_percent
        )
        most = (self.scanned.product.max_per_order if self.scanned else 0) or QUANTITY_MAX
        return min(quantity if is_right else self.missing, most)

    def _picks(self) -> list[Pick]:
        walk = self._pick_state.pick_list
        return [] if walk is None else walk.picks


def _decided_by(pick: Pick) -> tuple[bool, str, str]:
    answer_by = pick.substitution.answer_by if pick.substitution else None
    return answer_by is None, "" if answer_by is None else answer_by.isoformat(), pick.id
