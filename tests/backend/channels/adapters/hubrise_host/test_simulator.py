"""The played HubRise over HTTP: its token, its list without states, and which answers take an event."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from backend.channels.adapters.hubrise_host.simulator import HostSettings, HubRiseHost
from backend.channels.port.contract import Edge
from backend.channels.port.playing import SoldProduct
from shared.clock import ManualClock

MILK = SoldProduct("MILK-1L", "Milk", Decimal("1.39"))
Run = Callable[..., Any]


@pytest.mark.parametrize(("status", "left"), [(200, 0), (401, 0), (500, 1)])
def test_an_answer_below_500_takes_the_event(clock: ManualClock, run: Run, status: int, left: int) -> None:
    store = httpx.MockTransport(lambda _: httpx.Response(status))
    host = HubRiseHost(HostSettings(), Edge(clock), push_transport=store)
    host.pushes.url = "https://pick.example/hook"
    host.place([(MILK, 1)])
    run(host.pushes.drain())
    assert len(host.platform.events) == left


def test_the_list_of_events_has_no_states(clock: ManualClock, run: Run) -> None:
    host = HubRiseHost(HostSettings(), Edge(clock))
    host.place([(MILK, 1)])
    http = httpx.AsyncClient(transport=httpx.ASGITransport(host.application), base_url=host.settings.base_url)
    assert run(http.get("/callback/events")).status_code == 401
    http.headers["X-Access-Token"] = host.settings.access_token.get_secret_value()
    [event] = run(http.get("/callback/events")).json()
    assert "new_state" not in event
    assert "new_state" in run(http.get(f"/callback/events/{event['id']}")).json()
