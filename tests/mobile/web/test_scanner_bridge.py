"""Codes of a wedge scanner on their way from the page's script: whole, in order, and with its own thresholds."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import pytest

from mobile.web import scanner_bridge
from mobile.web.page_bridge import PageBridge
from mobile.web.scanner_bridge import Scan, ScannerBridge, ScannerThresholds
from tests.mobile.fake_javascript import FakeBrowser, FakePort

SCRIPT = Path(scanner_bridge.__file__).parent / "page" / "scanner.js"


@pytest.fixture
def port(browser: FakeBrowser) -> FakePort:
    assert browser.pagePort is not None
    return browser.pagePort


def scan(port: FakePort, code: str) -> None:
    port.tell("scan", code=code, ended_by="enter", slowest_gap_ms=7)


class TestThresholds:
    def test_are_the_scripts_own_unless_chosen(self) -> None:
        settings = re.search(r"const settings = \{(.*?)\};", SCRIPT.read_text(), re.DOTALL)
        assert settings is not None
        written = {name: int(value) for name, value in re.findall(r"(\w+): (\d+)", settings[1])}
        assert asdict(ScannerThresholds()) == written

    def test_are_only_posted_when_chosen(self, port: FakePort) -> None:
        page = PageBridge(port)
        ScannerBridge(page)
        assert port.posted == []
        slow = ScannerThresholds(gap_ms_max=120)
        ScannerBridge(page, slow)
        assert port.posted == [{"kind": "scanner", **asdict(slow)}]


class TestScans:
    def test_also_those_made_before_anyone_listened_come_in_order(self, port: FakePort) -> None:
        heard: list[Scan] = []
        page = PageBridge(port)
        scan(port, "1")
        stop = ScannerBridge(page).listen(heard.append)
        scan(port, "2")
        stop()
        scan(port, "3")
        assert heard == [Scan("1", "enter", 7.0), Scan("2", "enter", 7.0)]

    def test_a_stream_ends_its_listening_with_itself(self, port: FakePort, run: Callable) -> None:
        async def stream() -> list[str]:
            page = PageBridge(port)
            scans = ScannerBridge(page).scans()
            waiting = asyncio.ensure_future(anext(scans))
            await asyncio.sleep(0)
            scan(port, "1")
            scan(port, "2")
            codes = [(await waiting).code, (await anext(scans)).code]
            await scans.aclose()
            scan(port, "3")
            ScannerBridge(page).listen(lambda late: codes.append(f"left over: {late.code}"))
            return codes

        assert run(stream()) == ["1", "2", "left over: 3"]


class TestKeptScans:
    def test_a_number_comes_along_and_goes_back_when_the_scan_is_done(self, port: FakePort) -> None:
        heard: list[Scan] = []
        bridge = ScannerBridge(PageBridge(port))
        bridge.listen(heard.append)
        port.tell("scan", code="1", ended_by="enter", slowest_gap_ms=7, number=41, is_kept=True)
        assert heard == [Scan("1", "enter", 7.0, 41, is_kept=True)]
        bridge.done(41)
        assert port.posted == [{"kind": "scan_done", "up_to": 41}]
