"""What WLED's JSON API understands and says: looks as effects, segments, state and information. No sockets.

From WLED's source (release 16 and 0.15): `json.cpp` (deserializeState, deserializeSegment, serializeState), `FX.cpp`
(blink, mode_heartbeat), `led.cpp` (handleNightlight), `const.h` (sizes). What follows from it:

- An effect plays on the strip by itself, so a blink does not depend on the network. Each needs a segment; there are 16
  on an ESP8266 and 32 on an ESP32, so a label has one only while it is lit. Segment 0 can be dark but never gone.
- A segment never ends by itself. Only the nightlight does, for the whole strip and in whole minutes: it is the guard
  that darkens the strip when the backend is gone. Asked for while it runs it does not begin again; it must be put out,
  for 100 ms at least, first.
- `"v": true` makes the answer the whole state: that is how a command is confirmed.
- The request and its answer share one JSON buffer (10 KiB on an ESP8266), and one request at a time has it: 503.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.labels.port import AnswerMalformed
from shared.labels import BlinkPattern, Flash, LightColour

FRAME_MS = 1000 // 42  # WLED_FPS
SOLID, BLINK, HEARTBEAT = 0, 1, 100
COLOURS = {
    LightColour.BLUE: "0000FF",
    LightColour.YELLOW: "FFC800",
    LightColour.CYAN: "00FFFF",
    LightColour.WHITE: "FFFFFF",
}
COLOURS_IN_TURN = 2  # Blink goes to and fro between the first and the second colour of its segment
BLACK = "000000"
REQUEST_MAX_BYTES = 10_240 // 4  # the parsed request needs a multiple of its text
GUARD_PAUSE_S = 0.25  # the nightlight looks every 100 ms whether it is wanted

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a segment plays: WLED's number of the effect, its speed and intensity sliders."""

    number: int
    speed: int = 128
    intensity: int = 128

    @property
    def shortest_ms(self) -> float | None:
        """The shortest time between two flashes; None: it does not flash."""
        match self.number:
            case 1:
                return float((255 - self.speed) * 20 + 2 * FRAME_MS)
            case 100:
                return 60_000 // (40 + (self.speed >> 3)) / 3  # two beats, a third of the bar apart
            case _:
                return None


EFFECTS = {
    BlinkPattern.STEADY: Effect(SOLID),
    BlinkPattern.SLOW: Effect(BLINK, speed=205),
    BlinkPattern.DOUBLE: Effect(HEARTBEAT, speed=0, intensity=255),
    BlinkPattern.QUICK: Effect(BLINK, speed=237),
    BlinkPattern.LONG: Effect(BLINK, speed=155, intensity=205),  # four fifths of two seconds
}


@dataclass(frozen=True, slots=True)
class Leds:
    """Some LEDs side by side: the first, and the one after the last."""

    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Lit:
    """What a label shall show. `other`: the colour it shows between; black: it blinks."""

    leds: Leds
    colour: str
    effect: Effect
    other: str = BLACK


def lit_by(flash: Flash, leds: Leds, colours: Mapping[LightColour, str] = COLOURS) -> Lit:
    if flash.also:
        return Lit(leds, colours[flash.colour], EFFECTS[BlinkPattern.SLOW], colours[flash.also[0]])
    return Lit(leds, colours[flash.colour], EFFECTS[flash.pattern])


