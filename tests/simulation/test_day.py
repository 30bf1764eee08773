"""A small part of a busy day in the demo store: it ends, adds up, and says so."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

from tests.simulation import day

GROWS_MB_MAX = 8.0  # from the first hour, when everything has been asked for once, to the end


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


def test_memory_stays_flat_after_the_first_hour() -> None:
    """In a process of its own: another test may have left room that is filled first."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        report = pool.submit(day.live, 5, day.Day(orders=60, pickers=6, hours=2.0)).result()
    assert len(report.megabytes) >= 3, "it takes two hours and their end to say so"
    assert report.megabytes[-1] - report.megabytes[1] < GROWS_MB_MAX
