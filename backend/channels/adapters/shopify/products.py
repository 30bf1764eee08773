"""What a shop sells, taken off sale, put back, priced: the steps, each of which looks before it does.

Source: shopify.dev, GraphQL Admin API 2026-04: productVariants, inventorySetQuantities (which wants @idempotent, and
`changeFromQuantity` since 2026-01), productVariantsBulkUpdate. A variant that the shop does not count, or sells beyond
its count, is counted and held to it while it is sold out; what it was stands in a metafield of the variant.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import backend.channels.adapters.shopify.queries as queries
from backend.channels.adapters.shopify.client import ShopifyClient, ShopRefused
from backend.channels.port.errors import ChannelUnavailable, PayloadUnknown
from backend.channels.port.fields import list_of, list_or_none_of, minor_digits, object_of, text_of, whole_of
from backend.channels.port.reading import read_json
from backend.channels.port.reports import Call
from shared.events import ProductPrice

STOCK, PRICE = "stock", "price"
OPERATIONS = frozenset({STOCK, PRICE})
STALE = "CHANGE_FROM_QUANTITY_STALE"
STALE_S = 2
DENY, CONTINUE = "DENY", "CONTINUE"
_GID_MAX_CHARACTERS = 200


def tell_stock(sku: str, *, is_available: bool) -> list[Call]:
    return [Call(STOCK, f"product:{sku}", {"sku": sku, "is_available": is_available})]


def tell_prices(prices: Sequence[ProductPrice]) -> list[Call]:
    """Each by itself, for the shop must be asked which variant it is."""
    return [
        Call(
            PRICE,
            f"product:{each.sku}",
            {"sku": each.sku, "price_minor": each.price_minor, "was_minor": each.was_minor},
        )
        for each in prices
    ]


async def send(call: Call, client: ShopifyClient, location: str) -> None:
    """What the shop does not sell under this SKU, or sells twice, is nothing to tell."""
    body = call.body or {}
    sku = str(body["sku"])
    found = await client.look_all(queries.SOLD, {"sku": f'sku:"{sku}"', "location": location})
    variants = [each for each in list_of(found.get("productVariants"), "nodes") if text_of(each, "sku") == sku]
    if len(variants) != 1:
        return
    if call.operation == PRICE:
        currency = text_of(found.get("shop"), "currencyCode")
        await _update(client, variants[0], **_price_fields(body, currency))
    elif body["is_available"]:
        await _put_back(client, variants[0], location)
    else:
        await _take_off(client, variants[0], location)


async def _take_off(client: ShopifyClient, variant: Any, location: str) -> None:
    """Remember first, then take away: an interrupted one is finished by the next try, and forgets nothing."""
    item = object_of(variant, "inventoryItem")
    is_held = item.get("tracked") is True and text_of(variant, "inventoryPolicy") == DENY
    count = _available(item)
    if is_held and (count is None or count <= 0):
        return
    was = {"policy": text_of(variant, "inventoryPolicy"), "tracked": item.get("tracked") is True}
    before = {**was, **_memory(variant), "available": max(count or 0, 0)}
    await _update(client, variant, inventoryPolicy=DENY, inventoryItem={"tracked": True}, **_remembered(before))
    if count is not None and count > 0:
        await _set(client, item, location, count, 0)


async def _put_back(client: ShopifyClient, variant: Any, location: str) -> None:
    """As it was before; what the shop has counted anew since stays. Without a memory it was not us who took it off."""
    before = _memory(variant)
    if not before:
        return
    item = object_of(variant, "inventoryItem")
    count, was = _available(item), whole_of(before, "available", 0)
    if count is not None and count <= 0 < was:
        await _set(client, item, location, count, was)
    policy = CONTINUE if before.get("policy") == CONTINUE else DENY
    tracked = {"tracked": before.get("tracked") is not False}
    await _update(client, variant, inventoryPolicy=policy, inventoryItem=tracked, **_remembered({}))


async def _set(client: ShopifyClient, item: dict[str, Any], location: str, count: int, wanted: int) -> None:
    """Only where the shop still counts as many as we saw. Raises ChannelUnavailable where somebody bought meanwhile."""
    quantity = {
        "inventoryItemId": text_of(item, "id", max_characters=_GID_MAX_CHARACTERS),
        "locationId": location,
        "quantity": wanted,
        "changeFromQuantity": count,
    }
    given = {"name": "available", "reason": "correction", "quantities": [quantity]}
    try:
        await client.ask(queries.SET_QUANTITIES, input=given, key=secrets.token_hex(16))
    except ShopRefused as refusal:
        if STALE not in refusal.facts["codes"]:
            raise
        raise ChannelUnavailable("the shop sold some of it just now", retry_after_s=STALE_S) from None


async def _update(client: ShopifyClient, variant: Any, **fields: Any) -> None:
    product_id = text_of(object_of(variant, "product"), "id", max_characters=_GID_MAX_CHARACTERS)
    changes = {"id": text_of(variant, "id", max_characters=_GID_MAX_CHARACTERS), **fields}
    await client.look(queries.UPDATE_VARIANTS, productId=product_id, variants=[changes])


def _price_fields(body: dict[str, Any], currency: str) -> dict[str, str | None]:
    """A promotion shows the price before as the one to compare with; without one there is none."""
    was = body.get("was_minor")
    compared = None if was is None else _written(int(was), currency)
    return {"price": _written(int(body["price_minor"]), currency), "compareAtPrice": compared}


def _written(minor: int, currency: str) -> str:
    places = minor_digits(currency)
    return f"{Decimal(minor).scaleb(-places):.{places}f}"


def _available(item: Any) -> int | None:
    """None where the location does not stock it."""
    level = item.get("inventoryLevel")
    counts = [whole_of(each, "quantity") for each in list_or_none_of(level, "quantities")]
    return counts[0] if counts else None


def _remembered(before: dict[str, Any]) -> dict[str, Any]:
    field = {**queries.MEMORY, "type": "json", "value": json.dumps(before)}
    return {"metafields": [field]}


def _memory(variant: Any) -> dict[str, Any]:
    """What it was before we took it off; empty where we did not, or somebody wrote something else there."""
    try:
        found = read_json(text_of(variant.get("metafield"), "value").encode())
    except PayloadUnknown:
        return {}
    return found if isinstance(found, dict) else {}
