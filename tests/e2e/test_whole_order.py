"""One order from its channel to its courier in real Chromium at phone size, and no finger touches the screen.

A weighed product, a substitute its shopper is asked about, a short pick, a chilled product, two bags; on the same
trolley an order of the simulated platform, so that each product must be shown into which tote it goes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import httpx
import pytest

from mobile.captions import captions_in
from shared.picking import ShortReason
from shared.printed_codes import PrintedCode, short_code
from tests.e2e.native_phone import sign_in
from tests.e2e.phone import Phone
from tests.e2e.server import PICKER_BADGE, PICKER_PIN, ROOT, SUPERVISOR_BADGE, SUPERVISOR_PIN, Server, line
from tests.e2e.walking import Stop, is_at, nothing_lies_above, picture, shown, stops_of
from tests.e2e.web_shop import WebShop
from tests.e2e.wire import Wire
from tests.factories import keyed

pytestmark = pytest.mark.browser

SETTLE_MS = 400  # a picture of what moves still
PATIENCE_S = 240.0
STORE_FILE = ROOT / "backend" / "demo" / "files" / "store.json"
RULES = {"confirm_tote": "several", "counts_bags": True, "stages_orders": True, "asks_handover_pin": True}
TOGETHER = {"BLINKPICK_PICKING__WAIT_FOR_COMPANY_S": "600", "BLINKPICK_PICKING__INSERTS_ORDERS": "false"}
CHINESE_BADGE, CHINESE_PIN = "BP-P-201", "705318"  # whom the store wrote down as speaking Chinese
WEIGHED, MISSING, FEW, CHILLED, OTHER = "210002", "010001", "090001", "200001", "220001"
STAND_IN, STAND_IN_GTIN = "010003", "9520100000201"
LINES = [
    line(1, WEIGHED, "0.750", "kg"),
    {**line(2, MISSING), "substitution": "ask", "wished_skus": [STAND_IN]},
    line(3, FEW, "2"),
    line(4, CHILLED),
]
OK, UNDO = PrintedCode.OK, PrintedCode.UNDO
TOTES = {"A": "TOTE-1", "B": "TOTE-2"}
TOUCHES = "addEventListener('pointerdown', () => (globalThis.touches = (globalThis.touches || 0) + 1), true)"


@pytest.fixture
def server(new_server: Callable[..., Server]) -> Server:
    return new_server(**TOGETHER)


class Screens:
    """What is seen on the way, kept as numbered pictures."""

    def __init__(self, phone: Phone, language: str) -> None:
        self._phone, self._language, self._number = phone, language, 0
        self._say = captions_in(language)

    def seen(self, identifier: str, name: str) -> None:
        """Wait for it, and until the answer to an earlier scan does not lie over it, and keep a picture."""
        shown(self._phone, identifier)
        if not identifier.startswith("verdict-"):
            nothing_lies_above(self._phone)
        self._keep(name)

    def reads(self, caption: str, name: str, **parts: str) -> None:
        """The same of a text in the picker's language: a button that changes its meaning stays the same button."""
        self._phone.text(self._say(caption, **parts)).wait_for(state="attached")
        nothing_lies_above(self._phone)
        self._keep(name)

    def _keep(self, name: str) -> None:
        self._number += 1
        self._phone.page.wait_for_timeout(SETTLE_MS)
        picture(self._phone, f"order/{self._language}/{self._number:02d}-{name}")


def set_up_store(server: Server) -> dict[str, str]:
    """The supervisor's rules for the store; returns the headers of their session."""
    supervisor = sign_in(server.url, server.enrolment_codes()[0], SUPERVISOR_BADGE, SUPERVISOR_PIN)
    session = {"Authorization": f"Bearer {supervisor['session_token']}"}
    store = json.loads(STORE_FILE.read_text())
    store["store"]["rules"] = RULES
    url = f"{server.url}/api/v1/stores/{supervisor['store_id']}/import"
    httpx.post(url, json=store, headers=session, timeout=PATIENCE_S).raise_for_status()
    return session


def place_orders(server: Server, session: dict[str, str]) -> str:
    """Both onto one trolley; returns the platform's order id."""
    assert server.post_order("web-17", LINES, display_code="W17").status_code == 202
    placed = httpx.post(
        f"{server.url}/api/v1/demo/platform-orders",
        json={"lines": [{"sku": OTHER, "quantity": "1"}]},
        timeout=PATIENCE_S,
    )
    order_id = str(placed.json()["order_id"])
    deadline_s = time.monotonic() + PATIENCE_S
    while platform_state(server, order_id) != "CONFIRMED":
        assert time.monotonic() < deadline_s, "the platform's order was not accepted"
        time.sleep(0.1)
    httpx.post(f"{server.url}/api/v1/picking/waves/release", headers=session, timeout=PATIENCE_S).raise_for_status()
    return order_id


def platform_state(server: Server, order_id: str) -> str:
    answer = httpx.get(f"{server.url}/api/v1/demo/platform-orders/{order_id}", timeout=PATIENCE_S)
    return str(answer.json()["state"])


def begin_shift(phone: Phone, url: str, code: str, badge: str, pin: str, screens: Screens) -> None:
    """The code that stands on the screen of whoever lets the phone in, the badge, and a PIN of printed digits."""
    phone.page.goto(url)
    phone.turn_on_semantics()
    screens.seen("screen-enrol", "enrol")
    phone.scan(f"{url}/#/enrol/{code}")
    shown(phone, "screen-sign-in")
    phone.scan(badge, *keyed(pin[:-1]))
    screens.seen("screen-pin", "pin")
    phone.scan(*keyed(pin[-1]), OK)
    screens.seen("screen-work", "work")


