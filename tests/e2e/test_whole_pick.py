"""The whole pick in real Chromium at phone size: enrol, sign in, follow the lights, scan, finish; the channel hears.

The pictures of the README are made here.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable

import httpx
import pytest

from tests.e2e.phone import Phone
from tests.e2e.server import ROOT, SUPERVISOR_BADGE, SUPERVISOR_PIN, Server, line
from tests.e2e.walking import (
    enrol_and_sign_in,
    is_at,
    pick,
    picture,
    remember_what_is_shown,
    shown,
    start_trolley,
    stops_of,
    tap,
    until,
    was_shown,
)
from tests.e2e.wire import Wire

pytestmark = pytest.mark.browser

CLIENT_MAX_S = 30.0
BLANK_MAX_BYTES = 20_000  # a screen with a header and no drawing
WRONG_GTIN = "4006381333931"  # valid, and of no product in the demo store
LINES = [line(1, "010001"), line(2, "090001", "2"), line(3, "200001"), line(4, "210001", "0.750", "kg")]


def lights(phone: Phone, name: str) -> int:
    """A count of the shelf view: lit, on-the-way or silent."""
    text = phone.by_identifier(f"shelf-count-{name}").first.evaluate(
        "e => [e, ...e.querySelectorAll('*')].map(x => x.getAttribute('aria-label') || x.textContent || '').join(' ')"
    )
    return int("".join(sign for sign in text.split()[0] if sign.isdigit()) or -1)


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
