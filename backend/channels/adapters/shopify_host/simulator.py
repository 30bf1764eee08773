"""A shop put together: tokens, one GraphQL address, and webhooks signed as Shopify signs them."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import httpx
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backend.channels.adapters.shopify_host.platform import CURRENCY, PlayedOrder, Refused, ShopifyPlatform
from backend.channels.adapters.shopify_host.variants import VariantShelf
from backend.channels.port.contract import Edge
from backend.channels.port.notices import RawMessage
from backend.channels.port.played_host import PlayedHost, PlayedSettings
from backend.channels.port.played_tokens import PlayedTokens
from backend.channels.port.playing import SoldProduct
from backend.channels.port.profiles import SHOPIFY
from backend.channels.port.signatures import sign

PUSHES_MAX = 9  # once, and eight times again
API_VERSION = "2026-04"
THROTTLED = {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]}
SHELF = (
    SoldProduct("EGGS-10", "Eggs, ten", Decimal("31.90")),
    SoldProduct("MILK-1L", "Whole milk 1 l", Decimal("12.90")),
)
NEED_KEYS = frozenset({"refundCreate", "inventorySetQuantities"})
_DEMO_CREDENTIAL = "simulated-secret-for-nobody"
_ARGUMENT = re.compile(r"(\w+): \$(\w+)")


class HostSettings(PlayedSettings):
    """Which shop it is. The defaults are for demos: they guard nothing."""

    shop: str = "corner-shop.myshopify.com"
    client_id: str = "app_1"
    location_id: str = "90000001"
    client_secret: SecretStr = SecretStr(_DEMO_CREDENTIAL)


class ShopifyHost(PlayedHost[ShopifyPlatform]):
    """One shop with one app."""

    def __init__(
        self, settings: HostSettings, edge: Edge, *, push_transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        super().__init__(settings, edge, attempts_max=PUSHES_MAX, push_transport=push_transport)
        self.settings = settings
        self.shelf = VariantShelf(settings.location_id)
        self._secret = settings.client_secret.get_secret_value()
        self.tokens = PlayedTokens(client_id=settings.client_id, client_secret=self._secret, clock=edge.clock)
        self.platform = ShopifyPlatform(clock=edge.clock, tell=self._tell, sells=SHELF)
        self._fields: dict[str, Callable[[Mapping[str, Any]], Any]] = {
            "order": self._order,
            "productVariants": self._variants,
            "inventorySetQuantities": self.shelf.set_quantities,
            "productVariantsBulkUpdate": self.shelf.update_variants,
            "orderEditBegin": self._begin,
            "orderEditSetQuantity": self._set,
            "orderEditAddVariant": self._add,
            "orderEditCommit": self._commit,
            "refundCreate": self._refund,
            "orderCancel": self._cancel,
            "tagsAdd": self._tag,
            "fulfillmentCreate": self._fulfil,
            "fulfillmentOrderReportProgress": self._progress,
            "fulfillmentOrderLineItemsPreparedForPickup": self._prepared,
        }
        names = "|".join(self._fields)
        self._field = re.compile(rf"(?:(\w+): )?\b({names})\(([^)]*)\)(?: @idempotent\(key: \$(\w+)\))?")
        self.application = Starlette(
            routes=[
                Route("/admin/oauth/access_token", self.tokens.answer, methods=["POST"]),
                Route(f"/admin/api/{API_VERSION}/graphql.json", self._ask, methods=["POST"]),
            ]
        )

    def channel_settings(self, webhook_url: str) -> dict[str, Any]:
        return {
            "shop": self.settings.shop,
            "client_id": self.settings.client_id,
            "client_secret": self._secret,
            "api_version": API_VERSION,
            "location_id": self.settings.location_id,
        }

    def ask_to_cancel(self, order_id: str) -> bool:
        """A shopper of a shop calls the shop."""
        return False

    def put_on_sale(self, sku: str, price: str) -> None:
        self.platform.products.setdefault(sku, SoldProduct(sku, sku, Decimal(price)))
        self.shelf.put(self.platform.variant_id(sku), sku, price)

    def is_on_sale(self, sku: str) -> bool:
        return self.shelf.is_on_sale(sku)

    def price_of(self, sku: str) -> str:
        return self.shelf.price_of(sku)

    def _tell(self, topic: str, body: dict[str, Any]) -> None:
        content = json.dumps(body, ensure_ascii=False).encode()
        webhook_id = str(uuid.UUID(int=self._chance.getrandbits(128), version=4))

        def build() -> httpx.Request:
            headers = {
                "Content-Type": "application/json",
                "X-Shopify-Topic": topic,
                "X-Shopify-Shop-Domain": self.settings.shop,
                "X-Shopify-Webhook-Id": webhook_id,
                "X-Shopify-Hmac-SHA256": sign(SHOPIFY, RawMessage(content), secret=self._secret),
            }
            return httpx.Request("POST", f"{self.pushes.url}/webhooks", content=content, headers=headers)

        self.pushes.schedule(build)

    async def _ask(self, request: Request) -> Response:
        if self.is_down:
            return Response("down", 503)
        if not self.tokens.is_known(request.headers.get("x-shopify-access-token", "")):
            return JSONResponse({"errors": "[API] Invalid API key or access token"}, 401)
        if self._does_not_answer():
            return JSONResponse(THROTTLED)
        asked = await request.json()
        query, variables = asked["query"], asked["variables"]
        data = {}
        for alias, name, arguments, key in self._field.findall(query):
            given = {argument: variables[variable] for argument, variable in _ARGUMENT.findall(arguments)}
            if name in NEED_KEYS and not key:
                return JSONResponse({"errors": [{"message": "the @idempotent directive is required"}]})
            if key:
                given["key"] = variables[key]
            data[alias or name] = self._answered(name, given, is_mutation=query.startswith("mutation"))
        if " shop {" in query:
            data["shop"] = {"currencyCode": CURRENCY}
        if not data:
            return JSONResponse({"errors": [{"message": "Field doesn't exist"}]})
        if self._loses_the_answer():
            return Response("the question was answered, the answer is lost", 502)
        return JSONResponse({"data": data})

    def _answered(self, name: str, given: Mapping[str, Any], *, is_mutation: bool) -> Any:
        errors = "orderCancelUserErrors" if name == "orderCancel" else "userErrors"
        try:
            found = self._fields[name](given)
        except Refused as refused:
            return {errors: [{"field": ["id"], "message": str(refused), "code": refused.code}]}
        return {**found, errors: []} if is_mutation else found

    def _order(self, given: Mapping[str, Any]) -> Any:
        order_id = _number(given["id"])
        order = self.platform.orders.get(order_id)
        return None if order is None else self._shown(order_id, order)

    def _shown(self, order_id: str, order: PlayedOrder) -> dict[str, Any]:
        """Everything anybody asks of an order; a real shop shows what the question names."""
        lines = [
            {
                "id": f"gid://shopify/LineItem/{line.line_id}",
                "name": line.product.name,
                "sku": line.product.sku,
                "currentQuantity": line.current,
                "requiresShipping": True,
                "originalUnitPriceSet": _money(line.product.price),
                "variant": {"barcode": line.product.gtin or None},
            }
            for line in order.lines
        ]
        piece = {
            "id": f"gid://shopify/FulfillmentOrder/{order_id}",
            "status": order.status,
            "deliveryMethod": {"methodType": order.method},
        }
        payment = {
            "id": f"gid://shopify/OrderTransaction/{order_id}",
            "kind": "SALE",
            "status": "SUCCESS",
            "gateway": "shopify_payments",
            "amountSet": _money(order.paid),
        }
        return {
            "id": f"gid://shopify/Order/{order_id}",
            "name": f"#{order.number}",
            "createdAt": order.placed_at.isoformat(),
            "cancelledAt": None if order.cancelled_at is None else order.cancelled_at.isoformat(),
            "note": "Leave it with the neighbour",
            "currencyCode": CURRENCY,
            "displayFinancialStatus": "PAID",
            "tags": order.tags,
            "customAttributes": [],
            "currentTotalPriceSet": _money(order.price),
            "netPaymentSet": _money(order.paid - order.refunded),
            "lineItems": {"nodes": lines},
            "fulfillmentOrders": {"nodes": [piece]},
            "transactions": [payment],
        }

    def _variants(self, given: Mapping[str, Any]) -> Any:
        wanted = given["query"].removeprefix('sku:"').removesuffix('"')
        if self.shelf.knows(wanted):
            return {"nodes": [self.shelf.shown(wanted)]}
        found = [sku for sku in self.platform.products if sku == wanted]
        variants = [
            {"id": f"gid://shopify/ProductVariant/{self.platform.variant_id(sku)}", "sku": sku} for sku in found
        ]
        return {"nodes": variants}

    def _begin(self, given: Mapping[str, Any]) -> Any:
        order_id = _number(given["id"])
        edit_id = self.platform.begin_edit(order_id)
        lines = [
            {"id": f"gid://shopify/CalculatedLineItem/{line.line_id}", "quantity": line.current}
            for line in self.platform.orders[order_id].lines
        ]
        return {"calculatedOrder": {"id": f"gid://shopify/CalculatedOrder/{edit_id}", "lineItems": {"nodes": lines}}}

    def _set(self, given: Mapping[str, Any]) -> Any:
        self.platform.set_quantity(_number(given["id"]), _number(given["lineItemId"]), given["quantity"])
        return {"calculatedLineItem": {"id": given["lineItemId"]}}

    def _add(self, given: Mapping[str, Any]) -> Any:
        self.platform.add_variant(_number(given["id"]), _number(given["variantId"]), given["quantity"])
        return {"calculatedLineItem": {"id": "gid://shopify/CalculatedLineItem/new"}}

    def _commit(self, given: Mapping[str, Any]) -> Any:
        self.platform.commit(_number(given["id"]))
        return {"order": {"id": "gid://shopify/Order/1"}}

    def _refund(self, given: Mapping[str, Any]) -> Any:
        refund = given["input"]
        amount = sum((Decimal(each["amount"]) for each in refund["transactions"]), Decimal(0))
        self.platform.refund(_number(refund["orderId"]), amount, given["key"], refund)
        return {"refund": {"id": f"gid://shopify/Refund/{given['key']}"}}

    def _cancel(self, given: Mapping[str, Any]) -> Any:
        self.platform.cancel_by_store(_number(given["orderId"]), given["reason"])
        return {"job": {"id": "gid://shopify/Job/1"}}

    def _tag(self, given: Mapping[str, Any]) -> Any:
        self.platform.tag(_number(given["id"]), given["tags"])
        return {"node": {"id": given["id"]}}

    def _progress(self, given: Mapping[str, Any]) -> Any:
        self.platform.report_progress(_number(given["id"]))
        return {"fulfillmentOrder": {"id": given["id"], "status": "IN_PROGRESS"}}

    def _prepared(self, given: Mapping[str, Any]) -> Any:
        for piece in given["input"]["lineItemsByFulfillmentOrder"]:
            self.platform.prepare_for_pickup(_number(piece["fulfillmentOrderId"]))
        return {}

    def _fulfil(self, given: Mapping[str, Any]) -> Any:
        for piece in given["fulfillment"]["lineItemsByFulfillmentOrder"]:
            self.platform.fulfil(_number(piece["fulfillmentOrderId"]))
        return {"fulfillment": {"id": "gid://shopify/Fulfillment/1"}}


def _number(gid: str) -> str:
    return gid.rsplit("/", 1)[-1]


def _money(amount: Decimal) -> dict[str, Any]:
    return {"shopMoney": {"amount": f"{amount:.2f}", "currencyCode": CURRENCY}}
