"""One rule for phone and backend: which scan is the product we look for, and how much of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.barcode import (
    DEFAULT_WEIGHED_RULES,
    BarcodeKind,
    BarcodeMalformed,
    ScannedCode,
    WeighedRule,
    check_digit,
    read_barcode,
)
from shared.matching import is_product, read_scan, weight_of
from shared.products import ProductCard, ProductNames, UnitOfMeasure

RULES = (*DEFAULT_WEIGHED_RULES, WeighedRule(pattern="22PPPPPMMMMMC"))


def gtin(body: str) -> str:
    return body + check_digit(body)


UPC = gtin("03600029145")  # 12 digits, as printed in America
MILK = gtin("952010000000")
SHORT = gtin("7351353")
CASE = gtin("1" + MILK[:-1])  # a case of milk: 14 digits, another product


def card(**parts: Any) -> ProductCard:
    return ProductCard(**{"id": "prd_1", "sku": "MILK-1L", "gtins": [MILK], "names": ProductNames(en="Milk"), **parts})


def bananas(**parts: Any) -> ProductCard:
    """Weighed at the counter: the scale prints article 00042."""
    return card(**{"sku": "BANANA", "gtins": [], "unit": UnitOfMeasure.GRAM, "article": "00042", **parts})


def scale_label(article: str, weight_g: int) -> str:
    return gtin(f"28{article}{weight_g:05d}")


def price_label(article: str, price_minor: int) -> str:
    return gtin(f"22{article}{price_minor:05d}")


def matches(scan: str, product: ProductCard, rules: tuple[WeighedRule, ...] = RULES) -> bool:
    return is_product(read_scan(scan, rules, [product]), product, rules)


class TestIsProductByGtin:
    @pytest.mark.parametrize("scan", [MILK, "0" + MILK, f"]E0{MILK}", f"]C1010{MILK}3103000500", f"(01)0{MILK}"])
    def test_each_spelling_of_one_gtin(self, scan: str) -> None:
        assert matches(scan, card())

    @pytest.mark.parametrize("kept", [UPC, "0" + UPC, "00" + UPC])
    @pytest.mark.parametrize("scan", [UPC, "0" + UPC, "00" + UPC])
    def test_however_the_catalogue_and_the_scanner_write_it(self, kept: str, scan: str) -> None:
        assert matches(scan, card(gtins=[kept]))

    def test_any_of_several_gtins(self) -> None:
        product = card(gtins=[UPC, SHORT, MILK])
        assert [matches(scan, product) for scan in (UPC, SHORT, MILK, CASE)] == [True, True, True, False]

    def test_a_case_is_not_what_is_in_it(self) -> None:
        assert not matches(CASE, card())
        assert matches(CASE, card(gtins=[CASE]))

    def test_a_wrong_gtin_in_the_catalogue_is_nobodys(self) -> None:
        broken = MILK[:-1] + str((int(MILK[-1]) + 1) % 10)
        assert not matches(MILK, card(gtins=[broken, "not a number", ""]))
        assert matches(MILK, card(gtins=[broken, MILK]))

    def test_a_gtin_is_never_taken_for_an_article(self) -> None:
        assert not matches(MILK, card(gtins=[], article=MILK))

    def test_a_code_that_names_nothing_is_no_product(self) -> None:
        assert not is_product(ScannedCode(kind=BarcodeKind.PRODUCT), bananas(article=""), RULES)

    @given(st.text("0123456789", min_size=12, max_size=12), st.text("0123456789", min_size=12, max_size=12))
    def test_two_numbers_are_two_products(self, one: str, other: str) -> None:
        code = read_barcode(gtin(one), ())
        assert is_product(code, card(gtins=[gtin(other)]), ()) == (one == other)


class TestIsProductByScaleLabel:
    def test_the_products_own_article(self) -> None:
        assert matches(scale_label("00042", 1_250), bananas())
        assert matches(price_label("00042", 199), bananas())

    def test_another_article(self) -> None:
        assert not matches(scale_label("00043", 1_250), bananas())

    def test_the_sku_where_the_shop_wrote_that_into_the_scale(self) -> None:
        assert matches(scale_label("12345", 500), bananas(sku="12345", article=""))

    def test_a_gtin_of_the_catalogue_that_is_itself_a_scale_label(self) -> None:
        """Shops keep `28 00042 00000 C` as the product's number: the article is what counts, not the weight."""
        product = bananas(article="", gtins=[MILK, scale_label("00042", 0)])
        assert matches(scale_label("00042", 735), product)
        assert not matches(scale_label("00043", 735), product)

    def test_only_where_the_store_has_such_a_rule(self) -> None:
        scan = scale_label("00042", 735)
        assert not matches(scan, bananas(), rules=())
        assert matches(scan, card(gtins=[scan]), rules=()), "without a rule it is a number like any other"

    def test_an_unread_gtin_of_the_catalogue_is_nobodys(self) -> None:
        assert not matches(scale_label("00042", 735), bananas(article="", gtins=["2800042"]))

    def test_a_rule_without_an_article_names_no_product(self) -> None:
        rules = (WeighedRule(pattern="28VVVVVWWWWWC"),)
        assert not matches(scale_label("00042", 735), bananas(article=""), rules)


