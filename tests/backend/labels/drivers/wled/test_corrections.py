"""Corrections: one request, and the fake strip shows exactly what is wanted, whatever it showed before."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from backend.labels.drivers.wled.corrections import corrections
from backend.labels.drivers.wled.fake_strip import FakeStrip
from backend.labels.drivers.wled.protocol import (
    EFFECTS,
    Leds,
    Lit,
    State,
    encode,
    request_for_dark,
    request_to_show,
)

PLACES = {name: Leds(number * 3, number * 3 + 3) for number, name in enumerate("abcdefgh")}

lights = st.builds(Lit, st.none(), st.sampled_from(["0000FF", "00FFFF"]), st.sampled_from([*EFFECTS.values()]))
wishes = st.dictionaries(st.sampled_from([*PLACES]), lights, max_size=8).map(
    lambda wish: {name: Lit(PLACES[name], lit.colour, lit.effect) for name, lit in wish.items()}
)


def put_right(strip: FakeStrip, wanted: Mapping[str, Lit], segments_max: int = 16) -> State:
    state = State.model_validate(strip.state(0))
    segments = corrections(state, wanted, segments_max).segments
    request = request_to_show(segments, 128) if wanted else request_for_dark(segments)
    status, answer = strip.change(encode(request), 0)
    assert status == 200
    return State.model_validate(answer)


class TestCorrections:
    @given(st.lists(wishes, min_size=1, max_size=6))
    def test_the_strip_shows_what_is_wanted_and_nothing_else(self, story: list[Mapping[str, Lit]]) -> None:
        strip = FakeStrip(24)
        for wanted in story:
            state = put_right(strip, wanted)
            assert all(state.shows(name, lit) for name, lit in wanted.items())
            leds = {led for lit in wanted.values() for led in range(lit.leds.start, lit.leds.stop)}
            assert set(strip.colours(0)) == leds

    @given(wishes)
    def test_what_is_right_is_left_alone(self, wanted: Mapping[str, Lit]) -> None:
        state = put_right(FakeStrip(24), wanted)
        assert corrections(state, wanted, 16).segments == []

    @given(wishes, st.integers(1, 8))
    def test_who_finds_no_segment_is_named(self, wanted: Mapping[str, Lit], segments_max: int) -> None:
        strip = FakeStrip(24, segments_max)
        state = State.model_validate(strip.state(0))
        found = corrections(state, wanted, segments_max)
        assert len(found.without_room) == max(0, len(wanted) - segments_max)
        assert {each["id"] for each in found.segments} <= set(range(segments_max))

    def test_a_label_keeps_its_segment_when_others_go(self) -> None:
        strip = FakeStrip(24)
        lit = {name: Lit(PLACES[name], "0000FF", EFFECTS[next(iter(EFFECTS))]) for name in "abcde"}
        before = {each.n: each.id for each in put_right(strip, lit).seg}
        after = {each.n: each.id for each in put_right(strip, {name: lit[name] for name in "ad"}).seg}
        assert before["a"] == after["a"] == 0
        assert put_right(strip, {name: lit[name] for name in "ade"}).shows("e", lit["e"])

    def test_a_strip_that_was_just_plugged_in_goes_dark(self) -> None:
        strip = FakeStrip(24)
        assert len(strip.colours(0)) == 24
        put_right(strip, {})
        assert strip.colours(0) == {}
