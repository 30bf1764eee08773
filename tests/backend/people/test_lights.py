"""The light a shift gets."""

from __future__ import annotations

from collections import Counter

from backend.people.lights import LIGHTS, next_light
from shared.labels import BlinkPattern, LightColour

BLUE_SLOW = (LightColour.BLUE, BlinkPattern.SLOW)


class TestNextLight:
    def test_nine_shifts_get_nine_lights_hues_first(self) -> None:
        taken: list[tuple[LightColour, BlinkPattern]] = []
        for _ in range(9):
            taken.append(next_light(taken))
        assert [f"{colour} {pattern}" for colour, pattern in taken] == [
            "blue slow", "yellow slow", "cyan slow",
            "blue double", "yellow double", "cyan double",
            "blue steady", "yellow steady", "cyan steady",
        ]  # fmt: skip

    def test_a_light_given_back_is_given_out_again(self) -> None:
        taken = [light for light in LIGHTS[:3] if light != BLUE_SLOW]
        assert next_light(taken) == BLUE_SLOW

    def test_the_tenth_shares_with_the_fewest(self) -> None:
        taken = list(LIGHTS)
        for _ in range(9):
            taken.append(next_light(taken))
        assert set(Counter(taken).values()) == {2}

    def test_keeps_the_preferred_light_while_it_is_free(self) -> None:
        preferred = (LightColour.CYAN, BlinkPattern.DOUBLE)
        assert next_light([], preferred) == preferred
        assert next_light([preferred], preferred) == BLUE_SLOW
