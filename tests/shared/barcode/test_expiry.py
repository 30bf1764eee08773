"""Dates on packs: the whole month, the century, and what a store does about them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from biip.gs1_element_strings import GS1ElementString
from hypothesis import given
from hypothesis import strategies as st

from shared.barcode import ExpiryRule, Freshness, expiry_of, read_barcode
from shared.barcode.expiry import last_day_of

TODAY = date(2026, 11, 28)
PACK = "]C10109501101530003"


class TestLastDay:
    @pytest.mark.parametrize(
        ("yymmdd", "day"),
        [
            ("261231", date(2026, 12, 31)),
            ("280200", date(2028, 2, 29)),
            ("270200", date(2027, 2, 28)),
            ("760101", date(2076, 1, 1)),  # fifty years ahead
            ("770101", date(1977, 1, 1)),
            ("000131", date(2000, 1, 31)),
        ],
    )
    def test_two_digits_of_a_year(self, yymmdd: str, day: date) -> None:
        assert last_day_of(yymmdd, TODAY.year) == day

    @pytest.mark.parametrize(("this_year", "year"), [(1999, 2005), (2055, 2105), (2096, 2105), (2054, 2005)])
    def test_the_century_turns(self, this_year: int, year: int) -> None:
        assert last_day_of("050101", this_year).year == year

    @given(st.integers(0, 99), st.integers(1, 12), st.integers(0, 28))
    def test_another_library_sees_the_same_day(self, year: int, month: int, day: int) -> None:
        said = f"{year:02}{month:02}{day:02}"
        other = GS1ElementString.extract("17" + said).date
        assert other == last_day_of(said, date.today().year)


class TestExpiry:
    @pytest.mark.parametrize(
        ("days_left", "freshness"),
        [(-1, "expired"), (0, "near"), (1, "near"), (2, "fresh"), (400, "fresh"), (-400, "expired")],
    )
    def test_on_the_last_day_it_is_still_sold(self, days_left: int, freshness: str) -> None:
        code = read_barcode(f"{PACK}17{TODAY + timedelta(days_left):%y%m%d}")
        expiry = expiry_of(code, TODAY)
        assert expiry is not None
        assert (expiry.freshness, expiry.last_day - TODAY) == (freshness, timedelta(days_left))

    @pytest.mark.parametrize("dates", ["15261127" + "17270101", "17270101" + "16261127", "7003261127" + "1200"])
    def test_the_earliest_date_counts(self, dates: str) -> None:
        expiry = expiry_of(read_barcode(PACK + dates), TODAY)
        assert expiry is not None
        assert expiry.freshness is Freshness.EXPIRED

    def test_when_it_was_made_says_nothing(self) -> None:
        assert expiry_of(read_barcode(f"{PACK}11250101" + "13250101"), TODAY) is None
        assert expiry_of(read_barcode("4006381333931"), TODAY) is None

    def test_a_store_has_its_own_rule(self) -> None:
        code = read_barcode(f"{PACK}17261207")
        assert expiry_of(code, TODAY, ExpiryRule(near_days=10)).freshness is Freshness.NEAR
        assert expiry_of(code, TODAY, ExpiryRule(near_days=0)).freshness is Freshness.FRESH
