"""The minutes of a cold clock: begun ones count, and nobody reads of 0 minutes."""

from __future__ import annotations

import pytest

from mobile.components.cold_clock import minutes_shown


@pytest.mark.parametrize(
    ("left_s", "minutes"),
    [(600.0, 10), (599.0, 10), (61.0, 2), (60.0, 1), (29.0, 1), (0.0, 1), (-1.0, 1), (-61.0, 2)],
)
def test_begun_minutes_count(left_s: float, minutes: int) -> None:
    assert minutes_shown(left_s) == minutes
