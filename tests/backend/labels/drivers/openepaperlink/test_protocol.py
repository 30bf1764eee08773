"""LED patterns byte for byte, and parsers that raise only their own error."""

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.labels.drivers.openepaperlink.protocol import (
    CYCLE_MAX_MS,
    RGB332,
    RHYTHMS,
    STOP,
    TICK_MS,
    LedGroup,
    LedPattern,
    canonical_mac,
    decode_pattern,
    encode_pattern,
    pattern_for,
)
from backend.labels.port import AnswerMalformed
from shared.labels import Flash, LightColour

PAYLOADS = Path(__file__).parents[4] / "payloads" / "openepaperlink"
VECTORS = json.loads((PAYLOADS / "led_patterns.json").read_text(encoding="utf-8"))["vectors"]

nibbles, octets = st.integers(0, 15), st.integers(0, 255)
groups = st.builds(LedGroup, octets, nibbles, nibbles, octets)
patterns = st.builds(LedPattern, st.tuples(groups, groups, groups), octets, nibbles, nibbles)
flashes = st.builds(
    Flash,
    colour=st.sampled_from(LightColour),
    pattern=st.sampled_from(sorted(RHYTHMS)),
    duration_s=st.integers(3, 120),
)


class TestPattern:
    @pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
    def test_known_patterns_byte_for_byte(self, vector: dict[str, Any]) -> None:
        first, second, third = (LedGroup(*group) for group in vector["groups"])
        pattern = LedPattern((first, second, third), vector["repeats_byte"], vector["brightness"], vector["mode"])
        assert encode_pattern(pattern).hex().upper() == vector["hex"]
        assert decode_pattern(bytes.fromhex(vector["hex"])) == pattern

    @given(patterns)
    def test_there_and_back(self, pattern: LedPattern) -> None:
        assert decode_pattern(encode_pattern(pattern)) == pattern

    @given(st.binary(max_size=30).filter(lambda raw: len(raw) != 12))
    def test_another_length_is_malformed(self, raw: bytes) -> None:
        with pytest.raises(AnswerMalformed):
            decode_pattern(raw)

    def test_the_cycles_of_both_firmwares(self) -> None:
        thirty_times_green = decode_pattern(bytes.fromhex("211C22100000000000001D00"))
        assert thirty_times_green.nrf_cycle_ms == 2_000  # 2 flashes x 200 ms + 1,600 ms
        assert thirty_times_green.efr32_cycle_ms == 3 * (2 + 200) + 1_600 + 2 * 2  # one flash more in each group
        assert thirty_times_green.plays == 30


class TestPatternForFlash:
    @given(flashes, st.integers(1, 15))
    def test_it_is_finite_and_never_longer_than_asked_on_either_firmware(self, flash: Flash, brightness: int) -> None:
        pattern = pattern_for(flash, brightness)
        assert pattern.repeats_byte <= 253  # 254 is endless and 255 nothing on nRF
        for cycle_ms in (pattern.nrf_cycle_ms, pattern.efr32_cycle_ms):
            assert 0 < cycle_ms <= CYCLE_MAX_MS
            assert cycle_ms * pattern.plays <= flash.duration_s * 1000

    @given(flashes, st.integers(1, 15))
    def test_it_looks_alike_on_both(self, flash: Flash, brightness: int) -> None:
        pattern = pattern_for(flash, brightness)
        assert pattern.efr32_cycle_ms - pattern.nrf_cycle_ms < 100
        assert all(group.speed_ticks == 0 for group in pattern.groups)

    @pytest.mark.parametrize("colour", list(LightColour))
    def test_colours_are_rgb332(self, colour: LightColour) -> None:
        red, green, blue = {
            LightColour.BLUE: (0, 0, 255),
            LightColour.YELLOW: (255, 255, 0),
            LightColour.CYAN: (0, 255, 255),
            LightColour.WHITE: (255, 255, 255),
        }[colour]
        assert RGB332[colour] == (red // 32) << 5 | (green // 32) << 2 | blue // 64
        assert pattern_for(Flash(colour=colour, duration_s=10), 8).groups[0].colour_rgb332 == RGB332[colour]

    def test_several_colours_flash_in_turn(self) -> None:
        flash = Flash(colour=LightColour.BLUE, also=(LightColour.YELLOW, LightColour.CYAN), duration_s=34)
        pattern = pattern_for(flash, 8)
        assert [group.colour_rgb332 for group in pattern.groups] == [0x03, 0xFC, 0x1F]
        assert pattern.nrf_cycle_ms == 1_800

    def test_the_rhythms_differ(self) -> None:
        rhythms = {pattern_for(Flash(colour=LightColour.BLUE, pattern=each, duration_s=20), 8) for each in RHYTHMS}
        assert len(rhythms) == len(RHYTHMS) == 4

    def test_never_more_than_three_flashes_in_a_second(self) -> None:
        for pauses in RHYTHMS.values():
            at_ms, starts = 0, []
            for ticks in pauses * 8:
                starts.append(at_ms)
                at_ms += ticks * TICK_MS
            assert max(sum(0 <= other - start < 1_000 for other in starts) for start in starts) <= 3

    def test_a_slow_blue_flash_of_34_s(self) -> None:
        pattern = pattern_for(Flash(colour=LightColour.BLUE, duration_s=34), 8)
        assert encode_pattern(pattern).hex().upper() == "810301140000000000000F00"


class TestMac:
    def test_twelve_digits_are_filled_up(self) -> None:
        assert canonical_mac("02123456789a") == "000002123456789A"

    @given(st.text(max_size=20))
    def test_anything_else_is_malformed(self, text: str) -> None:
        with contextlib.suppress(AnswerMalformed):
            assert len(canonical_mac(text)) == 16


def test_stop_is_all_zero() -> None:
    assert decode_pattern(STOP).mode == 0
