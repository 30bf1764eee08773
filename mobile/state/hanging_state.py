"""Hanging labels up, one after another: a label is scanned, then its place, and the next may be scanned at once."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from mobile.services.backend_api import BackendRefused, BackendUnreachable
from mobile.services.labels_api import BoundLabel, LabelsApi
from mobile.services.signals import Signal
from mobile.state.asking import caption_of
from mobile.state.shift_state import ShiftState

PLACE_UNKNOWN = "place_not_found"
LABEL_INVALID = "label_id_invalid"
GATEWAY_UNCLEAR = "gateway_unclear"
CAPTIONS = {
    PLACE_UNKNOWN: "hang.place_unknown",
    LABEL_INVALID: "hang.label_invalid",
    GATEWAY_UNCLEAR: "hang.gateway_unclear",
}
ABOUT_THE_LABEL = (LABEL_INVALID, GATEWAY_UNCLEAR)  # no other place would help: it begins anew with a label


class HangingState(ft.Observable):
    """`label`: the one in hand, "" while one is waited for. `bound`: the last that was hung up. `problem`: a caption,
    about `scanned`.
    """

    def __init__(self, api: LabelsApi, shift: ShiftState, signal: Callable[[Signal], None]) -> None:
        self._api = api
        self._shift = shift
        self._signal = signal
        self._place = ""
        self.label = ""
        self.bound: BoundLabel | None = None
        self.is_busy = False
        self.problem = ""
        self.scanned = ""

    @property
    def asks_taken_off(self) -> bool:
        """Something else hangs at that place by what the store knows: is it still there?"""
        return self.bound is not None and bool(self.bound.also_here) and not self.label

    def begin(self) -> None:
        """Nothing in hand, nothing said."""
        self.label, self.bound, self.problem, self.scanned = "", None, "", ""

    async def take(self, raw: str) -> None:
        """A label, or the place of the one in hand. Whoever scans on without an answer leaves the others hanging."""
        text = raw.strip()
        if not text:
            return
        self.problem, self.scanned = "", text
        if not self.label:
            self.label, self.bound = text, None
            self._signal(Signal.COUNTED)
        elif text == self.label:
            self.problem = "hang.same_again"
            self._signal(Signal.ALREADY)
        else:
            await self._hang(self.label, text)

    async def taken_off(self) -> None:
        """What hung there before is gone."""
        if self.bound is None or not self.bound.also_here or self.is_busy:
            return
        asked = self.bound
        self.is_busy, self.problem = True, ""
        try:
            bound = await self._bind(asked.external_id, self._place, takes_off=True)
        except (BackendRefused, BackendUnreachable) as error:
            self._fail(caption_of(error, CAPTIONS))
        else:
            if self.bound is asked:  # where a next label was scanned meanwhile, the screen is about that one
                self.bound = bound
            self._signal(Signal.OK)
        finally:
            self.is_busy = False

    def all_hang(self) -> None:
        """Several labels hang there, and that is right."""
        if self.bound is not None:
            self.bound = self.bound.model_copy(update={"also_here": []})

    def step_back(self) -> bool:
        """Put the label in hand away. False where there is none: then one leaves."""
        if not self.label:
            return False
        self.begin()
        return True

    async def _hang(self, label: str, place: str) -> None:
        self.is_busy = True
        try:
            bound = await self._bind(label, place, takes_off=False)
        except BackendRefused as refused:
            if refused.problem_code in ABOUT_THE_LABEL:
                self.label, self.scanned = "", label
            self._fail(caption_of(refused, CAPTIONS))
        except BackendUnreachable as error:
            self._fail(caption_of(error))
        else:
            self.label, self.bound, self._place = "", bound, place
            self._signal(Signal.DECIDE if bound.also_here else Signal.OK)
        finally:
            self.is_busy = False

    async def _bind(self, label: str, place: str, *, takes_off: bool) -> BoundLabel:
        token, store_id = self._shift.session_token, self._shift.store_id
        return await self._api.bind(token, store_id, label, place, takes_off=takes_off)

    def _fail(self, problem: str) -> None:
        self.problem = problem
        self._signal(Signal.WRONG)
