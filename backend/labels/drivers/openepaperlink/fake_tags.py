"""Virtual labels with the LED firmware of the two chip families, as their sources have it. Pure; time in seconds."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Literal

from backend.labels.drivers.openepaperlink.protocol import MODE_FLASH, LedPattern, decode_pattern

NRF_BLINK_SLEEP_MIN_MS = 2_000
NRF_ENDLESS_BYTE = 254
RADIO_S = 0.05  # what one check-in takes
JITTER_S = 1.0

Chip = Literal["nrf", "efr32"]


class _Led:
    """What a person sees."""

    def colours_at(self, now_s: float) -> tuple[int, ...]:
        raise NotImplementedError

    def colour_at(self, now_s: float) -> int | None:
        """The first of several."""
        return next(iter(self.colours_at(now_s)), None)


class NrfLed(_Led):
    """Solum M3: the flashing happens inside the sleep between two check-ins."""

    def __init__(self) -> None:
        self._pattern: LedPattern | None = None
        self._played = 0
        self._lit_from_s = self._lit_until_s = 0.0
        self._lit_colours: tuple[int, ...] = ()

    def take(self, pattern: LedPattern, now_s: float) -> bool:
        """A new command always takes the place of the old one; mode 0 ends it."""
        self._pattern = pattern if pattern.mode == MODE_FLASH else None
        self._played = 0
        self._lit_until_s = min(self._lit_until_s, now_s)
        return True

    def sleep(self, now_s: float, sleep_s: float) -> float:
        """Sleep until the next check-in and blink meanwhile; returns how long the sleep really was."""
        if self._pattern is None or sleep_s * 1000 < NRF_BLINK_SLEEP_MIN_MS:
            return sleep_s
        cycle_ms = self._pattern.nrf_cycle_ms or 2
        fitting = int(sleep_s * 1000) // cycle_ms
        repeats = (self._pattern.repeats_byte + 1) % 256
        is_endless = self._pattern.repeats_byte == NRF_ENDLESS_BYTE
        plays = fitting if is_endless else min(fitting, max(0, repeats - self._played))
        self._lit_from_s, self._lit_until_s = now_s, now_s + plays * cycle_ms / 1000
        self._lit_colours = tuple(each.colour_rgb332 for each in self._pattern.groups if each.count)
        self._played += plays
        if not is_endless and self._played >= repeats and fitting > plays:
            self._pattern = None
        return fitting * cycle_ms / 1000  # 0 when not one cycle fits: the label checks in at once, again and again

    def wake(self) -> None:
        """A button or NFC: the flash is over."""
        self._pattern, self._lit_until_s = None, 0.0

    def colours_at(self, now_s: float) -> tuple[int, ...]:
        """In turn."""
        return self._lit_colours if self._lit_from_s <= now_s < self._lit_until_s else ()


class Efr32Led(_Led):
    """Displaydata and others: runs on a timer beside the check-ins, and cannot be interrupted."""

    def __init__(self) -> None:
        self._colours: tuple[int, ...] = ()
        self._until_s = 0.0

    def take(self, pattern: LedPattern, now_s: float) -> bool:
        """Refused while one runs; every mode but 1 is unknown, so a stop does nothing."""
        if now_s < self._until_s or pattern.mode != MODE_FLASH:
            return False
        self._colours = tuple(each.colour_rgb332 for each in pattern.groups if each.colour_rgb332)
        self._until_s = now_s + pattern.efr32_cycle_ms * pattern.plays / 1000
        return True

    def sleep(self, now_s: float, sleep_s: float) -> float:
        return sleep_s

    def wake(self) -> None:
        pass

    def colours_at(self, now_s: float) -> tuple[int, ...]:
        """In turn."""
        return self._colours if now_s < self._until_s else ()


@dataclass
class VirtualTag:
    """One label. `is_asleep`: it never checks in (an empty battery, bad radio)."""

    mac: str
    chip: Chip
    chance: random.Random
    check_in_s: float = 40.0
    is_asleep: bool = False
    next_check_in_s: float = 0.0
    check_ins: int = 0
    refused: int = 0
    shown: bytes | None = None
    hardware_type: int = 0x33
    """Which of the access point's tag types it is."""
    led: NrfLed | Efr32Led = field(init=False)

    def __post_init__(self) -> None:
        self.led = NrfLed() if self.chip == "nrf" else Efr32Led()

    def take(self, payload: bytes, now_s: float) -> None:
        """A command arrived. The label reports the transfer as complete even when its LED refuses it."""
        if not self.led.take(decode_pattern(payload), now_s):
            self.refused += 1

    def fall_asleep(self, now_s: float, interval_s: float | None = None) -> None:
        """After a check-in: sleep for the asked interval, or the label's own with its jitter."""
        sleep_s = interval_s or self.check_in_s + self.chance.uniform(-JITTER_S, JITTER_S)
        self.next_check_in_s = now_s + max(self.led.sleep(now_s, sleep_s), RADIO_S)
