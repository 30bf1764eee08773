"""The Uber Eats adapter: notifications point at orders, which are read, accepted, resolved and reported as ready."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from pydantic import Field, SecretStr

import backend.channels.adapters.uber_eats.products as products
import backend.channels.adapters.uber_eats.reports as reports
from backend.channels.adapters.uber_eats.payload import amount_of, items_of, opened, parse_order, parse_push, store_of
from backend.channels.port import (
    AcceptPoint,
    AdjustMode,
    Call,
    Capability,
    ChannelRefused,
    Deadline,
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
from backend.channels.port.fetched import asked_for
from backend.channels.port.fields import object_of, text_of
from backend.channels.port.profiles import UBER
from backend.channels.port.push_only import PushOnly
from backend.channels.port.settings import AdapterSettings, Url
from backend.channels.port.signatures import REFUSAL, equal, verify
from backend.channels.port.token_calls import TokenCalls, TokenSource

SCOPES = "eats.order eats.store.orders.read"
MENU_SCOPE = "eats.store"  # asked for by itself: who was not granted it still gets orders
OFFERED = frozenset({"CREATED", "OFFERED"})
OVER = frozenset({"HANDED_OFF", "SUCCEEDED"})
FAILED, ACCEPTED, READY = "FAILED", "ACCEPTED", "READY_FOR_HANDOFF"


class UberEatsSettings(AdapterSettings):
    """`store_id` is the store as the platform knows it; the client must be the store's order manager."""

    base_url: Url = "https://api.uber.com"
    token_url: Url = "https://auth.uber.com/oauth/v2/token"  # noqa: S105
    client_id: str = Field(min_length=1, max_length=200)
    client_secret: SecretStr = Field(min_length=1, max_length=400)
    store_id: str = Field(min_length=1, max_length=80)


class UberEatsAdapter(PushOnly):
    """Speaks for one store."""

    capability = Capability(
        intake=(Intake.PUSH_THIN,),
        accept_point=AcceptPoint.BEFORE_PICK,
        adjust_mode=AdjustMode.ASYNC_CONFIRM,
        repeat_semantics=RepeatSemantics.ERROR,
        sends_calls=True,
        signs_messages=True,
        can_reduce=True,
        hears_stock=True,
        hears_prices=True,
        can_substitute=True,
        can_weigh=True,
        answer_status=200,
        deadlines=(Deadline(DeadlineKind.ACCEPT, within_s=690, act_before_s=120),),
    )

    def __init__(self, settings: UberEatsSettings, edge: Edge) -> None:
        self._settings = settings
        self._clock = edge.clock
        source = TokenSource(
            url=settings.token_url,
            client_id=settings.client_id,
            client_secret=settings.client_secret.get_secret_value(),
            form=(("scope", SCOPES),),
        )
        self._client = TokenCalls(base_url=settings.base_url, source=source, edge=edge)
        menu_source = replace(source, form=(("scope", MENU_SCOPE),))
        self._menu_client = TokenCalls(base_url=settings.base_url, source=menu_source, edge=edge)

    def verify(self, message: RawMessage) -> None:
        """The signature over the body, and that it is for this store."""
        secrets = [self._settings.client_secret.get_secret_value()]
        verify(UBER, message, secrets=secrets, now=self._clock.now())
        try:
            store_id = store_of(message)
        except PayloadUnknown:
            raise SignatureInvalid(REFUSAL) from None
        if not equal(store_id, self._settings.store_id):
            raise SignatureInvalid(REFUSAL)

    def parse(self, message: RawMessage) -> list[Notice]:
        return parse_push(message)

    def answer(self, message: RawMessage) -> WebhookAnswer:
        return WebhookAnswer(self.capability.answer_status)

    async def fetch(self, external_id: str) -> NewOrder:
        """Read the order by its id at the configured address; `resource_href` could point anywhere."""
        order = await self._read(external_id)
        if not equal(text_of(object_of(order, "store"), "id", max_characters=80), self._settings.store_id):
            raise PayloadUnknown("the order is for another store", external_id=external_id)
        return asked_for(parse_order(order, message_id=f"order:{external_id}"), external_id)

    report = staticmethod(reports.report_event)
    answer_cancellation = staticmethod(reports.answer_cancellation)

    @staticmethod
    def before_deadline(kind: DeadlineKind, order: ReportedOrder) -> list[Call]:
        """An order that waits for a supervisor is accepted before it is cancelled: its items can be resolved still."""
        return [reports.accept(order)] if kind is DeadlineKind.ACCEPT else []

    tell_stock = staticmethod(products.tell_stock)
    tell_prices = staticmethod(products.tell_prices)

    async def send(self, call: Call) -> None:
        """Make one call. What the order says of itself tells which call is left, and whether a refused one was made."""
        if call.operation == products.ITEM:
            await self._tell_product(call)
            return
        operation, body = call.operation, dict(call.body or {})
        if operation == reports.RESOLVE:
            body = await self._unresolved(call.external_id, body)
            if not body:
                return
        if operation == reports.CANCEL:
            order = await self._read(call.external_id)
            operation = "deny" if text_of(order, "state") in OFFERED else operation
            body = {"deny_reason" if operation == "deny" else "cancellation_reason": body}
        response = await self._client.post(f"{_path(call.external_id)}/{operation}", body)
        if response.is_success or await self._is_done(call):
            return
        raise ChannelRefused(f"the platform answered {response.status_code} to {operation}")

    async def aclose(self) -> None:
        await self._client.aclose()
        await self._menu_client.aclose()

    async def _read(self, external_id: str) -> dict[str, Any]:
        response = await self._client.get(f"{_path(external_id)}?expand=carts,deliveries,payment")
        if response.status_code != 200:
            raise ChannelRefused(f"the platform answered {response.status_code} to our question for the order")
        return opened(response.content)

    async def _tell_product(self, call: Call) -> None:
        """An item that is not on the menu is nothing to tell."""
        response = await self._menu_client.post(products.path_of(call, self._settings.store_id), products.body_of(call))
        if not response.is_success and response.status_code != 404:
            raise ChannelRefused(f"the platform answered {response.status_code} to a change of an item")

    async def _unresolved(self, external_id: str, body: dict[str, Any]) -> dict[str, Any]:
        """Those issues of which the cart does not show yet that they are resolved; empty where there are none."""
        order = await self._read(external_id)
        if text_of(order, "state") == FAILED:
            return {}
        there = {text_of(item, "cart_item_id", max_characters=100): amount_of(item) for item in items_of(order)}
        left = [
            issue
            for issue in body["fulfillment_issues"]
            if there.get(issue["root_item"]["cart_item_id"], 0)
            > issue["item_availability"]["items_available"]["amount"]
        ]
        return {"fulfillment_issues": left} if left else {}

    async def _is_done(self, call: Call) -> bool:
        order = await self._read(call.external_id)
        state = text_of(order, "state")
        if state == FAILED:
            return True  # it has no more use for anything we say
        if call.operation == reports.ACCEPT:
            return state == ACCEPTED or state in OVER
        is_ready = text_of(order, "preparation_status") == READY or state in OVER
        return is_ready and call.operation in (reports.READY, reports.RESOLVE)


def _path(external_id: str) -> str:
    return f"/v1/delivery/order/{quote(external_id, safe='')}"
