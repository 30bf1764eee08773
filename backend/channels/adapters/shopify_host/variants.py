"""The shop's variants as its API shows and changes them: counted or not, sold beyond their count or not. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from backend.channels.adapters.shopify_host.platform import Refused

DENY, CONTINUE = "DENY", "CONTINUE"


@dataclass(slots=True)
class PlayedVariant:
    number: str
    sku: str
    price: Decimal
    available: int = 12
    tracked: bool = True
    policy: str = DENY
    compare_at: Decimal | None = None
    metafields: dict[str, str] = field(default_factory=dict)

    @property
    def is_on_sale(self) -> bool:
        return not self.tracked or self.policy == CONTINUE or self.available > 0


class VariantShelf:
    """By SKU, with their stock at one location. `keys`: an idempotency key stands for one change of it."""

    def __init__(self, location_id: str) -> None:
        self._location = f"gid://shopify/Location/{location_id}"
        self.variants: dict[str, PlayedVariant] = {}
        self.keys: set[str] = set()

    def put(self, number: str, sku: str, price: str) -> None:
        self.variants[sku] = PlayedVariant(number, sku, Decimal(price))

    def knows(self, sku: str) -> bool:
        return sku in self.variants

    def is_on_sale(self, sku: str) -> bool:
        return self.variants[sku].is_on_sale

    def price_of(self, sku: str) -> str:
        return f"{self.variants[sku].price:.2f}"

    def shown(self, sku: str) -> dict[str, Any]:
        variant = self.variants[sku]
        memory = variant.metafields.get("blinkpick.before_sold_out")
        return {
            "id": f"gid://shopify/ProductVariant/{variant.number}",
            "sku": sku,
            "inventoryPolicy": variant.policy,
            "product": {"id": f"gid://shopify/Product/{variant.number}"},
            "metafield": None if memory is None else {"value": memory},
            "inventoryItem": {
                "id": f"gid://shopify/InventoryItem/{variant.number}",
                "tracked": variant.tracked,
                "inventoryLevel": {"quantities": [{"quantity": variant.available}]},
            },
        }

    def update_variants(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Only what is named. Raises Refused."""
        for changes in given["variants"]:
            variant = self._of(changes["id"])
            if not given["productId"].endswith(f"/{variant.number}"):
                raise Refused("Product does not exist", "PRODUCT_DOES_NOT_EXIST")
            variant.policy = changes.get("inventoryPolicy", variant.policy)
            variant.tracked = changes.get("inventoryItem", {}).get("tracked", variant.tracked)
            if "price" in changes:
                variant.price = Decimal(changes["price"])
                compare_at = changes["compareAtPrice"]
                variant.compare_at = None if compare_at is None else Decimal(compare_at)
            for each in changes.get("metafields", []):
                variant.metafields[f"{each['namespace']}.{each['key']}"] = each["value"]
        return {"productVariants": []}

    def set_quantities(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Where the count is still what the caller saw. Raises Refused."""
        asked = given["input"]
        if asked["name"] != "available" or asked["reason"] != "correction":
            raise Refused("not a name or a reason", "INVALID_NAME")
        if given["key"] not in self.keys:
            for each in asked["quantities"]:
                variant = self._of(each["inventoryItemId"])
                if each["locationId"] != self._location:
                    raise Refused("The location could not be found", "INVALID_LOCATION")
                if each["changeFromQuantity"] not in (None, variant.available):
                    raise Refused("The quantity has changed", "CHANGE_FROM_QUANTITY_STALE")
                variant.available = each["quantity"]
            self.keys.add(given["key"])
        return {"inventoryAdjustmentGroup": {"id": "gid://shopify/InventoryAdjustmentGroup/1"}}

    def _of(self, gid: str) -> PlayedVariant:
        number = gid.rsplit("/", 1)[-1]
        for variant in self.variants.values():
            if variant.number == number:
                return variant
        raise Refused("Product variant does not exist", "PRODUCT_VARIANT_DOES_NOT_EXIST")
