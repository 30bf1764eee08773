"""The real app on a phone, opened again without network in the middle of a walk."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.e2e.phone import Phone
from tests.e2e.server import PICKER_BADGE, PICKER_PIN, Server, line
from tests.e2e.test_whole_pick import enrol_and_sign_in, is_at, pick, shown, start_trolley, tap, until
from tests.e2e.wire import Wire

pytestmark = pytest.mark.browser

LINES = [line(1, "010001"), line(2, "090001", "2"), line(3, "200001")]


@pytest.fixture
def server(tmp_path: Path, pwa_bundle: Path) -> Iterator[Server]:
    server = Server(tmp_path, app_path=pwa_bundle)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def wire(server: Server) -> Iterator[Wire]:
    wire = Wire(server.port)
    yield wire
    wire.cut()


@pytest.fixture
def walking(server: Server, wire: Wire, new_phone: Callable[..., Phone]) -> Phone:
    """On a walk of three stops, with everything kept that a start without network needs."""
    phone = new_phone()
    enrol_and_sign_in(phone, wire.url, server.enrolment_codes()[1], PICKER_BADGE, PICKER_PIN, "screen-work")
    phone.wait_until_offline_ready()
    assert server.post_order("web-1", LINES).status_code == 202
    return phone


def opened_again(phone: Phone, url: str, first: str) -> None:
    phone.page.goto("about:blank")
    phone.page.goto(url)
    phone.turn_on_semantics()
    shown(phone, first)


class TestWithoutNetwork:
    def test_the_app_and_the_walk_are_there_and_go_on(self, server: Server, wire: Wire, walking: Phone) -> None:
        manifest = json.loads(urlopen(f"{wire.url}/manifest.json").read())
        assert manifest["display"] == "standalone"
        assert walking.page.evaluate("navigator.serviceWorker.controller !== null")
        stops = start_trolley(server, walking)
        pick(walking, stops[0])
        is_at(walking, stops[1])
        wire.cut()
        opened_again(walking, wire.url, "screen-stop")
        is_at(walking, stops[1])
        for stop in stops[1:]:
            pick(walking, stop)
        shown(walking, "link-offline")
        wire.mend()
        tap(walking, "finish-do")
        until(walking, lambda: "finished" in statuses(server), "it is handed over")


def statuses(server: Server) -> list[str]:
    return [status for (status,) in _read(server, "SELECT status FROM pick_list")]


def _read(server: Server, query: str) -> list[tuple]:
    with sqlite3.connect(server.folder / "blinkpick.db") as database:
        return database.execute(query).fetchall()
