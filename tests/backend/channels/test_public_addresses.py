"""Strangers' addresses lead to the public internet or nowhere, whatever a name answers the second time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import httpcore
import httpx
import pytest

from backend.channels.public_addresses import ANSWER_MAX_BYTES, PublicBackend, PublicTransport, is_public

Run = Callable[..., Any]
PUBLIC = "93.184.215.14"


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8"])
def test_public_ones(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.5.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "192.0.2.1",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fd00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
        "2002:c0a8:101::",
        "2001:db8::1",
        "localhost",
        "",
        "0x7f000001",
    ],
)
def test_everything_else(address: str) -> None:
    assert not is_public(address)


class Network(httpcore.AsyncNetworkBackend):
    """Remembers where it was asked to connect; whoever is there answers the same."""

    def __init__(self, answer: bytes = b"HTTP/1.1 204 No Content\r\n\r\n") -> None:
        self.connected: list[tuple[str, int]] = []
        self._answer = answer

    async def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.AsyncNetworkStream:
        self.connected.append((host, port))
        return httpcore.AsyncMockStream([self._answer])

    async def sleep(self, seconds: float) -> None:
        return None


class Names:
    """Answers each question with the next of its answers; the last one again and again."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.questions = 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.questions += 1
        return self._answers[min(self.questions, len(self._answers)) - 1]


def called(run: Run, names: Names, network: Network, url: str = "http://shop.example/hook") -> httpx.Response:
    async def call() -> httpx.Response:
        transport = PublicTransport(PublicBackend(names, network))
        async with httpx.AsyncClient(transport=transport, follow_redirects=False) as http:
            return await http.post(url, content=b"{}")

    response: httpx.Response = run(call())
    return response


def test_the_connection_goes_to_the_address_that_was_looked_at(run: Run) -> None:
    """The name is asked once: what it would answer the next time cannot be reached."""
    names, network = Names([PUBLIC], ["127.0.0.1"]), Network()
    assert called(run, names, network).status_code == 204
    assert network.connected == [(PUBLIC, 80)]
    assert names.questions == 1


@pytest.mark.parametrize("addresses", [["127.0.0.1"], [PUBLIC, "10.0.0.1"], [], ["fd00::1"]])
def test_one_private_address_is_enough_to_refuse(run: Run, addresses: list[str]) -> None:
    network = Network()
    with pytest.raises(httpx.ConnectError):
        called(run, Names(addresses), network)
    assert network.connected == []


def test_a_long_answer_is_read_no_further(run: Run) -> None:
    long = b"HTTP/1.1 500 Oh\r\nContent-Length: 200000\r\nSet-Cookie: a=b\r\nRetry-After: 7\r\n\r\n" + b"x" * 200_000
    response = called(run, Names([PUBLIC]), Network(long))
    assert len(response.content) == ANSWER_MAX_BYTES
    assert response.headers["retry-after"] == "7"
    assert "set-cookie" not in response.headers


def test_an_unknown_name_and_a_broken_line_are_ordinary_troubles(run: Run) -> None:
    async def unknown(host: str, port: int) -> Sequence[str]:
        raise OSError("no such name")

    with pytest.raises(httpx.ConnectError):
        called(run, unknown, Network())  # type: ignore[arg-type]
    with pytest.raises(httpx.ConnectError):
        called(run, Names([PUBLIC]), Network(b""))
