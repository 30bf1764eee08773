"""What the labels understand: LED patterns in bytes, and addresses as the access point writes them. Pure.

Layouts as in the firmware, which differs from the project's wiki (there the nibbles are swapped): OpenEPaperLink
`oepl-proto.h` (struct ledFlash) and `ESP32_AP-Flasher/src/web.cpp`; the two label firmwares
Tag_FW_nRF52811 `HAL_Newton_M3.cpp` and Tag_FW_EFR32xG22 `oepl_led.c`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from backend.labels.port import AnswerMalformed
from shared.labels import BlinkPattern, Flash, LightColour

PATTERN_BYTES = 12
MODE_STOP, MODE_FLASH = 0, 1
STOP = bytes(PATTERN_BYTES)
TICK_MS = 100
REPEATS_BYTE_MAX = 253  # 254 means endless on nRF and 255 plays nothing there: neither is ever sent
CYCLE_MAX_MS = 4_000  # a cycle longer than the label's sleep makes nRF firmware check in without end

MAC_CHARACTERS = 16

RGB332 = {LightColour.BLUE: 0x03, LightColour.YELLOW: 0xFC, LightColour.CYAN: 0x1F, LightColour.WHITE: 0xFF}
COLOURS_IN_TURN = 3
TURNS_TICKS = 20  # every colour once in two seconds

_MAC = re.compile(r"[0-9A-Fa-f]{12}|[0-9A-Fa-f]{16}")


# Each flash lasts a few milliseconds; a rhythm is the pauses between them, in ticks. Long ones cannot be told here.
RHYTHMS: dict[BlinkPattern, tuple[int, ...]] = {
    BlinkPattern.STEADY: (5,),
    BlinkPattern.SLOW: (20,),
    BlinkPattern.DOUBLE: (2, 18),
    BlinkPattern.TRIPLE: (4, 4, 16),
}


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

    Speed 0 is what makes it look the same: the extra flash of EFR32 firmware then follows without a gap. Several
    colours flash in turn, each every two seconds.
    """
    colour, *also = (RGB332[each] for each in (flash.colour, *flash.also))
    if also:
        groups = _three(*(LedGroup(each, 1, 0, TURNS_TICKS // (1 + len(also))) for each in (colour, *also)))
    else:
        groups = _three(*(LedGroup(colour, 1, 0, ticks) for ticks in RHYTHMS[flash.pattern]))
    once = LedPattern(groups, 0, brightness)
    plays = flash.duration_s * 1000 // max(once.nrf_cycle_ms, once.efr32_cycle_ms)
    return LedPattern(groups, min(max(plays, 1) - 1, REPEATS_BYTE_MAX), brightness)


def _three(*groups: LedGroup) -> tuple[LedGroup, LedGroup, LedGroup]:
    first, second, third = (*groups, LedGroup(), LedGroup())[:3]
    return first, second, third


def canonical_mac(text: str) -> str:
    """A label's address as the access point writes it: 16 capital hex digits. Raises AnswerMalformed."""
    if not _MAC.fullmatch(text):
        raise AnswerMalformed(f"{text[:40]!r} is not a label's address: 12 or 16 hex digits")
    return text.upper().zfill(MAC_CHARACTERS)
