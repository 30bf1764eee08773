"""What a scanner does wrong, found from the keys it pressed for codes whose text is known. Pure: keys in, findings out.

Three codes are scanned. The first is long (pauses, parts, lost and doubled characters), the second has a GS1 group
separator, the third small letters, digits and signs that other countries' keyboards have elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import pairwise
from statistics import median
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

GROUP_SEPARATOR = "\x1d"
TEST_CODES = (
    "https://check.example/01/09506000134352/10/LOT-2026-A/21/SERIAL-0000123456789?17=271231&check=long",
    f"010950600013435210CHECK{GROUP_SEPARATOR}17271231",
    "check-azqwmy-AZQWMY-0123456789/=;",
)
PART_PAUSE_MS = 500.0  # a longer pause lies between two parts of a code
GAP_MS_DEFAULT, GAP_MS_MAX = 50, 400
SILENCE_MS_DEFAULT, SILENCE_MS_MAX = 150, 1_000
REST_MS_DEFAULT, REST_MS_MAX = 10_000, 30_000
ALIKE_MIN = 0.5  # a scan less like its code than that is another code
_SIGNS = {
    "Minus": "-_",
    "Equal": "=+",
    "BracketLeft": "[{",
    "BracketRight": "]}",
    "Backslash": "\\|",
    "Backquote": "`~",
}
_SIGNS |= {"Semicolon": ";:", "Quote": "'\"", "Comma": ",<", "Period": ".>", "Slash": "/?", "Space": "  "}
_DIGITS_SHIFTED = ")!@#$%^&*("
Ending = Literal["enter", "tab", ""]


class KeyPress(BaseModel):
    """One key, or a piece of text an input method wrote (`code` is `input`). `at_ms` by the page's own clock."""

    model_config = ConfigDict(frozen=True)

    key: str
    code: str = ""
    at_ms: float = Field(allow_inf_nan=False)
    is_shift: bool = False
    is_control: bool = False

    @property
    def text(self) -> str:
        """What it writes; empty for keys that write nothing."""
        if self.is_control:
            return GROUP_SEPARATOR if self.key in ("]", GROUP_SEPARATOR) else ""
        return self.key if len(self.key) == 1 or self.code == "input" else ""

    @property
    def ending(self) -> Ending:
        if self.key == "Enter":
            return "enter"
        return "tab" if self.key == "Tab" else ""

    @property
    def on_american_keyboard(self) -> str:
        """What the key at this place writes on an American keyboard."""
        if not self.text or self.text == GROUP_SEPARATOR:
            return self.text
        if self.code.startswith("Key") and len(self.code) == 4:
            return self.code[3] if self.is_shift else self.code[3].lower()
        if self.code.startswith("Digit") and self.code[5:] in tuple("0123456789"):
            digit = self.code[5:]
            return _DIGITS_SHIFTED[int(digit)] if self.is_shift else digit
        return _SIGNS[self.code][self.is_shift] if self.code in _SIGNS else self.text


class ScannerSettings(BaseModel):
    """How this phone listens to its scanner; the page's own defaults where nothing was found to be otherwise."""

    model_config = ConfigDict(frozen=True)

    gap_ms_max: int = Field(default=GAP_MS_DEFAULT, ge=20, le=GAP_MS_MAX)
    silence_ms: int = Field(default=SILENCE_MS_DEFAULT, ge=50, le=SILENCE_MS_MAX)
    rest_ms_max: int = Field(default=REST_MS_DEFAULT, ge=1_000, le=REST_MS_MAX)
    is_by_position: bool = False


@dataclass(frozen=True, slots=True)
class Findings:
    """What one scan of a known code shows. Times in milliseconds; texts as they arrived."""

    text: str
    ending: Ending
    symbology: str = ""
    prefix: str = ""
    suffix: str = ""
    median_gap_ms: float = 0
    slowest_gap_ms: float = 0
    pause_ms: float = 0  # the longest between two parts; 0: it came in one
    lost: int = 0
    doubled: int = 0
    wrong: tuple[tuple[str, str], ...] = ()  # (printed, arrived)
    is_by_position: bool = False  # the keys are right, but this phone's keyboard writes something else with them
    is_case_swapped: bool = False
    is_separator_lost: bool = False
    separator_became: str = ""
    is_other_code: bool = False

    @property
    def is_fine(self) -> bool:
        """Nothing has to be done: a symbology identifier and any ending are understood anyway."""
        is_text_right = not (self.lost or self.doubled or self.wrong or self.is_separator_lost or self.is_case_swapped)
        return is_text_right and not (self.prefix or self.suffix or self.separator_became or self.is_other_code)


@dataclass(frozen=True, slots=True)
class Report:
    """All scans together, and what would help."""

    findings: tuple[Findings, ...]
    settings: ScannerSettings
    trouble: tuple[str, ...] = field(default=())  # names of what is wrong and no setting here can mend


def text_of(keys: Sequence[KeyPress]) -> str:
    return "".join(key.text for key in keys)


