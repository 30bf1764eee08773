"""What phones keep: the quantity rule, and documents from a backend that is newer than the app."""

from __future__ import annotations

import pytest

from shared.picking import PickList, is_quantity_right, is_substitute_possible, quantity_missing
from shared.products import UnitOfMeasure
from tests.mobile.builders import pick, pick_list


class TestQuantity:
    @pytest.mark.parametrize(("found", "is_right"), [(2, True), (1, False), (3, False), (0, False)])
    def test_pieces_are_exact(self, found: int, is_right: bool) -> None:
        assert is_quantity_right(UnitOfMeasure.EACH, 2, found) is is_right

    @pytest.mark.parametrize(
        ("found", "is_right"), [(750, True), (563, True), (937, True), (562, False), (938, False), (0, False)]
    )
    def test_grams_may_differ_by_a_quarter(self, found: int, is_right: bool) -> None:
        assert is_quantity_right(UnitOfMeasure.GRAM, 750, found) is is_right


class TestSubstitutes:
    @pytest.mark.parametrize(
        ("unit", "given", "missing"),
        [("each", 2, 0), ("each", 1, 1), ("each", 0, 2), ("each", 3, 0)],
    )
    def test_pieces_missing(self, unit: UnitOfMeasure, given: int, missing: int) -> None:
        assert quantity_missing(UnitOfMeasure(unit), 2, given) == missing

    @pytest.mark.parametrize(("given", "missing"), [(1_000, 0), (750, 0), (749, 251), (0, 1_000)])
    def test_grams_missing(self, given: int, missing: int) -> None:
        assert quantity_missing(UnitOfMeasure.GRAM, 1_000, given) == missing

    @pytest.mark.parametrize(
        ("found", "substituted", "is_possible"),
        [(0, 1, True), (0, 2, True), (1, 1, True), (0, 3, False), (1, 2, False), (2, 1, False), (0, 0, False)],
    )
    def test_pieces_together_are_at_most_what_was_ordered(
        self, found: int, substituted: int, is_possible: bool
    ) -> None:
        assert is_substitute_possible(UnitOfMeasure.EACH, 2, found, substituted) is is_possible

    @pytest.mark.parametrize(
        ("found", "substituted", "is_possible"), [(0, 1_250, True), (0, 1_251, False), (400, 850, True), (0, 10, True)]
    )
    def test_grams_together_keep_the_tolerance(self, found: int, substituted: int, is_possible: bool) -> None:
        assert is_substitute_possible(UnitOfMeasure.GRAM, 1_000, found, substituted) is is_possible


class TestPickList:
    def test_fields_of_a_newer_backend_are_passed_over(self) -> None:
        original = pick_list([pick(1), pick(2)])
        document = original.model_dump(mode="json") | {"new": 1}
        document["picks"][0] |= {"new": 1}
        document["picks"][0]["product"] |= {"new": {"deep": True}}
        document["picks"][0]["location"] |= {"new": 1}
        document["totes"][0] |= {"new": 1}
        assert PickList.model_validate(document) == original
