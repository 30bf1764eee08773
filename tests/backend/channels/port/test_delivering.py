"""Deliveries read from messages: never an error, never anything that was not said."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.channels.port.delivering import delivery_of, joined, position_of, said
from shared.delivery import DeliveryKind

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=300) | st.decimals(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def test_nothing_said_is_nothing() -> None:
    assert delivery_of(recipient_name="", lines=["", ""]) is None


def test_lines_are_said_once_and_cut() -> None:
    found = delivery_of(DeliveryKind.PICKUP, lines=["a" * 200, "", "Rome", "Rome"], phone="1" * 90)
    assert found is not None
    assert (found.address_lines, len(found.phone)) == (["a" * 120, "Rome"], 60)


@given(st.dictionaries(st.sampled_from(["name", "other"]), ANYTHING) | ANYTHING)
def test_whatever_comes_is_a_text(holder: Any) -> None:
    assert isinstance(said(holder, "name", "other"), str)
    found = delivery_of(recipient_name=said(holder, "name"), lines=[said(holder, "other")])
    assert found is None or found.recipient_name or found.address_lines


@given(ANYTHING, ANYTHING)
def test_a_position_is_on_the_earth_or_none(latitude: Any, longitude: Any) -> None:
    found = position_of({"latitude": latitude, "longitude": longitude})
    assert found is None or (-90 <= found.latitude <= 90 and -180 <= found.longitude <= 180)


@pytest.mark.parametrize(
    ("latitude", "longitude", "expected"),
    [
        ("48.858951", "2.277021", (48.858951, 2.277021)),
        (Decimal("-23.5482312345678901"), Decimal("-46.63632"), (-23.548231234, -46.63632)),
        (0, 0, None),
        ("", "", None),
        (91, 1, None),
    ],
)
def test_positions(latitude: Any, longitude: Any, expected: tuple[float, float] | None) -> None:
    found = position_of({"latitude": latitude, "longitude": longitude})
    assert (found and (found.latitude, found.longitude)) == expected


def test_joined_leaves_out_what_is_empty() -> None:
    assert joined("a", "", "b", by=", ") == "a, b"
