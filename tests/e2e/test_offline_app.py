"""The real app on a phone, opened again without network and over an update in the middle of a walk."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from mobile.web.bundle.steps import DIGEST_LENGTH
from tests.e2e import storm
from tests.e2e.deploying import next_version
from tests.e2e.phone import Phone
from tests.e2e.server import PICKER_BADGE, PICKER_PIN, Server, line
from tests.e2e.serving import BundleFiles, ServerThread
from tests.e2e.walking import enrol_and_sign_in, is_at, pick, shown, start_trolley, tap, until
from tests.e2e.wire import Wire

pytestmark = pytest.mark.browser

KEPT_APPS = """async () => (await (await caches.open("blinkpick")).keys()).map(request => request.url)
    .filter(url => url.includes("/app.tar?")).map(url => url.split("?kept=")[1])"""
IN_MEMORY = """async texts => {
    const kept = await (await caches.open("blinkpick-python")).match("snapshot");
    const memory = kept ? new TextDecoder("latin1").decode(await kept.arrayBuffer()) : "";
    return texts.filter(text => memory.includes(text));
}"""
IS_WAITING = "async () => Boolean((await navigator.serviceWorker.getRegistration()).waiting)"
IS_FIRST_LOAD = "performance.getEntriesByType('navigation')[0].type === 'navigate'"
LINES = [line(1, "010001"), line(2, "090001", "2"), line(3, "200001")]


@pytest.fixture
def picker(server: Server, wire: Wire, new_phone: Callable[..., Phone]) -> Phone:
    """On a phone that never had the app: what it keeps is of this very start."""
    phone = new_phone()
    enrol_and_sign_in(phone, wire.url, server.enrolment_codes()[1], PICKER_BADGE, PICKER_PIN, "screen-work")
    return phone


@pytest.fixture
def walking(server: Server, picker: Phone) -> Phone:
    """On a walk of three stops, with everything kept that a start without network needs."""
    picker.wait_until_offline_ready()
    assert server.post_order("web-1", LINES).status_code == 202
    return picker


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


class TestKeptMemory:
    def test_holds_the_app_and_nothing_of_who_picks(self, server: Server, picker: Phone) -> None:
        """The phone was enrolled and signed in at its very first start, which is the one that Python's memory is of."""
        picker.wait_until_offline_ready()
        until(picker, lambda: picker.page.evaluate(IN_MEMORY, ["mobile.screens.enrol"]) != [], "memory is kept")
        secret = [server.enrolment_codes()[1], PICKER_BADGE, f"/#/enrol/{server.enrolment_codes()[1]}"]
        assert picker.page.evaluate(IN_MEMORY, secret) == []


class TestUpdate:
    def test_what_waits_outlasts_a_new_version_and_is_delivered_once(
        self, server: Server, wire: Wire, walking: Phone, pwa_bundle: Path, tmp_path: Path
    ) -> None:
        """The new app is there before the backend is: the phone takes it with its picks still to be sent."""
        stops = start_trolley(server, walking)
        pick(walking, stops[0])
        until(walking, lambda: len(storm.effects(server)) == 1, "the backend knows of the first pick")
        wire.cut()
        pick(walking, stops[1])
        is_at(walking, stops[2])
        server.kill()
        server.app_path = next_version(pwa_bundle, tmp_path / "newer", "0.2.0")
        with ServerThread(files_app(server.app_path)) as files:
            wire.lead_to(files.port)
            wire.mend()
            opened_again(walking, wire.url, "screen-stop")
            until(walking, lambda: walking.page.evaluate(IS_WAITING), "the new version is kept beside the old one")
            assert len(walking.page.evaluate(KEPT_APPS)) == 2
            is_at(walking, stops[2])
            assert walking.page.evaluate(IS_FIRST_LOAD), "nothing restarts under a picker's hands"
            opened_again(walking, wire.url, "screen-stop")
            is_at(walking, stops[2])
            newer = [content_hash(server.app_path / "app.tar")]
            until(walking, lambda: walking.page.evaluate(KEPT_APPS) == newer, "the new version is the only one")
            is_at(walking, stops[2])
            pick(walking, stops[2])
            shown(walking, "finish-do")
        assert len(storm.effects(server)) == 1, "the backend was not there"
        wire.cut()
        server.start()
        wire.lead_to(server.port)
        wire.mend()
        tap(walking, "finish-do")
        until(walking, lambda: "finished" in statuses(server), "it is handed over")
        assert [(effect.pick_id, effect.quantity) for effect in storm.effects(server)] == storm.walk(server)
        assert storm.refused(server) == []


def files_app(bundle: Path) -> Starlette:
    """A deployment whose backend is not up yet."""
    return Starlette(routes=[Mount("/", BundleFiles(directory=bundle, html=True))])


def content_hash(file: Path) -> str:
    """As the service worker names what it keeps."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:DIGEST_LENGTH]


def statuses(server: Server) -> list[str]:
    return [status for (status,) in _read(server, "SELECT status FROM pick_list")]


def _read(server: Server, query: str) -> list[tuple]:
    with sqlite3.connect(server.folder / "blinkpick.db") as database:
        return database.execute(query).fetchall()
