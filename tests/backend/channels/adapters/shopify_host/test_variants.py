"""The played shop's variants: counted changes only from what was seen, each key once, and nothing of another place."""

from __future__ import annotations

from typing import Any

import pytest

from backend.channels.adapters.shopify_host.platform import Refused
from backend.channels.adapters.shopify_host.variants import VariantShelf


@pytest.fixture
def shelf() -> VariantShelf:
    shelf = VariantShelf("9")
    shelf.put("7", "MILK-1L", "12.90")
    return shelf


def change(key: str = "k", **other: Any) -> dict[str, Any]:
    quantity = {
        "inventoryItemId": "gid://shopify/InventoryItem/7",
        "locationId": "gid://shopify/Location/9",
        "quantity": 0,
        "changeFromQuantity": 12,
        **other,
    }
    return {"key": key, "input": {"name": "available", "reason": "correction", "quantities": [quantity]}}


def test_a_key_stands_for_one_change(shelf: VariantShelf) -> None:
    shelf.set_quantities(change())
    shelf.variants["MILK-1L"].available = 12
    shelf.set_quantities(change())
    assert shelf.variants["MILK-1L"].available == 12


@pytest.mark.parametrize(
    "other",
    [
        {"changeFromQuantity": 11},
        {"locationId": "gid://shopify/Location/8"},
        {"inventoryItemId": "gid://shopify/InventoryItem/8"},
    ],
)
def test_wrong_changes_are_refused(shelf: VariantShelf, other: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        shelf.set_quantities(change(**other))
    assert shelf.is_on_sale("MILK-1L")


def test_a_variant_of_another_product_is_refused(shelf: VariantShelf) -> None:
    changes = {"id": "gid://shopify/ProductVariant/7", "inventoryPolicy": "CONTINUE"}
    with pytest.raises(Refused):
        shelf.update_variants({"productId": "gid://shopify/Product/8", "variants": [changes]})
