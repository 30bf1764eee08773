"""The hour is picked whole and the same every time, and the page says what the command finds."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from tests.simulation.busy_hour.hour import BUSY, PACE, Outcome, Walk, busy_hour
from tests.simulation.busy_hour.tables import of_rate, seed_row
from tests.simulation.busy_hour.ways import Way, pick, serpentine_m
from tests.simulation.regimes.demand import orders_of

PAGE = Path(__file__).parents[3] / "docs" / "busy-hour.md"
SMALL = busy_hour(40.0, pickers=3, hours=0.4)
SEEDS = (1, 2)


@pytest.fixture(scope="module")
def small() -> dict[tuple[Way, float, int], Outcome]:
    return {(way, BUSY, seed): pick(way, SMALL, seed) for way in Way for seed in SEEDS}


class TestTheHour:
    """`Outcome` itself refuses lost and doubled orders, walks before their orders, and a picker in two places."""

    def test_every_way_picks_the_same_orders(self, small: dict[tuple[Way, float, int], Outcome]) -> None:
        for seed in SEEDS:
            assert {small[way, BUSY, seed].orders for way in Way} == {orders_of(SMALL, seed)}

    def test_the_same_seed_gives_the_same_table(self, small: dict[tuple[Way, float, int], Outcome]) -> None:
        again = {(way, BUSY, seed): pick(way, SMALL, seed) for way in Way for seed in SEEDS}
        assert of_rate(again, BUSY, SEEDS) == of_rate(small, BUSY, SEEDS)
        assert of_rate(small, BUSY, SEEDS[:1]) != of_rate(small, BUSY, SEEDS[1:] * 2)

    def test_sharing_a_walk_is_shorter_and_a_good_plan_shorter_still(
        self, small: dict[tuple[Way, float, int], Outcome]
    ) -> None:
        for seed in SEEDS:
            alone, six, ours = (small[way, BUSY, seed].metres_per_line for way in Way)
            assert ours < six < alone

    def test_a_walk_lasts_as_long_as_picking_expects(self, small: dict[tuple[Way, float, int], Outcome]) -> None:
        for outcome in small.values():
            for walk in outcome.walks:
                assert math.isclose(walk.ended_s - walk.began_s, PACE.walk_s(walk.walk_m, walk.lines))

    def test_the_walk_aisle_by_aisle_is_that_of_all_stops_together(self) -> None:
        orders = orders_of(SMALL, 1)[:3]
        assert max(serpentine_m([each]) for each in orders) <= serpentine_m(orders)

    def test_late_is_counted_from_the_promise(self) -> None:
        order = orders_of(SMALL, 1)[0]
        in_time, late = (
            Outcome(SMALL, (order,), (Walk(0, (order.code,), 1, 1.0, order.placed_s, ended_s),))
            for ended_s in (order.due_s, order.due_s + 0.1)
        )
        assert [in_time.late, late.late] == [0, 1]

    def test_a_lost_order_is_noticed(self, small: dict[tuple[Way, float, int], Outcome]) -> None:
        outcome = small[Way.OURS, BUSY, 1]
        with pytest.raises(AssertionError, match="lost or doubled"):
            Outcome(outcome.period, outcome.orders, outcome.walks[1:])


def test_the_page_has_the_first_seed_to_the_digit() -> None:
    outcomes = {(way, BUSY, 1): pick(way, busy_hour(BUSY), 1) for way in Way}
    assert seed_row(outcomes, 1) in PAGE.read_text(encoding="utf-8")
