"""Part 7: walk after walk through the real app in Chromium: what the browser holds in the end; each scan to screen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import Figure, median, percentile, say
from tests.benchmarks.screen import NOTE_ENTER, SKUS, chromium, server_of, walked_ms
from tests.e2e.conftest import build_bundle
from tests.e2e.phone import SCREEN_PX, Phone
from tests.e2e.server import PICKER_BADGE, PICKER_PIN, ROOT, line
from tests.e2e.walking import enrol_and_sign_in, shown, tap

MEGABYTE = 1e6
KILOBYTE = 1024


@dataclass(frozen=True, slots=True)
class Size:
    """Ten stops to a walk. Half of the walks come first: what grows only in the beginning is none of a shift's."""

    walks: int


FULL, QUICK = Size(walks=20), Size(walks=2)


@dataclass(frozen=True, slots=True)
class Held:
    """In megabytes: objects of the page after a collection, Python's memory, and the whole process of the page."""

    page: float
    python: float
    process: float


def browser_shift(size: Size) -> list[Figure]:
    bundle = build_bundle("app", ROOT / "main.py")
    times_ms: list[float] = []
    with chromium() as browser, server_of(bundle) as server:
        context = browser.new_context(viewport=SCREEN_PX)
        context.add_init_script(NOTE_ENTER)
        phone = Phone(context)
        enrol_and_sign_in(phone, server.url, server.enrolment_codes()[1], PICKER_BADGE, PICKER_PIN, "screen-work")
        early = max(1, size.walks // 2)
        held: dict[int, Held] = {}
        for walk in range(1, size.walks + 1):
            lines = [line(position, sku) for position, sku in enumerate(SKUS, 1)]
            posted = server.post_order(f"shift-{walk}", lines)
            assert posted.json()["status"] == "accepted", posted.text
            times_ms += walked_ms(phone, server)
            tap(phone, "finish-do")
            shown(phone, "screen-work")
            if walk in (early, size.walks):
                held[walk] = _held(browser, phone)
            say(f"browser-shift, walk {walk} of {size.walks}: {median(times_ms):.0f} ms")
        assert phone.complaints == []
    first, last = held[early], held[size.walks]
    stops = size.walks * len(SKUS)
    return [
        Figure("browser-shift", f"the page's objects after {stops} stops", last.page, "MB"),
        Figure("browser-shift", "grown in the second half", last.page - first.page, "MB"),
        Figure("browser-shift", "Python's memory", last.python, "MB"),
        Figure("browser-shift", "grown in the second half", last.python - first.python, "MB"),
        Figure("browser-shift", "the page's process, with its worker", last.process, "MB"),
        Figure("browser-shift", "grown in the second half", last.process - first.process, "MB"),
        Figure("browser-shift", "scan to the next stop on the screen, p50", median(times_ms), "ms"),
        Figure("browser-shift", f"p99 of {len(times_ms)}", percentile(times_ms, 0.99), "ms", aim=100.0),
    ]


def _held(browser: Any, phone: Phone) -> Held:
    session = phone.context.new_cdp_session(phone.page)
    session.send("HeapProfiler.collectGarbage")
    page = float(session.send("Runtime.getHeapUsage")["usedSize"])
    session.detach()
    python = float(phone.page.workers[0].evaluate("self.pyodide._module.HEAPU8.length"))
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    drawing = max(_resident_kb(one["id"]) for one in processes if one["type"] == "renderer")
    return Held(page / MEGABYTE, python / MEGABYTE, drawing * KILOBYTE / MEGABYTE)


def _resident_kb(process: int) -> int:
    """Its share of what is in memory, shared pages by their sharers."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(one.split()[1]) for one in lines if one.startswith("Pss:"))
