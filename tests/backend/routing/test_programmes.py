"""Fractions of sets cost less than whole ones, rows are priced, and nothing is claimed that is not known."""

from __future__ import annotations

import numpy as np
import pytest

from backend.routing.programmes import cheapest_sets, cheapest_shares

PAIRS = np.array([[1, 1, 0], [1, 0, 1], [0, 1, 1]])  # three orders, three sets of two
COSTS_MM = np.array([10.0, 10.0, 10.0])
ONE, ANY = np.ones(3), np.full(3, np.inf)


def test_half_of_each_set_carries_all_orders() -> None:
    solved = cheapest_shares(COSTS_MM, PAIRS, ONE, ANY, 5.0)
    assert solved.total_mm == pytest.approx(15.0)
    assert solved.shares.tolist() == pytest.approx([0.5] * 3)
    assert solved.worth_mm.tolist() == pytest.approx([5.0] * 3)


def test_whole_sets_are_two() -> None:
    chosen, is_sure = cheapest_sets(COSTS_MM, PAIRS, ONE, ANY, 5.0, None)
    assert chosen is not None
    assert (len(chosen), is_sure) == (2, True)


def test_what_cannot_be_is_said() -> None:
    """Each order on exactly one of the sets of two: three orders are odd."""
    assert cheapest_sets(COSTS_MM, PAIRS, ONE, ONE, 5.0, None) == (None, True)
    assert cheapest_shares(COSTS_MM[:1], PAIRS[:, :1], ONE, ONE, 5.0).is_infeasible
