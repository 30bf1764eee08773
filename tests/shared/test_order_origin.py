"""One spelling for a platform, and no origin of blanks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.order_origin import OrderOrigin, platform_of


@pytest.mark.parametrize("words", ["Uber Eats", "uber_eats", " UBER-EATS ", "UberEats", "uber eats!"])
def test_spellings_of_one_platform(words: str) -> None:
    assert OrderOrigin(platform=words, order_id="a-1").platform == "uber_eats"


@given(st.text(max_size=200))
def test_the_one_spelling_is_its_own(words: str) -> None:
    assert platform_of(platform_of(words)) == platform_of(words)


@pytest.mark.parametrize("fields", [{"platform": "--"}, {"platform": ""}, {"order_id": "two words"}, {"order_id": ""}])
def test_neither_may_be_empty(fields: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        OrderOrigin(**{"platform": "keeta", "order_id": "7", **fields})
