"""From a scan to the next stop on the screen, timed inside the page while a trolley is walked to its end."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from tests.benchmarks.figures import say
from tests.benchmarks.processes import running_server
from tests.e2e.phone import Phone
from tests.e2e.server import Server
from tests.e2e.walking import WAIT_MS, Stop

SKUS = ["010001", "030001", "050001", "070001", "090001", "110001", "130001", "160083", "180001", "200001"]
SETTLE_MS = 1_500  # a good verdict leaves by itself; the next scan is of a picker who has walked on

# Inside the page, so that nothing of the browser's remote control is measured: from the Enter that ends a scan until
# the accessibility tree, which Flutter writes with the frame, names the address wanted. The listener for Enter must be
# there before the app's own, which keeps the keys of a scan to itself.
NOTE_ENTER = """addEventListener("keydown", event => {
    if (event.key === "Enter" && window.scanWatch) window.scanWatch.scanned ??= performance.now();
}, true);"""
WATCH = """address => {
    const watch = window.scanWatch = { scanned: null, shown: null };
    const look = () => {
        if (watch.shown !== null || watch.scanned === null) return;
        for (const mark of document.querySelectorAll('[flt-semantics-identifier="stop-location"]'))
            if ([mark, ...mark.querySelectorAll("*")].some(
                each => (each.getAttribute("aria-label") || each.textContent || "").includes(address)))
                watch.shown = performance.now();
    };
    window.scanLook?.disconnect();
    window.scanLook = new MutationObserver(look);
    window.scanLook.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
}"""


def walked_ms(phone: Phone, stops: list[Stop]) -> list[float]:
    """Walk these stops of single pieces; one time for each scan but the last, which ends the walk."""
    steps_ms = []
    for stop, following in pairwise(stops):
        phone.page.wait_for_timeout(SETTLE_MS)
        phone.page.evaluate(WATCH, following.address)
        phone.scan(stop.scan)
        phone.page.wait_for_function("() => window.scanWatch.shown !== null", timeout=WAIT_MS)
        steps_ms.append(float(phone.page.evaluate("window.scanWatch.shown - window.scanWatch.scanned")))
        say(f"stop {len(steps_ms)} of {len(stops) - 1}: {steps_ms[-1]:.0f} ms")
    phone.page.wait_for_timeout(SETTLE_MS)
    phone.scan(stops[-1].scan)
    return steps_ms


def server_of(bundle: Any) -> Any:
    return running_server(APP_PATH=str(bundle), PICKING__RELEASE_EVERY_S="0.2")


def enrolment_code(server: Server) -> str:
    """The picker's, as the server printed it."""
    return server.enrolment_codes()[1]
