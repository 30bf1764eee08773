"""What the access point and the labels understand: LED patterns in bytes, records and messages in JSON. No sockets.

Layouts as in the firmware, which differs from the project's wiki (there the nibbles are swapped): OpenEPaperLink
`oepl-proto.h` (struct ledFlash), `ESP32_AP-Flasher/src/web.cpp` and `newproto.cpp`; the two label firmwares
Tag_FW_nRF52811 `HAL_Newton_M3.cpp` and Tag_FW_EFR32xG22 `oepl_led.c`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.labels.port import AnswerMalformed
from shared.labels import BlinkPattern, Flash, LightColour

PATTERN_BYTES = 12
MODE_STOP, MODE_FLASH = 0, 1
STOP = bytes(PATTERN_BYTES)
TICK_MS = 100
REPEATS_BYTE_MAX = 253  # 254 means endless on nRF and 255 plays nothing there: neither is ever sent
CYCLE_MAX_MS = 4_000  # a cycle longer than the label's sleep makes nRF firmware check in without end
T = TypeVar("T", bound=BaseModel)

CAPABILITY_HAS_LED = 0x01
MAC_CHARACTERS = 16
POSITIONS_MAX = 255  # the access point keeps the paging offset in one byte

RGB332 = {LightColour.BLUE: 0x03, LightColour.YELLOW: 0xFC, LightColour.CYAN: 0x1F}

_MAC = re.compile(r"[0-9A-Fa-f]{12}|[0-9A-Fa-f]{16}")
_TIMED_OUT = re.compile(r"([0-9A-Fa-f]{16}) xfer timeout")


class WakeupReason(IntEnum):
    """Why a label checked in, as far as anybody can act on it."""

    TIMED = 0
    NFC = 3
    BUTTON_1 = 4
    BUTTON_2 = 5
    BUTTON_3 = 6


@dataclass(frozen=True, slots=True)
class LedGroup:
    """Some flashes of one colour, then a pause; times in ticks of 100 ms."""

    colour_rgb332: int = 0
    count: int = 0
    speed_ticks: int = 0
    delay_ticks: int = 0


@dataclass(frozen=True, slots=True)
class LedPattern:
    """Three groups, played `repeats_byte + 1` times. `brightness` is 0 to 15: how long each flash is on."""

    groups: tuple[LedGroup, LedGroup, LedGroup] = (LedGroup(), LedGroup(), LedGroup())
    repeats_byte: int = 0
    brightness: int = 0
    mode: int = MODE_FLASH

    @property
    def plays(self) -> int:
        return self.repeats_byte + 1

    @property
    def nrf_cycle_ms(self) -> int:
        """One round on nRF firmware: each group plays `count` flashes."""
        return sum(each.count * each.speed_ticks * TICK_MS + each.delay_ticks * TICK_MS for each in self.groups)

    @property
    def efr32_cycle_ms(self) -> int:
        """One round on EFR32 firmware: each group plays `count + 1` flashes, and the flash itself takes time."""
        return sum(
            (each.count + 1) * (self.brightness + each.speed_ticks * TICK_MS) + each.delay_ticks * TICK_MS
            for each in self.groups
        )


def encode_pattern(pattern: LedPattern) -> bytes:
    """The 12 bytes: mode and on-time, three groups of (colour, count and speed, delay), repeats, spare."""
    encoded = bytearray([pattern.mode | pattern.brightness << 4])
    for group in pattern.groups:
        encoded += bytes([group.colour_rgb332, group.count | group.speed_ticks << 4, group.delay_ticks])
    return bytes(encoded + bytes([pattern.repeats_byte, 0]))


def decode_pattern(encoded: bytes) -> LedPattern:
    """The inverse of `encode_pattern`. Raises AnswerMalformed."""
    if len(encoded) != PATTERN_BYTES:
        raise AnswerMalformed(f"a pattern has {PATTERN_BYTES} bytes, this has {len(encoded)}")
    first, second, third = (
        LedGroup(encoded[at], encoded[at + 1] & 0x0F, encoded[at + 1] >> 4, encoded[at + 2]) for at in (1, 4, 7)
    )
    return LedPattern((first, second, third), encoded[10], encoded[0] >> 4, encoded[0] & 0x0F)


def pattern_for(flash: Flash, brightness: int) -> LedPattern:
    """A pattern that looks the same on both firmwares and never lasts longer than `flash.duration_s`.

    Speed 0 is what makes it look the same: the extra flash of EFR32 firmware then follows without a gap.
    """
    colour = RGB332[flash.colour]
    match flash.pattern:
        case BlinkPattern.STEADY:
            groups = (LedGroup(colour, 1, 0, 5), LedGroup(), LedGroup())
        case BlinkPattern.SLOW:
            groups = (LedGroup(colour, 1, 0, 20), LedGroup(), LedGroup())
        case BlinkPattern.DOUBLE:
            groups = (LedGroup(colour, 1, 0, 2), LedGroup(colour, 1, 0, 18), LedGroup())
    once = LedPattern(groups, 0, brightness)
    plays = flash.duration_s * 1000 // max(once.nrf_cycle_ms, once.efr32_cycle_ms)
    return LedPattern(groups, min(max(plays, 1) - 1, REPEATS_BYTE_MAX), brightness)


def canonical_mac(text: str) -> str:
    """A label's address as the access point writes it: 16 capital hex digits. Raises AnswerMalformed."""
    if not _MAC.fullmatch(text):
        raise AnswerMalformed(f"{text[:40]!r} is not a label's address: 12 or 16 hex digits")
    return text.upper().zfill(MAC_CHARACTERS)


