"""The played DoorDash: tokens of its own key that have not ended, and steps in their turn."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from backend.channels.adapters.doordash_host.simulator import DoorDashHost, HostSettings
from backend.channels.port.contract import Edge
from backend.channels.port.playing import PlayedState, SoldProduct
from shared.clock import ManualClock

MILK = SoldProduct("MILK-1L", "Milk", Decimal("12.90"))


@pytest.mark.parametrize("token", ["", "Bearer a.b.c", "Bearer guess", "Bearer .."])
def test_without_a_token_of_its_key_nothing_is_applied(clock: ManualClock, run: Callable[..., Any], token: str) -> None:
    host = DoorDashHost(HostSettings(), Edge(clock))
    order_id = host.place([(MILK, 1)])
    http = httpx.AsyncClient(transport=httpx.ASGITransport(host.application), base_url=host.settings.base_url)
    headers = {"Authorization": token}
    answer = run(http.patch(f"/api/v1/orders/{order_id}", json={"order_status": "success"}, headers=headers))
    assert answer.status_code == 401
    assert host.state(order_id) is PlayedState.NEW


def test_what_nobody_confirms_is_cancelled(clock: ManualClock) -> None:
    host = DoorDashHost(HostSettings(accept_within_s=60), Edge(clock))
    order_id = host.place([(MILK, 1)])
    clock.advance(61)
    host.pass_time()
    assert host.state(order_id) is PlayedState.CANCELLED
