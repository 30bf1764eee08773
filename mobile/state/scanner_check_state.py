"""The scanner is checked: three codes are scanned, what is found is shown, and what helps can be kept on this phone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

import flet as ft
from pydantic import ValidationError

from mobile.services.outbox import NotStoredOnPhone, Outbox
from mobile.services.scanner_tuning import ScannerTuning
from mobile.services.signals import Signal
from shared.printed_codes import PREFIX
from shared.scanner_check import (
    TEST_CODES,
    Findings,
    KeyPress,
    Report,
    ScannerSettings,
    examine,
    report_on,
    text_of,
)

SETTINGS = "scanner.settings"  # of this phone, whoever holds it


class ScannerCheckState(ft.Observable):
    """`findings` has one entry for each code that was scanned so far."""

    def __init__(self, outbox: Outbox, tuning: ScannerTuning, signal: Callable[[Signal], None]) -> None:
        self._outbox = outbox
        self._tuning = tuning
        self._signal = signal
        self._keys: list[KeyPress] = []
        self._is_open = False
        self.findings: tuple[Findings, ...] = ()
        self.has_part = False  # something came, but less than is printed, and no key that ends it
        self.is_not_stored = False
        self.kept = self._recall()

    @property
    def is_possible(self) -> bool:
        return self._tuning.is_possible

    @property
    def number(self) -> int:
        """Which code is to be scanned, from 1; one more than there are where all have been."""
        return len(self.findings) + 1

    @property
    def report(self) -> Report | None:
        """Once all codes have been scanned."""
        return report_on(self.findings) if len(self.findings) == len(TEST_CODES) else None

    @property
    def is_in_use(self) -> bool:
        """What the report proposes is how this phone listens already."""
        return self.report is not None and self.report.settings == self.kept

    def connect(self) -> None:
        """Hear the keys, and listen as was found before; called where the app's page is known."""
        self._tuning.listen(self.hear)
        if self.kept != ScannerSettings():
            self._tuning.tune(self.kept)

    def begin(self) -> None:
        """From the first code on."""
        self._keys, self.findings, self.has_part, self.is_not_stored = [], (), False, False
        self._is_open = True
        self._tuning.watch(True)

    def end(self) -> None:
        if self._is_open:
            self._is_open = False
            self._tuning.watch(False)

    def hear(self, keys: Sequence[KeyPress]) -> None:
        """One burst of keys: a code, or a part of it. Codes that do what a button does are none of the three."""
        if not self._is_open or self.number > len(TEST_CODES) or PREFIX in text_of(keys).upper():
            return
        self._keys += keys
        is_ended = any(key.ending for key in self._keys)
        if is_ended or len(text_of(self._keys)) >= len(TEST_CODES[len(self.findings)]):
            self.conclude()
        else:
            self.has_part = True

    def conclude(self) -> None:
        """What came so far is all of it."""
        keys, self._keys = self._keys, []
        self.has_part = False
        if not text_of(keys):
            return
        found = examine(keys, TEST_CODES[len(self.findings)])
        self.findings = (*self.findings, found)
        self._signal(Signal.OK if found.is_fine else Signal.ATTENTION)

    async def apply(self) -> None:
        """Listen as the report proposes, and keep it on this phone."""
        if self.report is not None:
            await self._keep(self.report.settings)

    async def undo(self) -> None:
        """Listen as designed."""
        await self._keep(ScannerSettings())

    async def _keep(self, settings: ScannerSettings) -> None:
        self.kept, self.is_not_stored = settings, True
        self._tuning.tune(settings)
        with suppress(NotStoredOnPhone):
            await self._outbox.remember(SETTINGS, settings.model_dump_json())
            self.is_not_stored = False

    def _recall(self) -> ScannerSettings:
        kept = self._outbox.recall(SETTINGS)
        try:
            return ScannerSettings.model_validate_json(kept) if kept else ScannerSettings()
        except ValidationError:
            return ScannerSettings()
