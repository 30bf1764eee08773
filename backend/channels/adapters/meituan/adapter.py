"""The Meituan adapter: orders come whole, are confirmed, refunded in part where something is missing, and reported."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

from pydantic import Field, SecretStr

import backend.channels.adapters.meituan.products as products
import backend.channels.adapters.meituan.reports as reports
from backend.channels.adapters.meituan.client import MeituanClient, MeituanRefused
from backend.channels.adapters.meituan.payload import Reading, decoded, parse_order, parse_push
from backend.channels.adapters.meituan.reports import (
    CANCEL,
    CONFIRM,
    LEFT,
    PART_REFUND,
    PICKED,
    confirm,
)
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
    PayloadUnknown,
    RawMessage,
    RepeatSemantics,
    ReportedOrder,
    SignatureInvalid,
    WebhookAnswer,
)
from backend.channels.port.fetched import asked_for
from backend.channels.port.fields import text_of, whole_of
from backend.channels.port.profiles import MEITUAN_PUSH
from backend.channels.port.push_only import PushOnly, if_answered
from backend.channels.port.settings import AdapterSettings, Url
from backend.channels.port.signatures import REFUSAL, equal, verify

_STATUS_DONE = {CONFIRM: {"4", "6", "8", "9"}, PICKED: {"6", "8", "9"}, CANCEL: {"9"}, PART_REFUND: {"9"}}
_REPEATED = {PICKED: "已完成备货", CONFIRM: "已经确认过", PART_REFUND: "重复"}


class MeituanSettings(AdapterSettings):
    """`callback_url` is what is configured at the platform, without the last part: it signs its own address.

    The platform publishes neither how long it waits for an acceptance nor when an order that is wanted at once must be
    packed: `accept_within_s` and `prepared_within_min` are the store's own agreement with it.
    """

    base_url: Url = "https://waimaiopen.meituan.com/api/v1"
    callback_url: Url
    app_id: str = Field(min_length=1, max_length=40)
    app_secret: SecretStr = Field(min_length=1, max_length=200)
    app_poi_code: str = Field(min_length=1, max_length=128, description="the store, as the platform knows it")
    accept_within_s: int = Field(default=300, ge=30, le=3600)
    prepared_within_min: int = Field(default=25, ge=5, le=240)


class MeituanAdapter(PushOnly):
    """Speaks for one store of one application."""

    capability = Capability(
        intake=(Intake.PUSH_FULL,),
        accept_point=AcceptPoint.BEFORE_PICK,
        adjust_mode=AdjustMode.BATCH_AT_END,
        repeat_semantics=RepeatSemantics.ERROR,
        sends_calls=True,
        signs_messages=True,
        can_reduce=True,
        hears_stock=True,
        hears_prices=True,
        answer_status=200,
        deadlines=(Deadline(DeadlineKind.ACCEPT, within_s=300),),
        final_call_after_accept_s=60,
    )

    def __init__(self, settings: MeituanSettings, edge: Edge) -> None:
        self._settings = settings
        self._clock = edge.clock
        self._reading = Reading(timedelta(minutes=settings.prepared_within_min))
        accept = Deadline(DeadlineKind.ACCEPT, within_s=settings.accept_within_s)
        self.capability = replace(type(self).capability, deadlines=(accept,))
        self._client = MeituanClient(
            base_url=settings.base_url,
            app_id=settings.app_id,
            app_secret=settings.app_secret.get_secret_value(),
            edge=edge,
        )

    def verify(self, message: RawMessage) -> None:
        """The signature, and that it is for this application and, where it says so, this store."""
        url = f"{self._settings.callback_url.rstrip('/')}/{message.path}"
        secrets = [self._settings.app_secret.get_secret_value()]
        verify(MEITUAN_PUSH, message, secrets=secrets, now=self._clock.now(), url=url)
        try:
            fields = decoded(message)
        except PayloadUnknown:
            raise SignatureInvalid(REFUSAL) from None
        is_ours = equal(fields.get("app_id", ""), self._settings.app_id)
        is_here = equal(fields.get("app_poi_code", self._settings.app_poi_code), self._settings.app_poi_code)
        if not (is_ours & is_here):
            raise SignatureInvalid(REFUSAL)

    def parse(self, message: RawMessage) -> list[Notice]:
        return parse_push(message, self._reading)

    def answer(self, message: RawMessage) -> WebhookAnswer:
        return WebhookAnswer(self.capability.answer_status, '{"data":"ok"}')

    async def fetch(self, external_id: str) -> NewOrder:
        """Read an order again, as a supervisor wants who has mended what was unreadable."""
        return asked_for(parse_order(await self._read(external_id), self._reading), external_id)

    report = staticmethod(reports.report_event)
    answer_cancellation = staticmethod(reports.answer_cancellation)

    @staticmethod
    def before_deadline(kind: DeadlineKind, order: ReportedOrder) -> list[Call]:
        """An order that waits for a supervisor is accepted before the platform cancels it: it can be refunded still."""
        return [confirm(order)] if kind is DeadlineKind.ACCEPT else []

    tell_stock = staticmethod(products.tell_stock)
    tell_prices = staticmethod(products.tell_prices)

    async def send(self, call: Call) -> None:
        """Make one call. Where the platform refuses it, the order itself says whether it was applied before."""
        body = {name: str(value) for name, value in (call.body or {}).items() if not name.startswith("_")}
        if call.operation in products.OPERATIONS:
            await self._client.post(call.operation, {"app_poi_code": self._settings.app_poi_code, **body})
            return
        parameters = {"order_id": call.external_id, **body}
        if call.operation == PART_REFUND and await self._is_refunded(call):
            return
        method = self._client.post if call.operation == PART_REFUND else self._client.get
        try:
            await method(call.operation, parameters)
        except MeituanRefused as refusal:
            if not await self._is_done(call, refusal):
                raise

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _read(self, external_id: str) -> dict[str, Any]:
        found = await self._client.get("order/getOrderDetail", {"order_id": external_id})
        if not isinstance(found, dict):
            raise PayloadUnknown("the platform's order is not an object", external_id=external_id)
        return found

    async def _is_refunded(self, call: Call) -> bool:
        """A refund has no number of its own, and the same one twice is two: what can still be refunded says it."""
        foods = await self._client.get("order/getPartRefundFoods", {"order_id": call.external_id})
        if not isinstance(foods, list):
            raise PayloadUnknown("the platform's list of what can be refunded is none", external_id=call.external_id)
        there: Counter[str] = Counter()
        for food in foods:
            there[_name_of(food)] += whole_of(food, "count")
        wanted: Counter[str] = Counter()
        for item in (call.body or {}).get(LEFT, []):
            wanted[_name_of(item)] += item["count"]
        return all(there[name] <= count for name, count in wanted.items())

    async def _is_done(self, call: Call, refusal: MeituanRefused) -> bool:
        words = _REPEATED.get(call.operation)
        if words is not None and words in str(refusal.facts.get("words", "")):
            return True
        order = await if_answered(self._read(call.external_id))
        return order is not None and str(order.get("status", "")) in _STATUS_DONE.get(call.operation, {"9"})


def _name_of(item: Any) -> str:
    """An item as both sides name it."""
    return f"{text_of(item, 'app_food_code')}|{text_of(item, 'sku_id')}"
