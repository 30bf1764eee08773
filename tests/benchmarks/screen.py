"""Part 5: the app's starts in real Chromium at phone size: the first, the second with network and without.

Each start is of a browser just opened on the profile of the start before, as a phone opens an installed app: a private
window, which tests use, keeps none of the machine code that the browser made of the app. The wall is what else the
machine does as well; beside it stands the processor time of all the browser's processes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.benchmarks.figures import Figure, median, say
from tests.benchmarks.steps_on_screen import server_of
from tests.e2e.conftest import build_bundle, chromium_path
from tests.e2e.phone import SCREEN_PX, Phone
from tests.e2e.server import ROOT
from tests.e2e.walking import WAIT_MS, until

MILLISECONDS = 1000
CODE_KEPT_MS = 10_000  # after a start the browser goes on making machine code, and keeps it
# When the first screen, which asks for the code, is in the accessibility tree that Flutter writes with the frame.
NOTE_SHOWN = """new MutationObserver((_, observer) => {
    document.querySelector("flt-semantics-placeholder")?.click();
    if (!document.querySelector('[flt-semantics-identifier="screen-enrol"]')) return;
    window.shownAt = performance.now();
    observer.disconnect();
}).observe(document, { subtree: true, childList: true, attributes: true });"""
IS_MEMORY_KEPT = "async () => Boolean(await (await caches.open('blinkpick-python')).match('snapshot'))"


@dataclass(frozen=True, slots=True)
class Size:
    """Profiles that begin with nothing, and how often each is opened again with network and without."""

    profiles: int
    starts: int


FULL, QUICK = Size(profiles=3, starts=3), Size(profiles=1, starts=1)


@dataclass(frozen=True, slots=True)
class Start:
    """By the wall from the address to the first screen, and what all processes of the browser had of the processor."""

    wall_s: float
    busy_s: float


def screen(size: Size) -> list[Figure]:
    bundle = build_bundle("app", ROOT / "main.py")
    firsts: list[Start] = []
    seconds: list[Start] = []
    offlines: list[Start] = []
    with server_of(bundle) as server, chromium() as browsers:
        for profile in range(1, size.profiles + 1):
            with TemporaryDirectory(prefix="blinkpick-profile-") as folder:
                firsts.append(_start(browsers, Path(folder), server.url, is_first=True))
                say(f"screen, profile {profile} of {size.profiles}: first start {_words(firsts[-1])}")
                for kind, starts in (("second", seconds), ("second without network", offlines)):
                    for _ in range(size.starts):
                        is_offline = starts is offlines
                        starts.append(_start(browsers, Path(folder), server.url, is_offline=is_offline))
                        say(f"screen, profile {profile} of {size.profiles}: {kind} {_words(starts[-1])}")
    return [
        Figure("screen", "first start of the app, nothing kept", median([each.wall_s for each in firsts]), "s"),
        Figure("screen", "processor time of it, all of the browser", median([each.busy_s for each in firsts]), "s"),
        Figure("screen", "second start of the app", median([each.wall_s for each in seconds]), "s"),
        Figure("screen", "processor time of it", median([each.busy_s for each in seconds]), "s"),
        Figure("screen", "second start without network", median([each.wall_s for each in offlines]), "s", aim=3.0),
        Figure("screen", f"the slowest of {len(offlines)}", max(each.wall_s for each in offlines), "s"),
        Figure("screen", "processor time of it", median([each.busy_s for each in offlines]), "s"),
    ]


def _start(browsers: Any, folder: Path, url: str, *, is_first: bool = False, is_offline: bool = False) -> Start:
    with opened(browsers, folder) as context:
        context.add_init_script(NOTE_SHOWN)
        context.set_offline(is_offline)
        phone = Phone(context)
        before_s = _processor_s(context.browser)
        phone.page.goto(url)
        phone.page.wait_for_function("window.shownAt", timeout=WAIT_MS)
        start = Start(phone.page.evaluate("window.shownAt") / MILLISECONDS, _processor_s(context.browser) - before_s)
        if is_first:
            phone.wait_until_offline_ready()
            until(phone, lambda: phone.page.evaluate(IS_MEMORY_KEPT), "Python's memory is kept")
        phone.page.wait_for_timeout(CODE_KEPT_MS)
    return start


def _words(start: Start) -> str:
    return f"{start.wall_s:.1f} s ({start.busy_s:.1f} s of processor)"


def _processor_s(browser: Any) -> float:
    """Seconds of processor time that all processes of the browser have had since they began."""
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    return float(sum(process["cpuTime"] for process in processes))


@contextmanager
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium


@contextmanager
def opened(browsers: Any, folder: Path) -> Iterator[Any]:
    """A browser at phone size on the profile in `folder`, closed afterwards."""
    context = browsers.launch_persistent_context(
        folder, executable_path=chromium_path(), args=["--no-sandbox"], viewport=SCREEN_PX
    )
    yield context
    context.close()
