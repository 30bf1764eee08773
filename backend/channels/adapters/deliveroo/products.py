"""Items of a site's menu sold out and available again, as Deliveroo's call. Pure.

Source: the Menu API, v2, of api-docs.deliveroo.com as public clients call and quote it: POST
/menu/v2/brands/{brand_id}/sites/{site_id}/menu/item_unavailabilities changes the items that are listed and no other;
`unavailable` lasts until the platform's next morning, `hidden` until it is taken back; one item that is not on the menu
fails the whole request with 400. So each item goes by itself. Its id on the menu is the store's SKU.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from backend.channels.port.reports import Call

UNAVAILABILITIES = "item_unavailabilities"
AVAILABLE, UNAVAILABLE, HIDDEN = "available", "unavailable", "hidden"


def tell_stock(sku: str, *, is_available: bool) -> list[Call]:
    return [Call(UNAVAILABILITIES, f"product:{sku}", {"item_id": sku, "is_available": is_available})]


def path_of(brand_id: str, site_id: str) -> str:
    brand, site = quote(brand_id, safe=""), quote(site_id, safe="")
    return f"/menu/v2/brands/{brand}/sites/{site}/menu/{UNAVAILABILITIES}"


def body_of(call: Call, *, sold_out_as: str) -> dict[str, Any]:
    body = call.body or {}
    status = AVAILABLE if body["is_available"] else sold_out_as
    return {UNAVAILABILITIES: [{"item_id": body["item_id"], "status": status}]}
