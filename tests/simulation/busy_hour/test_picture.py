"""The drawn plan is a true one, and the page tells its figures."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulation.busy_hour.floor import demo_places
from tests.simulation.busy_hour.hour import TOTES_MAX
from tests.simulation.busy_hour.picture import PAGE, PICTURE, Example, _straight_runs, draw, example, tables

PNG = b"\x89PNG"


@pytest.fixture(scope="module")
def shown() -> Example:
    return example()


class TestPlanPicture:
    def test_both_walks_pass_the_same_stops(self, shown: Example) -> None:
        ours, serpentine = shown.trolley.route, shown.serpentine
        stops = {line.node for code in shown.trolley.order_ids for line in shown.orders[code].lines}
        places = demo_places()
        assert len(shown.trolley.order_ids) == TOTES_MAX
        for route in (ours, serpentine):
            assert stops <= set(route.walk)
            assert (route.walk[0], route.walk[-1]) == (places.entrance, places.desk)
            assert places.graph.length_mm(route.walk) == round(route.length_m * 1000)
        assert ours.length_m < serpentine.length_m

    def test_the_page_tells_its_figures_to_the_digit(self, shown: Example) -> None:
        page = PAGE.read_text(encoding="utf-8")
        for content in tables(shown).values():
            assert content in page

    def test_it_is_drawn(self, shown: Example, tmp_path: Path) -> None:
        draw(tmp_path / "plan.png", shown)
        assert (tmp_path / "plan.png").read_bytes().startswith(PNG)
        assert PICTURE.read_bytes().startswith(PNG)

    def test_steps_in_one_direction_are_one_line(self) -> None:
        runs = _straight_runs([(0, 0), (0, 1), (0, 3), (2, 3), (1, 3)])
        assert runs == [((0, 0), (0, 3)), ((0, 3), (2, 3)), ((2, 3), (1, 3))]
