"""Stock as HubRise hears of it: nothing left, or no entry; in the catalogue that the settings name."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from backend.channels.adapters.hubrise.products import send, tell_stock
from backend.channels.port.contract import Edge
from backend.channels.port.errors import ChannelRefused, PayloadUnknown
from backend.channels.port.header_calls import HeaderCalls
from shared.clock import ManualClock

Run = Callable[..., Any]


class Platform:
    def __init__(self, catalogs: Any) -> None:
        self.catalogs = catalogs
        self.seen: list[tuple[str, str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        self.seen.append((request.method, request.url.path, body))
        return httpx.Response(200, json=self.catalogs if request.method == "GET" else body)


def told(run: Run, clock: ManualClock, platform: Platform, *, is_available: bool, catalog_name: str) -> None:
    edge = Edge(clock, httpx.MockTransport(platform))
    calls = HeaderCalls(base_url="https://hub.example/v1", headers={}, edge=edge)
    (call,) = tell_stock("MILK-1L", is_available=is_available)
    try:
        run(send(call, calls, location_id="3r4s3-1", catalog_name=catalog_name))
    finally:
        run(calls.aclose())


def test_none_left_and_no_entry(run: Run, clock: ManualClock) -> None:
    platform = Platform([{"id": "sdm3b", "name": "Another"}, {"id": "87yu4", "name": "Web"}])
    for is_available in (False, True):
        told(run, clock, platform, is_available=is_available, catalog_name="Web")
    patches = [(path, body) for method, path, body in platform.seen if method == "PATCH"]
    path = "/v1/catalogs/87yu4/locations/3r4s3-1/inventory"
    assert patches == [
        (path, [{"sku_ref": "MILK-1L", "stock": "0"}]),
        (path, [{"sku_ref": "MILK-1L", "stock": None}]),
    ]


def test_without_a_catalogue_nothing_is_said(run: Run, clock: ManualClock) -> None:
    platform = Platform([])
    told(run, clock, platform, is_available=False, catalog_name="")
    assert platform.seen == []


@pytest.mark.parametrize(("catalogs", "error"), [([], ChannelRefused), ({"error": 1}, PayloadUnknown)])
def test_a_name_that_no_catalogue_has(run: Run, clock: ManualClock, catalogs: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        told(run, clock, Platform(catalogs), is_available=False, catalog_name="Web")
