"""The real server over HTTPS with its own certificate: a client that trusts the store, one that does not, a restart."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import sqlite3
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import websockets

from tests.e2e.server import Server, free_port


class SecureServer(Server):
    """`make run TLS=1`, with its certificate in the test's folder."""

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def plain_url(self) -> str:
        return f"http://127.0.0.1:{self.environment['BLINKPICK_HTTP_PORT']}"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SecureServer]:
    tls = {"TLS": "1", "BLINKPICK_TLS_FOLDER": str(tmp_path / "tls"), "BLINKPICK_HTTP_PORT": str(free_port())}
    server = SecureServer(tmp_path, environment=tls)
    server.start()
    yield server
    server.stop()


def trusting(server: SecureServer) -> ssl.SSLContext:
    """What a phone does once: it downloads the authority over plain HTTP, and trusts it."""
    authority = httpx.get(f"{server.plain_url}/blinkpick.crt").raise_for_status().content
    return ssl.create_default_context(cadata=authority)


def test_a_phone_that_trusts_the_store_works_over_https_and_after_a_restart(server: SecureServer) -> None:
    trusted = trusting(server)
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"{server.url}/healthz")
    assert httpx.get(f"{server.url}/healthz", verify=trusted).status_code == 200
    name = socket.gethostname().lower().partition(".")[0]
    assert f"{name}.local" in certificate_names(server)

    moved = httpx.get(f"{server.plain_url}/healthz", follow_redirects=True, verify=trusted)
    assert str(moved.url) == f"{server.url}/healthz"
    assert "must trust this store once" in server.log
    assert re.search(rf"https://[0-9.]+:{server.port}/#/enrol/", server.log)

    async def follow() -> None:
        url = f"wss://127.0.0.1:{server.port}/api/v1/channels/stream?after=0"
        headers = {"Authorization": f"Bearer {server.keys['channel_key']}"}
        async with websockets.connect(url, additional_headers=headers, ssl=trusted) as stream:
            await stream.ping()

    asyncio.run(follow())

    server.stop()
    server.start()
    assert httpx.get(f"{server.url}/healthz", verify=trusted).status_code == 200


def test_the_demos_platform_reaches_us_over_https(server: SecureServer) -> None:
    """Its webhook trusts our authority as a phone does; what a poll brings has no headers."""
    placed = httpx.post(f"{server.url}/api/v1/demo/platform-orders", verify=trusting(server), timeout=10)
    assert placed.status_code == 201, placed.text
    deadline_s = time.monotonic() + 30
    while not any("x-app-id" in headers.lower() for headers in message_headers(server)):
        assert time.monotonic() < deadline_s, "the webhook does not arrive"
        time.sleep(0.1)


def message_headers(server: SecureServer) -> list[str]:
    with contextlib.closing(sqlite3.connect(server.folder / "blinkpick.db")) as database:
        return [str(headers) for (headers,) in database.execute("SELECT headers FROM channel_message")]


def certificate_names(server: SecureServer) -> list[str]:
    plain = socket.create_connection(("127.0.0.1", server.port))
    with trusting(server).wrap_socket(plain, server_hostname="127.0.0.1") as spoken:
        named = spoken.getpeercert() or {}
    return [str(value) for kind, value in named.get("subjectAltName", ()) if kind == "DNS"]  # type: ignore[misc]
