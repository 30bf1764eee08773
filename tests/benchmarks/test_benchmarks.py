"""Each part runs for a moment and measures something true; how fast it was is nobody's verdict here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks import batches, battery, channels_minute, flashes, orders, phones, plan_at_scale, routes, shift
from tests.benchmarks.figures import Figure, percentile, table
from tests.benchmarks.order_texts import LINES, external_id, order_bodies, with_id

A_MOMENT = orders.Size(pairs=1, seconds=0.4, rate_per_s=20)
A_GLANCE = routes.Size(walks=2, compared=1, peers=0, peer_s=0.1)
A_HANDFUL = batches.Size(seconds=0.5, orders=(8,), problems=1, step=1)
A_CROWD = plan_at_scale.Size(orders=(70,), repeats=1, waiting=400, waves=1, seconds=1.0)
A_BREATH = channels_minute.Size(40, 5.0, pickers=2, burst=24, release_every_s=0.2, wait_for_company_s=0)
A_BLINK = flashes.Size(burst=20, repeats=1, steps=5, burning=5)
A_FEW = phones.Size(phones=5, rounds=2, pickers=2, picks=3, repeats=1)


class TestFigures:
    def test_a_percentile_is_one_of_the_values(self) -> None:
        values = [float(value) for value in range(1, 101)]
        assert [percentile(values, share) for share in (0.5, 0.99, 1.0)] == [50.0, 99.0, 100.0]
        assert percentile([7.0], 0.99) == 7.0

    @pytest.mark.parametrize(
        ("value", "is_floor", "verdict"), [(5, True, "reached"), (4, True, "missed"), (4, False, "reached")]
    )
    def test_an_aim_is_reached_or_missed(self, value: float, is_floor: bool, verdict: str) -> None:
        figure = Figure("part", "what", value, "ms", 5.0 if is_floor else 4.0, is_floor)
        assert figure.verdict == verdict
        assert verdict in table([figure])


class TestOrderTexts:
    def test_an_order_has_the_size_it_is_said_to_have(self) -> None:
        bodies = order_bodies()
        assert 2_000 < sum(map(len, bodies)) / len(bodies) < 2_500
        assert all(body.count(b"external_line_id") == LINES for body in bodies)

    def test_an_id_takes_the_place_kept_for_it(self) -> None:
        body = order_bodies(kinds=1)[0]
        named = with_id(body, external_id(7, 42))
        assert len(named) == len(body)
        assert external_id(7, 42).encode() in named


class TestParts:
    """Inside, each part compares what it was promised with what the database holds."""

    @pytest.mark.parametrize("part", [orders.orders, orders.order_latency])
    def test_every_acknowledged_order_is_kept(self, part: Callable[[Any], list[Figure]]) -> None:
        assert all(figure.value > 0 for figure in part(A_MOMENT))

    def test_every_phone_is_told(self) -> None:
        assert all(figure.value > 0 for figure in phones.fan_out(A_FEW))

    def test_every_confirmed_pick_is_kept(self) -> None:
        assert all(figure.value > 0 for figure in phones.confirm_picks(A_FEW))

    def test_every_label_that_is_wanted_blinks(self) -> None:
        assert all(figure.value > 0 for figure in flashes.flashes(A_BLINK))

    def test_every_label_blinks_for_its_picker_and_the_figures_fit_each_other(self) -> None:
        figures = battery.battery(battery.Size(walks=1))
        for on_s, charge_uah, picks in zip(figures[0::3], figures[1::3], figures[2::3], strict=True):
            assert on_s.value > battery.FOUND_S
            assert charge_uah.value < on_s.value * battery.LIGHT_MA * 1000 / 3600, "it is not on all the time"
            assert picks.value * charge_uah.value == pytest.approx(battery.CELL_UAH)

    def test_every_route_is_as_long_as_it_says_and_no_other_is_shorter(self) -> None:
        figures = {figure.what: figure.value for figure in routes.routes(A_GLANCE)}
        assert len(figures) > 100
        assert all(value > 0 for what, value in figures.items() if "above" not in what)
        assert all(value > -1e-9 for what, value in figures.items() if "above" in what)

    def test_a_plan_for_many_is_measured_beside_the_event_loop(self) -> None:
        figures = {figure.what: figure.value for figure in plan_at_scale.plans(A_CROWD)}
        assert len(figures) == 5
        assert all(value > 0 for what, value in figures.items() if "above" not in what)
        assert figures["70 orders, way above a search of 10 s"] > -1e-9

    def test_sixty_pickers_get_their_trolleys_from_the_real_server(self) -> None:
        assert all(figure.value > 0 for figure in plan_at_scale.beside_intake(A_CROWD))

    def test_every_order_of_six_channels_is_kept_once_and_accepted_in_time(self) -> None:
        figures = {figure.what: figure.value for figure in channels_minute.channels_minute(A_BREATH)}
        missed = "limits for an acceptance that were missed"
        assert figures.pop(missed) == 0
        assert all(value > 0 for value in figures.values())
        assert figures["all six, p50 to the answer"] <= figures["all six, p99 to the answer"]
        assert figures["share of raw SQLite, messages taken"] < 1

    def test_no_plan_is_better_than_ours(self) -> None:
        figures = {figure.what: figure.value for figure in batches.generated(A_HANDFUL)}
        assert len(figures) == 6
        assert all(value > -1e-9 for what, value in figures.items() if "above" in what)


INSTANCE = """NAME : small.txt
PICKER_CAPACITY : 3
NUM_AISLES : 2
NUM_CELLS : 2
DEPOT_AISLE : 0
DISTANCE_AISLE_TO_AISLE : 2.5
DISTANCE_CELL_TO_CELL : 1
DISTANCE_TOP_TO_CELL : 1
DISTANCE_BOTTOM_TO_CELL : 1
DISTANCE_TOP_OR_BOTTOM_TO_DEPOT : 0
SKU_SECTION
NUM_SKUS : 2
ID 7 AISLE 0 CELL 1 QUANTITY 1
ID 9 AISLE 1 CELL 0 QUANTITY 1
ORDER_SECTION
NUM_ORDERS : 2
NUM_ARTICLES_IN_ORDER : 1
ID 7 QUANTITY 2
NUM_ARTICLES_IN_ORDER : 1
ID 9 QUANTITY 2
EOF
"""


class TestPublishedBatches:
    def test_a_published_instance_is_solved_beside_its_bounds(self, tmp_path: Path) -> None:
        """The cell nearest the depot and back is 2 m; across, up past both cells of the other aisle and back is 9 m."""
        (tmp_path / "small.txt").write_text(INSTANCE)
        (tmp_path / "published.csv").write_text("instance,UB,LB,proven_optimal\nsmall.txt,11,11,True\n")
        figures = batches.beside_published(tmp_path, A_HANDFUL)
        assert [figure.value for figure in figures] == [1, 0, 0, 0]


class TestShift:
    def test_every_pick_of_it_is_applied_and_something_is_held(self) -> None:
        assert all(figure.value > 0 for figure in shift.shift(shift.Size(walks=2)))
