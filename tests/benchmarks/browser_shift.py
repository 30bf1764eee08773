"""Part 7: walk after walk through the real app in Chromium: what the browser holds in the end; each scan to screen.

The last walk is walked without network: the wire between phone and server is cut once the trolley is taken, and mended
when its last stop is done.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.benchmarks.figures import Figure, median, percentile, say
from tests.benchmarks.screen import chromium, opened
from tests.benchmarks.steps_on_screen import NOTE_ENTER, SKUS, enrolment_code, server_of, walked_ms
from tests.e2e.conftest import build_bundle
from tests.e2e.phone import Phone
from tests.e2e.server import PICKER_BADGE, PICKER_PIN, ROOT, Server, line
from tests.e2e.walking import enrol_and_sign_in, shown, start_trolley, tap
from tests.e2e.wire import Wire

MEGABYTE = 1e6
KILOBYTE = 1024


@dataclass(frozen=True, slots=True)
class Size:
    """Ten stops to a walk. Half of the walks come first: what grows only in the beginning is none of a shift's."""

    walks: int


FULL, QUICK = Size(walks=24), Size(walks=2)  # 207 scans timed with network


@dataclass(frozen=True, slots=True)
class Held:
    """In megabytes: objects of the page after a collection, Python's memory, and the whole process of the page."""

    page: float
    python: float
    process: float


@dataclass(frozen=True, slots=True)
class Shift:
    """What was seen while it lasted: by walk what was held, and each scan to the next stop."""

    held: dict[int, Held] = field(default_factory=dict)
    online_ms: list[float] = field(default_factory=list)
    offline_ms: list[float] = field(default_factory=list)


def browser_shift(size: Size) -> list[Figure]:
    bundle = build_bundle("app", ROOT / "main.py")
    with (
        TemporaryDirectory(prefix="blinkpick-profile-") as folder,
        server_of(bundle) as server,
        chromium() as browsers,
        opened(browsers, Path(folder)) as context,
    ):
        context.add_init_script(NOTE_ENTER)
        shift = _walked(size, Phone(context), server, Wire(server.port))
    return _figures(size, shift)


def _walked(size: Size, phone: Phone, server: Server, wire: Wire) -> Shift:
    shift = Shift()
    enrol_and_sign_in(phone, wire.url, enrolment_code(server), PICKER_BADGE, PICKER_PIN, "screen-work")
    for walk in range(1, size.walks + 1):
        posted = server.post_order(f"shift-{walk}", [line(position, sku) for position, sku in enumerate(SKUS, 1)])
        assert posted.json()["status"] == "accepted", posted.text
        stops = start_trolley(server, phone)
        is_offline = walk == size.walks
        if is_offline:
            wire.cut()
        times_ms = shift.offline_ms if is_offline else shift.online_ms
        times_ms += walked_ms(phone, stops)
        shown(phone, "finish-do")
        if is_offline:
            wire.mend()
        tap(phone, "finish-do")
        shown(phone, "screen-work")
        if walk in (size.walks // 2, size.walks):
            shift.held[walk] = _held(phone)
        say(f"browser-shift, walk {walk} of {size.walks}: {median(times_ms):.0f} ms")
    return shift


def _figures(size: Size, shift: Shift) -> list[Figure]:
    first, last = shift.held[size.walks // 2], shift.held[size.walks]
    stops = size.walks * len(SKUS)
    figures = [
        Figure("browser-shift", f"the page's objects after {stops} stops", last.page, "MB"),
        Figure("browser-shift", "grown in the second half", last.page - first.page, "MB"),
        Figure("browser-shift", "Python's memory", last.python, "MB"),
        Figure("browser-shift", "grown in the second half", last.python - first.python, "MB"),
        Figure("browser-shift", "the page's process, with its worker", last.process, "MB"),
        Figure("browser-shift", "grown in the second half", last.process - first.process, "MB"),
    ]
    for how, times_ms in (("with network", shift.online_ms), ("without", shift.offline_ms)):
        figures += [
            Figure("browser-shift", f"scan to the next stop on the screen, {how}, p50", median(times_ms), "ms"),
            Figure("browser-shift", f"p99 of {len(times_ms)}", percentile(times_ms, 0.99), "ms", aim=100.0),
        ]
    return figures


def _held(phone: Phone) -> Held:
    session = phone.context.new_cdp_session(phone.page)
    session.send("HeapProfiler.collectGarbage")
    page = float(session.send("Runtime.getHeapUsage")["usedSize"])
    session.detach()
    python = float(phone.page.workers[0].evaluate("self.pyodide._module.HEAPU8.length"))
    browser: Any = phone.context.browser
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    drawing = max(_resident_kb(one["id"]) for one in processes if one["type"] == "renderer")
    return Held(page / MEGABYTE, python / MEGABYTE, drawing * KILOBYTE / MEGABYTE)


def _resident_kb(process: int) -> int:
    """Its share of what is in memory, shared pages by their sharers."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(one.split()[1]) for one in lines if one.startswith("Pss:"))
