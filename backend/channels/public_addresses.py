"""Calls to addresses that strangers choose go to the public internet only: never into the network we stand in.

The name is looked up here, every address it has is looked at, and the connection goes to one of those: a name that
answers differently a moment later (DNS rebinding) reaches nothing else. The certificate is still checked for the name.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

import httpcore
import httpx

ANSWER_MAX_BYTES = 64 * 1024
CONNECTIONS_MAX = 20
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


def is_public(text: str) -> bool:
    """Whether an address is of the public internet, also where it hides another one in itself."""
    try:
        address: Address = ipaddress.ip_address(text.split("%")[0])
    except ValueError:
        return False
    return all(each.is_global and not each.is_multicast and not each.is_reserved for each in _with_hidden(address))


async def resolve(host: str, port: int) -> Sequence[str]:
    """Every address of a name. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class PublicBackend(httpcore.AsyncNetworkBackend):
    """Opens connections to public addresses only."""

    def __init__(self, look_up: Resolve = resolve, inner: httpcore.AsyncNetworkBackend | None = None) -> None:
        self._look_up = look_up
        self._inner = inner or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  # the backend's own interface
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        try:
            addresses = await self._look_up(host, port)
        except OSError as error:
            raise httpcore.ConnectError("the name is not known") from error
        if not addresses or not all(is_public(address) for address in addresses):
            raise httpcore.ConnectError("the address is not a public one")
        return await self._inner.connect_tcp(addresses[0], port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109  # the backend's own interface
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise httpcore.ConnectError("the address is not a public one")

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class PublicTransport(httpx.AsyncBaseTransport):
    """What an httpx client needs to reach the public internet, and nothing else. Answers are read up to 64 kB."""

    def __init__(self, backend: httpcore.AsyncNetworkBackend | None = None) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl.create_default_context(),
            max_connections=CONNECTIONS_MAX,
            network_backend=backend or PublicBackend(),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        call = httpcore.Request(
            request.method,
            url,
            headers=request.headers.raw,
            content=await request.aread(),
            extensions=request.extensions,
        )
        try:
            response = await self._pool.handle_async_request(call)
            try:
                content = await _read(response)
            finally:
                await response.aclose()
        except httpcore.TimeoutException as error:
            raise httpx.ReadTimeout(str(error), request=request) from None
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise httpx.ConnectError(str(error), request=request) from None
        return httpx.Response(response.status, headers=_plain(response.headers), content=content, request=request)

    async def aclose(self) -> None:
        await self._pool.aclose()


async def _read(response: httpcore.Response) -> bytes:
    content = b""
    async for chunk in response.aiter_stream():
        content += chunk
        if len(content) > ANSWER_MAX_BYTES:
            return content[:ANSWER_MAX_BYTES]
    return content


def _plain(headers: Sequence[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """What concerns this content: how it was encoded on the way does not."""
    return [(name, value) for name, value in headers if name.lower() in (b"content-type", b"retry-after")]


def _with_hidden(address: Address) -> list[Address]:
    found: list[Address] = [address]
    if isinstance(address, ipaddress.IPv6Address):
        hidden: list[Address | None] = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            hidden.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        found += [each for each in hidden if each is not None]
        if address.ipv4_mapped is not None:
            found.remove(address)  # Python calls every mapped address a private one
    return found
