"""A picker's eyes and hands in the real app in Chromium: sign in, see what is shown, tap, scan, walk past the stops."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from shared.barcode import check_digit
from tests.e2e.phone import Phone
from tests.e2e.server import ROOT, Server

PICTURES = ROOT / os.environ.get("PICTURES", "build/screens")  # `make pictures` puts them into docs/
WAIT_MS = 240_000  # on a machine that is busy with other things


@dataclass(frozen=True)
class Stop:
    """A pick as the database knows it: what a scanner must say, and how often, and into which tote it goes."""

    address: str
    scan: str
    times: int
    sku: str
    letter: str


def stops_of(server: Server) -> list[Stop]:
    """The picks of the only pick list under way, in the order of its walk."""
    with sqlite3.connect(server.folder / "blinkpick.db") as database:
        rows = database.execute(
            "SELECT l.aisle, l.bay, l.shelf, p.unit, p.quantity_ordered, c.article, c.sku, t.letter,"
            " (SELECT gtin FROM barcode b WHERE b.product_id = c.id LIMIT 1)"
            " FROM pick p JOIN location l ON l.id = p.location_id JOIN product c ON c.id = p.product_id"
            " JOIN tote t ON t.id = p.tote_id JOIN pick_list k ON k.id = p.pick_list_id"
            " WHERE k.status IN ('ready', 'picking') ORDER BY p.position"
        ).fetchall()
    stops = []
    for aisle, bay, shelf, unit, quantity, article, sku, letter, gtin in rows:
        is_weighed = unit == "gram"
        code, times = (scale_label(article, quantity), 1) if is_weighed else (gtin, quantity)
        stops.append(Stop(f"{aisle}-{bay}-{shelf}", code, times, sku, letter))
    return stops


def scale_label(article: str, weight_g: int) -> str:
    """What the demo store's scales print."""
    digits = f"28{article:0>5}{weight_g:05d}"
    return digits + check_digit(digits)


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


def nothing_lies_above(phone: Phone) -> None:
    """The answer to the last scan has left by itself."""
    phone.page.locator('[flt-semantics-identifier^="verdict-"]').first.wait_for(state="detached", timeout=WAIT_MS)


def tap(phone: Phone, identifier: str) -> None:
    """Press where the thing is drawn, as a finger would, once nothing lies over it."""
    mark = shown(phone, identifier)
    nothing_lies_above(phone)
    box = mark.bounding_box()
    assert box is not None, f"{identifier} is not on the screen"
    phone.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def picture(phone: Phone, name: str) -> None:
    """Kept for whoever wants to look."""
    phone.page.screenshot(path=PICTURES / f"{name}.png")


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


def start_trolley(server: Server, phone: Phone) -> list[Stop]:
    tap(phone, "work-list-0")
    tap(phone, "start-do")
    shown(phone, "screen-stop")
    return stops_of(server)
