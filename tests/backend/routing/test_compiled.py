"""Compiled stores: proven shortest in any shape, the same with and without machine code."""

from __future__ import annotations

import random
import subprocess
import sys
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.routing.compiled import CompiledStore
from backend.routing.errors import PlaceUnreachable
from backend.routing.problem import RouteProblem, StoreGraph
from tests.backend.routing.proof import proven_mm
from tests.backend.routing.stores import aisles, corridor, irregular, questions, tangle

WITHOUT_NUMBA = """
import sys
sys.modules["numba"] = None
from backend.routing import kernel
from backend.routing.compiled import CompiledStore
from tests.backend.routing.stores import irregular, questions
assert not kernel.IS_COMPILED
for seed in range(20):
    graph = irregular(seed, count=6, cross=3)
    start, end, stops = questions(graph, seed, 20)
    print(*CompiledStore(graph).shortest_walk(stops, start, end))
"""


def any_store(seed: int) -> StoreGraph:
    chance = random.Random(seed)
    shapes = (
        lambda: aisles(chance.randint(1, 6), cross=chance.randint(2, 4), bays=chance.randint(0, 4)),
        lambda: irregular(seed, count=chance.randint(2, 7), cross=chance.randint(2, 4)),
        lambda: irregular(seed, count=chance.randint(2, 7), cross=chance.randint(2, 4)),
        lambda: tangle(seed, nodes=chance.randint(2, 25), extra=chance.randint(0, 7)),
    )
    return shapes[seed % len(shapes)]()


class TestProof:
    @pytest.mark.parametrize("tenth", range(10))
    def test_it_is_as_short_as_branch_and_cut_proves(self, tenth: int) -> None:
        """240 stores in all, with walls, islands, dead ends and round ways; the walk may begin and end anywhere."""
        for seed in range(tenth * 24, tenth * 24 + 24):
            graph = any_store(seed)
            start, end, stops = questions(graph, seed, 12)
            walk, length_mm = CompiledStore(graph).shortest_walk(stops, start, end)
            assert length_mm == proven_mm(RouteProblem(graph, start, end, stops)), seed
            assert length_mm == graph.length_mm(walk), seed


class TestShortestWalk:
    @given(seed=st.integers(0, 1_000_000))
    @settings(max_examples=100, deadline=None)
    def test_it_is_a_walk_past_every_stop_as_long_as_it_says(self, seed: int) -> None:
        graph = any_store(seed)
        start, end, stops = questions(graph, seed, 40)
        walk, length_mm = CompiledStore(graph).shortest_walk(stops, start, end)
        assert (walk[0], walk[-1]) == (start, end)
        assert set(stops) <= set(walk)
        assert graph.length_mm(walk) == length_mm, "consecutive nodes are joined"

    @given(seed=st.integers(0, 1_000_000))
    @settings(max_examples=100, deadline=None)
    def test_machine_code_and_numpy_answer_the_same(self, seed: int) -> None:
        graph = any_store(seed)
        start, end, stops = questions(graph, seed, 40)
        with_code, without = (CompiledStore(graph, in_machine_code=either) for either in (True, False))
        answer = with_code.shortest_walk(stops, start, end)
        assert answer == without.shortest_walk(stops, start, end)
        assert answer[1] == with_code.length_mm(stops, start, end) == without.length_mm(stops, start, end)

    def test_without_numba_installed_it_answers_the_same(self) -> None:
        run = subprocess.run([sys.executable, "-c", WITHOUT_NUMBA], capture_output=True, text=True, check=True)
        expected = []
        for seed in range(20):
            graph = irregular(seed, count=6, cross=3)
            start, end, stops = questions(graph, seed, 20)
            walk, length_mm = CompiledStore(graph).shortest_walk(stops, start, end)
            expected.append(f"{walk} {length_mm}")
        assert run.stdout.splitlines() == expected

    def test_a_round_way_without_a_crossing(self) -> None:
        ring = StoreGraph(range(6), [(node, (node + 1) % 6, 1.0) for node in range(6)])
        assert CompiledStore(ring).length_mm([1, 2, 3, 4, 5], 0, 0) == 6_000
        assert CompiledStore(ring).length_mm([1, 5], 0, 0) == 4_000

    def test_the_sequence_of_the_stops_is_nothing_to_it(self) -> None:
        store, stops = CompiledStore(aisles(8)), list(range(0, 70, 7))
        assert store.shortest_walk(stops, 3, 50) == store.shortest_walk(stops[::-1] + stops, 3, 50)


class TestLengths:
    def test_many_at_once_are_those_asked_one_by_one(self) -> None:
        graph = aisles(6, cross=4)
        asked = [questions(graph, seed, 9) for seed in range(50)]
        for either in (True, False):
            store = CompiledStore(graph, in_machine_code=either)
            lengths = store.lengths_between(
                store.place_numbers(stop for _, _, stops in asked for stop in stops),
                np.cumsum([0, *(len(stops) for _, _, stops in asked)]),
                store.place_numbers(start for start, _, _ in asked),
                store.place_numbers(end for _, end, _ in asked),
            )
            assert lengths.tolist() == [store.length_mm(stops, start, end) for start, end, stops in asked]

    def test_a_place_and_its_number(self) -> None:
        graph = irregular(4, count=4, cross=3)
        store = CompiledStore(graph)
        assert [store.node(number) for number in store.place_numbers(graph.nodes)] == graph.nodes

    @pytest.mark.parametrize("either", [True, False])
    @pytest.mark.parametrize(("stops", "start", "end"), [([4], 0, 1), ([1], 0, 4), ([6], 0, 1), ([1], 6, 0)])
    def test_an_island_is_out_of_reach(self, either: bool, stops: list[int], start: int, end: int) -> None:
        graph = StoreGraph(range(7), [(0, 1, 1.0), (1, 2, 1.0), (3, 4, 1.0), (4, 5, 1.0)])
        with pytest.raises(PlaceUnreachable, match=f"node {start} past all stops to node {end}"):
            CompiledStore(graph, in_machine_code=either).length_mm(stops, start, end)

    def test_standing_on_an_island_is_no_walk(self) -> None:
        graph = StoreGraph(range(3), [(0, 1, 1.0)])
        assert CompiledStore(graph).shortest_walk([2], 2, 2) == ([2], 0)


class TestOf:
    def test_a_store_is_compiled_once(self) -> None:
        graph = corridor()
        assert CompiledStore.of(graph) is CompiledStore.of(graph)

    def test_too_many_cross_aisles_are_refused_soon(self) -> None:
        began_s = time.monotonic()
        assert CompiledStore.of(aisles(12, cross=12, bays=1)) is None
        assert time.monotonic() - began_s < 30
