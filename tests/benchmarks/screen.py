"""Part 5: the app in real Chromium at phone size. First start, second with network and without, scan to the next stop.

The wall is what else the machine does as well; beside it stands the processor time of the page and of Python's worker.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tests.benchmarks.figures import Figure, median, percentile, say
from tests.benchmarks.processes import running_server
from tests.e2e.conftest import build_bundle, chromium_path
from tests.e2e.phone import SCREEN_PX, Phone
from tests.e2e.server import PICKER_BADGE, PICKER_PIN, ROOT, Server, line
from tests.e2e.walking import WAIT_MS, enrol_and_sign_in, shown, start_trolley

SKUS = ["010001", "030001", "050001", "070001", "090001", "110001", "130001", "160083", "180001", "200001"]
SNAPSHOT_KEPT_MS = 8_000  # the first start keeps Python as it is after its imports, once the app has shown itself
SETTLE_MS = 2_500  # a good verdict leaves by itself; the next scan is of a picker who has walked on

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
    new MutationObserver(look).observe(document.body,
        { subtree: true, childList: true, attributes: true, characterData: true });
}"""


@dataclass(frozen=True, slots=True)
class Size:
    starts: int
    stops: int


FULL, QUICK = Size(starts=3, stops=len(SKUS)), Size(starts=1, stops=3)


def screen(size: Size) -> list[Figure]:
    bundle = build_bundle("app", ROOT / "main.py")
    firsts_s, seconds_s, offlines_s, busy_s = [], [], [], []
    with chromium() as browser, server_of(bundle) as server:
        for start in range(1, size.starts + 1):
            context = browser.new_context(viewport=SCREEN_PX)
            phone = Phone(context)
            firsts_s.append(_start(phone, server.url))
            phone.wait_until_offline_ready()
            phone.page.wait_for_timeout(SNAPSHOT_KEPT_MS)
            seconds_s.append(_start(phone, server.url))
            context.set_offline(True)
            before_s = _processor_s(browser)
            offlines_s.append(_start(phone, server.url))
            busy_s.append(_processor_s(browser) - before_s)
            context.close()
            say(
                f"screen, start {start} of {size.starts}: first {firsts_s[-1]:.1f} s, second {seconds_s[-1]:.1f} s,"
                f" without network {offlines_s[-1]:.1f} s ({busy_s[-1]:.1f} s of processor)"
            )
        context = browser.new_context(viewport=SCREEN_PX)
        context.add_init_script(NOTE_ENTER)
        steps_ms = _steps_ms(Phone(context), server, size)
    return [
        Figure("screen", "first start of the app, nothing kept", median(firsts_s), "s"),
        Figure("screen", "second start of the app", median(seconds_s), "s"),
        Figure("screen", "second start without network", median(offlines_s), "s", aim=3.0),
        Figure("screen", "processor time of that start, all of the browser", median(busy_s), "s"),
        Figure("screen", "scan to the next stop on the screen, p50", median(steps_ms), "ms"),
        Figure("screen", f"p99, the slowest of {len(steps_ms)}", percentile(steps_ms, 0.99), "ms"),
    ]


def _processor_s(browser: Any) -> float:
    """Seconds of processor time that all processes of the browser have had since they began."""
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    return float(sum(process["cpuTime"] for process in processes))


def _start(phone: Phone, url: str) -> float:
    """Seconds from the address to the app's first screen, which asks for the one-time code."""
    began_s = time.perf_counter()
    phone.page.goto("about:blank")
    phone.page.goto(url)
    phone.turn_on_semantics()
    shown(phone, "screen-enrol")
    return time.perf_counter() - began_s


def _steps_ms(phone: Phone, server: Server, size: Size) -> list[float]:
    """Walk a pick list of single pieces; one time for each scan but the last, which ends the walk."""
    posted = server.post_order("bench-1", [line(position, sku) for position, sku in enumerate(SKUS[: size.stops], 1)])
    assert posted.json()["status"] == "accepted", posted.text
    enrol_and_sign_in(phone, server.url, server.enrolment_codes()[1], PICKER_BADGE, PICKER_PIN, "screen-work")
    return walked_ms(phone, server)


def walked_ms(phone: Phone, server: Server) -> list[float]:
    """Walk the trolley that waits, to its end; a time from each scan to the stop it leads to."""
    stops = start_trolley(server, phone)
    steps_ms = []
    for stop, following in pairwise(stops):
        phone.page.wait_for_timeout(SETTLE_MS)
        phone.page.evaluate(WATCH, following.address)
        phone.scan(stop.scan)
        phone.page.wait_for_function("() => window.scanWatch.shown !== null", timeout=WAIT_MS)
        steps_ms.append(float(phone.page.evaluate("window.scanWatch.shown - window.scanWatch.scanned")))
        say(f"screen, stop {len(steps_ms)} of {len(stops) - 1}: {steps_ms[-1]:.0f} ms")
    phone.page.wait_for_timeout(SETTLE_MS)
    phone.scan(stops[-1].scan)
    return steps_ms


@contextmanager
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        yield browser
        browser.close()


def server_of(bundle: Any) -> Any:
    return running_server(APP_PATH=str(bundle), PICKING__RELEASE_EVERY_S="0.2")