class Segment(BaseModel):
    """A segment as the strip tells of it. Inactive ones are not told of."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: int = Field(ge=0, le=255)
    start: int = Field(ge=0, le=65_535)
    stop: int = Field(ge=0, le=65_535)
    on: bool = True
    frz: bool = False
    n: str = Field(default="", max_length=128)
    col: list[list[int]] = []
    fx: int = Field(default=0, ge=0)
    sx: int = Field(default=128, ge=0, le=255)
    ix: int = Field(default=128, ge=0, le=255)

    @property
    def colour(self) -> str:
        """Of its first colour, without white: RRGGBB."""
        return self._colour(0)

    def _colour(self, place: int) -> str:
        channels = self.col[place][:3] if len(self.col) > place else []
        return "".join(f"{max(0, min(each, 255)):02X}" for each in channels)

    def shows(self, label: str, lit: Lit) -> bool:
        place = (self.n, self.start, self.stop) == (label, lit.leds.start, lit.leds.stop)
        effect = self.fx == lit.effect.number
        if lit.effect.number != SOLID:
            effect = effect and (self.sx, self.ix) == (lit.effect.speed, lit.effect.intensity)
        other = lit.other == BLACK or self._colour(1) == lit.other
        return self.on and not self.frz and place and effect and self.colour == lit.colour and other


class Nightlight(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    on: bool = False
    rem: int = -1
    """Seconds until it darkens the strip; -1 if it does not run."""


class State(BaseModel):
    """`/json/state`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    on: bool
    bri: int = Field(ge=0, le=255)
    nl: Nightlight = Nightlight()
    seg: list[Segment]

    def shows(self, label: str, lit: Lit) -> bool:
        return self.on and self.bri > 0 and any(segment.shows(label, lit) for segment in self.seg)


class LedCount(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    count: int = Field(ge=0, le=65_535)
    maxseg: int = Field(default=16, ge=1, le=255)


class Wifi(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    rssi: int | None = None


class Information(BaseModel):
    """`/json/info`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    ver: str = Field(default="", max_length=60)
    name: str = Field(default="", max_length=60)
    arch: str = Field(default="", max_length=60)
    leds: LedCount
    wifi: Wifi = Wifi()
    live: bool = False
    """Somebody streams pixels to it and has taken it from us."""


def parse_state(raw: bytes) -> State:
    """Raises AnswerMalformed and nothing else."""
    return _parse(State, raw)


def parse_information(raw: bytes) -> Information:
    """Raises AnswerMalformed and nothing else."""
    return _parse(Information, raw)


def encode(request: Mapping[str, Any]) -> bytes:
    """As short as JSON can be: the strip's buffer is small."""
    return json.dumps(request, separators=(",", ":"), ensure_ascii=False).encode()


def request_to_show(segments: list[dict[str, Any]], brightness: int) -> dict[str, Any]:
    """Change these segments, at once, without telling other strips, and say what the strip shows then."""
    return {"on": True, "bri": brightness, "tt": 0, "v": True, "udpn": {"nn": True}, "seg": segments}


def request_for_dark(segments: list[dict[str, Any]]) -> dict[str, Any]:
    """Nothing is lit any more: the strip goes off, and its guard too."""
    return {"on": False, "tt": 0, "v": True, "udpn": {"nn": True}, "nl": {"on": False}, "seg": segments}


def guard(minutes: int) -> dict[str, Any]:
    """From now on the strip darkens itself after so many minutes, unless the guard is put out before."""
    return {"v": True, "nl": {"on": True, "dur": minutes, "mode": 0, "tbri": 0}}


NO_GUARD: dict[str, Any] = {"v": True, "nl": {"on": False}}


def segment_to_light(number: int, label: str, lit: Lit) -> dict[str, Any]:
    """Everything that decides how a segment looks, for its predecessor left its own."""
    return {
        "id": number,
        "start": lit.leds.start,
        "stop": lit.leds.stop,
        "grp": 1,
        "spc": 0,
        "of": 0,
        "on": True,
        "frz": False,
        "bri": 255,
        "col": [lit.colour, lit.other, BLACK],
        "fx": lit.effect.number,
        "sx": lit.effect.speed,
        "ix": lit.effect.intensity,
        "pal": 0,
        "sel": False,
        "rev": False,
        "mi": False,
        "n": label,
    }


def segment_to_drop(number: int) -> dict[str, Any]:
    """A segment nobody needs is taken away, so that it paints over no other; number 0 can only be put out."""
    return {"id": 0, "start": 0, "stop": 1, "on": False, "n": "rest"} if number == 0 else {"id": number, "stop": 0}


def _parse(model: type[T], raw: bytes) -> T:
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise AnswerMalformed(f"the strip's answer is not as expected: {where}: {first['msg']}") from None
