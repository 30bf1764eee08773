"""The latency one plans with is the declared one until enough was measured, and then what nineteen of twenty took."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.labels.latency import NEEDED, WINDOW, MeasuredLatency
from tests.backend.labels.builders import INSTANT


def measured(*took_s: float) -> MeasuredLatency:
    latency = MeasuredLatency(replace(INSTANT, silent_after_s=60.0, lost_after_s=90.0))
    for each_s in took_s:
        latency.add(each_s)
    return latency


class TestBeforeEnoughWasHeard:
    def test_the_declared_figures_hold(self) -> None:
        latency = measured(*[9.0] * (NEEDED - 1))
        assert not latency.is_measured
        assert (latency.capability.latency_p50_s, latency.capability.latency_p95_s) == (1.0, 2.0)

    def test_one_more_and_the_measured_ones_do(self) -> None:
        latency = measured(*[9.0] * NEEDED)
        assert latency.is_measured
        assert (latency.capability.latency_p50_s, latency.capability.latency_p95_s) == (9.0, 9.0)


class TestQuantiles:
    def test_nineteen_of_twenty_took_no_longer(self) -> None:
        latency = measured(*[float(second) for second in range(1, 101)])
        assert (latency.capability.latency_p50_s, latency.capability.latency_p95_s) == (50.0, 60.0)
        assert measured(*[second / 10 for second in range(1, 101)]).capability.latency_p95_s == 9.5

    def test_only_the_last_ones_count(self) -> None:
        latency = measured(*[30.0] * WINDOW, *[3.0] * WINDOW)
        assert latency.capability.latency_p95_s == 3.0

    def test_a_gateway_whose_clock_is_behind_took_no_negative_time(self) -> None:
        assert measured(*[-5.0] * NEEDED).capability.latency_p50_s == 0.0

    @given(st.lists(st.floats(-10, 1_000), min_size=NEEDED, max_size=3 * WINDOW))
    def test_the_figures_fit_the_others_whatever_was_measured(self, took_s: list[float]) -> None:
        latency = measured(*took_s)
        can = latency.capability
        figures = (0.0, can.latency_p50_s, can.latency_p95_s, can.silent_after_s, can.lost_after_s)
        assert all(earlier <= later for earlier, later in pairwise(figures))
        last = sorted(max(0.0, each) for each in took_s[-WINDOW:])
        expected = min(60.0, last[-(-95 * len(last) // 100) - 1])
        assert can.latency_p95_s == pytest.approx(expected)
