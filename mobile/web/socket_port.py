"""The small interface of a websocket that the browser's own and the native one both have."""

from __future__ import annotations

from typing import Protocol

ABNORMAL_CLOSURE = 1006  # RFC 6455 section 7.1.5: the connection broke, or never came to be, without a closing frame


class SocketClosed(Exception):
    """The connection ended, or could not be made; `code` is the websocket's closing code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"websocket closed: {code} {reason}".rstrip())
        self.code = code
        self.reason = reason


class Socket(Protocol):
    """One open connection that carries text messages whole and in order."""

    async def send(self, text: str) -> None:
        """Hand the text to the connection; SocketClosed when it has ended."""

    async def receive(self) -> str:
        """Wait for the next text; SocketClosed once all that arrived before the end was read."""

    async def close(self) -> None:
        """End the connection; harmless when it has ended."""
