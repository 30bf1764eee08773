"""Calls with access tokens: how long tokens live, how they are asked for and shown, and what a host may wish for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from backend.channels.port import ChannelRefused, ChannelUnavailable, Edge, PayloadUnknown
from backend.channels.port.calling import ANSWER_MAX_BYTES, RETRY_AFTER_MAX_S
from backend.channels.port.token_calls import TokenCalls, TokenSource
from shared.clock import ManualClock

Run = Callable[..., Any]
SOURCE = TokenSource(
    url="https://platform.example/oauth/token",
    client_id="mercado",
    client_secret="hush-hush",
)


class Host:
    """Issues numbered tokens and accepts only the newest."""

    def __init__(self) -> None:
        self.token: dict[str, Any] = {"token_type": "bearer", "expires_in": 3_600}
        self.issued = 0
        self.is_forgetful = False
        self.answer = httpx.Response(200, json={})

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            assert b"grant_type=client_credentials" in request.content
            self.issued += 1
            return httpx.Response(200, json={"access_token": f"t{self.issued}", **self.token})
        if self.is_forgetful or request.headers["authorization"] != f"Bearer t{self.issued}":
            return httpx.Response(401)
        return self.answer


@pytest.fixture
def host() -> Host:
    return Host()


@pytest.fixture
def client(host: Host, clock: ManualClock, run: Run) -> Iterator[TokenCalls]:
    client = TokenCalls(
        base_url="https://platform.example/od/", source=SOURCE, edge=Edge(clock, httpx.MockTransport(host))
    )
    yield client
    run(client.aclose())


@pytest.mark.parametrize(
    ("lifetime", "after_s", "tokens"),
    [
        (3_600, 3_500, 1),
        (3_600, 3_580, 2),
        (None, 200, 1),
        (None, 300, 2),
        ("3600", 300, 2),
        (-5, 1, 2),
        (10**30, 80_000, 1),
    ],
)
def test_a_token_is_kept_while_it_lives(
    client: TokenCalls, host: Host, clock: ManualClock, run: Run, lifetime: Any, after_s: float, tokens: int
) -> None:
    host.token["expires_in"] = lifetime
    run(client.get("/v1/orders/1"))
    clock.advance(after_s)
    run(client.get("/v1/orders/1"))
    assert host.issued == tokens


def test_a_refused_token_is_renewed_once(client: TokenCalls, host: Host, run: Run) -> None:
    host.is_forgetful = True
    with pytest.raises(ChannelRefused):
        run(client.get("/v1/orders/1"))
    assert host.issued == 2


@pytest.mark.parametrize("token", [None, "", 7, "line\nbreak", "é"])
def test_what_is_no_token_is_not_sent(client: TokenCalls, host: Host, run: Run, token: Any) -> None:
    host.token["access_token"] = token
    with pytest.raises(PayloadUnknown):
        run(client.get("/v1/orders/1"))


def test_a_platform_may_write_its_fields_in_camel_case(clock: ManualClock, run: Run) -> None:
    def platform(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/token":
            form = dict(parse_qsl(request.content.decode()))
            assert form == {"grantType": "client_credentials", "clientId": "mercado", "clientSecret": "hush-hush"}
            return httpx.Response(200, json={"accessToken": "t1", "expiresIn": 3_600})
        return httpx.Response(200 if request.headers["authorization"] == "Bearer t1" else 401)

    source = TokenSource(
        url="https://platform.example/token", client_id="mercado", client_secret="hush-hush", is_camel_case=True
    )
    calls = TokenCalls(
        base_url="https://platform.example", source=source, edge=Edge(clock, httpx.MockTransport(platform))
    )
    assert run(calls.request("PATCH", "/orders/1", body={})).status_code == 200
    run(calls.aclose())


def test_an_endless_answer_is_not_read(client: TokenCalls, host: Host, run: Run) -> None:
    host.answer = httpx.Response(200, content=b"x" * (ANSWER_MAX_BYTES + 1))
    with pytest.raises(PayloadUnknown):
        run(client.get("/v1/orders/1"))


@pytest.mark.parametrize(
    ("wish", "retry_after_s"),
    [("7", 7), ("", 0), ("soon", 0), ("-1", 0), ("Wed, 21 Oct 2026 07:28:00 GMT", 0), ("999999", RETRY_AFTER_MAX_S)],
)
def test_a_wish_to_wait_is_passed_on(client: TokenCalls, host: Host, run: Run, wish: str, retry_after_s: int) -> None:
    host.answer = httpx.Response(429, headers={"Retry-After": wish})
    with pytest.raises(ChannelUnavailable) as refused:
        run(client.post("/v1/orders/1/confirm", {}))
    assert refused.value.facts["retry_after_s"] == retry_after_s


def test_credentials_may_go_into_the_header_and_tokens_into_another(clock: ManualClock, run: Run) -> None:
    seen: list[httpx.Request] = []

    def host(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"access_token": "t1", "expires_in": 300})

    source = replace(SOURCE, is_basic=True, form=(("scope", "orders"),), header="X-Access-Token", prefix="")
    client = TokenCalls(base_url="https://platform.example", source=source, edge=Edge(clock, httpx.MockTransport(host)))
    run(client.request("PUT", "/orders/1", body={"n": 1}, headers={"X-Trace": "a"}))
    asked, called = seen
    assert asked.headers["authorization"] == "Basic bWVyY2FkbzpodXNoLWh1c2g="
    assert asked.content == b"scope=orders&grant_type=client_credentials"
    assert (called.method, called.headers["x-access-token"], called.headers["x-trace"]) == ("PUT", "t1", "a")
    assert "authorization" not in called.headers
    run(client.aclose())
