"""Looks as WLED effects, requests byte for byte, and parsers that raise only their own error."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.labels.drivers.wled.fake_strip import FakeSegment
from backend.labels.drivers.wled.protocol import (
    COLOURS,
    EFFECTS,
    REQUEST_MAX_BYTES,
    Leds,
    Segment,
    encode,
    guard,
    lit_by,
    parse_information,
    parse_state,
    request_for_dark,
    request_to_show,
    segment_to_drop,
    segment_to_light,
)
from backend.labels.port import AnswerMalformed
from shared.labels import BlinkPattern, Flash, LightColour

PAYLOADS = Path(__file__).parents[4] / "payloads" / "wled"
FASTEST_MS = 1000 / 3  # three flashes a second is the limit for people with photosensitive epilepsy
BLUE_SLOW = Flash(colour=LightColour.BLUE, pattern=BlinkPattern.SLOW, duration_s=30)

flashes = st.builds(
    Flash,
    colour=st.sampled_from(LightColour),
    pattern=st.sampled_from(sorted(EFFECTS)),
    duration_s=st.integers(1, 300),
)
runs = st.builds(lambda start, count: Leds(start, start + count), st.integers(0, 500), st.integers(1, 60))


class TestLooks:
    @pytest.mark.parametrize("pattern", list(EFFECTS))
    def test_nothing_flashes_faster_than_three_times_a_second(self, pattern: BlinkPattern) -> None:
        shortest_ms = EFFECTS[pattern].shortest_ms
        assert shortest_ms is None or shortest_ms > FASTEST_MS

    def test_slow_is_about_once_a_second_and_double_twice_in_one_and_a_half(self) -> None:
        assert EFFECTS[BlinkPattern.STEADY].shortest_ms is None
        assert EFFECTS[BlinkPattern.SLOW].shortest_ms == pytest.approx(1046)
        assert EFFECTS[BlinkPattern.DOUBLE].shortest_ms == 500

    def test_looks_differ(self) -> None:
        assert len(set(EFFECTS.values())) == len(EFFECTS) == 5
        assert len(set(COLOURS.values())) == len(LightColour)


class TestInTurn:
    def test_a_blink_goes_to_and_fro_between_two_colours(self) -> None:
        flash = Flash(colour=LightColour.BLUE, also=(LightColour.CYAN,), duration_s=30)
        segment = segment_to_light(1, "A-07", lit_by(flash, Leds(0, 3)))
        assert (segment["col"], segment["fx"]) == (["0000FF", "00FFFF", "000000"], 1)


class TestRequest:
    def test_lighting_one_label_byte_for_byte(self) -> None:
        segment = segment_to_light(3, "A-07", lit_by(BLUE_SLOW, Leds(12, 15)))
        expected = (PAYLOADS / "light_request.json").read_bytes().strip()
        assert encode(request_to_show([segment], 128) | guard(2)) == expected

    def test_going_dark_byte_for_byte(self) -> None:
        assert encode(request_for_dark([segment_to_drop(0), segment_to_drop(4)])) == (
            b'{"on":false,"tt":0,"v":true,"udpn":{"nn":true},"nl":{"on":false},'
            b'"seg":[{"id":0,"start":0,"stop":1,"on":false,"n":"rest"},{"id":4,"stop":0}]}'
        )

    def test_ten_segments_at_once_fit_into_the_smallest_buffer(self) -> None:
        lit = lit_by(BLUE_SLOW, Leds(1000, 1060))
        segments = [segment_to_light(number, "N" * 32, lit) for number in range(10)]
        assert len(encode(request_to_show(segments, 255))) < REQUEST_MAX_BYTES

    @given(flashes, runs, st.integers(0, 31), st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1))
    def test_what_is_sent_is_what_the_strip_tells_of(self, flash: Flash, leds: Leds, number: int, label: str) -> None:
        lit = lit_by(flash, leds)
        sent = json.loads(encode(segment_to_light(number, label, lit)))
        told = FakeSegment(sent["start"], sent["stop"], sent["on"], sent["fx"], sent["sx"], sent["ix"], sent["n"])
        told.col = [[*bytes.fromhex(colour)] for colour in sent["col"]]
        assert Segment.model_validate(told.told(number)).shows(label, lit)


class TestAnswers:
    def test_the_state_of_a_real_esp8266(self) -> None:
        state = parse_state((PAYLOADS / "state_esp8266.json").read_bytes())
        assert [(each.id, each.start, each.stop, each.colour) for each in state.seg] == [
            (0, 0, 12, "FFA000"),
            (2, 1, 12, "FFB400"),
        ]
        assert (state.on, state.bri, state.nl.rem) == (True, 35, -1)

    def test_the_information_of_the_first_version_with_this_interface(self) -> None:
        information = parse_information((PAYLOADS / "info_v084.json").read_bytes())
        assert (information.ver, information.leds.count, information.leds.maxseg) == ("0.8.4", 20, 1)

    def test_an_answer_that_is_no_state_says_where(self) -> None:
        with pytest.raises(AnswerMalformed, match=r"seg: Field required"):
            parse_state(b'{"on":true,"bri":1}')

    @given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
    def test_any_bytes_raise_only_malformed(self, raw: bytes) -> None:
        for parse in (parse_state, parse_information):
            with contextlib.suppress(AnswerMalformed):
                parse(raw)

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: (
                st.lists(inner)
                | st.dictionaries(st.sampled_from(["on", "bri", "seg", "id", "start", "stop", "col", "leds"]), inner)
            ),
        )
    )
    def test_any_json_raises_only_malformed(self, body: Any) -> None:
        for parse in (parse_state, parse_information):
            with contextlib.suppress(AnswerMalformed):
                parse(json.dumps(body).encode())

    def test_deep_nesting_is_malformed(self) -> None:
        with pytest.raises(AnswerMalformed):
            parse_state(b"[" * 100_000)

    @given(st.lists(st.lists(st.integers(), max_size=5), max_size=4))
    def test_colours_of_any_kind_are_read(self, colours: list[list[int]]) -> None:
        assert Segment(id=0, start=0, stop=1, col=colours).colour is not None
