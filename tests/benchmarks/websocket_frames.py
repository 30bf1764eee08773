"""The client's end of a websocket (RFC 6455) in the fewest steps: a thousand of them must not be what is measured."""

from __future__ import annotations

import base64
import os
import socket
import struct
from collections.abc import Iterator

RECEIVE_BYTES = 262_144
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10
_FINAL, _MASKED = 0x80, 0x80
_NO_MASK = b"\0\0\0\0"  # a mask of zeros is a mask: the bytes stay as they are


class Websocket:
    """`open` it, `send` texts, and call `receive` when there is something to read."""

    def __init__(self, port: int, path: str, subprotocols: list[str]) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        offered = f"Sec-WebSocket-Protocol: {', '.join(subprotocols)}\r\n" if subprotocols else ""
        self.socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{offered}\r\n".encode()
        )
        self._heard = b""
        while b"\r\n\r\n" not in self._heard:
            received = self.socket.recv(RECEIVE_BYTES)
            assert received, "the handshake was cut off"
            self._heard += received
        head, self._heard = self._heard.split(b"\r\n\r\n", 1)
        assert b" 101 " in head.split(b"\r\n")[0], head.decode(errors="replace")

    def fileno(self) -> int:
        return self.socket.fileno()

    def send(self, text: str) -> None:
        self._send(text.encode(), TEXT)

    def _send(self, payload: bytes, opcode: int) -> None:
        size = len(payload)
        length = struct.pack("!B", _MASKED | size) if size < 126 else struct.pack("!BH", _MASKED | 126, size)
        self.socket.sendall(bytes([_FINAL | opcode]) + length + _NO_MASK + payload)

    def read(self) -> None:
        """Take what the socket holds; `texts` then gives what is whole."""
        received = self.socket.recv(RECEIVE_BYTES)
        assert received, "the server closed the websocket"
        self._heard += received

    def texts(self) -> Iterator[bytes]:
        """Every whole text message; pings are answered on the way."""
        while (frame := self._frame()) is not None:
            opcode, payload = frame
            if opcode == PING:
                self._send(payload, PONG)  # whatever bytes it holds
            assert opcode != CLOSE, f"closed by the server: {payload!r}"
            if opcode == TEXT:
                yield payload

    def _frame(self) -> tuple[int, bytes] | None:
        heard = self._heard
        if len(heard) < 2:
            return None
        size, at = heard[1] & 0x7F, 2
        if size >= 126:
            wide = 2 if size == 126 else 8
            if len(heard) < at + wide:
                return None
            size, at = int.from_bytes(heard[at : at + wide], "big"), at + wide
        if len(heard) < at + size:
            return None
        self._heard = heard[at + size :]
        return heard[0] & 0x0F, heard[at : at + size]
