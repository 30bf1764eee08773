"""The whole pick in real Chromium at phone size: enrol, sign in, follow the lights, scan, finish; the channel hears.

The pictures of the README are made here.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.barcode import check_digit
from tests.e2e.phone import Phone
from tests.e2e.server import (
    PICKER_BADGE,
    PICKER_PIN,
    ROOT,
    SUPERVISOR_BADGE,
    SUPERVISOR_PIN,
    Server,
    line,
)
from tests.e2e.wire import Wire

pytestmark = pytest.mark.browser

PICTURES = ROOT / os.environ.get("PICTURES", "build/screens/whole-pick")  # `make pictures` puts them into docs/
WAIT_MS = 60_000
CLIENT_MAX_S = 30.0
BLANK_MAX_BYTES = 20_000  # a screen with a header and no drawing
WRONG_GTIN = "4006381333931"  # valid, and of no product in the demo store
LINES = [line(1, "010001"), line(2, "090001", "2"), line(3, "200001"), line(4, "210001", "0.750", "kg")]


@dataclass(frozen=True)
class Stop:
    """A pick as the database knows it: what a scanner must say, and how often."""

    address: str
    scan: str
    times: int


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


def stops_of(server: Server) -> list[Stop]:
    """The picks of the newest pick list, in the order of its walk."""
    with sqlite3.connect(server.folder / "blinkpick.db") as database:
        rows = database.execute(
            "SELECT l.aisle, l.bay, l.shelf, p.unit, p.quantity_ordered, c.article,"
            " (SELECT gtin FROM barcode b WHERE b.product_id = c.id LIMIT 1)"
            " FROM pick p JOIN location l ON l.id = p.location_id JOIN product c ON c.id = p.product_id"
            " WHERE p.pick_list_id = (SELECT max(id) FROM pick_list) ORDER BY p.position"
        ).fetchall()
    stops = []
    for aisle, bay, shelf, unit, quantity, article, gtin in rows:
        address = f"{aisle}-{bay}-{shelf}"
        if unit == "gram":
            digits = f"28{article:0>5}{quantity:05d}"
            stops.append(Stop(address, digits + check_digit(digits), 1))
        else:
            stops.append(Stop(address, gtin, quantity))
    return stops


def enrol_and_sign_in(phone: Phone, url: str, code: str, badge: str, pin: str, home: str) -> None:
    """From the printed link to the first screen, the badge read by the scanner."""
    phone.page.goto(f"{url}/#/enrol/{code}")
    phone.turn_on_semantics()
    tap(phone, "enrol-do")
    shown(phone, "screen-sign-in")
    phone.scan(badge)
    shown(phone, "screen-pin")
    for digit in pin:
        tap(phone, f"key-{digit}")
    tap(phone, "sign-in-do")
    shown(phone, home)


def shown(phone: Phone, identifier: str) -> Any:
    mark = phone.by_identifier(identifier).first
    mark.wait_for(state="attached", timeout=WAIT_MS)
    return mark


def remember_what_is_shown(phone: Phone) -> None:
    """A good verdict leaves by itself after a second, sooner than a busy machine looks: the page keeps a list."""
    phone.page.evaluate(
        """() => {
            window.everShown = new Set();
            const look = () => document.querySelectorAll("[flt-semantics-identifier]").forEach(
                mark => window.everShown.add(mark.getAttribute("flt-semantics-identifier")));
            new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
        }"""
    )


def was_shown(phone: Phone, identifier: str) -> None:
    phone.page.wait_for_function("name => window.everShown.has(name)", arg=identifier, timeout=WAIT_MS)


def tap(phone: Phone, identifier: str) -> None:
    """Press where the thing is drawn, as a finger would, once nothing lies over it."""
    mark = shown(phone, identifier)
    phone.page.locator('[flt-semantics-identifier^="verdict-"]').first.wait_for(state="detached", timeout=WAIT_MS)
    box = mark.bounding_box()
    assert box is not None, f"{identifier} is not on the screen"
    phone.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def picture(phone: Phone, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    phone.page.screenshot(path=PICTURES / f"{name}.png")


def lights(phone: Phone, name: str) -> int:
    """A count of the shelf view: lit, on-the-way or silent."""
    text = phone.by_identifier(f"shelf-count-{name}").first.evaluate(
        "e => [e, ...e.querySelectorAll('*')].map(x => x.getAttribute('aria-label') || x.textContent || '').join(' ')"
    )
    return int("".join(sign for sign in text.split()[0] if sign.isdigit()) or -1)


def until(phone: Phone, is_true: Callable[[], bool], what: str) -> None:
    """Wait for a condition, looking every tenth of a second."""
    for _ in range(WAIT_MS // 100):
        if is_true():
            return
        phone.page.wait_for_timeout(100)
    raise AssertionError(f"never came true: {what}")


def is_at(phone: Phone, stop: Stop) -> None:
    """Wait until the screen sends the picker to this stop; its address alone may be the one announced as next."""
    phone.page.wait_for_function(
        """address => {
            const mark = document.querySelector('[flt-semantics-identifier="stop-location"]');
            const words = mark && [mark, ...mark.querySelectorAll("*")].map(
                element => element.getAttribute("aria-label") || element.textContent);
            return Boolean(words && words.some(word => word.includes(address)));
        }""",
        arg=stop.address,
        timeout=WAIT_MS,
    )


def pick(phone: Phone, stop: Stop) -> None:
    """Stand at the stop and scan what is taken."""
    is_at(phone, stop)
    for _ in range(stop.times):
        phone.scan(stop.scan)


def stream_names(server: Server, until_name: str) -> list[str]:
    """What the documented example client prints, up to the first event called `until_name`."""
    url = server.url.replace("http", "ws", 1) + "/api/v1/channels/stream"
    client = subprocess.Popen(
        [
            *(sys.executable, "-u", str(ROOT / "docs" / "examples" / "channel_client.py")),
            *(url, server.keys["channel_key"], str(server.folder / "last_sequence")),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    watchdog = threading.Timer(CLIENT_MAX_S, client.kill)
    watchdog.start()
    names: list[str] = []
    assert client.stdout is not None
    with client.stdout:
        for text in client.stdout:
            names.append(text.split()[1])
            if names[-1] == until_name:
                break
    client.kill()
    client.wait()
    watchdog.cancel()
    return names


@pytest.fixture
def picker(server: Server, wire: Wire, new_phone: Callable[..., Phone]) -> Phone:
    phone = new_phone()
    enrol_and_sign_in(phone, wire.url, server.enrolment_codes()[1], PICKER_BADGE, PICKER_PIN, "screen-work")
    return phone


def start_trolley(server: Server, phone: Phone) -> list[Stop]:
    tap(phone, "work-list-0")
    tap(phone, "start-do")
    shown(phone, "screen-stop")
    return stops_of(server)


class TestNativeOrder:
    def test_the_right_labels_blink_and_the_channel_hears_every_step(
        self, server: Server, picker: Phone, new_phone: Callable[..., Phone]
    ) -> None:
        supervisor = new_phone()
        code = server.enrolment_codes()[0]
        enrol_and_sign_in(supervisor, server.url, code, SUPERVISOR_BADGE, SUPERVISOR_PIN, "screen-board")
        assert server.post_order("web-1", LINES).status_code == 202
        shown(picker, "work-list-0")
        picture(picker, "work")
        tap(picker, "work-list-0")
        shown(picker, "start-do")
        picture(picker, "start")
        tap(picker, "start-do")
        shown(picker, "screen-stop")
        stops = stops_of(server)
        tap(supervisor, "open-shelf")
        until(supervisor, lambda: lights(supervisor, "lit") >= 1, "a label is lit")
        until(supervisor, lambda: len(supervisor.page.screenshot()) > BLANK_MAX_BYTES, "the floor is drawn")
        picture(supervisor, "shelf")
        picture(picker, "stop")

        remember_what_is_shown(picker)
        picker.scan(WRONG_GTIN)
        shown(picker, "verdict-wrong-product")
        picture(picker, "wrong")
        pick(picker, stops[0])
        was_shown(picker, "verdict-picked")
        for stop in stops[1:]:
            pick(picker, stop)
        shown(picker, "finish-do")
        until(supervisor, lambda: lights(supervisor, "lit") == 0, "every label is dark")
        picture(picker, "finish")
        tap(picker, "finish-do")
        shown(picker, "screen-work")
        names = stream_names(server, "order.ready")
        assert names == ["order.accepted", "order.picking_started", *["order.line.picked"] * 4, "order.ready"]
        assert picker.complaints == []

    def test_the_network_goes_in_the_middle_and_nothing_is_lost_or_twice(
        self, server: Server, wire: Wire, picker: Phone
    ) -> None:
        assert server.post_order("web-1", LINES).status_code == 202
        stops = start_trolley(server, picker)
        pick(picker, stops[0])
        wire.cut()
        shown(picker, "link-offline")
        for stop in stops[1:]:
            pick(picker, stop)
        shown(picker, "link-offline")
        shown(picker, "finish-do")
        picture(picker, "offline")
        wire.mend()
        tap(picker, "finish-do")
        names = stream_names(server, "order.ready")
        assert names == ["order.accepted", "order.picking_started", *["order.line.picked"] * 4, "order.ready"]

    def test_the_server_is_killed_in_the_middle_and_the_pick_goes_on(self, server: Server, picker: Phone) -> None:
        assert server.post_order("web-1", LINES).status_code == 202
        stops = start_trolley(server, picker)
        pick(picker, stops[0])
        server.kill()
        pick(picker, stops[1])
        server.start()
        for stop in stops[2:]:
            pick(picker, stop)
        tap(picker, "finish-do")
        names = stream_names(server, "order.ready")
        assert names == ["order.accepted", "order.picking_started", *["order.line.picked"] * 4, "order.ready"]


class TestOpenDeliveryOrder:
    def test_a_platform_order_is_picked_short_and_the_platform_told(self, server: Server, picker: Phone) -> None:
        lines = [{"sku": "010001", "quantity": "1"}, {"sku": "200001", "quantity": "1"}]
        placed = httpx.post(f"{server.url}/api/v1/demo/platform-orders", json={"lines": lines}, timeout=10)
        order_id = placed.json()["order_id"]
        stops = start_trolley(server, picker)
        pick(picker, stops[0])
        is_at(picker, stops[1])
        tap(picker, "stop-short")
        tap(picker, "short-reason-not-on-shelf")
        picture(picker, "short")
        tap(picker, "short-do")
        tap(picker, "finish-do")
        shown(picker, "screen-work")
        until(picker, lambda: platform_status(server, order_id) == "READY_FOR_PICKUP", "the platform knows it is ready")


def platform_status(server: Server, order_id: str) -> str:
    """The last thing the platform says about the order."""
    answer = httpx.get(f"{server.url}/api/v1/demo/platform-orders/{order_id}", timeout=10)
    return str(answer.json()["state"])
