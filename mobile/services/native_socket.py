"""A websocket on a device or a desktop, over the `websockets` library."""

from __future__ import annotations

from collections.abc import Sequence

from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_connection
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI
from websockets.typing import Subprotocol

from mobile.services.edges import HandshakeRefused, Socket, SocketClosed

OPEN_MAX_S = 15
MESSAGE_BYTES_MAX = 4 * 1024 * 1024
NETWORK_GONE = 1006  # RFC 6455: the close code when nobody said goodbye


async def connect(url: str, subprotocols: Sequence[str]) -> Socket:
    """Open a connection. Raises HandshakeRefused with the HTTP status, or SocketClosed when nobody answers."""
    try:
        connection = await open_connection(
            url,
            subprotocols=[Subprotocol(name) for name in subprotocols] or None,
            open_timeout=OPEN_MAX_S,
            max_size=MESSAGE_BYTES_MAX,
            compression=None,  # small messages: deflate costs the server memory and saves nothing
        )
    except InvalidStatus as refusal:
        raise HandshakeRefused("The backend refused", status=refusal.response.status_code) from refusal
    except (OSError, InvalidHandshake, InvalidURI) as failure:  # a timeout is an OSError
        raise SocketClosed(str(failure), code=NETWORK_GONE) from failure
    return NativeSocket(connection)


class NativeSocket:
    """Wraps one open connection; made by `connect`."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def send(self, text: str) -> None:
        try:
            await self._connection.send(text)
        except ConnectionClosed as end:
            raise _closed(end) from end

    async def receive(self) -> str:
        try:
            while True:
                arrived = await self._connection.recv()
                if isinstance(arrived, str):  # binary messages are none of ours
                    return arrived
        except ConnectionClosed as end:
            raise _closed(end) from end

    async def close(self) -> None:
        await self._connection.close()


def _closed(end: ConnectionClosed) -> SocketClosed:
    frame = end.rcvd or end.sent
    if frame is None:
        return SocketClosed("The network went away", code=NETWORK_GONE)
    return SocketClosed(frame.reason or "The websocket was closed", code=frame.code)
