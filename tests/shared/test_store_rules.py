"""What a store decides for itself, and what an older phone makes of a rule it does not know."""

from __future__ import annotations

import pytest

from shared.store_rules import StoreRules, ToteCheck
from tests.mobile.builders import pick, pick_list

ONE = pick_list([pick(0)])
TWO = pick_list([pick(0), pick(1, tote="B")])


@pytest.mark.parametrize(
    ("check", "one", "two"),
    [(ToteCheck.ALWAYS, True, True), (ToteCheck.SEVERAL, False, True), (ToteCheck.NEVER, False, False)],
)
def test_when_a_tote_is_shown(check: ToteCheck, one: bool, two: bool) -> None:
    rules = StoreRules(confirm_tote=check)
    assert (rules.asks_tote(ONE), rules.asks_tote(TWO)) == (one, two)


def test_an_unknown_rule_is_passed_over() -> None:
    assert StoreRules.model_validate({"weighs_twice": True}) == StoreRules()
