"""A simulated scanner with every bad habit at once: each is found, none is invented, what would help is said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.scanner_check import (
    GAP_MS_MAX,
    GROUP_SEPARATOR,
    TEST_CODES,
    KeyPress,
    ScannerSettings,
    examine,
    report_on,
)
from tests.e2e.played_scanner import AZERTY, Scanner

LONG, SEPARATED, LETTERS = TEST_CODES
QWERTZ = {"KeyY": "z", "KeyZ": "y", "Slash": "-", "Minus": "ß"}


@given(
    code=st.sampled_from(TEST_CODES),
    gap_ms=st.floats(0, 300),
    ending=st.sampled_from(["Enter", "Tab", ""]),
    prefix=st.sampled_from(["", "]Q1", "]C1"]),
)
def test_a_scanner_without_bad_habits_is_fine(code: str, gap_ms: float, ending: str, prefix: str) -> None:
    found = examine(Scanner(gap_ms=gap_ms, ending=ending, prefix=prefix).scan(code), code)
    assert found.is_fine
    assert (found.ending, found.symbology, found.pause_ms) == (ending.lower(), prefix[1:], 0)
    assert found.median_gap_ms == pytest.approx(gap_ms, abs=1e-6)
    report = report_on([found])
    assert report.trouble == (() if gap_ms * 1.2 <= report.settings.gap_ms_max else ("slow",))
    assert gap_ms <= report.settings.gap_ms_max <= GAP_MS_MAX


@given(st.sampled_from(TEST_CODES), st.sampled_from(["*", "SCAN:", "~~"]), st.sampled_from(["", "#", "\\r"]))
def test_what_stands_before_and_after_the_code(code: str, prefix: str, suffix: str) -> None:
    found = examine(Scanner(prefix=prefix, suffix=suffix).scan(code), code)
    assert (found.prefix, found.suffix, found.lost, found.wrong) == (prefix, suffix, 0, ())
    assert set(report_on([found]).trouble) == {"prefix", "suffix"} if suffix else {"prefix"}


@given(st.integers(5, len(LONG) - 5), st.floats(600, 8_000))
def test_a_long_code_in_parts(part_after: int, pause_ms: float) -> None:
    found = examine(Scanner(part_after=part_after, pause_ms=pause_ms, ending="").scan(LONG), LONG)
    assert found.is_fine
    assert found.pause_ms == pytest.approx(pause_ms)
    assert report_on([found]).settings.rest_ms_max >= pause_ms * 1.2


@given(st.data())
def test_lost_characters_are_counted(data: st.DataObject) -> None:
    keys = Scanner().scan(LONG)
    gone = data.draw(st.integers(25, len(LONG) - 3))
    found = examine(keys[:gone] + keys[gone + 1 :], LONG)
    assert (found.lost, found.doubled, found.wrong) == (1, 0, ())
    assert report_on([found]).trouble == ("lost",)


@given(st.integers(0, len(LONG) - 1))
def test_doubled_characters_are_counted(twice: int) -> None:
    keys = Scanner().scan(LONG)
    found = examine([*keys[: twice + 1], *keys[twice:]], LONG)
    at_the_edge = twice in (0, len(LONG) - 1)
    assert (found.doubled, found.prefix + found.suffix) == ((0, LONG[twice]) if at_the_edge else (1, ""))
    assert not found.is_fine


def test_a_lost_separator_and_one_that_became_something_else() -> None:
    lost = examine(Scanner(keeps_separator=False).scan(SEPARATED), SEPARATED)
    assert (lost.is_separator_lost, lost.lost) == (True, 0)
    instead = examine(Scanner().scan(SEPARATED.replace(GROUP_SEPARATOR, "|")), SEPARATED)
    assert instead.separator_became == "|"
    assert report_on([lost]).trouble == report_on([instead]).trouble == ("separator",)


@pytest.mark.parametrize("layout", [AZERTY, QWERTZ], ids=["azerty", "qwertz"])
def test_another_countrys_keyboard_is_mended_by_the_keys_places(layout: dict[str, str]) -> None:
    found = examine(Scanner(layout=tuple(layout.items())).scan(LETTERS), LETTERS)
    assert found.is_by_position
    assert found.is_fine
    assert found.text != LETTERS
    assert report_on([found]).settings.is_by_position


def test_capitals_and_small_letters_swapped() -> None:
    found = examine(Scanner().scan(LETTERS.swapcase()), LETTERS)
    assert found.is_case_swapped
    assert report_on([found]).trouble == ("case",)


def test_another_code_is_said_to_be_one_and_changes_no_setting() -> None:
    found = examine(Scanner(gap_ms=200).scan("9522000000046"), LONG)
    assert found.is_other_code
    report = report_on([found])
    assert report.trouble == ("other_code",)
    assert report.settings == ScannerSettings()


@given(
    st.lists(
        st.builds(
            KeyPress,
            key=st.one_of(st.text(max_size=12), st.sampled_from(["Enter", "Tab", "Dead", "Shift", "]"])),
            code=st.one_of(
                st.text(max_size=8), st.sampled_from(["KeyA", "Digit", "Digit12", "Minus", "input", "Key1"])
            ),
            at_ms=st.floats(-1e9, 1e9),
            is_shift=st.booleans(),
            is_control=st.booleans(),
        ),
        max_size=60,
    ),
    st.sampled_from(TEST_CODES),
)
def test_whatever_arrives_something_is_said_of_it(keys: list[KeyPress], code: str) -> None:
    report = report_on([examine(keys, code)])
    assert ScannerSettings.model_validate(report.settings.model_dump()) == report.settings
