"""The rest of a walk planned anew, as values: every open stop once, never longer than before, nothing jumps."""

from __future__ import annotations

from itertools import pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.picking.avoiding import avoiding
from backend.picking.ports import StorePlaces
from backend.picking.replanning import WORTH_REORDERING_M, OpenStop, Replan, WalkUnderWay, replan
from backend.routing.problem import StoreGraph
from shared.barcode import DEFAULT_WEIGHED_RULES
from tests.factories import AISLES, DESK, ENTRANCE, aisle_node, make_locations, make_store

OPEN = StorePlaces(StoreGraph.from_map(make_store()), ENTRANCE, DESK, make_locations(), DEFAULT_WEIGHED_RULES)
NODES = st.sampled_from(OPEN.graph.nodes)


def floor(*blocked: str) -> StorePlaces:
    return avoiding(
        OPEN, [frozenset(one.node for one in OPEN.locations.values() if one.aisle == aisle) for aisle in blocked]
    )


FLOORS = [floor(), floor("B"), floor("A", "C"), floor(*AISLES)]  # kept, for each is compiled once


def stop(address: str, *, number: int = 0, tote: str = "A", stage: int = 0) -> OpenStop:
    return OpenStop(f"{address}#{number}", OPEN.locations[f"loc_{address}"], tote, stage)


def plan(
    *addresses: str, place: int = ENTRANCE, is_heading: bool = False, places: StorePlaces = OPEN
) -> tuple[list[str], Replan]:
    stops = tuple(stop(address, number=number) for number, address in enumerate(addresses))
    found = replan(WalkUnderWay(place, stops, is_heading), places, seconds=0.05, seed=1)
    return [each.pick_id.split("#")[0] for each in found.stops], found


def length_m(place: int, nodes: list[int], places: StorePlaces) -> float:
    return sum(places.way_m(a, b) for a, b in pairwise([place, *nodes, DESK]))


WALKS = st.builds(
    lambda place, addresses, stages, is_heading: WalkUnderWay(
        place,
        tuple(
            stop(address, number=number, stage=stage)
            for number, (address, stage) in enumerate(zip(addresses, stages, strict=True))
        ),
        is_heading,
    ),
    NODES,
    st.shared(st.integers(1, 10), key="n").flatmap(
        lambda n: st.lists(st.sampled_from([one.address for one in OPEN.locations.values()]), min_size=n, max_size=n)
    ),
    st.shared(st.integers(1, 10), key="n").flatmap(lambda n: st.lists(st.integers(0, 1), min_size=n, max_size=n)),
    st.booleans(),
)


