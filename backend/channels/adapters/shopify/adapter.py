"""The Shopify adapter: orders come whole; edits, refunds and fulfilment go through the GraphQL Admin API."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Literal

from pydantic import Field, SecretStr

import backend.channels.adapters.shopify.products as products
import backend.channels.adapters.shopify.queries as queries
import backend.channels.adapters.shopify.reports as reports
from backend.channels.adapters.shopify.adjusting import edits_left, refund_of
from backend.channels.adapters.shopify.client import ShopifyClient, ShopRefused
from backend.channels.adapters.shopify.payload import (
    TOPIC,
    TOPICS,
    WEBHOOK_ID,
    Reading,
    as_pushed,
    parse_order,
    parse_push,
)
from backend.channels.port import (
    AcceptPoint,
    AdjustMode,
    Call,
    Capability,
    ChannelRefused,
    DeadlineKind,
    Edge,
    Intake,
    NewOrder,
    Notice,
    PayloadUnknown,
    RawMessage,
    RepeatSemantics,
    ReportedOrder,
    SignatureInvalid,
    WebhookAnswer,
)
from backend.channels.port.fields import list_of, object_of, text_of
from backend.channels.port.profiles import SHOPIFY
from backend.channels.port.push_only import PushOnly
from backend.channels.port.settings import AdapterSettings, Url
from backend.channels.port.signatures import REFUSAL, equal, verify

SHOP = "x-shopify-shop-domain"
PICKED_TAG = "picked"
_WEBHOOK_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_OPEN = frozenset({"OPEN", "IN_PROGRESS"})
_PICK_UP = "PICK_UP"
_PREPARED_CODES = {"NO_LINE_ITEMS_TO_PREPARE_FOR_FULFILLMENT_ORDER"}


class ShopifySettings(AdapterSettings):
    """One shop and one app that is installed in it: the client credentials of the Dev Dashboard.

    `due_attribute` is the name of an order attribute that holds the promised instant (ISO 8601 with a zone), where the
    shop's checkout sets one; orders without it are packed `prepared_within_min` after they are placed.

    `location_id` is the number of the shop's location that is this store: its stock is told, and the shop's prices with
    it; empty: products are not told. The app needs write_products and write_inventory then.
    """

    shop: str = Field(pattern=r"^[a-z0-9][a-z0-9\-]{0,80}\.myshopify\.com$", max_length=100)
    client_id: str = Field(min_length=1, max_length=100)
    client_secret: SecretStr = Field(min_length=1, max_length=200)
    api_version: str = Field(default="2026-04", pattern=r"^20[0-9]{2}-(01|04|07|10)$")
    base_url: Url | None = Field(default=None, description="where it is not https:// and the shop")
    taken_when: Literal["created", "paid"] = "created"
    prepared_within_min: int = Field(default=60, ge=5, le=10_080)
    due_attribute: str = Field(default="", max_length=60)
    location_id: str = Field(default="", max_length=20, pattern=r"^[0-9]*$")


class ShopifyAdapter(PushOnly):
    """Speaks for one shop."""

    capability = Capability(
        intake=(Intake.PUSH_FULL,),
        accept_point=AcceptPoint.BEFORE_PICK,
        adjust_mode=AdjustMode.BATCH_AT_END,
        repeat_semantics=RepeatSemantics.ERROR,
        sends_calls=True,
        signs_messages=True,
        can_reduce=True,
        can_substitute=True,
        can_add=True,
        hears_stock=True,
        hears_prices=True,
        answer_status=200,
    )

    def __init__(self, settings: ShopifySettings, edge: Edge) -> None:
        self._settings = settings
        self._clock = edge.clock
        topic = "orders/create" if settings.taken_when == "created" else "orders/paid"
        within = timedelta(minutes=settings.prepared_within_min)
        self._reading = Reading(topic, within, settings.due_attribute)
        self._client = ShopifyClient(
            base_url=settings.base_url or f"https://{settings.shop}",
            api_version=settings.api_version,
            client_id=settings.client_id,
            client_secret=settings.client_secret.get_secret_value(),
            edge=edge,
        )

    def verify(self, message: RawMessage) -> None:
        """The signature over the body. The headers are not signed: they must at least be what they can be."""
        secrets = [self._settings.client_secret.get_secret_value()]
        verify(SHOPIFY, message, secrets=secrets, now=self._clock.now())
        is_here = equal(message.headers.get(SHOP, ""), self._settings.shop)
        is_numbered = _WEBHOOK_ID.fullmatch(message.headers.get(WEBHOOK_ID, "")) is not None
        is_known = message.headers.get(TOPIC, "") in TOPICS
        if not (is_here & is_numbered & is_known):
            raise SignatureInvalid(REFUSAL)

    def parse(self, message: RawMessage) -> list[Notice]:
        return parse_push(message, self._reading)

    def answer(self, message: RawMessage) -> WebhookAnswer:
        return WebhookAnswer(self.capability.answer_status)

    async def fetch(self, external_id: str) -> NewOrder:
        """Read an order again, as a supervisor wants who has mended what was unreadable."""
        pushed = as_pushed(await self._order(queries.WHOLE_ORDER, external_id))
        if pushed["id"] != external_id:
            raise PayloadUnknown("the shop answered with another order", external_id=external_id)
        return parse_order(pushed, self._reading, message_id=f"order:{external_id}")

    report = staticmethod(reports.report_event)
    answer_cancellation = staticmethod(reports.answer_cancellation)

    @staticmethod
    def before_deadline(kind: DeadlineKind, order: ReportedOrder) -> list[Call]:
        return []

    tell_stock = staticmethod(products.tell_stock)
    tell_prices = staticmethod(products.tell_prices)

    async def send(self, call: Call) -> None:
        """Make what the call says so. What is so already is not done again: each step looks before it does."""
        if call.operation in products.OPERATIONS:
            if self._settings.location_id:
                await products.send(call, self._client, queries.gid("Location", self._settings.location_id))
            return
        state = await self._order(queries.ORDER_STATE, call.external_id)
        if state.get("cancelledAt"):
            return  # it has no more use for anything we say
        body = call.body or {}
        match call.operation:
            case reports.ACCEPT:
                await self._report_progress(state)
            case reports.ADJUST:
                await self._adjust(call.external_id, state, body)
            case reports.PICKED:
                await self._picked(state)
            case reports.HANDED_OVER:
                await self._fulfil(state)
            case reports.CANCEL:
                order_id, note = text_of(state, "id", max_characters=200), body.get("note")
                await self._client.ask(queries.CANCEL, orderId=order_id, reason=body.get("reason"), staffNote=note)
            case _:
                raise ChannelRefused(f"there is no call {call.operation}")

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _order(self, query: str, external_id: str) -> dict[str, Any]:
        found = await self._client.look(query, id=queries.gid("Order", external_id))
        if found is None:
            raise ChannelRefused("the shop knows no such order", external_id=external_id)
        if not isinstance(found, dict):
            raise PayloadUnknown("the shop's order is not an object", external_id=external_id)
        return found

    async def _report_progress(self, state: dict[str, Any]) -> None:
        """Pickups have no such word; what is in progress or on hold is not reported again."""
        for piece in _fulfilment_orders(state, {"OPEN"}, is_pick_up=False):
            report = {"reasonNotes": "accepted by the store"}
            await self._client.ask(queries.PROGRESS, id=piece, progressReport=report)

    async def _adjust(self, external_id: str, state: dict[str, Any], wanted: dict[str, Any]) -> None:
        """Edit the order once for everything, then pay back what is overpaid. Substitutes the shop does not sell are
        said to a supervisor, after all the rest is done.
        """
        edits = edits_left(state, wanted)
        variants = {sku: await self._variant(sku) for sku in edits.added}
        added = {str(variant): edits.added[sku] for sku, variant in variants.items() if variant}
        if edits.quantities or added:
            await self._edit(text_of(state, "id", max_characters=200), edits.quantities, added)
            state = await self._order(queries.ORDER_STATE, external_id)
        refund = refund_of(state)
        if refund is not None:
            await self._client.ask(queries.REFUND, **refund)
        if not all(variants.values()):
            raise ChannelRefused("the shop does not sell what was given instead", external_id=external_id)

    async def _edit(self, order_id: str, quantities: dict[str, int], added: dict[str, int]) -> None:
        """Nothing of an edit is so before its commit: what is left of an interrupted one is forgotten by the shop."""
        begun = object_of(await self._client.look(queries.EDIT_BEGIN, id=order_id), "calculatedOrder")
        edit_id = text_of(begun, "id", max_characters=200)
        lines = {
            queries.number_of_gid(text_of(item, "id", max_characters=200)): text_of(item, "id", max_characters=200)
            for item in list_of(object_of(begun, "lineItems"), "nodes")
        }
        if not lines.keys() >= quantities.keys():
            raise PayloadUnknown("the shop's edit has not the lines of its order")
        named = {lines[line_id]: quantity for line_id, quantity in quantities.items()}
        for document, variables in queries.edit_documents(edit_id, named, added):
            await self._client.ask_all(document, variables)

    async def _variant(self, sku: str) -> str:
        """The id of the variant with this SKU, empty where the shop has none or several."""
        found = await self._client.look(queries.VARIANT, sku=f'sku:"{sku}"')
        exact = [each for each in list_of(found, "nodes") if text_of(each, "sku") == sku]
        return text_of(exact[0], "id", max_characters=200) if len(exact) == 1 else ""

    async def _picked(self, state: dict[str, Any]) -> None:
        pick_ups = _fulfilment_orders(state, _OPEN, is_pick_up=True)
        if pick_ups:
            pieces = [{"fulfillmentOrderId": piece} for piece in pick_ups]
            try:
                await self._client.ask(queries.PREPARED, input={"lineItemsByFulfillmentOrder": pieces})
            except ShopRefused as refusal:
                if not _PREPARED_CODES.issuperset(refusal.facts["codes"] or [""]):
                    raise
        if PICKED_TAG not in list_of(state, "tags"):
            await self._client.ask(queries.TAG, id=text_of(state, "id", max_characters=200), tags=[PICKED_TAG])

    async def _fulfil(self, state: dict[str, Any]) -> None:
        pieces = _fulfilment_orders(state, _OPEN)
        if pieces:
            named = [{"fulfillmentOrderId": piece} for piece in pieces]
            given = {"lineItemsByFulfillmentOrder": named, "notifyCustomer": True}
            await self._client.ask(queries.FULFIL, fulfillment=given)


def _fulfilment_orders(
    state: dict[str, Any], statuses: set[str] | frozenset[str], *, is_pick_up: bool | None = None
) -> list[str]:
    found = []
    for piece in list_of(object_of(state, "fulfillmentOrders"), "nodes"):
        method = piece.get("deliveryMethod") if isinstance(piece, dict) else None
        is_this = is_pick_up is None or (text_of(method, "methodType") == _PICK_UP) == is_pick_up
        if is_this and text_of(piece, "status") in statuses:
            found.append(text_of(piece, "id", max_characters=200))
    return found
