"""What is asked of the GraphQL Admin API, one field each. Pure.

Source: shopify.dev, GraphQL Admin API 2026-04: order, productVariants, orderEditBegin, orderEditSetQuantity,
orderEditAddVariant, orderEditCommit, refundCreate and inventorySetQuantities (which want @idempotent), orderCancel,
productVariantsBulkUpdate, tagsAdd, fulfillmentCreate, fulfillmentOrderReportProgress,
fulfillmentOrderLineItemsPreparedForPickup.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

STEPS_MAX = 50  # a mutation costs ten points, and one question may cost a thousand
_ERRORS = "userErrors { field message }"

WHOLE_ORDER = """query Order($id: ID!) { order(id: $id) {
  id name createdAt cancelledAt note currencyCode displayFinancialStatus
  currentTotalPriceSet { shopMoney { amount } }
  customAttributes { key value }
  lineItems(first: 200) { nodes {
    id name sku currentQuantity requiresShipping originalUnitPriceSet { shopMoney { amount } } variant { barcode }
  } }
} }"""

ORDER_STATE = """query Order($id: ID!) { order(id: $id) {
  id cancelledAt tags
  currentTotalPriceSet { shopMoney { amount } }
  netPaymentSet { shopMoney { amount } }
  lineItems(first: 200) { nodes { id sku currentQuantity } }
  fulfillmentOrders(first: 50) { nodes { id status deliveryMethod { methodType } } }
  transactions(first: 50) { id kind status gateway amountSet { shopMoney { amount } } }
} }"""

VARIANT = "query Variant($sku: String!) { productVariants(first: 5, query: $sku) { nodes { id sku } } }"

MEMORY = {"namespace": "blinkpick", "key": "before_sold_out"}
SOLD = (
    "query Sold($sku: String!, $location: ID!) { productVariants(first: 5, query: $sku) { nodes { "
    "id sku inventoryPolicy product { id } "
    'metafield(namespace: "blinkpick", key: "before_sold_out") { value } '
    "inventoryItem { id tracked inventoryLevel(locationId: $location) "
    '{ quantities(names: ["available"]) { quantity } } } } } shop { currencyCode } }'
)
UPDATE_VARIANTS = (
    "mutation Update($productId: ID!, $variants: [ProductVariantsBulkInput!]!) "
    "{ productVariantsBulkUpdate(productId: $productId, variants: $variants) "
    "{ productVariants { id } userErrors { field message code } } }"
)
SET_QUANTITIES = (
    "mutation Set($input: InventorySetQuantitiesInput!, $key: String!) "
    "{ inventorySetQuantities(input: $input) @idempotent(key: $key) "
    "{ inventoryAdjustmentGroup { id } userErrors { field message code } } }"
)

EDIT_BEGIN = (
    "mutation Begin($id: ID!) { orderEditBegin(id: $id) "
    "{ calculatedOrder { id lineItems(first: 200) { nodes { id quantity } } } " + _ERRORS + " } }"
)
REFUND = (
    "mutation Refund($input: RefundInput!, $key: String!) "
    "{ refundCreate(input: $input) @idempotent(key: $key) { refund { id } " + _ERRORS + " } }"
)
TAG = "mutation Tag($id: ID!, $tags: [String!]!) { tagsAdd(id: $id, tags: $tags) { node { id } " + _ERRORS + " } }"
PROGRESS = (
    "mutation Progress($id: ID!, $progressReport: FulfillmentOrderReportProgressInput) "
    "{ fulfillmentOrderReportProgress(id: $id, progressReport: $progressReport) "
    "{ fulfillmentOrder { id status } userErrors { field message code } } }"
)
PREPARED = (
    "mutation Prepared($input: FulfillmentOrderLineItemsPreparedForPickupInput!) "
    "{ fulfillmentOrderLineItemsPreparedForPickup(input: $input) { userErrors { field message code } } }"
)
FULFIL = (
    "mutation Fulfil($fulfillment: FulfillmentInput!) "
    "{ fulfillmentCreate(fulfillment: $fulfillment) { fulfillment { id } " + _ERRORS + " } }"
)
CANCEL = (
    "mutation Cancel($orderId: ID!, $reason: OrderCancelReason!, $staffNote: String) "
    "{ orderCancel(orderId: $orderId, reason: $reason, staffNote: $staffNote, restock: false, notifyCustomer: true, "
    "refundMethod: { originalPaymentMethodsRefund: true }) "
    "{ job { id } orderCancelUserErrors { field message code } } }"
)


def edit_documents(
    edit_id: str, quantities: Mapping[str, int], added: Mapping[str, int]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The steps of one edit, in as few questions as the API allows, the commit last; each with its variables.

    `quantities` by calculated line, `added` by variant. Steps of one question are made one after another.
    """
    steps: list[tuple[str, dict[str, tuple[str, Any]]]] = []
    for number, (line_id, quantity) in enumerate(quantities.items()):
        line, count = f"line{number}", f"count{number}"
        step = (
            f"set{number}: orderEditSetQuantity(id: $id, lineItemId: ${line}, quantity: ${count}, restock: false) "
            f"{{ calculatedLineItem {{ id }} {_ERRORS} }}"
        )
        steps.append((step, {line: ("ID!", line_id), count: ("Int!", quantity)}))
    for number, (variant_id, quantity) in enumerate(added.items()):
        variant, count = f"variant{number}", f"more{number}"
        step = (
            f"add{number}: orderEditAddVariant(id: $id, variantId: ${variant}, quantity: ${count}, "
            f"allowDuplicates: true) {{ calculatedLineItem {{ id }} {_ERRORS} }}"
        )
        steps.append((step, {variant: ("ID!", variant_id), count: ("Int!", quantity)}))
    commit = f"commit: orderEditCommit(id: $id, notifyCustomer: true, staffNote: $note) {{ order {{ id }} {_ERRORS} }}"
    steps.append((commit, {"note": ("String", "as picked in the store")}))
    for start in range(0, len(steps), STEPS_MAX):
        chunk = steps[start : start + STEPS_MAX]
        typed = {"id": ("ID!", edit_id), **{name: value for _, names in chunk for name, value in names.items()}}
        declared = ", ".join(f"${name}: {kind}" for name, (kind, _) in typed.items())
        document = f"mutation Edit({declared}) {{ {' '.join(step for step, _ in chunk)} }}"
        yield document, {name: value for name, (_, value) in typed.items()}


def gid(kind: str, number: str) -> str:
    """An id as the API wants it."""
    return f"gid://shopify/{kind}/{number}"


def number_of_gid(text: str) -> str:
    return text.rsplit("/", 1)[-1]
