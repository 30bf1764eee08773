"""A walk of hundreds of scans in bad weather: typed faster than any person can, with screens opened meanwhile."""

from __future__ import annotations

import csv
import json
import random
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from playwright.sync_api import TimeoutError

from tests.e2e.phone import Phone
from tests.e2e.server import ROOT, Server, line

PRODUCTS = ROOT / "backend" / "demo" / "files" / "products.csv"
WAIT_MS = 120_000
EAN_DIGITS = 13
OPENERS = ("stop-short", "open-map", "menu", "stop-type-code")
WAYS_BACK = ("back", "map-back", "verdict-close", "refusal-close")

# Every key as the browser tells it, and every scan as the page takes it: what a failing run has to show.
WATCH_KEYS = """
window.seenKeys = [];
window.cutCodes = [];
window.takenCodes = [];
addEventListener("keydown", event => {
    const where = document.activeElement && document.activeElement.outerHTML.slice(0, 120);
    seenKeys.push([event.key, Math.round(event.timeStamp), Math.round(performance.now()), event.isTrusted, where]);
    if (seenKeys.length > 80) seenKeys.shift();
}, true);
const keep = Storage.prototype.setItem;
Storage.prototype.setItem = function (name, value) {
    const code = name.startsWith("blinkpick.scan.") ? JSON.parse(value).code : "";
    if (code) takenCodes.push(code);
    if (/^[0-9]+$/.test(code) && code.length !== 13) cutCodes.push([value, seenKeys.slice(-20), takenCodes.length]);
    return keep.call(this, name, value);
};
"""

CENTRE = """name => {
    const mark = document.querySelector(`[flt-semantics-identifier="${name}"]`);
    const box = mark && mark.getBoundingClientRect();
    return box && [box.x + box.width / 2, box.y + box.height / 2];
}"""


@dataclass(frozen=True, slots=True)
class Effect:
    """What the backend wrote down for one pick, in the order it happened there."""

    pick_id: str
    quantity: int
    picker_id: str


def order_walk(server: Server, scans: int) -> None:
    """An order whose units need so many scans, each product once: one walk."""
    quantities = list(_quantities(scans))
    with PRODUCTS.open(encoding="utf-8") as file:
        simple = [
            row["sku"] for row in csv.DictReader(file) if (row["unit"], row["temperature"]) == ("each", "ambient")
        ]
    skus = simple[:: len(simple) // len(quantities)][: len(quantities)]
    lines = [line(at, sku, str(n)) for at, (sku, n) in enumerate(zip(skus, quantities, strict=True), 1)]
    posted = server.post_order("storm-1", lines)
    assert posted.json()["status"] == "accepted", posted.text


def _quantities(scans: int) -> Iterator[int]:
    """From one to four pieces, so that both a pick and a count meet the weather; together `scans`."""
    while scans > 0:
        for quantity in (1, 4, 2, 3):
            yield min(quantity, scans)
            scans -= min(quantity, scans)
            if not scans:
                return


def scan_in_storm(phone: Phone, codes: Sequence[str], chance: random.Random) -> None:
    """Bursts at scanner speed; between them a screen is opened, or the one that is open is left."""
    waiting = iter(codes)
    while burst := list(islice(waiting, chance.randint(1, 30))):
        phone.scan(*burst)
        press(phone, chance.choice(WAYS_BACK if chance.random() < 0.4 else OPENERS))


def press(phone: Phone, identifier: str) -> None:
    """Where it is drawn now, if it is; a finger would not wait either."""
    centre = phone.page.evaluate(CENTRE, identifier)
    if centre is not None:
        phone.page.mouse.click(*centre)


def leave_what_is_open(phone: Phone) -> None:
    """Back to where the work says we are."""
    for _ in range(WAIT_MS // 200):
        if not any(phone.by_identifier(name).count() for name in WAYS_BACK):
            return
        for name in WAYS_BACK:
            press(phone, name)
        phone.page.wait_for_timeout(200)
    raise AssertionError("something stays open above the walk")


def read(server: Server, query: str) -> list[Any]:
    with sqlite3.connect(server.folder / "blinkpick.db") as database:
        return database.execute(query).fetchall()


def effects(server: Server) -> list[Effect]:
    """Everything that was ever told as picked, oldest first."""
    rows = read(server, "SELECT body FROM journal WHERE name = 'pick.confirmed' ORDER BY sequence")
    told = [json.loads(body) for (body,) in rows]
    return [Effect(each["pick_id"], each["quantity"], each["picker_id"]) for each in told]


def walk(server: Server) -> list[tuple[str, int]]:
    """(pick, quantity ordered), in the order they are walked."""
    return read(server, "SELECT id, quantity_ordered FROM pick ORDER BY position")


def refused(server: Server) -> list[tuple[str, str, str]]:
    """(command, its name, why) of everything the backend did not do."""
    return read(server, "SELECT command_id, name, problem FROM applied_command WHERE NOT is_applied")


def assert_none_was_cut(phone: Phone) -> None:
    """What the page took for a code is what the scanner sent.

    A machine may be so busy that it hands the rest of a code over seconds later: then the next is that code, whole.
    """
    cut, taken = phone.page.evaluate("[window.cutCodes, window.takenCodes]")
    lost = [(scan, keys) for scan, keys, at in cut if not _is_told_again(json.loads(scan)["code"], taken[at : at + 1])]
    assert not lost, "\n".join(f"{scan}\n{keys}" for scan, keys in lost)


def _is_told_again(part: str, following: list[str]) -> bool:
    return any(len(code) == EAN_DIGITS and code.startswith(part) for code in following)


def waits_in_page(phone: Phone) -> int:
    """Scans that were read and not yet dealt with, as the page keeps them for a restart."""
    kept = "() => Object.keys(localStorage).filter(name => name.startsWith('blinkpick.scan.')).length"
    return int(phone.page.evaluate(kept))


def all_picked(phone: Phone, server: Server) -> None:
    """The phone sees nothing open any more. Raises AssertionError with what a person would ask next."""
    try:
        phone.by_identifier("finish-do").first.wait_for(state="attached", timeout=WAIT_MS // 2)
    except TimeoutError:
        marks = phone.page.locator("[flt-semantics-identifier]")
        shown = marks.evaluate_all(
            "all => all.map(one => [one.getAttribute('flt-semantics-identifier'), one.textContent || one.ariaLabel])"
        )
        picked, wanted = len(effects(server)), len(walk(server))
        raise AssertionError(
            f"{picked} of {wanted} stops are picked, {waits_in_page(phone)} scans wait in the page, refused:"
            f" {refused(server)}; complaints: {phone.complaints}; on the screen: {shown}"
        ) from None