class TagRecord(BaseModel):
    """One label as the access point knows it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    mac: str = Field(pattern=r"^[0-9A-Fa-f]{16}$")
    last_seen_s: int = Field(default=0, alias="lastseen", ge=0, lt=2**32)
    pending: int = Field(default=0, ge=0)
    update_count: int = Field(default=0, alias="updatecount", ge=0)
    wakeup_reason: int = Field(default=0, alias="wakeupReason", ge=0)
    capabilities: int = Field(default=0, ge=0)
    battery_mv: int = Field(default=0, alias="batteryMv", ge=0)
    rssi_dbm: int = Field(default=0, alias="RSSI", ge=-200, le=200)
    hardware_type: int = Field(default=0, alias="hwType", ge=0, le=255)
    version: int = Field(default=0, alias="ver", ge=0)

    @property
    def signal_dbm(self) -> int | None:
        """None where nothing was measured (0), or where the record is the access point's own (100)."""
        return self.rssi_dbm if self.rssi_dbm < 0 else None

    @property
    def has_led(self) -> bool:
        return bool(self.capabilities & CAPABILITY_HAS_LED)


class DatabasePage(BaseModel):
    """One page of `/get_db`; `next_position` (their `continu`) is missing on the last."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    tags: list[TagRecord]
    next_position: int | None = Field(default=None, alias="continu", ge=0)


class Message(BaseModel):
    """One websocket message, as far as it concerns lights: label records, or an error line."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    tags: list[TagRecord] = []
    error_line: str = Field(default="", alias="errMsg")

    @property
    def timed_out_mac(self) -> str | None:
        """The label whose whole queue was just dropped."""
        match = _TIMED_OUT.search(self.error_line)
        return match.group(1).upper() if match else None


def parse_page(raw: bytes) -> DatabasePage:
    """Raises AnswerMalformed and nothing else."""
    return _parse(DatabasePage, raw)


def parse_message(raw: bytes | str) -> Message:
    """Raises AnswerMalformed and nothing else."""
    return _parse(Message, raw)


def _parse(model: type[T], raw: bytes | str) -> T:
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors()[0]
        raise AnswerMalformed(
            f"the access point's answer is not as expected: {first['msg']}", at=first["loc"]
        ) from None
