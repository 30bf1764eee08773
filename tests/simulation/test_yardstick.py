"""The yardstick is the same piece of work each time, and says what it took."""

from __future__ import annotations

from tests.simulation.yardstick import Yardstick, work


def test_it_is_always_the_same_work() -> None:
    assert work() == work() == 4_000


def test_it_says_what_it_took_on_average() -> None:
    yardstick = Yardstick()
    yardstick.look()
    first_s = yardstick.spent_s
    assert yardstick.mean_s == first_s > 0
    yardstick.look()
    assert first_s < yardstick.spent_s == 2 * yardstick.mean_s
