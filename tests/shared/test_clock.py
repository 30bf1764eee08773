"""Time is handed in, and moves as it is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.clock import ManualClock, SystemClock


class TestManualClock:
    def test_it_stands_still(self, clock: ManualClock) -> None:
        assert (clock.now(), clock.monotonic_s()) == (clock.now(), clock.monotonic_s())

    def test_both_readings_move_together(self, clock: ManualClock) -> None:
        before = clock.now()
        clock.advance(90.5)
        assert clock.now() - before == timedelta(seconds=90.5)
        assert clock.monotonic_s() == 90.5

    def test_never_backwards(self, clock: ManualClock) -> None:
        with pytest.raises(ValueError, match="forward"):
            clock.advance(-1)

    def test_it_starts_where_told(self) -> None:
        start = datetime(2030, 1, 1, tzinfo=UTC)
        assert ManualClock(start).now() == start


class TestSystemClock:
    def test_instants_are_aware_and_in_utc(self) -> None:
        assert SystemClock().now().utcoffset() == timedelta(0)

    def test_monotonic_does_not_run_backwards(self) -> None:
        clock = SystemClock()
        assert clock.monotonic_s() <= clock.monotonic_s()
