"""The scanner's check without a page: three codes, what is said of them, what is kept on the phone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from mobile.services.scanner_tuning import NoTuning
from mobile.services.signals import Signal, SilentSignals
from mobile.state.app_state import AppState
from mobile.state.screens import Screen
from mobile.state.shift_state import ShiftState
from shared.printed_codes import PrintedCode
from shared.scanner_check import TEST_CODES, ScannerSettings
from tests.e2e.played_scanner import AZERTY, PlayedTuning, Scanner
from tests.mobile.builders import edges
from tests.mobile.fake_backend import FakeBackend
from tests.mobile.test_backend_link import VirtualTime, sign_in


def phone(folder: Path, tuning: PlayedTuning) -> AppState:
    time = VirtualTime()
    app = AppState(replace(edges(folder, FakeBackend(time.clock).connect, time=time), tuning=tuning))
    app.scanner_check.connect()
    return app


def scan_all(tuning: PlayedTuning, scanner: Scanner) -> None:
    for code in TEST_CODES:
        tuning.press(scanner.scan(code))


def test_a_printed_code_opens_it_before_anybody_is_signed_in_and_another_closes_it(tmp_path: Path) -> None:
    async def scenario() -> None:
        tuning = PlayedTuning()
        app = phone(tmp_path, tuning)
        assert app.screen is Screen.ENROL
        await app.take_scan(PrintedCode.CHECK)
        assert app.screen is Screen.SCANNER_CHECK
        assert tuning.is_watched
        await app.take_scan(TEST_CODES[2])
        assert app.screen is Screen.SCANNER_CHECK
        await app.take_scan(PrintedCode.BACK)
        assert app.screen is Screen.ENROL
        assert not tuning.is_watched

    asyncio.run(scenario())


def test_it_stands_above_a_signed_in_phone_as_well(tmp_path: Path) -> None:
    async def scenario() -> None:
        await sign_in(tmp_path)
        app = phone(tmp_path, PlayedTuning())
        assert isinstance(app.shift, ShiftState)
        before = app.screen
        await app.take_scan(PrintedCode.CHECK)
        await app.take_scan(PrintedCode.BACK)
        assert app.screen is before

    asyncio.run(scenario())


def test_three_right_codes_and_nothing_to_do(tmp_path: Path) -> None:
    tuning = PlayedTuning()
    app = phone(tmp_path, tuning)
    app.open(Screen.SCANNER_CHECK)
    for number, code in enumerate(TEST_CODES, 1):
        assert (app.scanner_check.number, app.scanner_check.report) == (number, None)
        tuning.press(Scanner(prefix="]Q1").scan(code))
    report = app.scanner_check.report
    assert report is not None
    assert (report.trouble, report.settings) == ((), ScannerSettings())
    given = app._edges.signals
    assert isinstance(given, SilentSignals)
    assert given.given == [Signal.OK] * 3
    tuning.press(Scanner().scan("one too many"))
    assert len(app.scanner_check.findings) == 3


def test_a_code_in_parts_is_waited_for_or_said_to_be_all(tmp_path: Path) -> None:
    tuning = PlayedTuning()
    app = phone(tmp_path, tuning)
    app.open(Screen.SCANNER_CHECK)
    keys = Scanner(ending="", part_after=40, pause_ms=4_000).scan(TEST_CODES[0])
    tuning.press(keys[:40])
    assert (app.scanner_check.number, app.scanner_check.has_part) == (1, True)
    tuning.press(keys[40:])
    assert (app.scanner_check.number, app.scanner_check.has_part) == (2, False)
    assert app.scanner_check.findings[0].pause_ms == pytest.approx(4_000)
    tuning.press(Scanner(ending="").scan(TEST_CODES[1])[:20])
    app.scanner_check.conclude()
    assert app.scanner_check.findings[1].lost == len(TEST_CODES[1]) - 21
    app.scanner_check.conclude()
    assert app.scanner_check.number == 3


def test_codes_that_do_what_a_button_does_are_none_of_the_three(tmp_path: Path) -> None:
    tuning = PlayedTuning()
    app = phone(tmp_path, tuning)
    app.open(Screen.SCANNER_CHECK)
    tuning.press(Scanner().scan(PrintedCode.BACK))
    assert app.scanner_check.number == 1


def test_what_helps_is_used_kept_over_a_restart_and_undone(tmp_path: Path) -> None:
    async def scenario() -> None:
        tuning = PlayedTuning()
        app = phone(tmp_path, tuning)
        assert tuning.tuned == []
        app.open(Screen.SCANNER_CHECK)
        scan_all(tuning, Scanner(gap_ms=100, layout=tuple(AZERTY.items())))
        report = app.scanner_check.report
        assert report is not None
        assert report.settings.is_by_position
        assert report.settings.gap_ms_max > 120
        assert not app.scanner_check.is_in_use
        await app.scanner_check.apply()
        assert app.scanner_check.is_in_use
        assert tuning.tuned == [report.settings]
        app.close()

        later = PlayedTuning()
        app = phone(tmp_path, later)
        assert later.tuned == [report.settings]
        await app.scanner_check.undo()
        assert later.tuned[-1] == ScannerSettings()
        app.close()
        last = PlayedTuning()
        phone(tmp_path, last)
        assert last.tuned == []

    asyncio.run(scenario())


def test_a_device_whose_scanner_is_not_seen_says_so(tmp_path: Path) -> None:
    time = VirtualTime()
    app = AppState(edges(tmp_path, FakeBackend(time.clock).connect, time=time))
    assert isinstance(app._edges.tuning, NoTuning)
    assert not app.scanner_check.is_possible
