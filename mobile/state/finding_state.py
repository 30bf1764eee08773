"""Finding something in the store: whatever is scanned, the label that belongs to it blinks."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from mobile.services.backend_api import BackendRefused, BackendUnreachable
from mobile.services.labels_api import FoundLabels, LabelsApi
from mobile.services.signals import Signal
from mobile.state.asking import caption_of
from mobile.state.shift_state import ShiftState

CAPTIONS = {"place_not_found": "find.unknown", "label_not_found": "find.no_label"}


class FindingState(ft.Observable):
    """`scanned`: what was asked for last; then either `found` or a `problem`, which names a caption."""

    def __init__(self, api: LabelsApi, shift: ShiftState, signal: Callable[[Signal], None]) -> None:
        self._api = api
        self._shift = shift
        self._signal = signal
        self.scanned = ""
        self.found: FoundLabels | None = None
        self.problem = ""
        self.is_busy = False

    def begin(self) -> None:
        """Nothing was asked for yet."""
        self.scanned, self.found, self.problem = "", None, ""

    async def find(self, raw: str) -> None:
        """A label, an address, or a product's barcode."""
        text = raw.strip()
        if not text:
            return
        self.scanned, self.found, self.problem, self.is_busy = text, None, "", True
        try:
            found = await self._api.find(self._shift.session_token, self._shift.store_id, text)
        except (BackendRefused, BackendUnreachable) as error:
            if self.scanned == text:
                self.problem = caption_of(error, CAPTIONS)
            self._signal(Signal.WRONG)
        else:
            if self.scanned == text:
                self.found = found
            self._signal(Signal.OK)
        finally:
            self.is_busy = False
