"""A fake strip's firmware: segments, brightness and nightlight as in WLED's source. Seconds in, what it shows out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

BOOT_COLOUR = [255, 160, 0]  # what every WLED shows when it has just been plugged in
BOOT_BRIGHTNESS = 128
NIGHTLIGHT_TICK_S = 0.1
VERSION = "16.0.1"
Answer = tuple[int, dict[str, Any]]
REFUSED: Answer = (400, {"error": 9})
BUSY: Answer = (503, {"error": 3})


@dataclass
class FakeSegment:
    """`stop` 0: it is not active, but keeps its number until the strip tidies up."""

    start: int
    stop: int
    on: bool = True
    fx: int = 0
    sx: int = 128
    ix: int = 128
    name: str = ""
    frz: bool = False
    col: list[list[int]] = field(default_factory=lambda: [[*BOOT_COLOUR], [0, 0, 0], [0, 0, 0]])

    def told(self, number: int) -> dict[str, Any]:
        told: dict[str, Any] = {
            "id": number, "start": self.start, "stop": self.stop, "len": self.stop - self.start, "grp": 1, "spc": 0,
            "of": 0, "on": self.on, "frz": self.frz, "bri": 255, "cct": 127, "set": 0, "lc": 1, "col": self.col,
            "fx": self.fx, "sx": self.sx, "ix": self.ix, "pal": 0, "sel": False, "rev": False, "mi": False,
        }  # fmt: skip
        return told | ({"n": self.name} if self.name else {})


class FakeStrip:
    """One controller with one strip of `leds` LEDs."""

    def __init__(self, leds: int, segments_max: int = 16) -> None:
        self.leds = leds
        self.segments_max = segments_max
        self.taken_away: set[str] = set()
        """Labels whose segments somebody's own application paints over at once."""
        self.taken: dict[str, int] = {}
        self.refuses: set[str] = set()
        self.is_locked = False
        """Its JSON buffer is in use."""
        self.boot(0.0)

    def boot(self, now_s: float) -> None:
        """Plugged in: nothing of what it showed before is left."""
        self.segments = [FakeSegment(0, self.leds)]
        self.brightness = self._last_brightness = BOOT_BRIGHTNESS
        self._booted_s = now_s
        self._night_on = self._night_counts = False
        self._night_min, self._night_target, self._night_began_s, self._night_changed_s = 60, 0, now_s, now_s

    # What it is asked

    def change(self, raw: bytes, now_s: float) -> Answer:
        self.settle(now_s)
        try:
            request = json.loads(raw)
        except ValueError:
            return REFUSED
        if not isinstance(request, dict):
            return REFUSED
        if self.is_locked:
            return BUSY
        segments = request.get("seg", [])
        named = {each["n"] for each in segments if "n" in each}
        if named & self.refuses:
            self.refuses -= named
            return REFUSED
        self._brightness(request)
        self._nightlight(request.get("nl", {}), now_s)
        dropped = sum(self._segment(each, at) for at, each in enumerate(segments))
        if len(self.segments) > 3 and dropped >= len(self.segments) // 2:
            self.segments = [self.segments[0], *(each for each in self.segments[1:] if each.stop)]
        return 200, self.state(now_s) if request.get("v") else {"success": True}

    def state(self, now_s: float) -> dict[str, Any]:
        self.settle(now_s)
        remaining_s = int(self._night_began_s + self._night_min * 60 - now_s) if self._night_on else -1
        return {
            "on": self.brightness > 0,
            "bri": self.brightness or self._last_brightness,
            "transition": 7, "bs": 0, "ps": -1, "pl": -1, "ledmap": 0,
            "nl": {"on": self._night_on, "dur": self._night_min, "mode": 0, "tbri": 0, "rem": remaining_s},
            "udpn": {"send": False, "recv": True, "sgrp": 1, "rgrp": 1},
            "lor": 0, "mainseg": 0,
            "seg": [each.told(number) for number, each in enumerate(self.segments) if each.stop],
        }  # fmt: skip

    def information(self, now_s: float) -> dict[str, Any]:
        return {
            "ver": VERSION, "vid": 2607150, "release": "ESP32", "name": "WLED shelf", "arch": "esp32", "live": False,
            "leds": {"count": self.leds, "pwr": 0, "fps": 42, "maxpwr": 850, "maxseg": self.segments_max, "lc": 1},
            "wifi": {"bssid": "AA:BB:CC:DD:EE:FF", "rssi": -61, "signal": 78, "channel": 6},
            "uptime": int(now_s - self._booted_s), "brand": "WLED", "product": "FOSS", "mac": "a4e57c000001",
        }  # fmt: skip

    # What a person sees

    def colours(self, now_s: float) -> Mapping[int, tuple[int, int, int]]:
        """The colour of each LED that is lit or blinks; later segments paint over earlier ones."""
        self.settle(now_s)
        seen: dict[int, tuple[int, int, int]] = {}
        if self.brightness == 0:
            return seen
        for segment in self.segments:
            red, green, blue = segment.col[0][:3]
            for led in range(segment.start, segment.stop):
                seen.pop(led, None)
                if segment.on and (red, green, blue) != (0, 0, 0):
                    seen[led] = (red, green, blue)
        return seen

    def settle(self, now_s: float) -> None:
        """The nightlight, as the firmware looks at it ten times a second."""
        if not self._night_on:
            if self._night_counts and now_s - self._night_changed_s >= NIGHTLIGHT_TICK_S:
                self._night_counts = False
            return
        if not self._night_counts:
            self._night_counts, self._night_began_s = True, self._night_changed_s
        if now_s - self._night_began_s >= self._night_min * 60:
            self._night_on = self._night_counts = False
            self._last_brightness, self.brightness = self.brightness or self._last_brightness, self._night_target

    # What a request changes

    def _brightness(self, request: Mapping[str, Any]) -> None:
        self.brightness = int(request.get("bri", self.brightness))
        if "on" in request and bool(request["on"]) != (self.brightness > 0):
            if request["on"]:
                self.brightness = self._last_brightness
            else:
                self._last_brightness, self.brightness = self.brightness, 0

    def _nightlight(self, change: Mapping[str, Any], now_s: float) -> None:
        if "on" in change and bool(change["on"]) != self._night_on:
            self._night_on, self._night_changed_s = bool(change["on"]), now_s
        self._night_min = int(change.get("dur", self._night_min))
        self._night_target = int(change.get("tbri", self._night_target))
        if change:
            self.settle(now_s)

    def _segment(self, change: Mapping[str, Any], at: int) -> bool:
        """True if it was taken away."""
        number, stop = int(change.get("id", at)), int(change.get("stop", -1))
        if number >= self.segments_max:
            return False
        if number >= len(self.segments):
            if stop <= 0:
                return False
            self.segments.append(FakeSegment(0, self.leds))
            number = len(self.segments) - 1
        segment = self.segments[number]
        if stop == 0:
            segment.stop, segment.name = 0, ""
            return True
        start = int(change.get("start", segment.start))
        if "n" in change:
            segment.name = str(change["n"])
        elif (start, stop) not in ((segment.start, segment.stop), (segment.start, -1)):
            segment.name = ""
        segment.start, segment.stop = start, min(stop, self.leds) if stop > 0 else segment.stop
        segment.on, segment.frz = bool(change.get("on", segment.on)), bool(change.get("frz", segment.frz))
        segment.fx, segment.sx = int(change.get("fx", segment.fx)), int(change.get("sx", segment.sx))
        segment.ix = int(change.get("ix", segment.ix))
        for position, colour in enumerate(change.get("col", [])):
            segment.col[position] = [int(colour[each : each + 2], 16) for each in (0, 2, 4)]
        if segment.name and segment.on:
            self.taken[segment.name] = self.taken.get(segment.name, 0) + 1
        if segment.name in self.taken_away:
            segment.on, segment.name = False, ""
        return False
