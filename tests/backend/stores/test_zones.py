"""A zone by its name, and a shop that opens all the same where the name is wrong."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from backend.stores.zones import zone_named


def test_a_name_the_machine_knows() -> None:
    assert zone_named("Asia/Shanghai") == ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize("name", ["", "Nowhere/Town", "../etc/passwd", "Europe", "a\x00b"])
def test_any_other_is_utc(name: str) -> None:
    assert zone_named(name) == ZoneInfo("UTC")
