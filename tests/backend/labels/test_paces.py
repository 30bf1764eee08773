"""How fast a picker is known to be, from what they did and what was expected of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.labels.paces import PAUSE_TIMES, QUICKEST, SLOWEST, Paces
from shared.events import (
    PickConfirmed,
    PickListFinished,
    PickListLeft,
    PickListStarted,
    PickReopened,
    PickShort,
)
from shared.picking import ShortReason
from tests.backend.labels.builders import START, at

EXPECTED_S = 20.0


class Walks:
    """Lets pickers do stops of twenty seconds each, as slowly as is said."""

    def __init__(self) -> None:
        self.paces = Paces()
        self.now_s = 0.0
        self._stops = 0

    def begin(self, walk: str, picker: str, store: str = "sto_1") -> None:
        self.paces.heard(
            PickListStarted(
                store_id=store, at=self._now, pick_list_id=walk, order_ids=[], picker_id=picker, shift_id="shf_1"
            )
        )

    def do(
        self, walk: str, picker: str, took_s: Sequence[float], store: str = "sto_1", *, is_aimed: bool = True
    ) -> None:
        for each_s in took_s:
            self._stops += 1
            pick_id = f"pck_{self._stops}"
            if is_aimed:
                self.paces.expect(walk, [(pick_id, EXPECTED_S)])
            self.now_s += each_s
            self.paces.heard(
                PickConfirmed(
                    store_id=store,
                    at=self._now,
                    pick_list_id=walk,
                    pick_id=pick_id,
                    order_line_id="orl_1",
                    quantity=1,
                    picker_id=picker,
                )
            )

    @property
    def _now(self) -> datetime:
        return START + timedelta(seconds=self.now_s)


@pytest.fixture
def walks() -> Walks:
    return Walks()


class TestPace:
    def test_who_is_not_known_is_as_expected(self, walks: Walks) -> None:
        assert walks.paces.of("pkl_1") == 1.0
        walks.begin("pkl_1", "per_ada")
        assert walks.paces.of("pkl_1") == 1.0

    def test_after_some_stops_a_slow_picker_is_known_to_be_slow(self, walks: Walks) -> None:
        walks.begin("pkl_1", "per_ada")
        walks.do("pkl_1", "per_ada", [40.0] * 5)
        soon = walks.paces.of("pkl_1")
        walks.do("pkl_1", "per_ada", [40.0] * 100)
        assert 1.0 < soon < walks.paces.of("pkl_1")
        assert walks.paces.of("pkl_1") == pytest.approx(2.0, abs=0.1)

    def test_it_is_known_on_the_next_walk_as_well(self, walks: Walks) -> None:
        walks.begin("pkl_1", "per_ada")
        walks.do("pkl_1", "per_ada", [30.0] * 50)
        pace = walks.paces.of("pkl_1")
        walks.paces.heard(
            PickListFinished(store_id="sto_1", at=START, pick_list_id="pkl_1", order_ids=[], picker_id="per_ada")
        )
        assert walks.paces.of("pkl_1") == 1.0, "nobody walks there"
        walks.begin("pkl_2", "per_ada")
        assert walks.paces.of("pkl_2") == pace

    def test_a_new_picker_is_thought_to_be_as_fast_as_the_store(self, walks: Walks) -> None:
        walks.begin("pkl_1", "per_ada")
        walks.do("pkl_1", "per_ada", [30.0] * 100)
        walks.begin("pkl_2", "per_ben")
        walks.begin("pkl_3", "per_eve", store="sto_2")
        assert walks.paces.of("pkl_2") == pytest.approx(1.5, abs=0.15)
        assert walks.paces.of("pkl_3") == 1.0

    def test_who_gets_quicker_is_known_to_after_some_thirty_stops(self, walks: Walks) -> None:
        walks.begin("pkl_1", "per_ada")
        walks.do("pkl_1", "per_ada", [40.0] * 200)
        walks.do("pkl_1", "per_ada", [20.0] * 60)
        assert walks.paces.of("pkl_1") < 1.35


class TestWhatIsNoPace:
    def test_a_pause(self, walks: Walks) -> None:
        walks.begin("pkl_1", "per_ada")
        walks.do("pkl_1", "per_ada", [20.0, EXPECTED_S * PAUSE_TIMES + 1, 20.0])
        assert walks.paces.of("pkl_1") == 1.0

    def test_the_first_stop_of_a_walk(self, walks: Walks) -> None:
        """Between the start and the first stop the trolley is taken and hung with totes."""
        walks.begin("pkl_1", "per_ada")
        walks.do("pkl_1", "per_ada", [60.0])
        assert walks.paces.of("pkl_1") == 1.0

    def test_a_stop_out_of_turn(self, walks: Walks) -> None:
        walks.begin("pkl_1", "per_ada")
        walks.do("pkl_1", "per_ada", [20.0])
        walks.do("pkl_1", "per_ada", [60.0] * 3, is_aimed=False)
        assert walks.paces.of("pkl_1") == 1.0

    def test_what_comes_after_one_was_taken_back(self, walks: Walks) -> None:
        walks.begin("pkl_1", "per_ada")
        walks.do("pkl_1", "per_ada", [20.0])
        walks.paces.heard(
            PickReopened(
                store_id="sto_1",
                at=START,
                pick_list_id="pkl_1",
                pick_id="pck_1",
                order_line_id="orl_1",
                picker_id="per_ada",
            )
        )
        walks.do("pkl_1", "per_ada", [70.0])
        assert walks.paces.of("pkl_1") == 1.0

    def test_a_walk_that_was_left(self, walks: Walks) -> None:
        walks.begin("pkl_1", "per_ada")
        walks.paces.heard(PickListLeft(store_id="sto_1", at=START, pick_list_id="pkl_1", picker_id="per_ada"))
        walks.paces.expect("pkl_1", [("pck_1", EXPECTED_S)])
        assert walks.paces.of("pkl_1") == 1.0


def test_a_short_pick_is_a_stop_too(walks: Walks) -> None:
    walks.begin("pkl_1", "per_ada")
    walks.do("pkl_1", "per_ada", [20.0])
    walks.paces.expect("pkl_1", [("pck_9", EXPECTED_S)])
    walks.paces.heard(
        PickShort(
            store_id="sto_1",
            at=at(70),
            pick_list_id="pkl_1",
            pick_id="pck_9",
            order_line_id="orl_1",
            quantity_found=0,
            reason=ShortReason.NOT_ON_SHELF,
            picker_id="per_ada",
        )
    )
    assert walks.paces.of("pkl_1") > 1.0


@given(took_s=st.lists(st.floats(0.0, 1_000.0), max_size=60))
def test_no_pace_is_out_of_all_bounds(took_s: list[float]) -> None:
    walks = Walks()
    walks.begin("pkl_1", "per_ada")
    walks.do("pkl_1", "per_ada", took_s)
    assert QUICKEST <= walks.paces.of("pkl_1") <= SLOWEST
