"""One open websocket, read and written by tasks of their own, so that a stalled network never stalls the link."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from mobile.services.edges import Socket, SocketClosed

NETWORK_GONE = 1006  # RFC 6455: the close code when nobody said goodbye


class Wire:
    """Texts that arrived, texts to send, and whether it is over. `wake` is called whenever one of them changes."""

    def __init__(self, socket: Socket, wake: Callable[[], None]) -> None:
        self._socket = socket
        self._wake = wake
        self._arrived: deque[str] = deque()
        self._outgoing: deque[str] = deque()
        self._has_outgoing = asyncio.Event()
        self.close_code: int | None = None
        loop = asyncio.get_running_loop()
        self._tasks = (loop.create_task(self._read()), loop.create_task(self._write()))

    def put(self, texts: list[str]) -> None:
        if texts:
            self._outgoing.extend(texts)
            self._has_outgoing.set()

    def take(self) -> list[str]:
        """Everything that arrived since the last call, in order."""
        texts = list(self._arrived)
        self._arrived.clear()
        return texts

    @property
    def is_over(self) -> bool:
        return self.close_code is not None and not self._arrived

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._socket.close()

    async def _read(self) -> None:
        try:
            while True:
                self._arrived.append(await self._socket.receive())
                self._wake()
        except SocketClosed as closed:
            self._end(closed)

    async def _write(self) -> None:
        try:
            while True:
                await self._has_outgoing.wait()
                self._has_outgoing.clear()
                while self._outgoing:
                    await self._socket.send(self._outgoing.popleft())
        except SocketClosed as closed:
            self._end(closed)

    def _end(self, closed: SocketClosed) -> None:
        if self.close_code in (None, NETWORK_GONE):
            self.close_code = int(closed.facts.get("code", NETWORK_GONE))
        self._wake()
