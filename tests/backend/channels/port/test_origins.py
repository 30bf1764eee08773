"""Origins as messages say them; half of one is none."""

from __future__ import annotations

import pytest

from backend.channels.port.origins import origin_of


def test_platform_and_id() -> None:
    found = origin_of("Uber Eats", " 153dd7f1 ")
    assert found is not None
    assert (found.platform, found.order_id) == ("uber_eats", "153dd7f1")


@pytest.mark.parametrize(("platform", "order_id"), [("", "1"), ("keeta", ""), ("keeta", "two words"), ("--", "1")])
def test_half_of_one_is_none(platform: str, order_id: str) -> None:
    assert origin_of(platform, order_id) is None
