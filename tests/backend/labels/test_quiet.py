"""Quiet hours in the store's own time, over midnight and over a change of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.labels.quiet import QuietHours

LISBON = ZoneInfo("Europe/Lisbon")
SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = QuietHours(time(22), time(6, 30))
NOON = QuietHours(time(12), time(13))


def utc(day: int, hour: int, minute: int = 0, month: int = 1) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


class TestRead:
    def test_a_span(self) -> None:
        assert QuietHours.read(" 22:00-06:30 ") == NIGHT

    def test_nothing_is_no_quiet_hours(self) -> None:
        assert QuietHours.read("  ") is None

    @pytest.mark.parametrize("text", ["22-6", "24:00-06:00", "22:00", "22:60-06:00", "10pm-6am", "22:00 - 06:00"])
    def test_anything_else_says_how_it_is_written(self, text: str) -> None:
        with pytest.raises(ValueError, match="22:00-06:30"):
            QuietHours.read(text)

    def test_no_time_at_all_is_refused(self) -> None:
        with pytest.raises(ValueError, match="how long"):
            QuietHours.read("06:00-06:00")


class TestAreNow:
    @pytest.mark.parametrize(("hour", "quiet"), [(21, False), (22, True), (23, True), (0, True), (6, True), (7, False)])
    def test_over_midnight(self, hour: int, quiet: bool) -> None:
        assert NIGHT.are_now(utc(5, hour), UTC) is quiet

    def test_the_end_is_not_quiet_any_more(self) -> None:
        assert NIGHT.are_now(utc(5, 6, 29), UTC)
        assert not NIGHT.are_now(utc(5, 6, 30), UTC)

    def test_within_a_day(self) -> None:
        assert [NOON.are_now(utc(5, hour), UTC) for hour in (11, 12, 13)] == [False, True, False]

    def test_by_the_clock_of_the_store(self) -> None:
        assert NIGHT.are_now(utc(5, 15), SHANGHAI)
        assert not NIGHT.are_now(utc(5, 15), LISBON)


class TestNextChange:
    def test_begin_and_end_in_turn(self) -> None:
        assert NIGHT.next_change(utc(5, 12), UTC) == utc(5, 22)
        assert NIGHT.next_change(utc(5, 22), UTC) == utc(6, 6, 30)
        assert NIGHT.next_change(utc(6, 1), UTC) == utc(6, 6, 30)

    def test_in_the_store_s_summer_it_is_an_hour_earlier(self) -> None:
        assert NIGHT.next_change(utc(5, 12, month=7), LISBON) == utc(5, 21, month=7)

    @given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), st.sampled_from([UTC, LISBON, SHANGHAI]))
    def test_it_is_later_and_within_a_day(self, at: datetime, zone: ZoneInfo) -> None:
        now = at.replace(tzinfo=UTC)
        change = NIGHT.next_change(now, zone)
        assert now < change
        assert (change - now).total_seconds() <= 25 * 3_600
        assert NIGHT.are_now(change, zone) is not NIGHT.are_now(now, zone)
