"""What the picker hears and feels: one sound and one vibration per class of outcome, never the same for two."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Signal(StrEnum):
    """The classes of outcome; the value is also the name of the sound file, `assets/sounds/<value>.wav`."""

    OK = "ok"
    COUNTED = "counted"
    WRONG = "wrong"
    ALREADY = "already"
    DECIDE = "decide"
    ATTENTION = "attention"
    DONE = "done"


@dataclass(frozen=True)
class Vibration:
    """Milliseconds of vibration and rest, alternating, beginning with vibration."""

    pulses_ms: tuple[int, ...]


VIBRATIONS: dict[Signal, Vibration] = {
    Signal.OK: Vibration((60,)),
    Signal.COUNTED: Vibration((30,)),
    Signal.WRONG: Vibration((350, 120, 350)),
    Signal.ALREADY: Vibration((80, 80, 80)),
    Signal.DECIDE: Vibration((150, 80, 60)),
    Signal.ATTENTION: Vibration((150, 80, 60, 200, 150, 80, 60)),
    Signal.DONE: Vibration((60, 60, 60, 60, 240)),
}


class Signals(Protocol):
    """The phone's speaker, motor and screen lock. Must never raise: a silent phone still picks."""

    def give(self, signal: Signal, vibration: Vibration) -> None:
        """Sound and vibrate; returns at once."""
        ...

    def tune(self, volume: float, vibrates: bool) -> None:
        """How loud from now on, from 0 to 1, and whether it is felt as well."""
        ...

    def keep_awake(self, is_awake: bool) -> None:
        """Keep the screen on while a walk is under way."""
        ...


class SilentSignals:
    """Remembers instead of sounding: for tests and for phones without a speaker."""

    def __init__(self) -> None:
        self.given: list[Signal] = []
        self.is_awake = False
        self.volume = 1.0
        self.vibrates = True

    def give(self, signal: Signal, vibration: Vibration) -> None:
        self.given.append(signal)

    def tune(self, volume: float, vibrates: bool) -> None:
        self.volume, self.vibrates = volume, vibrates

    def keep_awake(self, is_awake: bool) -> None:
        self.is_awake = is_awake
