"""What the app stands on in a browser: the page's scanner, sounds and notices, the origin, the kept file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mobile.services import browser_socket
from mobile.services.browser_edges import open_browser_edges
from mobile.services.edges import Edges
from mobile.services.signals import VIBRATIONS, Signal
from mobile.settings import OUTBOX_FILE_NAME
from mobile.web.page_bridge import PageBridge
from tests.mobile.fake_javascript import ORIGIN, FakeBrowser, FakePort, FakeResponse

SOUNDS = Path(__file__).parents[3] / "assets" / "sounds"


@pytest.fixture
def port(browser: FakeBrowser) -> FakePort:
    assert browser.pagePort is not None
    return browser.pagePort


@pytest.fixture
def edges(port: FakePort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Callable) -> Edges:
    monkeypatch.setenv("FLET_APP_STORAGE_DATA", str(tmp_path))
    opened: Edges = run(open_browser_edges(PageBridge(port)))
    return opened


class TestOpening:
    def test_the_backend_is_where_the_app_came_from(self, edges: Edges) -> None:
        assert edges.settings.backend_url == ORIGIN
        assert edges.connect is browser_socket.connect

    def test_the_outbox_is_in_the_kept_folder(self, edges: Edges, tmp_path: Path) -> None:
        assert edges.outbox_path == tmp_path / OUTBOX_FILE_NAME

    def test_questions_go_through_fetch(self, edges: Edges, browser: FakeBrowser, run: Callable) -> None:
        browser.answer = FakeResponse(b"pong")
        assert run(edges.http.get(f"{ORIGIN}/ping")).content == b"pong"
        assert browser.requests[0].url == f"{ORIGIN}/ping"


class TestScans:
    def test_each_code_arrives_as_it_was_read(self, edges: Edges, port: FakePort) -> None:
        codes: list[str] = []
        edges.scans.listen(lambda raw, number, is_kept: codes.append(raw))
        port.tell("scan", code="]E07610000000011", ended_by="enter", slowest_gap_ms=3)
        assert codes == ["]E07610000000011"]


class TestCamera:
    def test_is_asked_and_heard(self, edges: Edges, port: FakePort) -> None:
        told: list[tuple[bool, str]] = []
        edges.camera.listen(lambda is_open, problem: told.append((is_open, problem)))
        edges.camera.open({"hint": "Hold it"})
        edges.camera.close()
        port.tell("camera", is_open=False, problem="missing")
        assert edges.camera.is_possible
        assert [posted["kind"] for posted in port.posted[-2:]] == ["open_camera", "close_camera"]
        assert told == [(False, "missing")]


class TestSignals:
    def test_every_sound_is_loaded_ahead_and_exists(self, edges: Edges, port: FakePort) -> None:
        assert port.posted == [{"kind": "load_sounds", "names": [signal.value for signal in Signal]}]
        assert [signal for signal in Signal if not (SOUNDS / f"{signal}.wav").is_file()] == []

    def test_one_is_heard_and_felt(self, edges: Edges, port: FakePort) -> None:
        edges.signals.give(Signal.WRONG, VIBRATIONS[Signal.WRONG])
        assert port.posted[1:] == [
            {"kind": "play", "name": "wrong", "volume": 1.0},
            {"kind": "vibrate", "pattern_ms": [350, 120, 350]},
        ]

    def test_one_is_as_loud_as_the_picker_likes_it_and_felt_only_if_wished(self, edges: Edges, port: FakePort) -> None:
        edges.signals.tune(0.3, False)
        edges.signals.give(Signal.OK, VIBRATIONS[Signal.OK])
        assert port.posted[1:] == [{"kind": "play", "name": "ok", "volume": 0.3}]

    def test_letters_grow(self, edges: Edges, port: FakePort) -> None:
        edges.display.set_text_percent(200)
        assert port.posted[1:] == [{"kind": "text_size", "percent": 200}]

    def test_the_screen_stays_on_while_asked(self, edges: Edges, port: FakePort) -> None:
        edges.signals.keep_awake(True)
        edges.signals.keep_awake(False)
        assert [posted["is_on"] for posted in port.posted[1:]] == [True, False]


class TestNotices:
    @pytest.mark.parametrize(
        ("kind", "fields", "is_told"),
        [
            ("network", {"is_online": True}, True),
            ("network", {"is_online": False}, False),
            ("visibility", {"is_visible": True}, True),
            ("visibility", {"is_visible": False}, False),
            ("update_ready", {}, False),
        ],
    )
    def test_only_a_return_is_worth_trying(
        self, edges: Edges, port: FakePort, kind: str, fields: dict[str, bool], is_told: bool
    ) -> None:
        told: list[bool] = []
        edges.notices.listen(lambda: told.append(True))
        port.tell(kind, **fields)
        assert told == [True] * is_told
