"""A websocket in the browser's worker, where Python has no sockets: the browser's own, behind the small interface."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import Any

from mobile.web.browser import javascript, kept_callback, to_javascript
from mobile.web.socket_port import ABNORMAL_CLOSURE, Socket, SocketClosed

NORMAL_CLOSURE = 1000
UNSENT_BYTES_MAX = 1_000_000  # beyond this `send` waits: the browser itself would buffer without end
UNSENT_POLL_S = 0.05


async def connect(url: str, subprotocols: list[str]) -> Socket:
    """Open a connection; SocketClosed(1006) when the server cannot be reached or refuses, or the browser does."""
    try:
        socket = WebSocket(url, subprotocols)
    except import_module("pyodide.ffi").JsException as refusal:  # an address or a subprotocol it does not allow
        raise SocketClosed(ABNORMAL_CLOSURE, str(refusal)) from refusal
    try:
        await socket.opened
    except asyncio.CancelledError:
        await socket.close()
        raise
    return socket


class WebSocket:
    """Wraps one JavaScript WebSocket; made by `connect`."""

    def __init__(self, url: str, subprotocols: list[str]) -> None:
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._arrived: asyncio.Queue[str | SocketClosed] = asyncio.Queue()
        self._end: SocketClosed | None = None
        self._socket = javascript().WebSocket.new(url, to_javascript(subprotocols))
        self._callbacks = {
            "open": kept_callback(self._on_open),
            "message": kept_callback(self._on_message),
            "close": kept_callback(self._on_close),
        }
        for name, callback in self._callbacks.items():
            self._socket.addEventListener(name, callback)

    async def send(self, text: str) -> None:
        while self._end is None and self._socket.bufferedAmount > UNSENT_BYTES_MAX:  # noqa: ASYNC110 - the browser tells no event
            await asyncio.sleep(UNSENT_POLL_S)
        if self._end is not None:
            raise self._end
        self._socket.send(text)

    async def receive(self) -> str:
        if self._end is not None and self._arrived.empty():
            raise self._end
        arrived = await self._arrived.get()
        if isinstance(arrived, SocketClosed):
            raise arrived
        return arrived

    async def close(self) -> None:
        if self._end is None:
            self._socket.close(NORMAL_CLOSURE)
            # The browser waits for the other side, perhaps for minutes when the network is gone; the app does not.
            self._ended(SocketClosed(NORMAL_CLOSURE, ""))

    def _on_open(self, event: Any) -> None:
        if not self.opened.done():
            self.opened.set_result(None)

    def _on_message(self, event: Any) -> None:
        if self._end is None and isinstance(event.data, str):
            self._arrived.put_nowait(event.data)

    def _on_close(self, event: Any) -> None:
        self._ended(SocketClosed(int(event.code or ABNORMAL_CLOSURE), str(event.reason)))

    def _ended(self, end: SocketClosed) -> None:
        if self._end is not None:
            return
        self._end = end
        self._arrived.put_nowait(end)
        if not self.opened.done():
            self.opened.set_exception(end)
        for name, callback in self._callbacks.items():
            self._socket.removeEventListener(name, callback)
        # Destroyed on the next turn: this very call may come from one of them.
        asyncio.get_running_loop().call_soon(self._forget_callbacks)

    def _forget_callbacks(self) -> None:
        for callback in self._callbacks.values():
            callback.destroy()
        self._callbacks.clear()
