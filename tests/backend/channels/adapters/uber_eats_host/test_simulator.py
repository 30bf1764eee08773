"""The played Uber Eats: no step out of turn, no action the shopper does not prefer, nothing without a token."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from backend.channels.adapters.uber_eats_host.simulator import HostSettings, UberEatsHost
from backend.channels.port.contract import Edge
from backend.channels.port.playing import PlayedState, SoldProduct
from shared.clock import ManualClock

Run = Callable[..., Any]
MILK = SoldProduct("MILK-1L", "Milk", Decimal("12.90"))


@pytest.fixture
def host(clock: ManualClock) -> UberEatsHost:
    return UberEatsHost(HostSettings(), Edge(clock))


def ask(host: UberEatsHost, run: Run, path: str, body: dict[str, Any], *, is_known: bool = True) -> int:
    http = httpx.AsyncClient(transport=httpx.ASGITransport(host.application), base_url=host.settings.base_url)
    form = {"grant_type": "client_credentials", "client_id": host.settings.client_id}
    form["client_secret"] = host.settings.client_secret.get_secret_value()
    token = run(http.post("/oauth/v2/token", data=form)).json()["access_token"] if is_known else "guess"
    answer = run(http.post(f"/v1/delivery/order/{path}", json=body, headers={"Authorization": f"Bearer {token}"}))
    return int(answer.status_code)


def test_steps_in_their_turn(host: UberEatsHost, run: Run) -> None:
    order_id = host.place([(MILK, 2)])
    cancel = {"cancellation_reason": {"type": "OTHER"}}
    asked = [("accept", {}), ("accept", {}), ("deny", {"deny_reason": {"type": "OTHER"}}), ("cancel", cancel)]
    assert [ask(host, run, f"{order_id}/{step}", body) for step, body in asked] == [204, 409, 400, 204]
    assert host.state(order_id) is PlayedState.CANCELLED


def test_an_action_nobody_prefers_changes_nothing(host: UberEatsHost, run: Run) -> None:
    order_id = host.place([(MILK, 2)])
    issue = {"action_type": "CANCEL", "root_item": {"cart_item_id": "x"}}
    assert ask(host, run, f"{order_id}/resolve-fulfillment-issues", {"fulfillment_issues": [issue]}) == 400
    assert host.quantities(order_id) == {"MILK-1L": 2}


def test_a_guessed_token_and_an_unknown_order(host: UberEatsHost, run: Run) -> None:
    order_id = host.place([(MILK, 2)])
    assert ask(host, run, f"{order_id}/accept", {}, is_known=False) == 401
    assert ask(host, run, "nobody/accept", {}) == 404