def walk(phone: Phone, stops: list[Stop], screens: Screens) -> None:
    """Every stop by scans; at one of them the wrong tote first, and the pick is taken back once."""
    for stop in stops:
        is_at(phone, stop)
        screens.seen("screen-stop", f"stop-{stop.sku}")
        tote = TOTES[stop.letter]
        if stop.sku == WEIGHED:
            phone.scan(PrintedCode.TYPE, *keyed("761"), UNDO)
            screens.seen("screen-weight", "weight")
            phone.scan(*keyed("2"), OK, tote)
        elif stop.sku == MISSING:
            phone.scan(PrintedCode.OTHER)
            screens.seen("screen-substitute", "substitute")
            phone.scan(STAND_IN_GTIN)
            screens.reads("substitute.do", "substitute-found", quantity="1", letter=stop.letter)
            phone.scan(OK)
        elif stop.sku == FEW:
            phone.scan(stop.scan, short_code(ShortReason.TOO_FEW))
        elif stop.sku == CHILLED:
            phone.scan(stop.scan)
            screens.seen("stop-into-tote", "into-tote")
            phone.scan(next(code for code in TOTES.values() if code != tote))
            screens.seen("verdict-wrong-tote", "wrong-tote")
            phone.scan(tote, UNDO, stop.scan, tote)
        else:
            phone.scan(stop.scan, tote)


def pack(phone: Phone, ours: str, screens: Screens) -> None:
    """Our order into two bags that carry codes, the platform's into one that carries none."""
    other = next(letter for letter in TOTES if letter != ours)
    phone.scan(TOTES[ours], "BAG-1", "BAG-2")
    screens.seen("pack-card", "bags")
    phone.scan("STAGE-A1", TOTES[other], *keyed("1"))
    screens.seen("pack-card", "bags-by-digit")
    phone.scan("STAGE-A2")
    screens.reads("finish.do", "all-packed")
    phone.scan(OK)
    screens.seen("screen-work", "work-again")


def hand_over(phone: Phone, pin: str, screens: Screens) -> None:
    """The courier shows the order's code and says the PIN."""
    phone.scan(PrintedCode.DESK)
    screens.seen("handover-typed", "desk")
    phone.scan("W17", "BAG-1", *keyed(pin[:2]))
    screens.seen("handover-bags", "desk-order")
    phone.scan("BAG-2", *keyed(pin[2:]))
    screens.seen("handover-given", "handed-over")


def adds_up(shop: WebShop) -> None:
    """picked + short + substituted = ordered, as the channel heard it."""
    weighed = [body for body in shop.said("order.line.picked") if body["sku"] == WEIGHED]
    assert [(body["quantity_picked"], body["unit"]) for body in weighed] == [(762, "gram")]
    (short,) = shop.said("order.line.short")
    assert (short["sku"], short["quantity_picked"], short["reason"]) == (FEW, 1, "too_few")
    (given,) = shop.said("order.line.substituted")
    assert (given["substitute_sku"], given["quantity_substituted"], given["decided_by"]) == (STAND_IN, 1, "shopper")
    assert len(shop.said("order.line.reopened")) == 1
    assert [body["sku"] for body in shop.said("order.line.picked")].count(CHILLED) == 2  # taken back once


@pytest.mark.parametrize(
    ("language", "badge", "pin"),
    [("en", PICKER_BADGE, PICKER_PIN), ("zh", CHINESE_BADGE, CHINESE_PIN)],
)
def test_from_the_channel_to_the_courier_without_a_touch(
    server: Server, wire: Wire, used_phone: Phone, language: str, badge: str, pin: str
) -> None:
    phone = used_phone
    phone.page.add_init_script(TOUCHES)
    screens, say = Screens(phone, language), captions_in(language)
    session = set_up_store(server)
    begin_shift(phone, wire.url, server.enrolment_codes()[1], badge, pin, screens)
    phone.text(say("work.empty")).wait_for(state="attached")
    platform_order = place_orders(server, session)
    screens.seen("work-list-0", "trolley")
    phone.scan(OK)
    shown(phone, "screen-start")
    phone.scan(*TOTES.values())
    screens.seen("screen-start", "totes")
    stops = stops_of(server)
    assert {stop.letter for stop in stops} == set(TOTES)
    phone.scan(OK)

    walk(phone, stops, screens)
    screens.seen("screen-finish", "shopper-is-asked")
    asked = phone.page.locator('[flt-semantics-identifier^="asked-"]').first
    asked.wait_for(state="attached")
    shop = WebShop(server)
    shop.approve("web-17", shop.hear("order.line.substitution_proposed"))
    asked.wait_for(state="detached")
    pack(phone, next(stop.letter for stop in stops if stop.sku == CHILLED), screens)

    ready = shop.hear("order.ready")
    assert (ready["bags"], ready["place"], ready["is_complete"]) == (2, "STAGE-A1", False)
    hand_over(phone, ready["handover_pin"], screens)
    gone = shop.hear("order.handed_over")
    assert (gone["bags"], gone["proof"]) == (2, "pin")
    adds_up(shop)
    assert platform_state(server, platform_order) == "READY_FOR_PICKUP"
    assert phone.page.evaluate("globalThis.touches || 0") == 0
    assert phone.complaints == []
