"""A store's own reasons: what may be said, and what it means to those who do not know them."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from shared.picking import ShortReason
from shared.short_reasons import STANDARD_REASONS, reason_named, reasons_or_standard
from shared.store_rules import StoreRules

RECALLED: dict[str, Any] = {"code": "recalled", "means": "damaged", "en": "Recalled", "zh": "已召回"}


def test_a_store_that_says_nothing_has_the_standard_ones() -> None:
    assert reasons_or_standard(StoreRules().short_reasons) == STANDARD_REASONS
    assert [reason.meaning for reason in STANDARD_REASONS] == list(ShortReason)
    assert {reason.own_code for reason in STANDARD_REASONS} == {""}


def test_a_store_chooses_which_and_in_what_order() -> None:
    rules = StoreRules.model_validate({"short_reasons": [RECALLED, {"code": "too_few", "en": "Shelf not full enough"}]})
    first, second = reasons_or_standard(rules.short_reasons)
    assert (first.meaning, first.own_code) == (ShortReason.DAMAGED, "recalled")
    assert (second.meaning, second.own_code) == (ShortReason.TOO_FEW, "")
    assert [first.name_in(language) for language in ("zh", "pt")] == ["已召回", "Recalled"]
    assert second.name_in("pt") == "Shelf not full enough"
    assert reason_named("recalled", rules.short_reasons) == first
    assert reason_named("expired", rules.short_reasons) is None


@pytest.mark.parametrize(
    "reasons",
    [
        [{"code": "recalled", "en": "Recalled"}],
        [{"code": "recalled", "means": "damaged"}],
        [{"code": "too_few", "means": "damaged"}],
        [{**RECALLED, "code": "Recalled!"}],
        [RECALLED, RECALLED],
        [{**RECALLED, "means": "stolen"}],
        [{**RECALLED, "code": f"r_{number}"} for number in range(13)],
    ],
    ids=["means nothing", "no name", "means another", "odd code", "twice", "means what nobody knows", "too many"],
)
def test_a_reason_that_cannot_be_said_or_told_is_refused(reasons: list[dict[str, Any]]) -> None:
    with pytest.raises(ValidationError):
        StoreRules.model_validate({"short_reasons": reasons})


def test_rules_travel_to_the_phone_and_back() -> None:
    rules = StoreRules.model_validate({"short_reasons": [RECALLED]})
    assert StoreRules.model_validate_json(rules.model_dump_json()) == rules
