"""The worker's end of the page's port: no notice is lost, each in its listener's context, every wish has its kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from mobile.web import page_bridge
from mobile.web.page_bridge import WAITING_MAX, PageBridge, open_page_bridge
from tests.mobile.fake_javascript import FakeBrowser, FakePort

PAGE = Path(page_bridge.__file__).parent / "page"
WISHES: list[tuple[Callable[[PageBridge], None], dict[str, Any]]] = [
    (lambda page: page.load_sounds(iter(["ok", "wrong"])), {"kind": "load_sounds", "names": ["ok", "wrong"]}),
    (lambda page: page.play("ok"), {"kind": "play", "name": "ok", "volume": 0.8}),
    (lambda page: page.vibrate((60, 30)), {"kind": "vibrate", "pattern_ms": [60, 30]}),
    (lambda page: page.keep_screen_on(True), {"kind": "wake_lock", "is_on": True}),
    (lambda page: page.set_text_percent(200), {"kind": "text_size", "percent": 200}),
    (lambda page: page.set_scanner(gap_ms_max=120), {"kind": "scanner", "gap_ms_max": 120}),
    (lambda page: page.scan_done(7), {"kind": "scan_done", "up_to": 7}),
    (lambda page: page.watch_scanner(True), {"kind": "watch_scanner", "is_watched": True}),
    (lambda page: page.open_camera({"hint": "Hold"}), {"kind": "open_camera", "words": SimpleNamespace(hint="Hold")}),
    (lambda page: page.close_camera(), {"kind": "close_camera"}),
    (lambda page: page.look_for_update(), {"kind": "look_for_update"}),
    (lambda page: page.apply_update(), {"kind": "apply_update"}),
]


@pytest.fixture
def port(browser: FakeBrowser) -> FakePort:
    assert browser.pagePort is not None
    return browser.pagePort


@pytest.fixture
def bridge(port: FakePort) -> PageBridge:
    return PageBridge(port)


class TestListen:
    def test_hears_its_kind_and_no_other(self, bridge: PageBridge, port: FakePort) -> None:
        heard: list[dict] = []
        bridge.listen("network", heard.append)
        port.tell("visibility", is_visible=True)
        port.tell("network", is_online=False)
        assert heard == [{"kind": "network", "is_online": False}]

    def test_hears_first_what_came_before_it_and_only_once(self, bridge: PageBridge, port: FakePort) -> None:
        first: list[str] = []
        second: list[str] = []
        port.tell("scan", code="1")
        port.tell("scan", code="2")
        bridge.listen("scan", lambda notice: first.append(notice["code"]))
        bridge.listen("scan", lambda notice: second.append(notice["code"]))
        port.tell("scan", code="3")
        assert (first, second) == (["1", "2", "3"], ["3"])

    def test_keeps_the_newest_when_nobody_ever_listens(self, bridge: PageBridge, port: FakePort) -> None:
        heard: list[int] = []
        for number in range(WAITING_MAX + 2):
            port.tell("scan", code=number)
        bridge.listen("scan", lambda notice: heard.append(notice["code"]))
        assert heard == list(range(2, WAITING_MAX + 2))

    def test_undone_it_hears_no_more_and_what_comes_waits_for_the_next(
        self, bridge: PageBridge, port: FakePort
    ) -> None:
        before: list[dict] = []
        after: list[dict] = []
        bridge.listen("scan", before.append)()
        port.tell("scan", code="1")
        bridge.listen("scan", after.append)
        assert (before, [notice["code"] for notice in after]) == ([], ["1"])

    def test_a_listener_may_undo_itself_while_it_hears(self, bridge: PageBridge, port: FakePort) -> None:
        heard: list[str] = []
        undo: list[Callable[[], None]] = []

        def once(notice: dict) -> None:
            heard.append("once")
            undo[0]()

        undo.append(bridge.listen("scan", once))
        bridge.listen("scan", lambda notice: heard.append("always"))
        port.tell("scan")
        port.tell("scan")
        assert heard == ["once", "always", "always"]

    def test_runs_where_it_was_asked_for(self, bridge: PageBridge, port: FakePort) -> None:
        drawn_page: ContextVar[str] = ContextVar("drawn_page", default="none")
        seen: list[str] = []
        token = drawn_page.set("ours")
        bridge.listen("scan", lambda notice: seen.append(drawn_page.get()))
        drawn_page.reset(token)  # a message of the browser comes with no page at all
        port.tell("scan")
        assert seen == ["ours"]


class TestWishes:
    @pytest.mark.parametrize(("wish", "posted"), WISHES, ids=[posted["kind"] for _, posted in WISHES])
    def test_are_posted_in_the_pages_words(
        self, bridge: PageBridge, port: FakePort, wish: Callable[[PageBridge], None], posted: dict
    ) -> None:
        wish(bridge)
        assert port.posted == [posted]

    def test_are_all_answered_by_a_script_of_the_page(self) -> None:
        scripts = "".join(script.read_text() for script in PAGE.glob("*.js"))
        assert {posted["kind"] for _, posted in WISHES} == set(re.findall(r'\banswer\("(\w+)"', scripts))


class TestOpening:
    def test_there_is_none_outside_a_browser(self) -> None:
        assert open_page_bridge() is None

    def test_there_is_none_in_a_browser_without_our_page(
        self, browser: FakeBrowser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(page_bridge, "IS_BROWSER", True)
        browser.pagePort = None
        assert open_page_bridge() is None

    def test_in_our_page_it_takes_the_port(self, port: FakePort, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(page_bridge, "IS_BROWSER", True)
        bridge = open_page_bridge()
        assert bridge is not None
        bridge.play("ok")
        assert port.posted[0]["kind"] == "play"
        assert port.onmessage is not None
