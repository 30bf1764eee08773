"""The played Meituan is as strict as the real one is known to be."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from backend.channels.adapters.meituan_host.platform import MeituanPlatform, Refused
from backend.channels.adapters.meituan_host.simulator import HostSettings, MeituanHost
from backend.channels.port.contract import Edge
from backend.channels.port.playing import PlayedState, SoldProduct
from shared.clock import ManualClock

MILK = SoldProduct("MILK-1L", "Milk", Decimal("12.90"))
Run = Callable[..., Any]


@pytest.fixture
def told() -> list[tuple[str, dict[str, str]]]:
    return []


@pytest.fixture
def platform(clock: ManualClock, told: list[tuple[str, dict[str, str]]]) -> MeituanPlatform:
    return MeituanPlatform(
        clock=clock, tell=lambda *push: told.append(push), app_poi_code="store_1", accept_within_s=300
    )


def test_what_nobody_accepts_is_cancelled(platform: MeituanPlatform, clock: ManualClock, told: list[Any]) -> None:
    order_id = platform.place([(MILK, 1)], 60)
    clock.advance(301)
    platform.pass_time()
    assert platform.state(order_id) is PlayedState.CANCELLED
    assert [kind for kind, _ in told] == ["order", "cancel"]


def test_it_is_picked_a_minute_after_it_was_accepted_and_once(platform: MeituanPlatform, clock: ManualClock) -> None:
    order = {"order_id": platform.place([(MILK, 1)], 60)}
    platform.apply("order/confirm", order)
    for words, seconds in (("1分钟内不能", 60), ("", 0), ("不能重复备货", 0)):
        if words:
            with pytest.raises(Refused, match=words):
                platform.apply("order/preparationMealComplete", order)
        else:
            platform.apply("order/preparationMealComplete", order)
        clock.advance(seconds)


def test_a_call_without_the_right_signature_changes_nothing(clock: ManualClock, run: Run) -> None:
    host = MeituanHost(HostSettings(), Edge(clock))
    order_id = host.place([(MILK, 1)])
    http = httpx.AsyncClient(transport=httpx.ASGITransport(host.application), base_url=host.settings.base_url)
    query = urlencode({"order_id": order_id, "app_id": "409", "timestamp": "1767600000", "sig": "0" * 32})
    answer = run(http.get(f"/order/confirm?{query}"))
    assert answer.json()["data"] == "ng"
    assert host.state(order_id) is PlayedState.NEW
    assert not host.heard(order_id)
