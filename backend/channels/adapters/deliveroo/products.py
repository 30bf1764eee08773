"""Items of a site's menu sold out and available again, as Deliveroo's call. Pure.

Source: the Menu API, v2, of api-docs.deliveroo.com as public clients call and quote it: POST
/menu/v2/brands/{brand_id}/sites/{site_id}/menu/item_unavailabilities changes the items that are listed and no other;
`unavailable` lasts until the platform's next morning, `hidden` until it is taken back; one item that is not on the menu
fails the whole request. So each item goes by itself. Its id on the menu is the store's SKU.

That failure is 400 to some clients and 404 in others' words, and its body is published nowhere: only one that names the
item as such and says that it is not there is taken for it.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from backend.channels.port.reports import Call

UNAVAILABILITIES = "item_unavailabilities"
_REFUSED = frozenset({400, 404})
_ITEM = r"\bitem(?:s|[ _]?ids?)?\b"
_SPEAKS_OF_ITEM = re.compile(_ITEM, re.IGNORECASE)
_NOT_THERE = re.compile(
    rf"\bnot[ _]found\b|\bnot (?:on|in|part of) (?:the |this |your )?menu\b|\b(?:unknown|no such) {_ITEM}"
    r"|\b(?:do not|does not|doesn't) exist\b",
    re.IGNORECASE,
)

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


def is_not_on_menu(call: Call, status: int, answer: str) -> bool:
    """Whether the answer to an item's call says that this item is not on the menu, and not that something else is."""
    item_id = re.escape(str((call.body or {})["item_id"]))
    names_it = re.search(rf"(?<![\w-]){item_id}(?![\w-])", answer) is not None
    says_so = _SPEAKS_OF_ITEM.search(answer) is not None and _NOT_THERE.search(answer) is not None
    return status in _REFUSED and names_it and says_so
