"""Two pickers, one trolley: each phone falls silent in the middle, and the other goes on by scanning a tote of it."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.e2e import storm
from tests.e2e.phone import Phone
from tests.e2e.server import PICKER_BADGE, PICKER_PIN, Server
from tests.e2e.walking import enrol_and_sign_in, shown, start_trolley, until
from tests.e2e.wire import Weather, Wire

OTHER_BADGE, OTHER_PIN = "BP-P-204", "294061"
LEASE_S = 2.0
SHORT_LEASE = {"BLINKPICK_PICKING__TAKE_OVER_AFTER_S": str(LEASE_S)}
TOTE = "TOTE-1"
TOO_LATE = ("pick_already_done", "pick_list_taken", "pick_list_closed")  # what a phone hears that was dead for too long
LATE_MAX_S = 8.0  # how long a dead phone may stay dead while the other one picks
LEG_SHARE = (0.1, 0.3)  # of the walk, from one take-over to the next

OPEN = """SELECT (SELECT gtin FROM barcode b WHERE b.product_id = p.product_id LIMIT 1), p.quantity_ordered
    FROM pick p WHERE p.status = 'open' ORDER BY p.position"""


@dataclass(frozen=True, slots=True)
class Picker:
    """A phone on a wire of its own."""

    phone: Phone
    wire: Wire

    def go_on(self, server: Server) -> None:
        """Scan the tote until the trolley is this phone's: at first its picker is still held to walk with it.

        A phone that was dead itself must first have heard that it walks no more.
        """
        storm.leave_what_is_open(self.phone)
        shown(self.phone, "screen-work")
        storm.leave_what_is_open(self.phone)

        def is_mine() -> bool:
            self.phone.scan(TOTE)
            self.phone.page.wait_for_timeout(400)
            return bool(self.phone.by_identifier("screen-stop").count())

        until(self.phone, is_mine, "the trolley is taken over")


def two_pickers(server: Server, *phones: tuple[Phone, Wire]) -> tuple[Picker, Picker]:
    people = ((PICKER_BADGE, PICKER_PIN), (OTHER_BADGE, OTHER_PIN))
    pickers = [Picker(phone, wire) for phone, wire in phones]
    for picker, code, (badge, pin) in zip(pickers, server.enrolment_codes(), people, strict=True):
        enrol_and_sign_in(picker.phone, picker.wire.url, code, badge, pin, "screen-work")
    return pickers[0], pickers[1]


@contextmanager
def dead(picker: Picker, chance: random.Random) -> Iterator[None]:
    """Its network is gone; some time later it is back, and what it had kept arrives late, in the middle or after."""
    picker.wire.cut()
    back = threading.Timer(chance.uniform(0.0, LATE_MAX_S), picker.wire.mend)
    back.start()
    yield
    back.join()


def still_open(server: Server) -> list[tuple[str, int]]:
    """(code, pieces) of each stop the backend knows nothing of, in the order of the walk."""
    return storm.read(server, OPEN)


def walk_in_turns(server: Server, pickers: tuple[Picker, Picker], seed: int) -> tuple[Picker, int]:
    """Until every stop is done; who walks in the end, and how often the trolley was taken over."""
    chance = random.Random(seed)
    walking, waiting = pickers
    start_trolley(server, walking.phone)
    walking.phone.scan(TOTE)
    until(
        walking.phone, lambda: storm.read(server, "SELECT codes FROM tote") == [(f'["{TOTE}"]',)], "the tote is known"
    )
    turns, whole = 0, len(still_open(server))
    while True:
        stops = still_open(server)
        leg = stops[: max(1, round(whole * chance.uniform(*LEG_SHARE)))]
        codes = [code for code, pieces in leg for _ in range(pieces)]
        with Weather(walking.wire, seed + turns):
            storm.scan_in_storm(walking.phone, codes, chance)
        if len(leg) == len(stops):
            storm.leave_what_is_open(walking.phone)
            storm.all_picked(walking.phone, server)
            return walking, turns
        with dead(walking, chance):
            waiting.go_on(server)
            shown(waiting.phone, "screen-stop")
        walking, waiting = waiting, walking
        turns += 1


def told_too_late(server: Server) -> list[str]:
    """Commands that were refused because the other one had done the same meanwhile: each a pick that somebody did."""
    late = []
    for command_id, name, problem in storm.refused(server):
        if name in ("pick.confirm", "pick.wrong_scan") and json.loads(problem)["code"] in TOO_LATE:
            late.append(command_id)
    return late
