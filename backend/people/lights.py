"""Which light a shift gets: told apart by hue first, by blink pattern once three pickers work."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from shared.labels import BlinkPattern, LightColour

Light = tuple[LightColour, BlinkPattern]

# By what each pattern costs a label's battery. Within a pattern, the hues a colour-blind picker can tell apart.
PATTERNS = (
    BlinkPattern.SLOW,
    BlinkPattern.DOUBLE,
    BlinkPattern.TRIPLE,
    BlinkPattern.QUICK,
    BlinkPattern.LONG_SHORT,
    BlinkPattern.LONG,
    BlinkPattern.STEADY,
)
LIGHTS: tuple[Light, ...] = tuple(
    (colour, pattern) for pattern in PATTERNS for colour in (LightColour.BLUE, LightColour.YELLOW, LightColour.CYAN)
)


def next_light(taken: Iterable[Light], preferred: Light | None = None) -> Light:
    """The first free light, or `preferred` while it is free. With all taken, the one the fewest share: a picker

    beyond the twenty-first still picks, and finds the place by its address.
    """
    uses = Counter(taken)
    if preferred is not None and uses[preferred] == 0:
        return preferred
    return min(LIGHTS, key=lambda light: uses[light])
