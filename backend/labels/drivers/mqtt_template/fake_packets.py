"""MQTT 3.1.1 packets, as far as a small broker needs them: bytes in, bytes out.

After the OASIS standard, sections 2 and 3. Quality of service 0 and 1; who asks for 2 is granted 1.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

CONNECT, CONNACK, PUBLISH, PUBACK = 1, 2, 3, 4
SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT = 8, 9, 10, 11, 12, 13, 14
BODY_MAX_BYTES = 256 * 1024
PROTOCOL_LEVEL = 4


class PacketMalformed(Exception):
    """Not what the standard says."""


@dataclass(frozen=True, slots=True)
class Publish:
    topic: str
    payload: bytes
    qos: int = 0
    is_retained: bool = False
    packet_id: int = 0


@dataclass(frozen=True, slots=True)
class Connect:
    client_id: str
    username: str | None = None
    password: str | None = None
    will: Publish | None = None


@dataclass(frozen=True, slots=True)
class Subscribe:
    packet_id: int
    filters: tuple[tuple[str, int], ...]


class Reader:
    """Takes a packet's body apart. Raises PacketMalformed."""

    def __init__(self, body: bytes) -> None:
        self._body, self._at = body, 0

    @property
    def is_at_end(self) -> bool:
        return self._at >= len(self._body)

    def take(self, count: int) -> bytes:
        piece = self._body[self._at : self._at + count]
        if len(piece) != count:
            raise PacketMalformed("the packet ends too soon")
        self._at += count
        return piece

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        return int.from_bytes(self.take(2))

    def binary(self) -> bytes:
        return self.take(self.number())

    def text(self) -> str:
        try:
            return self.binary().decode()
        except UnicodeDecodeError:
            raise PacketMalformed("a text that is not UTF-8") from None

    def rest(self) -> bytes:
        return self.take(len(self._body) - self._at)


def read_connect(body: bytes) -> Connect:
    reader = Reader(body)
    if (reader.text(), reader.byte()) != ("MQTT", PROTOCOL_LEVEL):
        raise PacketMalformed("not MQTT 3.1.1")
    flags = reader.byte()
    reader.number()  # keep alive: who falls silent here is noticed by its socket
    client_id = reader.text()
    will = None
    if flags & 0x04:
        will = Publish(reader.text(), reader.binary(), min(flags >> 3 & 3, 1), bool(flags & 0x20))
    username = reader.text() if flags & 0x80 else None
    password = reader.text() if flags & 0x40 else None
    return Connect(client_id, username, password, will)


def read_publish(flags: int, body: bytes) -> Publish:
    reader, qos = Reader(body), flags >> 1 & 3
    if qos > 1:
        raise PacketMalformed("quality of service 0 or 1 only")
    topic = reader.text()
    packet_id = reader.number() if qos else 0
    return Publish(topic, reader.rest(), qos, bool(flags & 1), packet_id)


def read_subscribe(body: bytes) -> Subscribe:
    reader = Reader(body)
    packet_id, filters = reader.number(), list[tuple[str, int]]()
    while not reader.is_at_end:
        filters.append((reader.text(), min(reader.byte(), 1)))
    return Subscribe(packet_id, tuple(filters))


def read_unsubscribe(body: bytes) -> Subscribe:
    reader = Reader(body)
    packet_id, filters = reader.number(), list[tuple[str, int]]()
    while not reader.is_at_end:
        filters.append((reader.text(), 0))
    return Subscribe(packet_id, tuple(filters))


def write_publish(message: Publish) -> bytes:
    packet_id = struct.pack(">H", message.packet_id) if message.qos else b""
    body = _text(message.topic) + packet_id + message.payload
    return write(PUBLISH, body, message.qos << 1 | message.is_retained)


def write_acknowledgement(kind: int, packet_id: int, granted: bytes = b"") -> bytes:
    return write(kind, struct.pack(">H", packet_id) + granted)


def write(kind: int, body: bytes = b"", flags: int = 0) -> bytes:
    length, encoded = len(body), bytearray()
    while True:
        length, digit = divmod(length, 128)
        encoded.append(digit | (0x80 if length else 0))
        if not length:
            return bytes([kind << 4 | flags]) + bytes(encoded) + body


def split(buffer: bytes) -> tuple[int, int, bytes, bytes] | None:
    """(kind, flags, body, what follows) of the first packet, or None if it is not whole yet. Raises PacketMalformed."""
    length = 0
    for at in range(4):
        if len(buffer) < at + 2:
            return None
        digit = buffer[at + 1]
        length |= (digit & 0x7F) << 7 * at
        if not digit & 0x80:
            if length > BODY_MAX_BYTES:
                raise PacketMalformed(f"a packet of {length} bytes")
            begin, end = at + 2, at + 2 + length
            return (buffer[0] >> 4, buffer[0] & 0x0F, buffer[begin:end], buffer[end:]) if len(buffer) >= end else None
    raise PacketMalformed("a length of more than four bytes")


def _text(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack(">H", len(encoded)) + encoded
