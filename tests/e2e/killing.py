"""Ends without a word: a tab whose process dies, a browser that is killed."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.e2e.phone import Phone


def crash_page(phone: Phone) -> None:
    """The tab's process is gone; nothing of it was told."""
    session = phone.context.new_cdp_session(phone.page)
    with phone.page.expect_event("crash"):
        session._loop.create_task(session._impl_obj.send(method="Page.crash", params={}, timeout=None))
    phone.page.close()


def kill_browser(profile: Path) -> None:
    """Every process of the browser that runs on this profile, at once and without a chance to tidy up."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"--user-data-dir={profile}".encode() in (process / "cmdline").read_bytes().split(b"\0"):
                os.kill(int(process.name), signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError):
            continue
