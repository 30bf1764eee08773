"""The Delivery Hero adapter: orders come whole with an agreed secret, and the whole basket is put back."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

from pydantic import Field, SecretStr

import backend.channels.adapters.delivery_hero.products as products
import backend.channels.adapters.delivery_hero.reports as reports
from backend.channels.adapters.delivery_hero.payload import Reading, parse_order, parse_push, stores_of
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
    read_json,
)
from backend.channels.port.fetched import asked_for
from backend.channels.port.fields import text_of
from backend.channels.port.profiles import static_token
from backend.channels.port.push_only import PushOnly
from backend.channels.port.settings import AdapterSettings, Url
from backend.channels.port.signatures import REFUSAL, verify
from backend.channels.port.token_calls import TokenCalls, TokenSource

AUTHORIZATION = static_token("authorization")
_CANCELLED = frozenset({"CANCELLED", "CANCELED"})
_BEYOND = {
    reports.ACCEPTED: frozenset({"ACCEPTED", "READY_FOR_PICKUP", "DISPATCHED"}),
    reports.UPDATE_CART: frozenset({"READY_FOR_PICKUP", "DISPATCHED"}),
    reports.READY: frozenset({"READY_FOR_PICKUP", "DISPATCHED"}),
    reports.DISPATCHED: frozenset({"DISPATCHED"}),
}


class DeliveryHeroSettings(AdapterSettings):
    """`base_url` is the brand's own (glovo, foodpanda, talabat and so on). `webhook_secret` is the whole value of the
    Authorization header, as it was written into the partner portal. Orders name no currency: `currency` says it.
    """

    base_url: Url = Field(description="https://BRAND.partner.deliveryhero.io/v2")
    client_id: str = Field(min_length=1, max_length=200)
    client_secret: SecretStr = Field(min_length=1, max_length=400)
    webhook_secret: SecretStr = Field(min_length=8, max_length=400)
    chain_id: str = Field(min_length=1, max_length=80)
    store_id: str = Field(min_length=1, max_length=80)
    vendor_id: str = Field(
        default="", max_length=80, description="the store in its catalogue's address; empty: store_id"
    )
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    prepared_within_min: int = Field(default=25, ge=5, le=240)


class DeliveryHeroAdapter(PushOnly):
    """Speaks for one store of a chain."""

    capability = Capability(
        intake=(Intake.PUSH_FULL,),
        accept_point=AcceptPoint.BEFORE_PICK,
        adjust_mode=AdjustMode.BATCH_AT_END,
        repeat_semantics=RepeatSemantics.ERROR,
        sends_calls=True,
        can_reduce=True,
        hears_stock=True,
        hears_prices=True,
        can_substitute=True,
        can_weigh=True,
        answer_status=200,
    )

    def __init__(self, settings: DeliveryHeroSettings, edge: Edge) -> None:
        self._settings = settings
        self._clock = edge.clock
        self._reading = Reading(settings.currency, timedelta(minutes=settings.prepared_within_min))
        source = TokenSource(
            url=f"{settings.base_url.rstrip('/')}/oauth/token",
            client_id=settings.client_id,
            client_secret=settings.client_secret.get_secret_value(),
        )
        self._client = TokenCalls(base_url=settings.base_url, source=source, edge=edge)

    def verify(self, message: RawMessage) -> None:
        """The agreed secret: the platform signs nothing. Where the order names its store, it must be this one."""
        secrets = [self._settings.webhook_secret.get_secret_value()]
        verify(AUTHORIZATION, message, secrets=secrets, now=self._clock.now())
        try:
            stores = stores_of(message.body)
        except PayloadUnknown:
            raise SignatureInvalid(REFUSAL) from None
        if stores and self._settings.store_id not in stores:
            raise SignatureInvalid(REFUSAL)

    def parse(self, message: RawMessage) -> list[Notice]:
        return parse_push(message, self._reading)

    def answer(self, message: RawMessage) -> WebhookAnswer:
        return WebhookAnswer(self.capability.answer_status)

    async def fetch(self, external_id: str) -> NewOrder:
        """Read an order again, as a supervisor wants who has mended what was unreadable."""
        response = await self._client.get(self._path(external_id))
        if response.status_code != 200:
            raise ChannelRefused(f"the platform answered {response.status_code} to our question for the order")
        return asked_for(
            parse_order(read_json(response.content), self._reading, message_id=f"order:{external_id}"), external_id
        )

    report = staticmethod(reports.report_event)
    answer_cancellation = staticmethod(reports.answer_cancellation)

    @staticmethod
    def before_deadline(kind: DeadlineKind, order: ReportedOrder) -> list[Call]:
        return []

    tell_stock = staticmethod(products.tell_stock)
    tell_prices = staticmethod(products.tell_prices)

    async def send(self, call: Call) -> None:
        """Put the basket. The same basket twice is one; where it is refused, the order says if it was put before."""
        if call.operation == products.CATALOG:
            await self._tell_products(call)
            return
        response = await self._client.request("PUT", self._path(call.external_id), body=call.body)
        if not response.is_success and not await self._is_done(call):
            raise ChannelRefused(f"the platform answered {response.status_code} to {call.operation}")

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _tell_products(self, call: Call) -> None:
        chain_id, vendor_id = self._settings.chain_id, self._settings.vendor_id or self._settings.store_id
        path = f"/chains/{quote(chain_id, safe='')}/vendors/{quote(vendor_id, safe='')}/catalog"
        response = await self._client.request("PUT", path, body=products.body_of(call, self._settings.currency))
        if not response.is_success:
            raise ChannelRefused(f"the platform answered {response.status_code} to {call.operation}")

    async def _is_done(self, call: Call) -> bool:
        response = await self._client.get(self._path(call.external_id))
        if response.status_code != 200:
            return False
        status = text_of(read_json(response.content), "status").upper()
        return status in _CANCELLED or status in _BEYOND.get(call.operation, frozenset())

    def _path(self, external_id: str) -> str:
        return f"/chains/{quote(self._settings.chain_id, safe='')}/orders/{quote(external_id, safe='')}"
