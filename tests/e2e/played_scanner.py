"""A scanner that tests and sample screens play: it presses keys as it is told, with whatever bad habits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mobile.services.scanner_tuning import OnKeys
from shared.scanner_check import GROUP_SEPARATOR, KeyPress, ScannerSettings

AZERTY = {"KeyQ": "a", "KeyA": "q", "KeyW": "z", "KeyZ": "w", "Semicolon": "m", "Digit1": "&", "Digit0": "à"}
SIGNS = {"-": "Minus", "/": "Slash", "=": "Equal", ";": "Semicolon", ":": "Semicolon", "?": "Slash", ".": "Period"}
SIGNS |= {"&": "Digit7"}
SHIFTED = frozenset(":?&")


@dataclass(frozen=True)
class Scanner:
    """Presses an American keyboard's keys, as nearly all scanners do; the phone's keyboard is `layout`."""

    gap_ms: float = 5.0
    ending: str = "Enter"
    prefix: str = ""
    suffix: str = ""
    keeps_separator: bool = True
    part_after: int = 0
    pause_ms: float = 0.0
    layout: tuple[tuple[str, str], ...] = ()

    def scan(self, code: str) -> list[KeyPress]:
        text = self.prefix + (code if self.keeps_separator else code.replace(GROUP_SEPARATOR, "")) + self.suffix
        at_ms, keys = 1000.0, []
        for number, sign in enumerate(text):
            at_ms += self.pause_ms if self.part_after and number == self.part_after else self.gap_ms
            keys.append(self._press(sign, at_ms))
        if self.ending:
            keys.append(KeyPress(key=self.ending, code=self.ending, at_ms=at_ms + self.gap_ms))
        return keys

    def _press(self, sign: str, at_ms: float) -> KeyPress:
        if sign == GROUP_SEPARATOR:
            return KeyPress(key="]", code="BracketRight", at_ms=at_ms, is_control=True)
        code = SIGNS.get(sign) or (f"Digit{sign}" if sign.isdigit() else f"Key{sign.upper()}" if sign.isalpha() else "")
        written = dict(self.layout).get(code, sign)
        is_shift = sign.isupper() or sign in SHIFTED
        return KeyPress(key=written.upper() if sign.isupper() else written, code=code, at_ms=at_ms, is_shift=is_shift)


class PlayedTuning:
    """A page whose scanner the test is."""

    is_possible = True

    def __init__(self) -> None:
        self.is_watched = False
        self.tuned: list[ScannerSettings] = []
        self._on_keys: OnKeys | None = None

    def listen(self, on_keys: OnKeys) -> None:
        self._on_keys = on_keys

    def watch(self, is_watched: bool) -> None:
        self.is_watched = is_watched

    def tune(self, settings: ScannerSettings) -> None:
        self.tuned.append(settings)

    def press(self, keys: Sequence[KeyPress]) -> None:
        assert self._on_keys is not None
        self._on_keys(keys)
