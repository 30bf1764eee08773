"""At the hand-over desk: an order is found by what its courier shows, bags are counted again, a PIN is checked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import flet as ft

from mobile.services.backend_api import BackendRefused, BackendUnreachable
from mobile.services.files import Files
from mobile.services.handover_api import HandoverApi, WaitingOrder
from mobile.services.signals import Signal
from mobile.state.asking import caption_of
from mobile.state.shift_state import ShiftState
from shared.handover import PIN_DIGITS
from shared.printed_codes import PrintedCode

NO_PIN_NOTE = "given out without a PIN"  # kept with the proof, for whoever asks later
CAPTIONS = {
    "hand_over_code_wrong": "handover.pin_wrong",
    "hand_over_locked": "handover.locked",
    "bags_wrong": "handover.bags_wrong",
    "age_not_checked": "handover.age_first",
    "order_not_ready": "handover.not_ready",
    "nothing_waits": "handover.unknown",
    "slip_not_found": "handover.unknown",
}


class HandoverState(ft.Observable):
    """`order`: the one being given out. `scanned`: codes of its bags. `given`: the last that left. `problem`: a
    caption.
    """

    def __init__(self, api: HandoverApi, shift: ShiftState, signal: Callable[[Signal], None], files: Files) -> None:
        self._api = api
        self._files = files
        self._shift = shift
        self._signal = signal
        self.waiting: list[WaitingOrder] | None = None
        self.order: WaitingOrder | None = None
        self.given: WaitingOrder | None = None
        self.scanned: list[str] = []
        self.pin = ""
        self.is_age_checked = False
        self.is_counted_by_eye = False
        self.problem = ""
        self.is_busy = False

    @property
    def counted(self) -> int:
        return self.order.bags if self.is_counted_by_eye and self.order is not None else len(self.scanned)

    @property
    def missing(self) -> list[str]:
        """Captions of what must still be done before this order may leave."""
        order = self.order
        if order is None:
            return []
        left = ["handover.need_bags"] if self.counted < order.bags else []
        left += ["handover.need_age"] if order.is_age_restricted and not self.is_age_checked else []
        return left + (["handover.need_pin"] if order.asks_pin and not self.pin else [])

    async def load(self) -> None:
        """What waits now."""
        try:
            self.waiting = await self._api.waiting(self._shift.session_token)
        except (BackendRefused, BackendUnreachable) as error:
            self._fail(caption_of(error))

    def begin(self) -> None:
        """Nobody stands at the desk."""
        self.order, self.scanned, self.pin, self.problem = None, [], "", ""
        self.is_age_checked = self.is_counted_by_eye = False

    def choose(self, order: WaitingOrder) -> None:
        self.begin()
        self.order, self.given = order, None

    async def take(self, raw: str) -> None:
        """A courier's code, a bag, a PIN, or a printed code: a document was seen, all bags are here."""
        text = raw.strip().upper()
        if not text or self.is_busy:
            return
        self.problem = ""
        if self.order is None:
            await self._find(text)
        elif self._is_step(self.order, text):
            if not self.missing:
                await self.hand_over()
        elif (other := self._waiting_under(text)) is not None:
            if other.id == self.order.id:
                self._signal(Signal.ALREADY)
            elif text in other.bag_codes:
                self._fail("handover.other_bag")
            else:
                self.choose(other)
                self._signal(Signal.COUNTED)
        else:
            self._fail("handover.unknown")

    def _is_step(self, order: WaitingOrder, text: str) -> bool:
        """One of the things that are asked of this order; the last of them gives it out."""
        if text == PrintedCode.AGE:
            self.check_age()
        elif text == PrintedCode.ALL_HERE and order.bags:
            self.count_all()
        elif text in order.bag_codes:
            self._count(text)
        elif order.asks_pin and text.isascii() and text.isdigit() and len(text) == PIN_DIGITS:
            self.pin = text
            self._signal(Signal.COUNTED)
        else:
            return False
        return True

    def check_age(self) -> None:
        """A document was seen."""
        self.is_age_checked = True
        self._signal(Signal.COUNTED)

    def count_all(self) -> None:
        """The bags carry no codes, or cannot be scanned: all are here, counted by eye."""
        if self.order is not None:
            self.is_counted_by_eye = True
            self._signal(Signal.COUNTED)

    async def print_bag_labels(self) -> bool:
        """The labels of the present order's bags, as a file to print. False where there are none to have."""
        order = self.order
        if order is None:
            return False
        asked = self._api.bag_labels(self._shift.session_token, order.id)
        return await self._keep(asked, f"bags-{order.display_code.strip('#')}.pdf")

    async def print_slip(self) -> bool:
        """The present order's delivery slip, as a file to print. False where there is none to have."""
        order = self.order
        if order is None or not order.slip_id:
            return False
        asked = self._api.slip(self._shift.session_token, order.slip_id)
        return await self._keep(asked, f"slip-{order.display_code.strip('#')}.pdf")

    async def print_codes(self, kind: str) -> bool:
        """A sheet of codes for `totes`, `bags` or `places`."""
        return await self._keep(self._api.codes(self._shift.session_token, kind), f"codes-{kind}.pdf")

    async def _keep(self, asked: Awaitable[bytes], name: str) -> bool:
        self.problem = ""
        try:
            await self._files.keep(name, await asked)
        except (BackendRefused, BackendUnreachable) as error:
            self._fail(caption_of(error, CAPTIONS))
            return False
        return True

    async def hand_over(self, note: str = "") -> bool:
        """Give it out. False where something is missing, or the backend says no."""
        order = self.order
        if order is None or self.is_busy:
            return False
        answers_for_it = bool(note) and self._shift.is_supervisor
        still = [one for one in self.missing if not (answers_for_it and one == "handover.need_pin")]
        if still:
            self._fail(still[0], Signal.DECIDE)
            return False
        self.is_busy = True
        try:
            await self._api.hand_over(self._shift.session_token, order.id, self._body(order, note))
        except (BackendRefused, BackendUnreachable) as error:
            self.pin = ""
            self._fail(caption_of(error, CAPTIONS))
            return False
        finally:
            self.is_busy = False
        self.waiting = [one for one in self.waiting or [] if one.id != order.id]
        self.begin()
        self.given = order
        self._signal(Signal.DONE)
        return True

    def _body(self, order: WaitingOrder, note: str) -> dict[str, Any]:
        return {
            "bags": order.bags,
            "bag_codes": [] if self.is_counted_by_eye else self.scanned,
            "shown": self.pin or order.display_code,
            "is_age_checked": self.is_age_checked,
            "note": note,
        }

    async def _find(self, text: str) -> None:
        """An order that became ready a moment ago is asked for."""
        found = self._waiting_under(text)
        if found is None:
            await self.load()
            found = self._waiting_under(text)
        if found is None:
            if not self.problem:
                self._fail("handover.unknown")
            return
        self.choose(found)
        if text in found.bag_codes:
            self._count(text)
        else:
            self._signal(Signal.COUNTED)

    def _waiting_under(self, text: str) -> WaitingOrder | None:
        return next((one for one in self.waiting or [] if one.answers_to(text)), None)

    def _count(self, code: str) -> None:
        if code in self.scanned:
            self._signal(Signal.ALREADY)
            return
        self.scanned = [*self.scanned, code]
        self._signal(Signal.COUNTED)

    def _fail(self, problem: str, signal: Signal = Signal.WRONG) -> None:
        self.problem = problem
        self._signal(signal)
