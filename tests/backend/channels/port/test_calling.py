"""Calls to a platform: what passes, what a host may wish for, and how much is read."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from backend.channels.port.calling import ANSWER_MAX_BYTES, RETRY_AFTER_MAX_S, HttpCaller
from backend.channels.port.contract import Edge
from backend.channels.port.errors import ChannelUnavailable, PayloadUnknown
from shared.clock import ManualClock

Run = Callable[..., Any]


def asked(run: Run, clock: ManualClock, answer: httpx.Response) -> httpx.Response:
    async def ask() -> httpx.Response:
        caller = HttpCaller(Edge(clock, httpx.MockTransport(lambda _: answer)))
        try:
            return await caller.ask(caller.build("GET", "https://platform.example/x"))
        finally:
            await caller.aclose()

    found: httpx.Response = run(ask())
    return found


@pytest.mark.parametrize(
    ("wish", "seconds"), [("7", 7), ("", 0), ("Wed, 21 Oct 2026 07:28:00 GMT", 0), ("999999", RETRY_AFTER_MAX_S)]
)
def test_a_busy_host_s_wish_is_passed_on(run: Run, clock: ManualClock, wish: str, seconds: int) -> None:
    with pytest.raises(ChannelUnavailable) as later:
        asked(run, clock, httpx.Response(503, headers={"Retry-After": wish}))
    assert later.value.facts["retry_after_s"] == seconds


def test_a_redirect_is_an_answer_and_not_followed(run: Run, clock: ManualClock) -> None:
    assert asked(run, clock, httpx.Response(302, headers={"Location": "http://127.0.0.1/"})).status_code == 302


def test_more_than_anybody_needs_is_not_read(run: Run, clock: ManualClock) -> None:
    with pytest.raises(PayloadUnknown):
        asked(run, clock, httpx.Response(200, content=b"x" * (ANSWER_MAX_BYTES + 1)))


def test_which_loop_runs_is_known_without_a_search() -> None:
    """httpcore imports this at every call; a module that is missing is looked for on the disk each time anew, which was
    a quarter of what the event loop did while orders of platforms came in.
    """
    assert importlib.util.find_spec("sniffio") is not None
