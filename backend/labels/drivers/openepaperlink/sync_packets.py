"""What an access point tells its radio, and other access points over the network, about one thing that waits. Pure.

Layout as in the firmware: OpenEPaperLink `oepl-proto.h` (AvailDataInfo, 17 bytes) and `oepl-esp-ap-proto.h`
(pendingData, 27 bytes, little-endian); the checksum is that of `newproto.cpp` (addCRC): the sum of all bytes after it.

The driver sends and hears nothing of this over UDP (239.10.0.1:16033, a type byte before the 27): the access point
answers no such packet, so a lost one could not be told from one it took, and everything that is announced there comes
over the websocket as well. The fake access point keeps its queue in this form, as the real one does.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from backend.labels.drivers.openepaperlink.protocol import MAC_CHARACTERS, PATTERN_BYTES
from backend.labels.port import AnswerMalformed

PENDING_BYTES = 27
DATA_TYPE_IMAGE = 0x21  # one bit per pixel, uncompressed
DATA_TYPE_COMMAND = 0xAF
COMMAND_LED_FLASH = 4
SECONDS_BIT = 0x8000  # in `next_check_in`: the rest counts seconds; without it, minutes
ATTEMPTS_MAX = 20  # one a minute

_LAYOUT = struct.Struct("<B8sIBBHH8s")


@dataclass(frozen=True, slots=True)
class PendingItem:
    """One thing that waits for a label. Of an LED command, version and size are not what they are called: its bytes."""

    mac: str
    data_version: bytes
    data_size: int
    data_type: int
    argument: int = 0
    next_check_in: int = 0
    attempts_left: int = ATTEMPTS_MAX

    @property
    def digest(self) -> str:
        """The label's `hash` in the access point's database once it has this."""
        return self.data_version.hex() + "0" * 16

    @property
    def led_pattern(self) -> bytes | None:
        """The 12 bytes, if this is an LED command."""
        if (self.data_type, self.argument) != (DATA_TYPE_COMMAND, COMMAND_LED_FLASH):
            return None
        return self.data_version + self.data_size.to_bytes(4, "little")

    @property
    def check_in_s(self) -> int | None:
        """When the label is asked to come back, seconds; None: when it likes."""
        if not self.next_check_in:
            return None
        minutes_or_seconds = self.next_check_in & ~SECONDS_BIT
        return minutes_or_seconds if self.next_check_in & SECONDS_BIT else minutes_or_seconds * 60


def led_command(mac: str, pattern: bytes, attempts_left: int = ATTEMPTS_MAX) -> PendingItem:
    """An LED pattern, spread over the fields that are meant for a file's version and size."""
    if len(pattern) != PATTERN_BYTES:
        raise AnswerMalformed(f"a pattern has {PATTERN_BYTES} bytes, this has {len(pattern)}")
    size = int.from_bytes(pattern[8:], "little")
    return PendingItem(mac, pattern[:8], size, DATA_TYPE_COMMAND, COMMAND_LED_FLASH, attempts_left=attempts_left)


def encode_pending(pending: PendingItem) -> bytes:
    encoded = _LAYOUT.pack(
        0,
        pending.data_version,
        pending.data_size,
        pending.data_type,
        pending.argument,
        pending.next_check_in,
        pending.attempts_left,
        bytes.fromhex(pending.mac)[::-1],
    )
    return bytes([_checksum(encoded)]) + encoded[1:]


def decode_pending(encoded: bytes) -> PendingItem:
    """The inverse of `encode_pending`. Raises AnswerMalformed."""
    if len(encoded) != PENDING_BYTES:
        raise AnswerMalformed(f"what waits for a label takes {PENDING_BYTES} bytes, not {len(encoded)}")
    if encoded[0] != _checksum(encoded):
        raise AnswerMalformed(f"the checksum says {encoded[0]:02X}, the bytes say {_checksum(encoded):02X}")
    _, version, size, data_type, argument, next_check_in, attempts_left, mac = _LAYOUT.unpack(encoded)
    address = mac[::-1].hex().upper().zfill(MAC_CHARACTERS)
    return PendingItem(address, version, size, data_type, argument, next_check_in, attempts_left)


def _checksum(encoded: bytes) -> int:
    return sum(encoded[1:]) & 0xFF
