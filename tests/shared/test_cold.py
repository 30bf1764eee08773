"""Clocks of cold products: begun by the first, pressing near the end, stopped when the order is packed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.cold import ColdLevel, clocks_of, most_pressing
from shared.picking import PickList
from shared.products import TemperatureClass
from shared.store_rules import StoreRules
from tests.mobile.builders import START, pick, pick_list

RULES = StoreRules(chilled_limit_min=45, frozen_limit_min=25)


def walk(**totes: dict[str, object]) -> PickList:
    whole = pick_list([pick(0), pick(1, tote="B")])
    return whole.model_copy(
        update={"totes": [tote.model_copy(update=totes.get(tote.letter, {})) for tote in whole.totes]}
    )


def test_none_runs_where_nothing_is_cold() -> None:
    assert most_pressing(walk(), RULES, START) is None
    assert most_pressing(None, RULES, START) is None


def test_the_one_that_is_over_first() -> None:
    cold = walk(A={"chilled_since": START}, B={"frozen_since": START + timedelta(minutes=10)})
    clock = most_pressing(cold, RULES, START + timedelta(minutes=12))
    assert clock is not None
    assert (clock.letter, clock.temperature) == ("B", TemperatureClass.FROZEN)
    assert clock.left_s(START + timedelta(minutes=12)) == 23 * 60


@pytest.mark.parametrize(
    ("minutes", "level"), [(0, ColdLevel.RUNNING), (20, ColdLevel.RUNNING), (21, ColdLevel.SOON), (26, ColdLevel.OVER)]
)
def test_how_pressing(minutes: int, level: ColdLevel) -> None:
    (clock,) = clocks_of(walk(A={"frozen_since": START}).totes[0], RULES)
    assert clock.level(START + timedelta(minutes=minutes)) is level


def test_a_packed_tote_and_a_store_without_limit_have_no_clock() -> None:
    assert clocks_of(walk(A={"frozen_since": START, "is_packed": True}).totes[0], RULES) == []
    assert clocks_of(walk(A={"frozen_since": START}).totes[0], StoreRules(frozen_limit_min=0)) == []


def test_when_it_becomes_more_pressing() -> None:
    (clock,) = clocks_of(walk(A={"frozen_since": START}).totes[0], RULES)
    assert clock.worse_in_s(START) == 20 * 60
    assert clock.worse_in_s(START + timedelta(minutes=20)) == 0
    assert clock.worse_in_s(START + timedelta(minutes=21)) == 4 * 60
    assert clock.worse_in_s(START + timedelta(minutes=26)) is None
