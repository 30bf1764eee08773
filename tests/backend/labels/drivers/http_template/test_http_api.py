"""How long a token is believed to last, whatever the server says of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.labels.drivers.http_template.http_api import lasts_s


@pytest.mark.parametrize(("said", "believed_s"), [("100", 90.0), ("9999", 540.0), ("-5", 0.0), (None, 540.0)])
def test_a_little_less_than_the_server_says_and_no_longer_than_described(said: str | None, believed_s: float) -> None:
    assert lasts_s(said, 600) == believed_s


@given(st.one_of(st.text(max_size=20), st.floats().map(str), st.sampled_from(["nan", "-NaN", "inf", "1e999"])))
def test_whatever_it_says_the_token_ends_some_time(said: str) -> None:
    assert 0 <= lasts_s(said, 600) <= 600
