"""Till, catalogue and shelf: which of them is wrong, and what is worst comes first."""

from __future__ import annotations

import pytest

from backend.labels.differences import Prices, PriceTrouble, differences


def prices(sku: str = "A", catalogue: int = 100, till: int | None = 100, shelf: int | None = 100) -> Prices:
    return Prices(f"prd_{sku}", sku, "Milk", catalogue, till, shelf, has_label=True)


@pytest.mark.parametrize(
    ("found", "trouble"),
    [
        (prices(till=110), PriceTrouble.TILL_HIGHER),
        (prices(till=90), PriceTrouble.TILL_LOWER),
        (prices(shelf=120), PriceTrouble.TILL_LOWER),
        (prices(till=120, shelf=120), PriceTrouble.LABEL_BEHIND),
        (prices(catalogue=120, till=120, shelf=100), PriceTrouble.TILL_HIGHER),
        (prices(shelf=None), PriceTrouble.LABEL_BEHIND),
        (prices(till=None, shelf=90), PriceTrouble.LABEL_BEHIND),
    ],
)
def test_what_a_shopper_is_told_against_what_is_asked(found: Prices, trouble: PriceTrouble) -> None:
    assert [each.trouble for each in differences([found])] == [trouble]


def test_three_that_agree_are_no_difference() -> None:
    assert differences([prices(), Prices("prd_B", "B", "Rice", 5, 5, None, has_label=False)]) == []


def test_a_product_the_till_does_not_know_is_one_only_where_it_knows_others() -> None:
    alone = prices("A", till=None)
    assert differences([alone]) == []
    assert [each.trouble for each in differences([alone, prices("B")])] == [PriceTrouble.NOT_AT_TILL]


def test_the_worst_comes_first_then_by_sku() -> None:
    found = differences([prices("C", till=90), prices("B", till=110), prices("A", till=110), prices("D", till=None)])
    assert [each.prices.sku for each in found] == ["A", "B", "C", "D"]
