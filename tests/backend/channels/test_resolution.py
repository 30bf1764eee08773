"""Which product a line means, and how many pieces or grams, or why nobody but a person can say."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.channels.port import IncomingOrder, OrderUnit
from backend.channels.resolution import HoldReason, Resolution, needs_tolerance, resolve, wanted_codes
from shared.products import UnitOfMeasure
from tests.backend.channels.conftest import MILK_GTIN, card, order_with

MILK = card("MILK-1L", MILK_GTIN)
BANANA = card("BANANA", unit=UnitOfMeasure.GRAM, piece_weight_g=180)
HAM = card("HAM", unit=UnitOfMeasure.GRAM)


def order(**line: Any) -> IncomingOrder:
    """One line; the example's, changed."""
    document = json.loads(order_with(**line))
    return IncomingOrder.model_validate_json(json.dumps({**document, "lines": document["lines"][:1]}))


def quantity(resolution: Resolution) -> int:
    assert resolution.problems == ()
    return resolution.lines[0].quantity


def reason(resolution: Resolution) -> HoldReason:
    assert resolution.lines == ()
    return resolution.problems[0].reason


class TestProduct:
    @pytest.mark.parametrize(
        "line",
        [
            {"sku": "MILK-1L", "gtins": []},
            {"sku": "", "gtins": [MILK_GTIN]},
            {"sku": "their-own-code", "gtins": [MILK_GTIN]},
            {"sku": "", "gtins": ["0" + MILK_GTIN]},
            {"sku": "MILK-1L", "gtins": ["4006381333932"]},
        ],
    )
    def test_by_sku_or_any_spelling_of_a_gtin(self, line: dict[str, Any]) -> None:
        assert resolve(order(**line), [MILK]).lines[0].product_id == "prd_MILK-1L"

    def test_unknown(self) -> None:
        resolution = resolve(order(sku="NEW", gtins=["4006381333932"]), [])
        assert reason(resolution) is HoldReason.PRODUCT_UNKNOWN
        assert "NEW, 4006381333932" in resolution.problems[0].detail

    def test_sku_and_gtin_must_agree(self) -> None:
        assert reason(resolve(order(sku="HAM"), [MILK, HAM])) is HoldReason.PRODUCT_AMBIGUOUS

    def test_codes_for_the_look_up_are_well_formed(self) -> None:
        assert wanted_codes(order(gtins=[MILK_GTIN, "4006381333932", "00000012345670"])) == (
            ["MILK-1L"],
            ["12345670", MILK_GTIN],
        )


class TestLimitsAndTolerance:
    def test_a_products_limit_and_the_lines_own_the_stricter_counts(self) -> None:
        limited = MILK.model_copy(update={"max_per_order": 3})
        assert resolve(order(quantity="5"), [MILK]).lines[0].quantity_max is None
        assert resolve(order(quantity="5"), [limited]).lines[0].quantity_max == 3
        assert resolve(order(quantity="5", quantity_max="2"), [limited]).lines[0].quantity_max == 2
        assert resolve(order(quantity="5", quantity_max="4"), [limited]).lines[0].quantity_max == 3

    def test_lines_of_one_product_share_its_limit(self) -> None:
        limited = MILK.model_copy(update={"max_per_order": 3})
        first = order(quantity="2").lines[0]
        document = order(quantity="2")
        twice = document.model_copy(update={"lines": [first, first.model_copy(update={"external_line_id": "again"})]})
        assert [line.quantity_max for line in resolve(twice, [limited]).lines] == [3, 1]

    def test_a_limit_is_counted_in_the_products_unit(self) -> None:
        line = order(sku="BANANA", gtins=[], quantity="0.5", unit="kg", quantity_max="0.75")
        assert resolve(line, [BANANA]).lines[0].quantity_max == 750

    def test_the_channels_tolerance_comes_before_the_stores(self) -> None:
        line: dict[str, Any] = {"sku": "BANANA", "gtins": [], "quantity": "0.5", "unit": "kg"}
        assert resolve(order(**line), [BANANA], 10).lines[0].tolerance_percent == 10
        assert resolve(order(**line, weight_tolerance_percent=0), [BANANA], 10).lines[0].tolerance_percent == 0

    def test_only_weighed_lines_that_say_nothing_ask_the_store(self) -> None:
        assert not needs_tolerance(order(), [MILK])
        assert needs_tolerance(order(sku="BANANA", gtins=[], unit="kg"), [BANANA])
        assert not needs_tolerance(order(sku="BANANA", gtins=[], unit="kg", weight_tolerance_percent=5), [BANANA])


