"""Which waiting order goes along on a walk under way, as values: clearly cheaper, and no promise broken."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.picking import insertion
from backend.picking.insertion import (
    Insertion,
    InsertionRules,
    WalkWithRoom,
    choose_insertions,
    staying_costs_s,
    with_order,
)
from backend.picking.planning import Pace, Promise, WaitingLine, WaitingOrder, plan_trolleys
from backend.picking.ports import StorePlaces
from backend.picking.replanning import OpenStop, WalkUnderWay, replan
from backend.routing.problem import StoreGraph
from shared.barcode import DEFAULT_WEIGHED_RULES
from tests.factories import DESK, ENTRANCE, OPENING, make_catalogue, make_locations, make_store

CATALOGUE = make_catalogue()
PLACES = StorePlaces(StoreGraph.from_map(make_store()), ENTRANCE, DESK, make_locations(), DEFAULT_WEIGHED_RULES)
PACE = Pace(walking_m_per_s=1, handling_s=10, begin_and_end_s=60)
ORDINARY = 1  # what the catalogue's products are, in the stages a store has by itself
RULES = InsertionRules(saves_s=20, margin_s=600, pace=PACE)
ADDRESSES = [location.address for location in make_locations().values() if location.address != "D-3-2"]


def order(name: str, *skus: str, due_in_s: float = 7_200) -> WaitingOrder:
    lines = tuple(WaitingLine(f"{name}-{n}", f"prd_{sku}", "each", 2, "") for n, sku in enumerate(skus))
    return WaitingOrder(name, OPENING + timedelta(seconds=due_in_s), OPENING, lines)


def walk(name: str, *addresses: str, due_in_s: float = 7_200, place: int = ENTRANCE) -> WalkWithRoom:
    stops = tuple(
        OpenStop(f"{name}-{n}", PLACES.locations[f"loc_{address}"], "A", ORDINARY)
        for n, address in enumerate(addresses)
    )
    return WalkWithRoom(name, WalkUnderWay(place, stops, True), OPENING + timedelta(seconds=due_in_s))


def staying(*orders: WaitingOrder) -> dict[str, float]:
    trolleys = plan_trolleys(
        orders, PLACES, CATALOGUE, now=OPENING, totes_max=6, pace=PACE, promise=Promise(600, 0), seconds=0.05, seed=1
    )
    return staying_costs_s(trolleys, PACE)


def choose(walks: list[WalkWithRoom], *orders: WaitingOrder, rules: InsertionRules = RULES) -> list[Insertion]:
    return choose_insertions(walks, orders, staying(*orders), PLACES, CATALOGUE, OPENING, rules)


class TestStayingCosts:
    def test_alone_it_costs_the_whole_walk_and_the_trolley(self) -> None:
        assert staying(order("o1", "A-1-1")) == {"o1": 60 + 20}

    def test_in_company_it_costs_its_detour(self) -> None:
        costs_s = staying(order("o1", "A-1-1"), order("o2", "A-1-1"), order("o3", "A-2-1"))

        assert costs_s == {"o1": 0.0, "o2": 0.0, "o3": 4.0}


class TestChooseInsertions:
    def test_what_lies_on_the_way_goes_along(self) -> None:
        (chosen,) = choose([walk("w1", "A-1-1", "B-1-1", "D-1-1")], order("o1", "A-1-2"))

        assert (chosen.pick_list_id, chosen.order.id, chosen.extra_m, chosen.saves_s) == ("w1", "o1", 0.0, 80.0)

    def test_nobody_is_given_what_they_may_not_pick(self) -> None:
        under_way = [replace(walk("w1", "A-1-1", "B-1-1", "D-1-1"), may_not_pick=["Ambient"])]

        assert choose(under_way, order("o1", "A-1-2")) == []

    def test_what_saves_too_little_waits(self) -> None:
        under_way = [walk("w1", "A-1-1", "B-1-1", "D-1-1")]

        assert choose(under_way, order("o1", "A-1-2"), rules=replace(RULES, saves_s=81)) == []

    def test_with_company_of_its_own_it_is_cheaper_to_stay(self) -> None:
        """The one would save its whole trolley; with the other, whose stops are the same, nothing."""
        under_way = [walk("w1", "A-1-1", "B-1-1", "D-1-1")]

        assert choose(under_way, order("o1", "A-1-2"), order("o2", "A-1-2")) == []

    def test_a_walk_that_is_nearly_done_takes_nobody(self) -> None:
        assert choose([walk("w1", "A-1-1", "A-1-2", "B-1-1")], order("o1", "A-1-2")) == []

    def test_the_promise_of_the_trolley_comes_first(self) -> None:
        """24 m and four lines take 60 + 24 + 40 s; the margin is 600 s."""
        addresses = ("A-1-1", "B-1-1", "D-1-1")

        assert choose([walk("w1", *addresses, due_in_s=600 + 128)], order("o1", "A-1-2")) != []
        assert choose([walk("w1", *addresses, due_in_s=600 + 127)], order("o1", "A-1-2")) == []

    def test_and_so_does_its_own(self) -> None:
        addresses = ("A-1-1", "B-1-1", "D-1-1")

        assert choose([walk("w1", *addresses)], order("o1", "A-1-2", due_in_s=600 + 128)) != []
        assert choose([walk("w1", *addresses)], order("o1", "A-1-2", due_in_s=600 + 127)) == []

    def test_a_detour_that_is_too_long_anyway_is_not_walked_through(self, monkeypatch: pytest.MonkeyPatch) -> None:
        walked = list[int]()
        length_m = insertion._length_m
        monkeypatch.setattr(
            insertion, "_length_m", lambda walk, places: walked.append(len(walk.stops)) or length_m(walk, places)
        )
        near_the_desk = walk("w1", "D-1-1", "D-2-1", "D-3-1", place=DESK)
        assert choose([near_the_desk], order("o1", "A-3-1"), rules=replace(RULES, saves_s=79)) == []
        assert walked == [3]

    def test_one_order_for_each_walk_and_the_best_first(self) -> None:
        walks = [walk("w1", "A-1-1", "B-1-1", "D-1-1"), walk("w2", "C-1-1", "C-2-1", "D-1-1")]
        chosen = choose(walks, order("o1", "C-1-2"), rules=replace(RULES, saves_s=0))

        assert [(one.pick_list_id, one.order.id) for one in chosen] == [("w2", "o1")]

    @settings(max_examples=100, deadline=None)
    @given(
        st.lists(
            st.tuples(st.lists(st.sampled_from(ADDRESSES), min_size=1, max_size=6, unique=True), st.integers(0, 3_000)),
            min_size=1,
            max_size=3,
        ),
        st.lists(
            st.tuples(st.lists(st.sampled_from(ADDRESSES), min_size=1, max_size=4), st.integers(0, 3_000)),
            min_size=1,
            max_size=4,
        ),
    )
    def test_never_breaks_a_promise_and_always_saves(
        self, under_way: list[tuple[list[str], int]], baskets: list[tuple[list[str], int]]
    ) -> None:
        walks = [walk(f"w{n}", *stops, due_in_s=due) for n, (stops, due) in enumerate(under_way)]
        orders = [order(f"o{n}", *skus, due_in_s=due) for n, (skus, due) in enumerate(baskets)]
        chosen = choose(walks, *orders)

        with patch.object(insertion, "_least_m", lambda *_: 0.0):  # nothing is ruled out without its walk
            assert choose(walks, *orders) == chosen
        assert len({one.pick_list_id for one in chosen}) == len({one.order.id for one in chosen}) == len(chosen)
        by_id = {each.pick_list_id: each for each in walks}
        costs_s = staying(*orders)
        for one in chosen:
            each = by_id[one.pick_list_id]
            before = replan(each.walk, PLACES, seconds=0.05, seed=1)
            longer = with_order(each.walk, one.order, PLACES, CATALOGUE)
            after = replan(longer, PLACES, seconds=0.05, seed=1)
            back_at = OPENING + timedelta(seconds=PACE.walk_s(after.to_go_m, len(longer.stops)))
            assert back_at + timedelta(seconds=RULES.margin_s) <= min(each.due_at, one.order.due_at)
            assert costs_s[one.order.id] - (after.to_go_m - before.to_go_m) >= RULES.saves_s - 1e-6
