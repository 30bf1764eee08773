"""The phone blinks as labels do: every pattern has its rhythm, and none flashes more than three times in a second."""

from __future__ import annotations

import pytest

from mobile.components.blinking import BEATS_S
from shared.labels import BlinkPattern


@pytest.mark.parametrize("pattern", list(BlinkPattern))
def test_never_more_than_three_flashes_in_a_second(pattern: BlinkPattern) -> None:
    starts, at_s = [], 0.0
    for is_on, seconds in BEATS_S[pattern] * 8:
        if is_on:
            starts.append(at_s)
        at_s += seconds
    assert max(sum(0 <= other - start < 1 - 1e-9 for other in starts) for start in starts) <= 3


def test_no_two_patterns_have_one_rhythm() -> None:
    assert len(set(BEATS_S.values())) == len(BlinkPattern)
