"""Single values of a platform's message: exact, or our own error."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.channels.port.errors import PayloadUnknown
from backend.channels.port.fields import (
    clean,
    gtins_of,
    id_of,
    instant_of,
    instant_of_epoch,
    list_of,
    list_or_none_of,
    minor_of,
    number_of,
    object_of,
    order_of,
    rounded_minor_of,
    text_of,
    whole_of,
)


class TestNumbers:
    @pytest.mark.parametrize(
        ("value", "number"),
        [("1.50", "1.50"), (2, "2"), (Decimal("0.1"), "0.1"), ("-3", "-3"), ("1767600000", "1767600000")],
    )
    def test_written_as_number_or_text(self, value: Any, number: str) -> None:
        assert number_of({"a": value}, "a") == Decimal(number)

    @pytest.mark.parametrize("value", [None, "", "NaN", "1e3", "1,5", " 1", "\u0661", True, [], 1.5, "9" * 12])
    def test_anything_else_is_refused(self, value: Any) -> None:
        with pytest.raises(PayloadUnknown):
            number_of({"a": value}, "a")

    @pytest.mark.parametrize("text", ["1E+999999999", "1E-999999999", "-7E+41"])
    def test_no_exponent_is_written_out_into_a_gigabyte(self, text: str) -> None:
        with pytest.raises(PayloadUnknown):
            number_of({"a": Decimal(text)}, "a")
        with pytest.raises(PayloadUnknown):
            text_of({"a": Decimal(text)}, "a")

    def test_a_missing_one_has_its_default(self) -> None:
        assert number_of({}, "a", Decimal(7)) == 7
        assert whole_of({"a": ""}, "a", 3) == 3
        with pytest.raises(PayloadUnknown):
            whole_of({"a": "1.5"}, "a")

    @pytest.mark.parametrize(
        ("value", "currency", "minor"),
        [("12.90", "CNY", 1290), ("0.1", "EUR", 10), (1200, "JPY", 1200), ("1.234", "KWD", 1234)],
    )
    def test_money_is_exact(self, value: Any, currency: str, minor: int) -> None:
        assert minor_of({"a": value}, "a", currency) == minor

    @pytest.mark.parametrize(("value", "currency"), [("0.001", "CNY"), ("1.5", "JPY")])
    def test_a_part_of_a_cent_is_not_rounded_away(self, value: str, currency: str) -> None:
        with pytest.raises(PayloadUnknown):
            minor_of({"a": value}, "a", currency)

    @pytest.mark.parametrize(
        ("value", "currency", "minor"),
        [(Decimal("4.16666666666667"), "EUR", 417), ("1.005", "EUR", 101), (3, "USD", 300), ("2.5", "JPY", 3)],
    )
    def test_a_divided_price_is_rounded(self, value: object, currency: str, minor: int) -> None:
        assert rounded_minor_of({"a": value}, "a", currency) == minor

    @pytest.mark.parametrize(
        "value", [None, True, 1.5, "", "x", "NaN", "Infinity", Decimal("1E+90"), "1e999999999", 10**12, [], "1" * 50]
    )
    def test_what_is_no_price_is_said(self, value: object) -> None:
        with pytest.raises(PayloadUnknown):
            rounded_minor_of({"a": value}, "a", "EUR")


class TestTexts:
    @given(st.text(st.characters()))
    def test_cleaned_it_can_be_kept_anywhere(self, text: str) -> None:
        cleaned = clean(text)
        cleaned.encode("utf-8")
        assert not any(ord(character) < 32 or ord(character) == 127 for character in cleaned)

    def test_numbers_are_written_out_and_nothing_else_is_a_text(self) -> None:
        assert text_of({"a": Decimal("1.50"), "b": 7}, "a") == "1.50"
        for value in (True, [], {}, 1.5):
            with pytest.raises(PayloadUnknown):
                text_of({"a": value}, "a")

    @pytest.mark.parametrize("value", ["", "a b", "../x", "-1", "x" * 81])
    def test_ids_that_are_none(self, value: str) -> None:
        with pytest.raises(PayloadUnknown):
            id_of({"a": value}, "a")

    def test_gtins(self) -> None:
        assert gtins_of(" 4006381333931", "", "wm85535096914917", "123") == ["4006381333931"]


class TestOthers:
    def test_instants_of_this_century(self) -> None:
        assert instant_of_epoch(1767600000) == datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
        for seconds in (0, -1, 10**11, 10**18):
            with pytest.raises(PayloadUnknown):
                instant_of_epoch(seconds)

    def test_written_instants_have_a_zone(self) -> None:
        for text in ("2026-01-05T09:00:00+01:00", "2026-01-05T08:00:00.00000000Z"):
            assert instant_of({"a": text}, "a") == datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
        for value in ("2026-01-05T08:00:00", "0001-01-01T00:00:00+23:59", "soon", "", None, 7, True):
            with pytest.raises(PayloadUnknown):
                instant_of({"a": value}, "a")

    @pytest.mark.parametrize(
        "text",
        ["2026-01-05T08:00:00Z", "2026-01-05T05:00:00-03:00", "2026-01-05T08:00:00.00000001Z", "2026-01-05T08:00:00"],
    )
    def test_an_instant_without_a_zone_is_in_the_platform_s_own(self, text: str) -> None:
        assert instant_of({"a": text}, "a", UTC) == datetime(2026, 1, 5, 8, 0, tzinfo=UTC)

    @pytest.mark.parametrize("holder", [None, [], {}, {"a": 1}])
    def test_lists_and_objects(self, holder: Any) -> None:
        for read in (list_of, object_of):
            with pytest.raises(PayloadUnknown):
                read(holder, "a")

    def test_a_list_that_may_be_left_out(self) -> None:
        assert [list_or_none_of(holder, "a") for holder in ({}, {"a": None}, None, {"a": [1]})] == [[], [], [], [1]]
        with pytest.raises(PayloadUnknown):
            list_or_none_of({"a": True}, "a")

    def test_an_order_that_does_not_fit_says_where_and_repeats_nothing(self) -> None:
        with pytest.raises(PayloadUnknown) as unknown:
            order_of("1", display_code="hush-hush" * 20, lines=[])
        assert "lines" in unknown.value.detail
        assert "hush" not in unknown.value.detail