class TestReplan:
    def test_from_where_the_picker_is(self) -> None:
        order, found = plan("A-1-1", "D-1-1", place=aisle_node(3, 1))

        assert order == ["A-1-1", "D-1-1"] or order == ["D-1-1", "A-1-1"]
        assert found.to_go_m == 2 + 12 + 2 + 2 + 12 + 2  # to A and back; D is where one stands
        assert (found.walk[0], found.walk[-1]) == (aisle_node(3, 1), DESK)

    def test_the_stop_one_walks_to_stays_first(self) -> None:
        order, _ = plan("C-2-1", "A-1-1", "B-1-1", is_heading=True)

        assert order == ["C-2-1", "B-1-1", "A-1-1"] or order == ["C-2-1", "A-1-1", "B-1-1"]

    def test_right_after_a_pick_nobody_walks_yet(self) -> None:
        order, _ = plan("C-2-1", "A-1-1", "B-1-1")

        assert order == ["A-1-1", "B-1-1", "C-2-1"]

    def test_the_present_order_is_kept_where_another_is_hardly_shorter(self) -> None:
        order, found = plan("A-2-1", "A-1-1", place=aisle_node(0, 0))

        assert order == ["A-2-1", "A-1-1"]  # up the aisle and back, whichever comes first
        assert found.is_proven_optimal

    def test_nothing_open_leads_to_the_desk(self) -> None:
        order, found = plan(place=aisle_node(1, 1))

        assert (order, found.to_go_m, found.walk_to_desk_m) == ([], 2 + 10, 12.0)

    def test_what_is_cut_off_comes_last_even_if_one_walks_to_it(self) -> None:
        order, found = plan("B-1-1", "A-1-1", "D-3-1", is_heading=True, places=FLOORS[1])

        assert order == ["A-1-1", "D-3-1", "B-1-1"]
        assert found.cut_off_pick_ids == ("B-1-1#0",)

    def test_with_every_aisle_blocked_it_is_still_a_walk(self) -> None:
        order, found = plan("B-1-1", "A-1-1", "D-3-1", places=FLOORS[3])

        assert sorted(order) == ["A-1-1", "B-1-1", "D-3-1"]
        assert found.to_go_m < 100  # metres of the floor, not of the detours it is planned with

    def test_stages_are_kept(self) -> None:
        stops = (stop("A-1-1", stage=1), stop("D-3-1"), stop("B-1-1"))
        found = replan(WalkUnderWay(ENTRANCE, stops, False), OPEN, seconds=0.05, seed=1)

        assert found.stops[-1].pick_id == "A-1-1#0"

    @settings(max_examples=200)
    @given(WALKS, st.sampled_from(FLOORS))
    def test_every_open_pick_once_along_a_walk_of_that_length(self, walk: WalkUnderWay, places: StorePlaces) -> None:
        found = replan(walk, places, seconds=0.05, seed=1)

        assert sorted(each.pick_id for each in found.stops) == sorted(each.pick_id for each in walk.stops)
        assert (found.walk[0], found.walk[-1]) == (walk.place, DESK)
        legs_m = sum(each.walk_from_previous_m for each in found.stops) + found.walk_to_desk_m
        assert legs_m == pytest.approx(found.to_go_m)
        assert places.length_m(found.walk) == pytest.approx(found.to_go_m)
        assert found.lower_bound_m <= found.to_go_m + 1e-6
        passed = list(found.walk)
        nodes = {each.pick_id: each.location.node for each in walk.stops}
        for each in found.stops:
            passed = passed[passed.index(nodes[each.pick_id]) :]

    @settings(max_examples=200)
    @given(WALKS, st.sampled_from(FLOORS))
    def test_the_first_stays_and_what_must_wait_comes_late(self, walk: WalkUnderWay, places: StorePlaces) -> None:
        found = replan(walk, places, seconds=0.05, seed=1)
        stops = {each.pick_id: each for each in walk.stops}
        ordered = [stops[each.pick_id] for each in found.stops]

        first = walk.stops[0]
        if walk.is_heading and first.location.node not in places.cut_off:
            assert ordered.pop(0) == first
        ranks = [
            (each.location.node in places.cut_off, 0 if each.location.node in places.cut_off else each.stage)
            for each in ordered
        ]
        assert ranks == sorted(ranks)

    @settings(max_examples=200)
    @given(WALKS)
    def test_never_longer_than_the_order_it_had(self, walk: WalkUnderWay) -> None:
        walk = WalkUnderWay(
            walk.place,
            tuple(OpenStop(each.pick_id, each.location, each.tote_letter) for each in walk.stops),
            walk.is_heading,
        )
        found = replan(walk, OPEN, seconds=0.05, seed=1)

        kept_m = length_m(walk.place, [each.location.node for each in walk.stops], OPEN)
        assert found.to_go_m <= kept_m + 1e-6
        nodes = [each.location.node for each in walk.stops]
        if len(nodes) <= 5:
            head, rest = (nodes[:1], nodes[1:]) if walk.is_heading else ([], nodes)
            best_m = min(length_m(walk.place, [*head, *order], OPEN) for order in permutations(rest))
            assert best_m - 1e-6 <= found.to_go_m <= best_m + WORTH_REORDERING_M + 1e-6
