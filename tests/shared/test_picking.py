"""What phones keep: the quantity rule, and documents from a backend that is newer than the app."""

from __future__ import annotations

import pytest

from shared.picking import PickList, is_quantity_right
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


class TestPickList:
    def test_fields_of_a_newer_backend_are_passed_over(self) -> None:
        original = pick_list([pick(1), pick(2)])
        document = original.model_dump(mode="json") | {"new": 1}
        document["picks"][0] |= {"new": 1}
        document["picks"][0]["product"] |= {"new": {"deep": True}}
        document["picks"][0]["location"] |= {"new": 1}
        document["totes"][0] |= {"new": 1}
        assert PickList.model_validate(document) == original
