"""A websocket inside the browser, with the phone's own errors."""

from __future__ import annotations

from collections.abc import Sequence

from mobile.services.edges import Socket, SocketClosed
from mobile.web import socket_port, web_socket


async def connect(url: str, subprotocols: Sequence[str]) -> Socket:
    """Open a connection; SocketClosed when nobody answers or the backend refuses: a browser does not say which."""
    try:
        return BrowserSocket(await web_socket.connect(url, list(subprotocols)))
    except socket_port.SocketClosed as end:
        raise _closed(end) from end


class BrowserSocket:
    """Wraps one open connection; made by `connect`."""

    def __init__(self, socket: socket_port.Socket) -> None:
        self._socket = socket

    async def send(self, text: str) -> None:
        try:
            await self._socket.send(text)
        except socket_port.SocketClosed as end:
            raise _closed(end) from end

    async def receive(self) -> str:
        try:
            return await self._socket.receive()
        except socket_port.SocketClosed as end:
            raise _closed(end) from end

    async def close(self) -> None:
        await self._socket.close()


def _closed(end: socket_port.SocketClosed) -> SocketClosed:
    return SocketClosed(end.reason or "The websocket was closed", code=end.code)
