"""How a label's light blinks, in the bytes of the LED commands: colour, 40 bits played one after another, how long.

A light of ours uses all 40 bits: the first is set, because labels leave leading zeros out, and the last is not, because
Nordic's label firmware never plays it. A round lasts about two seconds: that firmware ends a flash that is given in
seconds after as many rounds as well. No light flashes faster than three times a second.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from backend.labels.port import AnswerMalformed
from shared.labels import BlinkPattern, Flash, LightColour

LIGHT_BYTES = 10
PATTERN_BITS = 40
PERIOD_STEP_MS = 2
PERIOD_MAX_MS = 255 * PERIOD_STEP_MS
COUNT_MAX = 0x7FFF
FLASH_RATE_MAX_HZ = 3.0
DARK_VISIBLE_MS = 10
"""A pause shorter than this is not seen: the light is steady."""

BIT_MS = 50

Gamut = tuple[int, int, int]
"""Red, green and blue, 0 to 3 each."""

GAMUTS: dict[LightColour, Gamut] = {
    LightColour.BLUE: (0, 0, 3),
    LightColour.YELLOW: (3, 3, 0),
    LightColour.CYAN: (0, 3, 3),
    LightColour.WHITE: (3, 3, 3),
}


def _bits(*spans: tuple[int, int]) -> int:
    """A pattern from spans of (bits on, bits off), first to last; the rest is off."""
    text = "".join("1" * on + "0" * off for on, off in spans)
    return int(text.ljust(PATTERN_BITS, "0"), 2)


@dataclass(frozen=True, slots=True)
class Light:
    """What one LED command asks for. `count`: how often the pattern is played, or with `in_seconds` how long.

    A count of 0 leaves the pattern out: the light goes off, or with `in_seconds` on and stays on.
    """

    gamut: Gamut = (0, 0, 0)
    brightness: int = 0
    pattern: int = 0
    off_ms: int = PERIOD_STEP_MS
    on_ms: int = PERIOD_STEP_MS
    in_seconds: bool = False
    count: int = 0

    @property
    def bits(self) -> str:
        """The bits in the order they are played, leading zeros left out."""
        return f"{self.pattern:b}" if self.pattern else ""

    @property
    def round_ms(self) -> int:
        """How long the pattern takes once."""
        return sum(self.on_ms if bit == "1" else self.off_ms for bit in self.bits)

    def is_on(self, after_ms: float) -> bool:
        """Whether it is bright that long after its beginning, the end left out of account."""
        if self.count == 0 or not self.round_ms:
            return self.count == 0 and self.in_seconds
        within_ms = after_ms % self.round_ms
        for bit in self.bits:
            within_ms -= self.on_ms if bit == "1" else self.off_ms
            if within_ms < 0:
                return bit == "1"
        return False


OFF = Light()

_SHAPES = {  # pattern, how long a bit that is off lasts
    BlinkPattern.STEADY: (_bits((39, 1)), PERIOD_STEP_MS),
    BlinkPattern.SLOW: (_bits((6, 34)), BIT_MS),
    BlinkPattern.DOUBLE: (_bits((4, 6), (4, 26)), BIT_MS),
    BlinkPattern.TRIPLE: (_bits((3, 5), (3, 5), (3, 21)), BIT_MS),
    BlinkPattern.QUICK: (_bits((4, 4), (4, 4), (4, 4), (4, 4), (4, 4)), BIT_MS),
    BlinkPattern.LONG_SHORT: (_bits((18, 6), (4, 12)), BIT_MS),
    BlinkPattern.LONG: (_bits((30, 10)), BIT_MS),
}


def light_for(flash: Flash, brightness: int, duration_s: int | None = None) -> Light:
    """A light that shows a flash; `duration_s` if less than the whole of it is wanted."""
    pattern, off_ms = _SHAPES[flash.pattern]
    count = min(flash.duration_s if duration_s is None else duration_s, COUNT_MAX)
    return Light(GAMUTS[flash.colour], brightness, pattern, off_ms, BIT_MS, in_seconds=True, count=count)


def flash_rate_hz(light: Light) -> float:
    """How fast it flashes at its fastest: by the shortest time between two beginnings that a person tells apart."""
    starts: list[int] = []
    now_ms, dark_ms = 0, DARK_VISIBLE_MS
    for bit in light.bits * 2:  # twice: the pause before the next round counts as well
        if bit == "0":
            dark_ms += light.off_ms
            now_ms += light.off_ms
            continue
        if dark_ms >= DARK_VISIBLE_MS:
            starts.append(now_ms)
        dark_ms = 0
        now_ms += light.on_ms
    gaps = [later - earlier for earlier, later in itertools.pairwise(starts)]
    return 1000 / min(gaps) if gaps else 0.0


def encode_light(light: Light) -> bytes:
    """Colour and brightness, five bytes of pattern from the lowest bit, two periods, count and its kind."""
    red, green, blue = light.gamut
    colour = red | green << 2 | blue << 4 | light.brightness << 6
    periods = bytes([light.off_ms // PERIOD_STEP_MS, light.on_ms // PERIOD_STEP_MS])
    count = light.count << 1 | light.in_seconds
    return bytes([colour]) + light.pattern.to_bytes(5, "little") + periods + count.to_bytes(2, "little")


def decode_light(encoded: bytes) -> Light:
    """The inverse of `encode_light`. Raises AnswerMalformed; a bit that takes no time at all is one reason."""
    if len(encoded) != LIGHT_BYTES:
        raise AnswerMalformed(f"a light has {LIGHT_BYTES} bytes, this has {len(encoded)}")
    colour, off, on = encoded[0], encoded[6], encoded[7]
    if 0 in (off, on):
        raise AnswerMalformed("a bit of a light must last at least 2 ms")
    count = int.from_bytes(encoded[8:], "little")
    return Light(
        gamut=(colour & 3, colour >> 2 & 3, colour >> 4 & 3),
        brightness=colour >> 6,
        pattern=int.from_bytes(encoded[1:6], "little"),
        off_ms=off * PERIOD_STEP_MS,
        on_ms=on * PERIOD_STEP_MS,
        in_seconds=bool(count & 1),
        count=count >> 1,
    )