class TestQuantity:
    @pytest.mark.parametrize(
        ("product", "line", "expected"),
        [
            (MILK, {"quantity": "3.000"}, 3),
            (BANANA, {"quantity": "1.25", "unit": "kg"}, 1250),
            (BANANA, {"quantity": "350", "unit": "g"}, 350),
            (BANANA, {"quantity": "1", "unit": "lb"}, 454),
            (BANANA, {"quantity": "1", "unit": "oz"}, 28),
            (BANANA, {"quantity": "0.5", "unit": "g"}, 1),
            (BANANA, {"quantity": "3"}, 540),
        ],
    )
    def test_pieces_and_grams(self, product: Any, line: dict[str, Any], expected: int) -> None:
        assert quantity(resolve(order(sku=product.sku, gtins=[], **line), [product])) == expected

    @pytest.mark.parametrize(
        ("product", "line", "expected"),
        [
            (MILK, {"quantity": "0.5"}, HoldReason.QUANTITY_IMPOSSIBLE),
            (MILK, {"unit": "kg"}, HoldReason.UNIT_DOES_NOT_FIT),
            (MILK, {"unit": "l"}, HoldReason.UNIT_DOES_NOT_FIT),
            (HAM, {"quantity": "3"}, HoldReason.UNIT_DOES_NOT_FIT),
            (HAM, {"unit": "l"}, HoldReason.UNIT_DOES_NOT_FIT),
            (HAM, {"quantity": "0.001", "unit": "g"}, HoldReason.QUANTITY_IMPOSSIBLE),
            (HAM, {"quantity": "90000", "unit": "kg"}, HoldReason.QUANTITY_IMPOSSIBLE),
        ],
    )
    def test_nothing_is_guessed(self, product: Any, line: dict[str, Any], expected: HoldReason) -> None:
        assert reason(resolve(order(sku=product.sku, gtins=[], **line), [product])) is expected

    @given(
        st.decimals(min_value=Decimal("0.001"), max_value=900, places=3),
        st.sampled_from([OrderUnit.KILOGRAM, OrderUnit.GRAM, OrderUnit.POUND, OrderUnit.OUNCE]),
    )
    def test_grams_are_never_off_by_more_than_half(self, amount: Decimal, unit: OrderUnit) -> None:
        grams = {"kg": 1000, "g": 1, "lb": Decimal("453.59237"), "oz": Decimal("28.349523125")}[unit]
        resolution = resolve(order(sku="HAM", gtins=[], quantity=str(amount), unit=unit), [HAM])
        if resolution.problems:
            assert amount * grams < Decimal("0.5")
        else:
            assert abs(quantity(resolution) - amount * grams) <= Decimal("0.5")


def test_every_problem_is_found_at_once() -> None:
    assert len(resolve(order(sku="NEW", gtins=[]), []).problems) == 1
    late = json.loads(order_with(sku="NEW", gtins=[])) | {"due_at": "2026-01-05T07:59:59Z"}
    resolution = resolve(IncomingOrder.model_validate_json(json.dumps(late)), [])
    assert [problem.reason for problem in resolution.problems] == [
        HoldReason.DUE_BEFORE_PLACED,
        HoldReason.PRODUCT_UNKNOWN,
        HoldReason.PRODUCT_UNKNOWN,
    ]
