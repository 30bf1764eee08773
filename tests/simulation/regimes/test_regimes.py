"""The comparison can be trusted: it comes out the same twice, and each regime does what its name says."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from tests.simulation.gateways import BLUETOOTH, WAKES_EVERY_40_S
from tests.simulation.pace import Pace
from tests.simulation.regimes.demand import Chance, Order, Period, demo_floor, orders_of
from tests.simulation.regimes.experiment import SMALL, SMALL_SEED, Experiment, Regime, small_experiment
from tests.simulation.regimes.modelled import Method, PickOrder, pick_by_model, search_until_lit_s, sequence
from tests.simulation.regimes.page import PlaceMissing, fill_in
from tests.simulation.regimes.tables import all_tables, small, spread
from tests.simulation.regimes.walks import Outcome, Part

PAGE = Path(__file__).parents[3] / "docs" / "pick-times.md"
SEED = SMALL_SEED


@pytest.fixture(scope="module")
def experiment() -> Experiment:
    return small_experiment()


def order_with(lines: int) -> Order:
    return next(order for order in orders_of(replace(SMALL, hours=4.0), SEED) if len(order.lines) >= lines)


def walked_m(order: Order, wanted: PickOrder) -> float:
    floor = demo_floor()
    nodes = [floor.entrance, *(line.node for line in sequence(order.lines, floor, wanted)), floor.desk]
    return sum(floor.graph.distance_m(a, b) for a, b in pairwise(nodes))


class TestSameSeed:
    def test_gives_the_same_tables_to_the_digit(self, experiment: Experiment) -> None:
        assert all_tables(small_experiment()) == all_tables(experiment)

    def test_the_page_has_the_small_period_to_the_digit(self, experiment: Experiment) -> None:
        assert small(experiment) in PAGE.read_text(encoding="utf-8"), "fill in the page anew: make pick-times"

    def test_another_seed_gives_other_orders(self) -> None:
        assert orders_of(SMALL, SEED) != orders_of(SMALL, SEED + 1)


class TestDemand:
    def test_every_regime_handles_the_same_lines_for_the_same_time(self, experiment: Experiment) -> None:
        handling = [outcomes[0].minutes_of(Part.HANDLING) for outcomes in experiment.outcomes.values()]
        assert handling == pytest.approx([handling[0]] * len(handling))

    def test_arrivals_are_as_many_as_said(self) -> None:
        orders = orders_of(Period(hours=40.0, orders_per_hour=20.0, pickers=1), SEED)
        assert len(orders) == pytest.approx(800, abs=4 * math.sqrt(800))


class TestPickOrder:
    def test_every_line_is_picked_once(self) -> None:
        order = order_with(lines=20)
        for wanted in PickOrder:
            assert sorted(line.sku for line in sequence(order.lines, demo_floor(), wanted)) == sorted(
                line.sku for line in order.lines
            )

    def test_nothing_is_shorter_than_the_shortest_and_paper_is_longest(self) -> None:
        order = order_with(lines=20)
        shortest_m, serpentine_m, paper_m = (
            walked_m(order, wanted) for wanted in (PickOrder.SHORTEST, PickOrder.SERPENTINE, PickOrder.AS_ORDERED)
        )
        assert shortest_m < serpentine_m < paper_m


class TestLight:
    def test_a_light_that_comes_too_late_helps_nobody(self) -> None:
        line, chance = order_with(lines=1).lines[0], Chance(SEED, Pace())
        dark_s = chance.search_s(line.order, line.sku, is_lit=False)
        assert search_until_lit_s(line, 100.0, math.inf, chance) == dark_s
        assert search_until_lit_s(line, 100.0, 100.0 + dark_s, chance) == dark_s

    def test_a_light_that_waits_for_the_picker_helps_fully(self) -> None:
        line, chance = order_with(lines=1).lines[0], Chance(SEED, Pace())
        assert search_until_lit_s(line, 100.0, 90.0, chance) == chance.search_s(line.order, line.sku, is_lit=True)

    def test_slow_labels_are_seldom_lit_in_time(self) -> None:
        quick, slow = (
            pick_by_model(SMALL, SEED, Pace(), Method(PickOrder.SERPENTINE, radio))
            for radio in (BLUETOOTH, WAKES_EVERY_40_S)
        )
        assert slow.lit_share < 0.5 < quick.lit_share
        assert slow.labour_min_per_order > quick.labour_min_per_order


class TestOurs:
    def test_orders_share_trolleys_and_the_walk_gets_shorter(self, experiment: Experiment) -> None:
        ours, alone = experiment.outcomes[Regime.OURS][0], experiment.outcomes[Regime.LIGHT_SHORTEST][0]
        assert ours.orders_per_walk > 1.5
        assert ours.metres_per_line < alone.metres_per_line

    def test_labels_are_lit_when_the_picker_comes(self, experiment: Experiment) -> None:
        assert experiment.outcomes[Regime.OURS][0].lit_share > 0.95

    def test_replayed_walks_fit_the_real_ones(self, experiment: Experiment) -> None:
        real = experiment.outcomes[Regime.OURS][0]
        replayed = experiment.at(Regime.OURS, Pace())[0]
        assert replayed.labour_min_per_order == pytest.approx(real.labour_min_per_order, rel=0.01)
        assert replayed.metres_per_line == real.metres_per_line

    def test_a_slower_picker_needs_longer(self, experiment: Experiment) -> None:
        slower = experiment.at(Regime.OURS, replace(Pace(), walk_m_per_s=0.7))[0]
        assert slower.labour_min_per_order > experiment.outcomes[Regime.OURS][0].labour_min_per_order


def test_a_lost_order_is_noticed(experiment: Experiment) -> None:
    outcome = experiment.outcomes[Regime.PAPER][0]
    with pytest.raises(AssertionError, match="lost or doubled"):
        Outcome(outcome.orders, outcome.walks[1:]).check()


class TestPage:
    def test_puts_a_table_in_its_place_and_leaves_the_rest(self) -> None:
        page = "before\n<!-- a -->\nold\n<!-- end -->\nafter"
        assert fill_in(page, {"a": "new \\1"}) == "before\n<!-- a -->\nnew \\1\n<!-- end -->\nafter"

    def test_says_which_place_is_missing(self) -> None:
        with pytest.raises(PlaceMissing, match="0 places for b"):
            fill_in("<!-- a -->\n<!-- end -->", {"b": "x"})


def test_a_spread_of_one_figure_is_the_figure() -> None:
    assert spread([0.5]) == "0.50"
    assert spread([0.25, 0.5, 1.0]) == "0.50 (0.25 to 1.00)"
