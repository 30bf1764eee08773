"""How often somebody may guess, counted over instants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.people import limits
from backend.people.limits import FAILURES_PER_BADGE_MAX, WINDOW_S, GuessLimit, wait_s, window_start
from shared.clock import ManualClock

DAY_S = 86_400
GUESSES_A_DAY_MAX = 480
NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


def at(second: float) -> datetime:
    return NOON + timedelta(seconds=second)


class TestWait:
    def test_nothing_to_wait_for_below_the_limit(self) -> None:
        assert wait_s([at(0)] * 4, 5, at(0)) == 0

    def test_waits_until_the_oldest_of_the_last_five_is_a_window_old(self) -> None:
        assert wait_s([at(0), at(10), at(20), at(30), at(40)], 5, at(100)) == 800

    def test_more_than_five_wait_for_the_fifth_last(self) -> None:
        assert wait_s([at(0), at(10), at(20), at(30), at(40), at(50)], 5, at(100)) == 810

    def test_a_broken_second_is_rounded_up(self) -> None:
        assert wait_s([at(0.5)] * 5, 5, at(100)) == 801

    @given(st.lists(st.integers(0, WINDOW_S - 1), min_size=5, max_size=20))
    def test_after_the_wait_fewer_than_five_still_count(self, seconds: list[int]) -> None:
        failed = sorted(at(second) for second in seconds)
        now = at(WINDOW_S - 1)
        then = now + timedelta(seconds=wait_s(failed, 5, now))
        assert sum(instant > window_start(then) for instant in failed) < 5


class TestDay:
    @settings(max_examples=30)
    @given(st.lists(st.integers(1, 900), min_size=1), st.integers(30, 900))
    def test_however_guesses_are_spread_480_a_day_are_looked_at(self, gaps_s: list[int], last_gap_s: int) -> None:
        counted: list[datetime] = []
        elapsed_s, number = 0, 0
        while elapsed_s < DAY_S:
            recent = [instant for instant in counted[-5:] if instant > window_start(at(elapsed_s))]
            if wait_s(recent, FAILURES_PER_BADGE_MAX, at(elapsed_s)) == 0:
                counted.append(at(elapsed_s))
            elapsed_s += gaps_s[number] if number < len(gaps_s) else last_gap_s
            number += 1
        assert len(counted) <= GUESSES_A_DAY_MAX


class TestGuessLimit:
    @pytest.fixture
    def limit(self, clock: ManualClock) -> GuessLimit:
        return GuessLimit(clock, guesses_max=3)

    def test_lets_three_pass_and_names_the_wait(self, limit: GuessLimit, clock: ManualClock) -> None:
        assert [limit.take("10.0.0.1") for _ in range(3)] == [0, 0, 0]
        clock.advance(100)
        assert limit.take("10.0.0.1") == WINDOW_S - 100

    def test_a_refused_guess_does_not_prolong_the_wait(self, limit: GuessLimit, clock: ManualClock) -> None:
        for _ in range(10):
            limit.take("10.0.0.1")
        clock.advance(WINDOW_S)
        assert limit.take("10.0.0.1") == 0

    def test_clients_do_not_lock_each_other_out(self, limit: GuessLimit) -> None:
        for _ in range(4):
            limit.take("10.0.0.1")
        assert limit.take("10.0.0.2") == 0

    def test_a_right_guess_is_given_back(self, limit: GuessLimit) -> None:
        for _ in range(10):
            assert limit.take("10.0.0.1") == 0
            limit.forgive("10.0.0.1")

    def test_one_ipv6_network_is_one_client(self, limit: GuessLimit) -> None:
        for host in range(3):
            limit.take(f"2001:db8::{host:x}")
        assert limit.take("2001:db8::ffff") > 0
        assert limit.take("2001:db8:0:1::1") == 0

    def test_a_mapped_address_is_the_address(self, limit: GuessLimit) -> None:
        for _ in range(3):
            limit.take("::ffff:10.0.0.1")
        assert limit.take("10.0.0.1") > 0

    def test_memory_is_bounded(self, limit: GuessLimit, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(limits, "CLIENTS_REMEMBERED_MAX", 5)
        for number in range(50):
            limit.take(f"client {number}")
        assert len(limit._guesses) == 5
