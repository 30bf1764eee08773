"""A floor with blocked aisles, as values: walks go round, and no place is out of reach."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.picking.avoiding import avoiding, stretches_of
from backend.picking.ports import StorePlaces
from backend.routing.problem import StoreGraph
from shared.barcode import DEFAULT_WEIGHED_RULES
from tests.factories import AISLES, DESK, ENTRANCE, aisle_node, make_locations, make_store

PLACES = StorePlaces(StoreGraph.from_map(make_store()), ENTRANCE, DESK, make_locations(), DEFAULT_WEIGHED_RULES)


def nodes_of(aisle: str) -> frozenset[int]:
    return frozenset(location.node for location in PLACES.locations.values() if location.aisle == aisle)


def blocked(*aisles: str) -> StorePlaces:
    return avoiding(PLACES, [nodes_of(aisle) for aisle in aisles])


class TestStretches:
    def test_from_one_corridor_to_the_other(self) -> None:
        assert stretches_of(PLACES.graph, nodes_of("B")) == {(20, 21), (21, 22), (22, 23), (23, 24)}

    def test_a_wall_along_a_corridor_leaves_the_aisles_that_end_at_it(self) -> None:
        """Its shelves are reached from the crossings themselves."""
        back = frozenset(aisle_node(aisle, 4) for aisle in range(len(AISLES)))

        assert stretches_of(PLACES.graph, back) == {(14, 24), (24, 34), (34, 44)}

    def test_one_bay_at_a_crossing_has_none_of_its_own(self) -> None:
        assert stretches_of(PLACES.graph, frozenset({aisle_node(1, 0)})) == set()


class TestAvoiding:
    def test_nothing_blocked_is_the_floor_itself(self) -> None:
        assert avoiding(PLACES, []) is PLACES

    def test_what_stands_in_it_is_cut_off_and_nothing_else(self) -> None:
        assert blocked("B").cut_off == nodes_of("B")

    def test_what_lies_between_two_blocked_aisles_is_reached_by_the_corridors(self) -> None:
        assert blocked("A", "C").cut_off == nodes_of("A") | nodes_of("C")

    def test_who_would_go_through_goes_round(self) -> None:
        """From the front of A to its back: through A 8 m, through B 16 m."""
        places = blocked("A")

        assert places.way_m(aisle_node(0, 0), aisle_node(0, 4)) == 16.0
        assert PLACES.way_m(aisle_node(0, 0), aisle_node(0, 4)) == 8.0

    def test_whoever_stands_in_it_finds_out_of_it(self) -> None:
        places = blocked("A")
        walk = places.graph.walk(aisle_node(0, 2), DESK)

        assert places.length_m(walk) == places.way_m(aisle_node(0, 2), DESK) == 18.0

    @given(st.sets(st.sampled_from(AISLES)), st.sampled_from(PLACES.graph.nodes), st.sampled_from(PLACES.graph.nodes))
    def test_a_way_is_never_shorter_than_on_the_open_floor(self, aisles: set[str], a: int, b: int) -> None:
        places = blocked(*sorted(aisles))

        assert places.way_m(a, b) >= PLACES.way_m(a, b)
        if not {a, b} & places.cut_off:
            stretches = {edge for aisle in aisles for edge in stretches_of(PLACES.graph, nodes_of(aisle))}
            walk = places.graph.walk(a, b)
            assert not stretches & {(min(pair), max(pair)) for pair in pairwise(walk)}

    @pytest.mark.parametrize("aisles", [AISLES, AISLES[:3]])
    def test_with_everything_blocked_there_is_still_a_way(self, aisles: tuple[str, ...]) -> None:
        places = blocked(*aisles)

        assert all(places.way_m(ENTRANCE, node) < float("inf") for node in places.graph.nodes)
