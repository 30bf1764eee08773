"""What may stand in for what, and when a refused substitute is still in the tote."""

from __future__ import annotations

from typing import Any

import pytest

from shared.products import ProductCard, ProductNames
from shared.substitution import PickSubstitution, SubstitutionStatus, may_stand_in
from tests.factories import make_location


def card(sku: str, **parts: Any) -> ProductCard:
    return ProductCard(**{"id": f"prd_{sku}", "sku": sku, "gtins": [], "names": ProductNames(en=sku), **parts})


@pytest.mark.parametrize(
    ("substitute", "ordered", "may"),
    [
        ({}, {}, True),
        ({"unit": "gram"}, {}, False),
        ({"temperature": "frozen"}, {}, False),
        ({"is_age_restricted": True}, {}, False),
        ({"is_age_restricted": True}, {"is_age_restricted": True}, True),
        ({}, {"is_age_restricted": True}, True),
        ({"department": "Wine"}, {}, True),
    ],
)
def test_may_stand_in(substitute: dict[str, Any], ordered: dict[str, Any], may: bool) -> None:
    assert may_stand_in(card("B", **substitute), card("A", **ordered)) is may


def test_nothing_stands_in_for_itself() -> None:
    assert not may_stand_in(card("A"), card("A"))


@pytest.mark.parametrize("status", SubstitutionStatus)
@pytest.mark.parametrize("is_put_back", [True, False])
def test_only_a_refused_one_is_to_be_put_back(status: SubstitutionStatus, is_put_back: bool) -> None:
    one = PickSubstitution(
        id="sub_1",
        product=card("B"),
        location=make_location("A", 1, 1, 10),
        quantity=1,
        status=status,
        is_put_back=is_put_back,
    )
    assert one.is_to_put_back is (status is SubstitutionStatus.REFUSED and not is_put_back)
