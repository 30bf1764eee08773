"""The Keeta adapter: orders come whole, are confirmed, refunded in part where something is missing, and prepared."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic import Field, SecretStr

import backend.channels.adapters.keeta.reports as reports
from backend.channels.adapters.keeta.client import KeetaClient, KeetaRefused
from backend.channels.adapters.keeta.payload import Reading, opened, parse_order, parse_push, status_of
from backend.channels.port import (
    AcceptPoint,
    AdjustMode,
    Call,
    Capability,
    Deadline,
    DeadlineKind,
    Edge,
    Intake,
    NewOrder,
    Notice,
    RawMessage,
    RepeatSemantics,
    ReportedOrder,
    SignatureInvalid,
    WebhookAnswer,
    read_json,
)
from backend.channels.port.fetched import asked_for
from backend.channels.port.fields import list_or_none_of, text_of, whole_of
from backend.channels.port.profiles import KEETA
from backend.channels.port.push_only import PushOnly, if_answered
from backend.channels.port.settings import AdapterSettings, Url
from backend.channels.port.signatures import REFUSAL, equal, verify

CONFIRMED, CANCELLED = 30, 50
PREVIEW = "order/refund/part/products/preview"


class KeetaSettings(AdapterSettings):
    """`callback_url` is what is configured at the platform, without the last part: it signs its own address.

    Orders name no currency: `currency` is that of the store's country.
    """

    base_url: Url = "https://open.mykeeta.com/api/open"
    callback_url: Url
    app_id: int = Field(gt=0, lt=10**18)
    app_secret: SecretStr = Field(min_length=1, max_length=200)
    access_token: SecretStr = Field(min_length=1, max_length=400)
    shop_id: int = Field(gt=0, lt=10**18)
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    delivered_after_min: int = Field(default=20, ge=0, le=240, description="a courier's way after the order is packed")


class KeetaAdapter(PushOnly):
    """Speaks for one store of one application."""

    capability = Capability(
        intake=(Intake.PUSH_FULL,),
        accept_point=AcceptPoint.BEFORE_PICK,
        adjust_mode=AdjustMode.BATCH_AT_END,
        repeat_semantics=RepeatSemantics.ERROR,
        sends_calls=True,
        signs_messages=True,
        can_reduce=True,
        answer_status=200,
        deadlines=(Deadline(DeadlineKind.ACCEPT, within_s=300),),
    )

    def __init__(self, settings: KeetaSettings, edge: Edge) -> None:
        self._settings = settings
        self._clock = edge.clock
        self._reading = Reading(settings.currency, timedelta(minutes=settings.delivered_after_min))
        self._client = KeetaClient(
            base_url=settings.base_url,
            app_id=settings.app_id,
            shop_id=settings.shop_id,
            access_token=settings.access_token.get_secret_value(),
            app_secret=settings.app_secret.get_secret_value(),
            edge=edge,
        )

    def verify(self, message: RawMessage) -> None:
        """The signature, and that it is for this application and this store."""
        url = f"{self._settings.callback_url.rstrip('/')}/{message.path}"
        secrets = [self._settings.app_secret.get_secret_value()]
        verify(KEETA, message, secrets=secrets, now=self._clock.now(), url=url)
        envelope = read_json(message.body)
        is_ours = equal(text_of(envelope, "appId"), str(self._settings.app_id))
        is_here = equal(text_of(envelope, "shopId"), str(self._settings.shop_id))
        if not (is_ours & is_here):
            raise SignatureInvalid(REFUSAL)

    def parse(self, message: RawMessage) -> list[Notice]:
        return parse_push(message, self._reading)

    def answer(self, message: RawMessage) -> WebhookAnswer:
        return WebhookAnswer(self.capability.answer_status, '{"code":0,"message":"Success"}')

    async def fetch(self, external_id: str) -> NewOrder:
        """Read an order again, as a supervisor wants who has mended what was unreadable."""
        return asked_for(
            parse_order(await self._read(external_id), self._reading, message_id=f"order:{external_id}"), external_id
        )

    report = staticmethod(reports.report_event)
    answer_cancellation = staticmethod(reports.answer_cancellation)

    @staticmethod
    def before_deadline(kind: DeadlineKind, order: ReportedOrder) -> list[Call]:
        """An order that waits for a supervisor is confirmed before it is cancelled: it can be refunded still."""
        return [reports.confirm(order)] if kind is DeadlineKind.ACCEPT else []

    async def send(self, call: Call) -> None:
        """Make one call. Where the platform refuses it, the order itself says whether it was applied before."""
        body = {name: value for name, value in (call.body or {}).items() if not name.startswith("_")}
        if call.operation == reports.PART_REFUND and await self._is_refunded(call):
            return
        try:
            await self._client.ask(call.operation, {**body, "orderViewId": _number(call.external_id)})
        except KeetaRefused:
            if not await self._is_done(call):
                raise

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _read(self, external_id: str) -> dict[str, Any]:
        return opened(await self._client.ask("order/get", {"orderViewId": _number(external_id)}))

    async def _is_refunded(self, call: Call) -> bool:
        """A refund has no number of its own, and the same one twice is two: what can still be refunded says it."""
        answer = await self._client.ask(PREVIEW, {"orderViewId": _number(call.external_id)})
        there = {
            text_of(each, "orderProductId"): whole_of(each, "refundCount")
            for each in list_or_none_of(answer, "products")
        }
        left: dict[str, int] = (call.body or {}).get(reports.LEFT, {})
        return all(there.get(line_id, 0) <= count for line_id, count in left.items())

    async def _is_done(self, call: Call) -> bool:
        status = await if_answered(self._status(call.external_id))
        if status is None:
            return False
        if status == CANCELLED:
            return True  # it has no more use for anything we say
        return status >= CONFIRMED and call.operation == reports.CONFIRM

    async def _status(self, external_id: str) -> int:
        return status_of(await self._read(external_id))


def _number(external_id: str) -> int | str:
    return int(external_id) if external_id.isdigit() else external_id
