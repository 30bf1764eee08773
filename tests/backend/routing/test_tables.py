"""What a sweep remembers: as many states as the literature counts, and nothing it need not."""

from __future__ import annotations

import pytest

from backend.routing.options import BUSY, FROM_U, IDLE, ONCE, TWICE, UNTOUCHED_PATTERNS, UNTOUCHED_U, UNTOUCHED_V
from backend.routing.states import arrived, moves
from backend.routing.subaisles import sub_aisles
from backend.routing.sweep_order import sweep_steps
from backend.routing.tables import TooWide, work_out
from tests.backend.routing.stores import aisles, irregular

EVEN, ODD = 2, 3  # of part 1


def reached(
    state: tuple[int, ...] | None, kind: int, *, leaves: tuple[bool, bool] = (False, False)
) -> dict[int, object]:
    """Option -> the state after a sub-aisle between the first two crossings of the frontier."""
    return {code // UNTOUCHED_PATTERNS: after for after, code in moves(state, kind, (0, 1), leaves)}


class TestMoves:
    def test_once_joins_and_turns_both_ends_odd(self) -> None:
        assert reached((0, 0), IDLE)[ONCE] == (ODD, ODD)
        assert reached((EVEN, 4), IDLE)[ONCE] == (ODD, ODD)

    def test_twice_is_only_for_what_does_not_hang_together_yet(self) -> None:
        assert reached((EVEN, 4), IDLE)[TWICE] == (EVEN, EVEN)
        assert TWICE not in reached((EVEN, EVEN), IDLE)

    def test_an_odd_crossing_is_not_left_behind(self) -> None:
        assert ONCE not in reached((0, 0), IDLE, leaves=(True, False))

    def test_the_last_part_left_behind_ends_the_walk(self) -> None:
        assert reached((EVEN, 0, 0), BUSY, leaves=(True, False))[FROM_U] is None
        assert FROM_U not in reached((EVEN, 0, 4), BUSY, leaves=(True, False)), "nothing reaches the other part"

    def test_once_it_has_ended_nothing_is_touched(self) -> None:
        assert list(moves(None, BUSY, (0, 1), (True, True))) == []
        assert list(moves(None, IDLE, (0, 1), (True, True))) == [(None, UNTOUCHED_U + UNTOUCHED_V)]

    def test_the_second_end_of_the_walk_joins_the_part_of_the_first(self) -> None:
        assert arrived((EVEN, 0), 1) == (EVEN, 5)
        assert arrived((EVEN, ODD, 0), 2) == (EVEN, ODD, ODD)


class TestWorkOut:
    @pytest.mark.parametrize(("cross", "states"), [(2, 7), (3, 25)])
    def test_it_has_the_states_the_literature_counts(self, cross: int, states: int) -> None:
        """Seven with two cross aisles (Ratliff and Rosenthal 1983), 25 with three (Roodbergen and de Koster 2001)."""
        graph = aisles(12, cross=cross)
        steps = sweep_steps(graph, sub_aisles(graph))
        between = [
            tables.passes[IDLE][0].size
            for tables, step, following in zip(work_out(steps), steps, steps[1:], strict=False)
            if not following.fresh and len(step.frontier) - sum(step.leaves) == cross
        ]
        assert max(between) == states

    def test_equal_aisles_share_their_tables(self) -> None:
        graph = aisles(30, cross=3)
        made = work_out(sweep_steps(graph, sub_aisles(graph)))
        assert len({id(tables) for tables in made}) < len(made) / 5

    def test_too_many_cross_aisles_are_refused(self) -> None:
        graph = aisles(9, cross=9, bays=0)
        with pytest.raises(TooWide):
            work_out(sweep_steps(graph, sub_aisles(graph)))


class TestSweepSteps:
    @pytest.mark.parametrize("seed", range(10))
    def test_every_sub_aisle_is_passed_once_and_every_crossing_comes_and_goes(self, seed: int) -> None:
        graph = irregular(seed, count=6, cross=3)
        chains = sub_aisles(graph)
        steps = sweep_steps(graph, chains)
        assert sorted(step.sub_aisle.nodes for step in steps) == [each.nodes for each in chains]
        frontier: list[int] = []
        for step in steps:
            frontier += step.fresh
            assert tuple(frontier) == step.frontier
            assert tuple(frontier[slot] for slot in step.slots) == step.sub_aisle.ends
            gone = [end for end, is_left in zip(step.sub_aisle.ends, step.leaves, strict=True) if is_left]
            frontier = [node for node in frontier if node not in gone]
        assert frontier == []

    def test_the_frontier_is_as_wide_as_there_are_cross_aisles(self) -> None:
        graph = aisles(20, cross=3)
        assert max(len(step.frontier) for step in sweep_steps(graph, sub_aisles(graph))) == 4
