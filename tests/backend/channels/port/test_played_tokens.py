"""The played token address: the right credentials either way, and tokens that end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from backend.channels.port.played_tokens import PlayedTokens
from shared.clock import ManualClock

Run = Callable[..., Any]
GRANT = {"grant_type": "client_credentials"}


@pytest.fixture
def tokens(clock: ManualClock) -> PlayedTokens:
    return PlayedTokens(client_id="store", client_secret="hush-hush", clock=clock, life_s=60)


def ask(tokens: PlayedTokens, run: Run, form: dict[str, str], auth: Any = None) -> httpx.Response:
    application = Starlette(routes=[Route("/token", tokens.answer, methods=["POST"])])
    http = httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="https://platform.example")
    answer: httpx.Response = run(http.post("/token", data=form, auth=auth))
    run(http.aclose())
    return answer


@pytest.mark.parametrize(
    ("form", "auth"),
    [({**GRANT, "client_id": "store", "client_secret": "hush-hush"}, None), (GRANT, ("store", "hush-hush"))],
)
def test_a_token_is_known_until_it_ends_or_is_revoked(
    tokens: PlayedTokens, clock: ManualClock, run: Run, form: dict[str, str], auth: Any
) -> None:
    first, second = (ask(tokens, run, form, auth).json()["access_token"] for _ in range(2))
    assert tokens.is_known(first)
    clock.advance(61)
    assert not tokens.is_known(first)
    third = ask(tokens, run, form, auth).json()["access_token"]
    tokens.revoke()
    assert not tokens.is_known(second)
    assert not tokens.is_known(third)


@pytest.mark.parametrize(
    "form",
    [
        GRANT,
        {**GRANT, "client_id": "store", "client_secret": "x"},
        {"client_id": "store", "client_secret": "hush-hush"},
    ],
)
def test_others_get_none(tokens: PlayedTokens, run: Run, form: dict[str, str]) -> None:
    assert ask(tokens, run, form).status_code == 401
    assert not tokens.is_known("")