class TestReadScan:
    def test_a_typed_sku_is_the_product(self) -> None:
        assert matches("BANANA", bananas())
        assert read_scan("BANANA", RULES, [card(), bananas()]).article == "BANANA"

    def test_a_sku_says_no_weight(self) -> None:
        assert weight_of(read_scan("BANANA", RULES, [bananas()]), bananas()) is None

    @pytest.mark.parametrize("scan", ["MILK-1L", "BANAN", "banana", "BANANA2"])
    def test_only_a_whole_sku_of_what_is_looked_for(self, scan: str) -> None:
        with pytest.raises(BarcodeMalformed):
            read_scan(scan, RULES, [bananas()])

    def test_one_products_sku_is_not_another_product(self) -> None:
        code = read_scan("MILK-1L", RULES, [card(), bananas()])
        assert is_product(code, card(), RULES)
        assert not is_product(code, bananas(), RULES)

    def test_a_sku_of_digits_goes_before_a_barcode(self) -> None:
        product = card(sku=UPC, gtins=[])
        assert matches(UPC, product)

    def test_anything_else_is_read_as_a_barcode(self) -> None:
        assert read_scan(scale_label("00042", 735), RULES, []) == read_barcode(scale_label("00042", 735), RULES)

    @given(st.text(max_size=60))
    def test_nothing_but_its_own_error_is_raised(self, scan: str) -> None:
        try:
            code = read_scan(scan, RULES, [bananas()])
        except BarcodeMalformed:
            return
        assert code.gtin or code.article


class TestWeightOf:
    def test_grams_as_the_label_says(self) -> None:
        assert weight_of(read_barcode(scale_label("00042", 1_250), RULES), bananas()) == 1_250

    def test_a_label_of_no_grams_says_nothing(self) -> None:
        assert weight_of(read_barcode(scale_label("00042", 0), RULES), bananas(price_minor=199)) is None

    def test_a_gs1_code_may_bring_the_weight(self) -> None:
        assert weight_of(read_barcode(f"010{MILK}3103000500", RULES), card()) == 500

    @pytest.mark.parametrize(
        ("label_minor", "per_kg_minor", "weight_g"),
        [(199, 199, 1_000), (100, 199, 503), (1, 199, 5), (99_999, 1, 99_999_000), (50, 400, 125)],
    )
    def test_a_price_label_divided_by_the_price_per_kilogram(
        self, label_minor: int, per_kg_minor: int, weight_g: int
    ) -> None:
        code = read_barcode(price_label("00042", label_minor), RULES)
        assert weight_of(code, bananas(price_minor=per_kg_minor)) == weight_g

    def test_a_price_says_nothing_where_ours_is_not_known(self) -> None:
        assert weight_of(read_barcode(price_label("00042", 199), RULES), bananas(price_minor=0)) is None

    def test_a_price_of_nothing_says_nothing(self) -> None:
        assert weight_of(read_barcode(price_label("00042", 0), RULES), bananas(price_minor=199)) is None

    def test_less_than_half_a_gram_says_nothing(self) -> None:
        assert weight_of(read_barcode(price_label("00042", 1), RULES), bananas(price_minor=9_999)) is None

    def test_a_plain_barcode_has_no_weight(self) -> None:
        assert weight_of(read_barcode(MILK, RULES), card(price_minor=129)) is None

    @given(st.integers(20, 5_000), st.integers(100, 10_000))
    def test_a_price_label_is_right_to_what_a_cent_weighs(self, grams: int, per_kg_minor: int) -> None:
        price_minor = round(grams * per_kg_minor / 1000)
        code = ScannedCode(kind=BarcodeKind.WEIGHED, article="00042", price_minor=price_minor)
        weight_g = weight_of(code, bananas(price_minor=per_kg_minor))
        assert abs((weight_g or 0) - grams) <= 500 / per_kg_minor + 1
