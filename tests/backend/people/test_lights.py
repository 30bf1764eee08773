"""The light a shift gets."""

from __future__ import annotations

from collections import Counter

from backend.people.lights import LIGHTS, next_light
from shared.labels import BlinkPattern, LightColour

BLUE_SLOW = (LightColour.BLUE, BlinkPattern.SLOW)


class TestNextLight:
    def test_twenty_one_shifts_get_a_light_each_hues_first(self) -> None:
        taken: list[tuple[LightColour, BlinkPattern]] = []
        for _ in range(21):
            taken.append(next_light(taken))
        assert [f"{colour} {pattern}" for colour, pattern in taken] == [
            "blue slow", "yellow slow", "cyan slow",
            "blue double", "yellow double", "cyan double",
            "blue triple", "yellow triple", "cyan triple",
            "blue quick", "yellow quick", "cyan quick",
            "blue long_short", "yellow long_short", "cyan long_short",
            "blue long", "yellow long", "cyan long",
            "blue steady", "yellow steady", "cyan steady",
        ]  # fmt: skip

    def test_a_light_given_back_is_given_out_again(self) -> None:
        taken = [light for light in LIGHTS[:3] if light != BLUE_SLOW]
        assert next_light(taken) == BLUE_SLOW

    def test_whoever_comes_after_all_are_taken_shares_with_the_fewest(self) -> None:
        taken = list(LIGHTS)
        for _ in range(len(LIGHTS)):
            taken.append(next_light(taken))
        assert set(Counter(taken).values()) == {2}

    def test_keeps_the_preferred_light_while_it_is_free(self) -> None:
        preferred = (LightColour.CYAN, BlinkPattern.DOUBLE)
        assert next_light([], preferred) == preferred
        assert next_light([preferred], preferred) == BLUE_SLOW