def examine(keys: Sequence[KeyPress], expected: str) -> Findings:
    """Hold the keys of one scan against the text of the code that was scanned. Raises nothing, whatever the keys."""
    ending: Ending = next((key.ending for key in reversed(keys) if key.ending), "")
    writing = [key for key in keys if key.text]
    arrived, placed = text_of(writing), "".join(key.on_american_keyboard for key in writing)
    is_by_position = arrived != placed and _likeness(placed, expected) > _likeness(arrived, expected)
    text = placed if is_by_position else arrived
    gaps = [later.at_ms - earlier.at_ms for earlier, later in pairwise(writing)]
    flowing = [gap for gap in gaps if 0 <= gap <= PART_PAUSE_MS]
    times: dict[str, float] = {
        "median_gap_ms": median(flowing) if flowing else 0,
        "slowest_gap_ms": max(flowing, default=0),
        "pause_ms": max((gap for gap in gaps if gap > PART_PAUSE_MS), default=0),
    }
    is_case_swapped = text != expected and expected in text.swapcase() and expected.swapcase() != expected
    if is_case_swapped:
        text = text.swapcase()
    symbology, prefix, body, suffix = _parted(text, expected)
    seen = _Differences(body, expected)
    is_alike = _likeness(body, expected) >= ALIKE_MIN
    return Findings(
        text=arrived,
        ending=ending,
        symbology=symbology,
        prefix=prefix,
        suffix=suffix,
        lost=seen.lost,
        doubled=seen.doubled,
        wrong=tuple(seen.wrong),
        is_by_position=is_by_position,
        is_case_swapped=is_case_swapped,
        is_separator_lost=seen.is_separator_lost,
        separator_became=seen.separator_became,
        is_other_code=not is_alike,
        **times,
    )


def report_on(findings: Sequence[Findings], before: ScannerSettings | None = None) -> Report:
    """What to set on this phone, and what must be set on the scanner."""
    known = [one for one in findings if not one.is_other_code]
    before = before or ScannerSettings()
    slowest, pause = (
        max((one.slowest_gap_ms for one in known), default=0),
        max((one.pause_ms for one in known), default=0),
    )
    gap_ms = before.gap_ms_max if slowest <= before.gap_ms_max * 0.7 else min(GAP_MS_MAX, round(slowest * 1.6) + 10)
    settings = ScannerSettings(
        gap_ms_max=gap_ms,
        silence_ms=min(SILENCE_MS_MAX, max(before.silence_ms, gap_ms * 3)),
        rest_ms_max=min(REST_MS_MAX, max(before.rest_ms_max, round(pause * 1.5))),
        is_by_position=any(one.is_by_position for one in known) or before.is_by_position,
    )
    trouble = {
        "prefix": any(one.prefix for one in known),
        "suffix": any(one.suffix for one in known),
        "case": any(one.is_case_swapped for one in known),
        "separator": any(one.is_separator_lost or one.separator_became for one in known),
        "lost": any(one.lost for one in known),
        "doubled": any(one.doubled for one in known),
        "wrong": any(one.wrong for one in known),
        "slow": slowest * 1.2 > gap_ms,
        "other_code": len(known) < len(findings),
    }
    return Report(tuple(findings), settings, tuple(name for name, is_there in trouble.items() if is_there))


def _likeness(text: str, expected: str) -> float:
    return SequenceMatcher(None, text, expected, autojunk=False).ratio()


def _parted(text: str, expected: str) -> tuple[str, str, str, str]:
    """(symbology identifier, prefix, the code itself, suffix)."""
    symbology = ""
    if len(text) > 3 and text[0] == "]" and text[1].isalpha() and text[2].isalnum():
        symbology, text = text[1:3], text[3:]
    for whole in (expected, expected.replace(GROUP_SEPARATOR, "")):
        at = text.find(whole)
        if at >= 0:
            return symbology, text[:at], whole, text[at + len(whole) :]
    return symbology, "", text, ""


class _Differences:
    """Where what arrived is not what is printed."""

    def __init__(self, body: str, expected: str) -> None:
        self.lost = self.doubled = 0
        self.wrong: list[tuple[str, str]] = []
        self.is_separator_lost, self.separator_became = False, ""
        for kind, start, end, at, until in SequenceMatcher(None, expected, body, autojunk=False).get_opcodes():
            printed, arrived = expected[start:end], body[at:until]
            if kind == "delete":
                self._missing(printed)
            elif kind == "insert":
                self._extra(arrived, body[max(0, at - len(arrived)) : at], body[until : until + len(arrived)])
            elif kind == "replace":
                self._instead(printed, arrived)

    def _missing(self, printed: str) -> None:
        self.is_separator_lost |= GROUP_SEPARATOR in printed
        self.lost += len(printed.replace(GROUP_SEPARATOR, ""))

    def _extra(self, arrived: str, before: str, after: str) -> None:
        if arrived in (before, after):
            self.doubled += len(arrived)
        else:
            self.wrong += [("", sign) for sign in arrived]

    def _instead(self, printed: str, arrived: str) -> None:
        if printed == GROUP_SEPARATOR:
            self.separator_became = arrived
            return
        shared = min(len(printed), len(arrived))
        self.wrong += list(zip(printed[:shared], arrived[:shared], strict=True))
        self._missing(printed[shared:])
        self.wrong += [("", sign) for sign in arrived[shared:]]
