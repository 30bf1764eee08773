"""The labels' clock goes around; nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.labels.drivers.ble_esl.absolute_time import (
    AHEAD_MAX_MS,
    ROUND_MS,
    TimeReading,
    is_plausible,
    later,
    time_until,
)

instants_ms = st.integers(0, ROUND_MS - 1)


class TestLater:
    @given(instants_ms, st.integers(0, AHEAD_MAX_MS - 2))
    def test_a_moment_ahead_is_as_far_away_whatever_the_clock_shows(self, now_ms: int, delay_ms: int) -> None:
        at_ms = later(now_ms, delay_ms)
        assert 0 < at_ms < ROUND_MS
        assert time_until(now_ms, at_ms) - delay_ms in (0, 1)  # one later where it would have been 0
        assert is_plausible(now_ms, at_ms)

    def test_it_goes_around(self) -> None:
        assert later(ROUND_MS - 100, 250) == 150
        assert time_until(ROUND_MS - 100, 150) == 250

    def test_zero_would_mean_something_else(self) -> None:
        assert later(ROUND_MS - 100, 100) == 1

    @pytest.mark.parametrize(("ahead_ms", "is_taken"), [(AHEAD_MAX_MS - 1, True), (AHEAD_MAX_MS, False), (-1, False)])
    def test_what_is_past_or_more_than_48_days_ahead_is_a_mistake(self, ahead_ms: int, is_taken: bool) -> None:
        assert is_plausible(ROUND_MS - 5, (ROUND_MS - 5 + ahead_ms) % ROUND_MS) is is_taken


class TestReading:
    @given(instants_ms, st.integers(0, 10**8))
    def test_it_is_read_on_by_our_own_clock(self, absolute_ms: int, gone_ms: int) -> None:
        reading = TimeReading(absolute_ms, 10.0)
        assert reading.now_ms(10.0 + gone_ms / 1000) == (absolute_ms + gone_ms) % ROUND_MS

    @given(instants_ms, st.floats(0, 3_000_000))
    def test_a_clock_that_ran_on_has_not_been_restarted(self, absolute_ms: int, gone_s: float) -> None:
        before = TimeReading(absolute_ms, 0.0)
        after = TimeReading((before.now_ms(gone_s) + 900) % ROUND_MS, gone_s)  # the serial line takes its time
        assert not before.has_restarted(after)

    @pytest.mark.parametrize("ran_ms", [60_000, ROUND_MS - 60_000])
    def test_one_that_begins_at_zero_again_has(self, ran_ms: int) -> None:
        assert TimeReading(ran_ms, 100.0).has_restarted(TimeReading(800, 130.0))
