"""Lights: what a person sees of them, how long, and that none flashes too fast."""

import contextlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.labels.drivers.ble_esl.led import (
    DARK_VISIBLE_MS,
    FLASH_RATE_MAX_HZ,
    GAMUTS,
    OFF,
    PATTERN_BITS,
    Light,
    decode_light,
    encode_light,
    flash_rate_hz,
    light_for,
)
from backend.labels.port import AnswerMalformed
from shared.labels import BlinkPattern, Flash, LightColour

flashes = st.builds(
    Flash,
    colour=st.sampled_from(LightColour),
    pattern=st.sampled_from(BlinkPattern),
    duration_s=st.integers(1, 600),
)


def spans(light: Light) -> list[tuple[bool, int]]:
    """What one round looks like: bright or dark, and for how many milliseconds."""
    seen: list[tuple[bool, int]] = []
    for at_ms in range(light.round_ms):
        is_on = light.is_on(at_ms)
        if seen and seen[-1][0] is is_on:
            seen[-1] = (is_on, seen[-1][1] + 1)
        else:
            seen.append((is_on, 1))
    return seen


class TestLightFor:
    @pytest.mark.parametrize("pattern", list(BlinkPattern))
    def test_no_light_flashes_faster_than_three_times_a_second(self, pattern: BlinkPattern) -> None:
        light = light_for(Flash(colour=LightColour.BLUE, pattern=pattern, duration_s=30), 2)
        assert flash_rate_hz(light) <= FLASH_RATE_MAX_HZ

    @given(flashes, st.integers(0, 3))
    def test_it_lasts_as_long_as_asked_and_uses_all_bits(self, flash: Flash, brightness: int) -> None:
        light = light_for(flash, brightness)
        assert (light.in_seconds, light.count) == (True, flash.duration_s)
        assert len(light.bits) == PATTERN_BITS, "a leading zero is not played"
        assert light.bits.endswith("0"), "the last bit is not played by every firmware"
        assert light.round_ms >= 1_000, "so many rounds must last as long as so many seconds"
        assert decode_light(encode_light(light)) == light

    def test_the_three_patterns_can_be_told_apart(self) -> None:
        steady, slow, double = (
            spans(light_for(Flash(colour=LightColour.CYAN, pattern=pattern, duration_s=30), 2))
            for pattern in (BlinkPattern.STEADY, BlinkPattern.SLOW, BlinkPattern.DOUBLE)
        )
        assert steady == [(True, 1950), (False, 2)]  # two milliseconds are not seen
        assert slow == [(True, 300), (False, 1700)]
        assert double == [(True, 200), (False, 300), (True, 200), (False, 1300)]

    def test_any_two_patterns_differ_in_how_many_flashes_come_together_or_how_long_they_last(self) -> None:
        """In the number of flashes a round, or the longest of one is at least twice as long as of the other."""

        def marks(pattern: BlinkPattern) -> tuple[int, int]:
            seen = spans(light_for(Flash(colour=LightColour.CYAN, pattern=pattern, duration_s=30), 2))
            if max(ms for is_on, ms in seen if not is_on) < DARK_VISIBLE_MS:
                return 0, max(ms for is_on, ms in seen if is_on)  # it never seems to go out
            lit = [ms for is_on, ms in seen if is_on]
            return len(lit), max(lit)

        for one, other in itertools.combinations(BlinkPattern, 2):
            (count, longest), (others, others_longest) = marks(one), marks(other)
            is_longer = max(longest, others_longest) >= 2 * min(longest, others_longest)
            assert count != others or is_longer, (one, other)

    @pytest.mark.parametrize("colour", list(LightColour))
    def test_colours_are_two_bits_each(self, colour: LightColour) -> None:
        red, green, blue = {
            LightColour.BLUE: (0, 0, 255),
            LightColour.YELLOW: (255, 255, 0),
            LightColour.CYAN: (0, 255, 255),
            LightColour.WHITE: (255, 255, 255),
        }[colour]
        assert GAMUTS[colour] == (red >> 6, green >> 6, blue >> 6)

    def test_a_repeated_one_can_be_shorter(self) -> None:
        assert light_for(Flash(colour=LightColour.BLUE, duration_s=30), 2, 27).count == 27


class TestFlashRate:
    @pytest.mark.parametrize(
        ("bits", "period_ms", "rate_hz"),
        [("10", 50, 10.0), ("1000", 50, 5.0), ("1010000000", 100, 5.0), ("1", 100, 0.0), ("1110", 4, 0.0)],
    )
    def test_the_shortest_time_between_two_flashes_counts(self, bits: str, period_ms: int, rate_hz: float) -> None:
        light = Light(pattern=int(bits, 2), off_ms=period_ms, on_ms=period_ms, count=9)
        assert flash_rate_hz(light) == pytest.approx(rate_hz)

    def test_what_has_no_pattern_does_not_flash(self) -> None:
        assert flash_rate_hz(OFF) == 0


class TestLight:
    def test_without_a_count_it_is_off_or_stays_on(self) -> None:
        assert not OFF.is_on(0)
        assert Light(in_seconds=True).is_on(5_000)

    def test_leading_zeros_are_left_out(self) -> None:
        assert Light(pattern=0b00101, count=1).bits == "101"
        assert not Light(pattern=0, count=1).is_on(0)

    @given(st.binary(max_size=20))
    def test_anything_else_is_malformed_and_nothing_worse(self, raw: bytes) -> None:
        with contextlib.suppress(AnswerMalformed):
            assert encode_light(decode_light(raw)) == raw

    def test_a_bit_without_time_is_malformed(self) -> None:
        with pytest.raises(AnswerMalformed, match="2 ms"):
            decode_light(bytes.fromhex("CCA00000000000327900"))
