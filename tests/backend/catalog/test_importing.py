"""products.csv is taken whole and right, or refused with file, row, column, problem and what was expected."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.catalog.errors import ProductFileRejected
from backend.catalog.importing import COLUMNS, read_products
from tests.backend.catalog.files import MILK_GTIN, bananas, milk, rice, text_of


def problems_of(text: str) -> list[dict[str, Any]]:
    with pytest.raises(ProductFileRejected) as refused:
        read_products(text)
    listed: list[dict[str, Any]] = refused.value.facts["problems"]
    return listed


class TestReadProducts:
    def test_a_valid_file_is_taken(self) -> None:
        entries = read_products(text_of(milk(), bananas()))
        assert [(entry.row, entry.sku, entry.price_minor) for entry in entries] == [(2, "milk-1", 129), (3, "ban", 129)]
        assert entries[0].gtins == (MILK_GTIN,)

    def test_gtins_get_their_shortest_form_once(self) -> None:
        entries = read_products(text_of(milk(gtins=f"0{MILK_GTIN} {MILK_GTIN}")))
        assert entries[0].gtins == (MILK_GTIN,)

    def test_columns_may_come_in_any_sequence_and_with_a_byte_order_mark(self) -> None:
        text = "\ufeff" + text_of(milk(), columns=COLUMNS[::-1]).replace("\n", "\r\n")
        assert read_products(text)[0].sku == "milk-1"

    def test_handling_and_age_may_be_left_out(self) -> None:
        (entry,) = read_products(text_of(milk()))
        assert (entry.handling, entry.is_age_restricted) == ("ordinary", False)
        columns = (*COLUMNS, "handling", "age_restricted")
        rows = (milk(handling="heavy", age_restricted="yes"), rice(handling="", age_restricted=""))
        heavy, plain = read_products(text_of(*rows, columns=columns))
        assert (heavy.handling, heavy.is_age_restricted) == ("heavy", True)
        assert (plain.handling, plain.is_age_restricted) == ("ordinary", False)

    @pytest.mark.parametrize(
        ("column", "value", "problem"),
        [
            ("handling", "brittle", "expected heavy or ordinary or fragile, found 'brittle'"),
            ("age_restricted", "18", "expected yes or no, found '18'"),
            ("use", "Whole Milk", "expected one word of a-z, 0-9 and -, at most 60 signs, found 'Whole Milk'"),
            ("substitutes", "milk-1", "a product is no substitute for itself"),
            ("substitutes", "a b a", "one product stands here twice"),
            ("substitutes", "mælk", "expected SKUs with blanks between, found 'mælk'"),
            ("substitutes", " ".join(map(str, range(11))), "at most 10 substitutes per product"),
        ],
    )
    def test_a_wrong_optional_one_is_named(self, column: str, value: str, problem: str) -> None:
        (found,) = problems_of(text_of(milk(**{column: value}), columns=(*COLUMNS, column)))
        assert (found["column"], found["problem"]) == (column, problem)

    @pytest.mark.parametrize(
        ("changed", "column", "problem"),
        [
            ({"sku": "two words"}, "sku", "expected 1 to 40 signs without blanks, found 'two words'"),
            ({"sku": ""}, "sku", "found nothing"),
            ({"gtins": "9520100000004"}, "gtins", "check digit of 9520100000004 should be 3"),
            ({"gtins": "123"}, "gtins", "8, 12, 13 or 14 digits"),
            ({"gtins": ""}, "gtins", "needs at least one GTIN"),
            ({"name_en": ""}, "name_en", "expected an English name"),
            ({"unit": "kilo"}, "unit", "expected each or gram, found 'kilo'"),
            ({"temperature": "cold"}, "temperature", "expected ambient or chilled or frozen"),
            ({"price_minor": "1.29"}, "price_minor", "a whole number"),
            ({"price_minor": "-1"}, "price_minor", "a whole number"),
            ({"price_minor": "１２"}, "price_minor", "a whole number"),
            ({"piece_weight_g": "1e3"}, "piece_weight_g", "a whole number"),
            ({"picture": "../x:zzz"}, "picture", "a shape and a colour"),
            ({"article": "21001"}, "article", "only products sold by gram"),
            ({"unit": "gram", "gtins": ""}, "article", "needs a scale article number or a GTIN"),
            ({"location": "aisle 4"}, "location", "an address such as A12-4-3"),
        ],
    )
    def test_one_wrong_cell_is_named(self, changed: dict[str, str], column: str, problem: str) -> None:
        found = problems_of(text_of(rice(), milk(**changed)))
        assert [(entry["file"], entry["row"], entry["column"]) for entry in found] == [("products.csv", 3, column)]
        assert problem in found[0]["problem"]

    @pytest.mark.parametrize(
        ("row", "column"),
        [
            (milk(gtins="9520100000201"), "sku"),
            (milk(sku="other"), "gtins"),
        ],
    )
    def test_what_stands_twice_is_named_with_its_first_row(self, row: dict[str, str], column: str) -> None:
        found = problems_of(text_of(milk(), row))
        assert (found[0]["row"], found[0]["column"]) == (3, column)
        assert "stands in row 2 already" in found[0]["problem"]

    def test_the_same_article_twice_is_named(self) -> None:
        assert problems_of(text_of(bananas(), bananas(sku="more")))[0]["column"] == "article"

    def test_every_problem_is_listed_and_at_most_a_hundred(self) -> None:
        with pytest.raises(ProductFileRejected, match="row 2, unit") as refused:
            read_products(text_of(*(bananas(sku=f"s{n}", article=str(n), unit="kilo") for n in range(300))))
        assert len(refused.value.facts["problems"]) == 100
        assert refused.value.facts["problems_total"] > 300

    def test_missing_and_unknown_columns_are_named(self) -> None:
        found = problems_of(text_of(milk(), columns=(*COLUMNS[1:], "colour")))
        assert [(entry["row"], entry["column"]) for entry in found] == [(1, "sku"), (1, "colour")]

    @pytest.mark.parametrize("text", ["", "\n", "sku\n", text_of(), text_of(milk()) + "a,b\n", text_of(milk()) + '"'])
    def test_what_is_no_product_file_is_refused(self, text: str) -> None:
        assert problems_of(text)

    @given(st.text(max_size=80) | st.text(alphabet='a,1"\n;', max_size=80).map(lambda text: text_of() + text))
    def test_only_its_own_error_is_raised(self, text: str) -> None:
        assert problems_of(text)
