"""The DoorDash adapter: orders come whole with an agreed token, and every call is answered by "we have heard it"."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import quote

from pydantic import Field, SecretStr, field_validator

import backend.channels.adapters.doordash.products as products
import backend.channels.adapters.doordash.reports as reports
from backend.channels.adapters.doordash.client import DoorDashClient, decoded_secret
from backend.channels.adapters.doordash.payload import parse_push, store_of
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
from backend.channels.port.profiles import static_token
from backend.channels.port.push_only import PushOnly
from backend.channels.port.settings import AdapterSettings, Url
from backend.channels.port.signatures import REFUSAL, equal, verify

AUTHORIZATION = static_token("authorization")
OVER, GONE = 400, 404  # "already processed, expired, not confirmed or cancelled"; "does not exist"


class DoorDashSettings(AdapterSettings):
    """`webhook_secret` is the whole value of the header that was agreed on; `store_id` the store's own number there.

    The platform publishes no time limit for confirmations, and its orders name no currency.
    """

    base_url: Url = "https://openapi.doordash.com/marketplace"
    developer_id: str = Field(min_length=1, max_length=100)
    key_id: str = Field(min_length=1, max_length=100)
    signing_secret: SecretStr = Field(min_length=1, max_length=200)
    webhook_secret: SecretStr = Field(min_length=8, max_length=400)
    store_id: str = Field(min_length=1, max_length=80)
    currency: str = Field(default="USD", pattern=r"^[A-Z]{3}$")
    accept_within_s: int = Field(default=300, ge=30, le=3600)

    @field_validator("signing_secret")
    @classmethod
    def _is_base64url(cls, secret: SecretStr) -> SecretStr:
        decoded_secret(secret.get_secret_value())
        return secret


class DoorDashAdapter(PushOnly):
    """Speaks for one store."""

    capability = Capability(
        intake=(Intake.PUSH_FULL,),
        accept_point=AcceptPoint.BEFORE_PICK,
        adjust_mode=AdjustMode.ASYNC_CONFIRM,
        repeat_semantics=RepeatSemantics.ERROR,
        sends_calls=True,
        can_reduce=True,
        hears_stock=True,
        hears_prices=True,
        can_substitute=True,
        answer_status=200,
        deadlines=(Deadline(DeadlineKind.ACCEPT, within_s=300),),
    )

    def __init__(self, settings: DoorDashSettings, edge: Edge) -> None:
        self._settings = settings
        self._clock = edge.clock
        accept = Deadline(DeadlineKind.ACCEPT, within_s=settings.accept_within_s)
        self.capability = replace(type(self).capability, deadlines=(accept,))
        self._client = DoorDashClient(
            base_url=settings.base_url,
            developer_id=settings.developer_id,
            key_id=settings.key_id,
            signing_secret=settings.signing_secret.get_secret_value(),
            edge=edge,
        )

    def verify(self, message: RawMessage) -> None:
        """The agreed token: the platform signs nothing; and that the order is for this store."""
        secrets = [self._settings.webhook_secret.get_secret_value()]
        verify(AUTHORIZATION, message, secrets=secrets, now=self._clock.now())
        try:
            store_id = store_of(message)
        except PayloadUnknown:
            raise SignatureInvalid(REFUSAL) from None
        if not equal(store_id, self._settings.store_id):
            raise SignatureInvalid(REFUSAL)

    def parse(self, message: RawMessage) -> list[Notice]:
        return parse_push(message, self._settings.currency)

    def answer(self, message: RawMessage) -> WebhookAnswer:
        return WebhookAnswer(self.capability.answer_status)

    async def fetch(self, external_id: str) -> NewOrder:
        """There is no call that reads an order: it must be sent again by the platform."""
        raise ChannelRefused("the platform shows no order again", external_id=external_id)

    report = staticmethod(reports.report_event)
    answer_cancellation = staticmethod(reports.answer_cancellation)

    @staticmethod
    def before_deadline(kind: DeadlineKind, order: ReportedOrder) -> list[Call]:
        """An order that waits for a supervisor is confirmed before it expires: its items can be adjusted still."""
        return [reports.confirm(order)] if kind is DeadlineKind.ACCEPT else []

    tell_stock = staticmethod(products.tell_stock)
    tell_prices = staticmethod(products.tell_prices)

    async def send(self, call: Call) -> None:
        """Make one call. Nothing says whether a refused one was made before, so each is judged by what it wants:

        a confirmation that comes too late was made before, or the order has expired, and its cancellation is under way;
        an item that does not exist has been taken out or replaced; what is cancelled needs no cancellation.
        """
        if call.operation == products.ITEMS:
            await self._make(f"/api/v2/stores/{quote(self._settings.store_id, safe='')}/items", dict(call.body or {}))
            return
        path, body = f"/api/v1/orders/{quote(call.external_id, safe='')}", dict(call.body or {})
        match call.operation:
            case reports.ADJUST:
                await self._adjust(path, body["items"])
            case reports.CANCEL:
                await self._cancel(path, body)
            case reports.READY:
                await self._make(f"{path}/{call.operation}", body)
            case _:
                await self._make(path, body, done={OVER})

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _adjust(self, path: str, items: list[dict[str, Any]]) -> None:
        """All at once; where one of them is gone already, each by itself."""
        if await self._make(f"{path}/{reports.ADJUST}", {"items": items}, done={GONE}):
            return
        for item in items:
            await self._make(f"{path}/{reports.ADJUST}", {"items": [item]}, done={GONE})

    async def _cancel(self, path: str, body: dict[str, Any]) -> None:
        """An order that is not confirmed yet is confirmed as failed; another one is cancelled."""
        named = {"merchant_supplied_id": body.pop("merchant_supplied_id", "")}
        failed = {**named, "order_status": "fail", "failure_reason": body["cancel_details"]}
        if not await self._make(path, failed, done={OVER}):
            await self._make(f"{path}/{reports.CANCEL}", body, done={OVER})

    async def _make(self, path: str, body: dict[str, Any], *, done: set[int] | None = None) -> bool:
        """True where the platform has heard it, False where it says one of `done`. Raises ChannelRefused."""
        response = await self._client.patch(path, body)
        if response.is_success:
            return True
        if response.status_code in (done or set()):
            return False
        raise ChannelRefused(f"the platform answered {response.status_code}")
