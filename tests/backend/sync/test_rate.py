"""Who talks too much is heard more slowly."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from backend.sync.rate import MessageRate


class TestTake:
    def test_a_burst_is_free_and_then_each_message_has_its_time(self) -> None:
        rate = MessageRate(0.0, per_s=10, burst=5)
        assert [rate.take(0.0) for _ in range(5)] == [0] * 5
        assert rate.take(0.0) == 0.1
        assert rate.take(0.1) == 0.1
        assert rate.take(10.0) == 0

    @given(st.lists(st.floats(0, 1), max_size=200))
    def test_whoever_waits_as_told_stays_within_the_rate(self, pauses_s: list[float]) -> None:
        now_s, heard = 0.0, 0
        rate = MessageRate(now_s, per_s=10, burst=5)
        for pause_s in pauses_s:
            now_s += pause_s + rate.take(now_s + pause_s)
            heard += 1
        assert heard <= 5 + now_s * 10 + 1
