"""The shop's products as its API shows and changes them. Source: the documented product of the REST API version 3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FIRST_PRODUCT_ID = 4000


class ShopShelf:
    """By id. A product whose stock the shop counts itself has a `stock_quantity`."""

    def __init__(self) -> None:
        self.products: dict[int, dict[str, Any]] = {}

    def put(self, sku: str, price: str, *, counted: int | None = None) -> None:
        product_id = FIRST_PRODUCT_ID + len(self.products)
        self.products[product_id] = {
            "id": product_id,
            "sku": sku,
            "regular_price": price,
            "sale_price": "",
            "manage_stock": counted is not None,
            "stock_quantity": counted,
            "stock_status": "instock",
            "meta_data": [],
        }

    def listed(self, skus: str) -> list[dict[str, Any]]:
        wanted = skus.split(",")
        return [product for product in self.products.values() if product["sku"] in wanted]

    def change(self, product_id: int, changes: Mapping[str, Any]) -> dict[str, Any]:
        """What the shop counts, it says itself whether it is there."""
        product = self.products[product_id]
        for name, value in changes.items():
            if name == "meta_data":
                product["meta_data"] = [*product["meta_data"], *value]
            elif name in product and not (name == "stock_status" and product["manage_stock"]):
                product[name] = value
        if product["manage_stock"]:
            product["stock_status"] = "instock" if product["stock_quantity"] > 0 else "outofstock"
        return product

    def is_on_sale(self, sku: str) -> bool:
        return any(each["stock_status"] == "instock" for each in self.products.values() if each["sku"] == sku)

    def price_of(self, sku: str) -> tuple[str, str]:
        """(regular, sale)."""
        (product,) = self.listed(sku)
        return product["regular_price"], product["sale_price"]
