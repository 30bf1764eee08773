"""At the desk: one order after another, its bags are counted and the place where they stand is scanned."""

from __future__ import annotations

import json

import flet as ft

from mobile.services.outbox import PACKING, NotStoredOnPhone, Outbox
from mobile.services.signals import Signal
from mobile.state.work_state import WorkState
from shared.commands import BAGS_MAX, PackOrder
from shared.own_codes import bag_code, place_code, tote_code
from shared.picking import Tote


class PackingState(ft.Observable):
    """`bags` of the order in hand, `codes` of those that carry one. `problem`: a caption, or empty."""

    def __init__(self, outbox: Outbox, work: WorkState) -> None:
        self._outbox = outbox
        self._work = work
        self._order_id = ""
        self.bags = 0
        self.codes: list[str] = []
        self.problem = ""
        self._recall()
        work.on_refresh(self.refresh)

    @property
    def is_asked(self) -> bool:
        """Whether this store wants anything of its orders before they are ready."""
        return self._work.store_rules.packs

    @property
    def current(self) -> Tote | None:
        """The order being packed: the one whose tote was scanned, else the first."""
        left = self._work.unpacked
        return next((tote for tote in left if tote.order_id == self._order_id), left[0] if left else None)

    @property
    def needs_place(self) -> bool:
        return self._work.store_rules.stages_orders

    @property
    def is_counted(self) -> bool:
        return self.bags > 0 or not self._work.store_rules.counts_bags

    def refresh(self) -> None:
        """An order that is packed, or cancelled, is in nobody's hand any more."""
        if self._order_id and all(tote.order_id != self._order_id for tote in self._work.unpacked):
            self._begin("")

    async def scan(self, raw: str) -> bool:
        """A bag, a place or a tote. False where it is none of them, or nothing is to be packed."""
        rules, tote = self._work.store_rules, self.current
        if tote is None:
            return False
        if (code := bag_code(raw, rules)) is not None:
            await self._add(tote, code)
        elif (place := place_code(raw, rules)) is not None:
            await self.pack(place)
        elif (container := tote_code(raw, rules)) is not None:
            self._turn_to(container)
        else:
            return False
        return True

    async def count(self, bags: int) -> None:
        """Bags without codes are counted by hand; those that were scanned are forgotten."""
        tote = self.current
        if tote is not None and 0 <= bags <= BAGS_MAX:
            self._order_id, self.bags, self.codes, self.problem = tote.order_id, bags, [], ""
            await self._remember()

    async def pack(self, place: str = "") -> bool:
        """This order is packed. False where something is missing, or the phone could not store it."""
        tote, walk = self.current, self._work.active
        if tote is None or walk is None:
            return False
        if not self.is_counted:
            return self._refuse("pack.count_first")
        if self.needs_place and not place:
            return self._refuse("pack.place_first")
        said = PackOrder(
            pick_list_id=walk.id, order_id=tote.order_id, bags=self.bags, bag_codes=self.codes, place=place
        )
        self.problem = ""
        if not await self._work.issue(said):
            return False
        self._begin("")
        await self._remember()
        self._work.signal(Signal.OK)
        return True

    async def _add(self, tote: Tote, code: str) -> None:
        is_elsewhere = self._work.active is not None and any(code in one.bag_codes for one in self._work.active.totes)
        if code in self.codes or is_elsewhere:
            self.problem = "pack.bag_twice"
            self._work.signal(Signal.ALREADY)
            return
        codes = [*self.codes, code]
        if len(codes) > BAGS_MAX:
            return
        self._order_id, self.codes, self.bags, self.problem = tote.order_id, codes, len(codes), ""
        await self._remember()
        self._work.signal(Signal.COUNTED)

    def _turn_to(self, container: str) -> None:
        tote = next((one for one in self._work.unpacked if container in one.codes), None)
        if tote is None:
            self._refuse("pack.other_tote")
            return
        if tote.order_id != self._order_id:
            self._begin(tote.order_id)
        self._work.signal(Signal.COUNTED)

    def _refuse(self, problem: str) -> bool:
        self.problem = problem
        self._work.signal(Signal.DECIDE)
        return False

    def _begin(self, order_id: str) -> None:
        self._order_id, self.bags, self.codes, self.problem = order_id, 0, [], ""

    async def _remember(self) -> None:
        """Counting again is no great loss: a full phone must not stop it."""
        try:
            await self._outbox.remember(PACKING, json.dumps([self._order_id, self.bags, self.codes]))
        except NotStoredOnPhone:
            self.problem = "outcome.not_stored_hint"

    def _recall(self) -> None:
        kept = self._outbox.recall(PACKING)
        if kept:
            self._order_id, self.bags, self.codes = json.loads(kept)
