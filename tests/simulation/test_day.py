"""A small part of a busy day in the demo store: it ends, adds up, and says so."""

from __future__ import annotations

from tests.simulation import day


def test_a_busy_half_hour_ends_with_everything_picked() -> None:
    heard: list[float] = []
    report = day.live(
        3, day.Day(orders=12, pickers=4, hours=0.5), on_progress=lambda share, placed, done: heard.append(share)
    )
    assert report.orders == 12
    assert report.lines >= 12 * 3
    assert report.walks >= 1
    assert 0 < report.stops_lit <= 1
    assert heard == sorted(heard)
    assert heard[-1] == 1.0
    assert "lines an hour" in report.table()
