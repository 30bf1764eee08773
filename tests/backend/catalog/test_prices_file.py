"""New prices from CSV and JSON: what is read, and every wrong cell named with what was expected."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.catalog.errors import PricesRejected
from backend.catalog.prices_file import PROBLEMS_MAX, PriceEntry, read_prices_csv, read_prices_json

SUNDAY = datetime(2026, 12, 6, 22, tzinfo=UTC)


def problems_of(text: str | bytes) -> list[tuple[str, str]]:
    with pytest.raises(PricesRejected) as error:
        read_prices_csv(text.encode() if isinstance(text, str) else text)
    return [(problem["at"], problem["problem"]) for problem in error.value.facts["problems"]]


def json_of(*entries: Any) -> bytes:
    return json.dumps({"prices": entries}).encode()


class TestRead:
    def test_prices_and_promotions(self) -> None:
        text = "sku,price_minor,was_minor,caption,ends_at\n200005,129,149,Weekend,2026-12-06T22:00:00Z\n200006,99,,,\n"
        assert read_prices_csv(text.encode()) == (
            PriceEntry("row 2", "200005", 129, 149, "Weekend", SUNDAY),
            PriceEntry("row 3", "200006", 99),
        )

    def test_semicolons_a_byte_order_mark_blank_rows_and_any_sequence_of_columns(self) -> None:
        text = "﻿price_minor;sku\r\n\r\n 99 ; A \r\n"
        assert read_prices_csv(text.encode()) == (PriceEntry("row 3", "A", 99),)

    def test_json_says_the_same(self) -> None:
        raw = json_of({"sku": "A", "price_minor": 129, "was_minor": 149, "caption": "周末", "ends_at": None})
        assert read_prices_json(raw) == (PriceEntry("prices[0]", "A", 129, 149, "周末"),)


class TestRefuse:
    @pytest.mark.parametrize(
        ("row", "at", "expected"),
        [
            (",99,,,", "row 2, sku", "1 to 40 signs"),
            ("A B,99,,,", "row 2, sku", "without blanks"),
            ("A,,,,", "row 2, price_minor", "whole number"),
            ("A,-1,,,", "row 2, price_minor", "found '-1'"),
            ("A,1.99,,,", "row 2, price_minor", "found '1.99'"),
            ("A,99999999999,,,", "row 2, price_minor", "1000000000"),
            ("A,99,99,,", "row 2, was_minor", "99 is not more than 99"),
            ("A,99,x,,", "row 2, was_minor", "whole number"),
            ("A,99,,Sale,", "row 2, caption", "only a promotion"),
            ("A,99,,,2026-12-06T22:00:00Z", "row 2, ends_at", "only a promotion"),
            ("A,99,199,,2026-12-06", "row 2, ends_at", "with its zone"),
            ("A,99,199,,tomorrow", "row 2, ends_at", "found 'tomorrow'"),
            (f"A,99,199,{'x' * 41},", "row 2, caption", "40 letters"),
            ("A,99", "row 2", "5 values are needed, there are 2"),
        ],
    )
    def test_a_wrong_cell_is_named_with_what_was_expected(self, row: str, at: str, expected: str) -> None:
        (problem,) = problems_of(f"sku,price_minor,was_minor,caption,ends_at\n{row}\n")
        assert problem[0] == at
        assert expected in problem[1]

    @pytest.mark.parametrize(
        ("text", "at", "expected"),
        [
            ("sku\nA\n", "row 1", "price_minor is missing"),
            ("sku,price_minor,colour\nA,1,red\n", "row 1", "no column 'colour'"),
            ("sku,price_minor,sku\nA,1,A\n", "row 1", "stands twice"),
            ("sku,price_minor\n", "the file", "no price"),
            ("sku,price_minor\nA,1\nA,2\n", "row 3, sku", "stands in row 2 already"),
            ('sku,price_minor\n"A,1\n', "row 2", "not CSV"),
            (b"sku,price_minor\n\xff,1\n", "row 1", "not UTF-8 (byte 16)"),
        ],
    )
    def test_a_wrong_file_is_too(self, text: str | bytes, at: str, expected: str) -> None:
        (problem,) = problems_of(text)
        assert problem[0] == at
        assert expected in problem[1]

    def test_all_problems_are_said_a_hundred_at_most(self) -> None:
        with pytest.raises(PricesRejected, match=r"150 problems in all.*no price was changed") as error:
            read_prices_csv(("sku,price_minor\n" + "A B,1\n" * 150).encode())
        assert len(error.value.facts["problems"]) == PROBLEMS_MAX

    @pytest.mark.parametrize(
        ("raw", "at", "expected"),
        [
            (b"{", "the body", "not JSON"),
            (b"[]", "the body", '{"prices"'),
            (b'{"prices": {}}', "the body", '{"prices"'),
            (json_of(1), "prices[0]", "an object"),
            (json_of({"sku": "A", "price_minor": 1, "colour": "red"}), "prices[0]", "no field 'colour'"),
            (json_of({"sku": "A", "price_minor": "1"}), "prices[0], price_minor", "found '1'"),
            (json_of({"sku": "A", "price_minor": True}), "prices[0], price_minor", "found True"),
            (json_of({"sku": 7, "price_minor": 1}), "prices[0], sku", "found 7"),
            (json_of(), "the file", "no price"),
        ],
    )
    def test_json_is_as_strict(self, raw: bytes, at: str, expected: str) -> None:
        with pytest.raises(PricesRejected) as error:
            read_prices_json(raw)
        (problem,) = error.value.facts["problems"]
        assert problem["at"] == at
        assert expected in problem["problem"]

    @given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
    def test_no_bytes_raise_anything_else(self, raw: bytes) -> None:
        for read in (read_prices_csv, read_prices_json):
            with suppress(PricesRejected):
                read(raw)

    @given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5), st.lists))
    def test_no_json_value_does_either(self, value: Any) -> None:
        for name in ("sku", "price_minor", "was_minor", "caption", "ends_at"):
            entry = {"sku": "A", "price_minor": 1, "was_minor": 2, name: value}
            with suppress(PricesRejected):
                read_prices_json(json.dumps({"prices": [entry, value]}).encode())
