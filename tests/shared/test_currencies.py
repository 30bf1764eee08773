"""Minor units as ISO 4217 has them; what is not known is as most are."""

from __future__ import annotations

import pytest

from shared.currencies import decimals_of


@pytest.mark.parametrize(("currency", "decimals"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("MOP", 2), ("", 2)])
def test_how_many_digits_the_minor_unit_has(currency: str, decimals: int) -> None:
    assert decimals_of(currency) == decimals
