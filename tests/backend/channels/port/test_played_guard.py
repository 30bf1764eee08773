"""A played platform's doors: each way an answer can be something else than what was asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route

from backend.channels.port.contract import Edge
from backend.channels.port.played_baskets import BasketPlatform, PlayedRefusal
from backend.channels.port.played_guard import GuardedHost
from backend.channels.port.played_host import PlayedSettings
from shared.clock import ManualClock


class Host(GuardedHost[BasketPlatform]):
    def is_let_in(self, request: Request) -> bool:
        return request.headers.get("authorization") == "Bearer right"


async def found(request: Request) -> Any:
    if "refuse" in request.url.query:
        raise PlayedRefusal(409, "not now")
    return None if "nothing" in request.url.query else {"n": 1}


@pytest.mark.parametrize(
    ("settings", "query", "token", "status"),
    [
        ({}, "", "right", 202),
        ({}, "nothing", "right", 202),
        ({}, "refuse", "right", 409),
        ({}, "", "wrong", 401),
        ({"busy": 0.999999}, "", "right", 503),
        ({"answer_lost": 0.999999}, "", "right", 502),
    ],
)
def test_each_answer(
    clock: ManualClock, run: Callable[..., Any], settings: dict[str, Any], query: str, token: str, status: int
) -> None:
    host = Host(PlayedSettings(**settings), Edge(clock), attempts_max=1)
    application = Starlette(routes=[Route("/", host.guarded(found, 202))])
    http = httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="https://platform.example")
    answer = run(http.get(f"/?{query}", headers={"Authorization": f"Bearer {token}"}))
    assert answer.status_code == status
