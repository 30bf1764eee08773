"""The Ele.me adapter: commands come signed, orders are read, confirmed, refunded in part, and reported as picked."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

from pydantic import Field, SecretStr

import backend.channels.adapters.eleme.products as products
import backend.channels.adapters.eleme.reports as reports
from backend.channels.adapters.eleme.envelope import answer_of, fields_of, opened
from backend.channels.adapters.eleme.payload import STATUS_CANCELLED, Reading, parse_order, parse_push, shops_of
from backend.channels.adapters.eleme.reports import (
    AGREE,
    CANCEL,
    CONFIRM,
    DISAGREE,
    PART_REFUND,
    PICKED,
    confirm,
)
from backend.channels.port import (
    AcceptPoint,
    AdjustMode,
    Call,
    Capability,
    ChannelRefused,
    ChannelUnavailable,
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
    read_json,
)
from backend.channels.port.calling import HttpCaller
from backend.channels.port.fetched import asked_for
from backend.channels.port.fields import list_of, text_of, whole_of
from backend.channels.port.profiles import ELEME
from backend.channels.port.push_only import PushOnly, if_answered
from backend.channels.port.reading import read_form
from backend.channels.port.settings import AdapterSettings, Url
from backend.channels.port.signatures import REFUSAL, NonceMemory, equal, verify

_PASSING_WORDS = ("系统", "稍后", "繁忙", "频繁", "超时", "限流")
# order.status.get: 1 to confirm, 5 confirmed, 7 and 8 with a courier, 9 done, 10 cancelled.
_DONE_AT = {CONFIRM: {"5", "7", "8", "9", "10"}, PICKED: {"7", "8", "9", "10"}, CANCEL: {"10"}, PART_REFUND: {"10"}}


class ElemeRefused(ChannelRefused):
    """Ele.me answered with an error number of its own. `facts["code"]` is it, `facts["words"]` what it says of it."""


class ElemeSettings(AdapterSettings):
    """`source` is the partner's account, `shop_id` the store as the partner or the platform calls it.

    The platform publishes neither how long it waits for an acceptance nor when an order that is wanted at once must be
    packed: `accept_within_s` and `prepared_within_min` are the store's own agreement with it.
    """

    base_url: Url = "https://api-be.ele.me/"
    source: str = Field(min_length=1, max_length=40)
    secret: SecretStr = Field(min_length=1, max_length=200)
    shop_id: str = Field(min_length=1, max_length=60)
    accept_within_s: int = Field(default=300, ge=30, le=3600)
    prepared_within_min: int = Field(default=25, ge=5, le=240)


class ElemeAdapter(PushOnly):
    """Speaks for one store of one partner."""

    capability = Capability(
        intake=(Intake.PUSH_THIN,),
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
    )

    def __init__(self, settings: ElemeSettings, edge: Edge) -> None:
        self._settings = settings
        self._secret = settings.secret.get_secret_value()
        self._clock = edge.clock
        self._reading = Reading(timedelta(minutes=settings.prepared_within_min))
        self._nonces = NonceMemory()
        accept = Deadline(DeadlineKind.ACCEPT, within_s=settings.accept_within_s)
        self.capability = replace(type(self).capability, deadlines=(accept,))
        self._http = HttpCaller(edge)

    def verify(self, message: RawMessage) -> None:
        """The sign, that a ticket stands for one message, and that it is for this partner."""
        found = verify(ELEME, message, secrets=[self._secret], now=self._clock.now())
        self._nonces.admit(found)
        if not equal(read_form(message.body, message.query).get("source", ""), self._settings.source):
            raise SignatureInvalid(REFUSAL)

    def parse(self, message: RawMessage) -> list[Notice]:
        cmd, body = opened(message)
        return parse_push(cmd, body, read_form(message.body, message.query).get("ticket", ""))

    def answer(self, message: RawMessage) -> WebhookAnswer:
        """The platform wants its answers in the same envelope, signed."""
        fields = read_form(message.body, message.query)
        signed = fields_of(
            f"resp.{fields.get('cmd', '')}",
            {"errno": 0, "error": "success", "data": True},
            source=self._settings.source,
            secret=self._secret,
            ticket=fields.get("ticket", ""),
            now=self._clock.now(),
        )
        return WebhookAnswer(self.capability.answer_status, answer_of(signed))

    async def fetch(self, external_id: str) -> NewOrder:
        """Read the order by its number; one of another store is not ours to pick."""
        answer = await self._ask("order.get", {"order_id": external_id})
        if self._settings.shop_id not in shops_of(answer):
            raise PayloadUnknown("the order is for another store", external_id=external_id)
        return asked_for(parse_order(answer, self._reading, message_id=f"order:{external_id}"), external_id)

    report = staticmethod(reports.report_event)
    answer_cancellation = staticmethod(reports.answer_cancellation)

    @staticmethod
    def before_deadline(kind: DeadlineKind, order: ReportedOrder) -> list[Call]:
        """An order that waits for a supervisor is confirmed before the platform cancels it: refunds come after."""
        return [confirm(order)] if kind is DeadlineKind.ACCEPT else []

    tell_stock = staticmethod(products.tell_stock)
    tell_prices = staticmethod(products.tell_prices)

    async def send(self, call: Call) -> None:
        """Make one call. Where the platform refuses it, the order itself says whether it was applied before."""
        if call.operation in products.OPERATIONS:
            await self._tell_products(call)
            return
        if call.operation == PART_REFUND and await self._is_refunded(call):
            return
        try:
            await self._ask(call.operation, {"order_id": call.external_id, **(call.body or {})})
        except ElemeRefused:
            if not await self._is_done(call):
                raise

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _tell_products(self, call: Call) -> None:
        """What the platform does not sell for the store is nothing to tell."""
        try:
            await self._ask(call.operation, {"shop_id": self._settings.shop_id, **(call.body or {})})
        except ElemeRefused as refusal:
            if refusal.facts.get("code") != products.UNKNOWN_THERE:
                raise

    async def _ask(self, cmd: str, body: dict[str, Any]) -> Any:
        """What stands under `data`. Raises ElemeRefused, ChannelUnavailable, ChannelRefused, PayloadUnknown."""
        fields = fields_of(
            cmd,
            body,
            source=self._settings.source,
            secret=self._secret,
            ticket=secrets.token_hex(16).upper(),
            now=self._clock.now(),
        )
        response = await self._http.ask(self._http.build("POST", self._settings.base_url, data=fields))
        if response.status_code != 200:
            raise ChannelRefused(f"the platform answered {response.status_code} to {cmd}")
        answer = read_json(response.content)
        found = answer.get("body") if isinstance(answer, dict) else None
        if not isinstance(found, dict) or "errno" not in found:
            raise PayloadUnknown(f"the platform's answer to {cmd} says nothing")
        code, words = text_of(found, "errno"), str(found.get("error", ""))
        if code == "0":
            return found.get("data")
        if any(passing in words for passing in _PASSING_WORDS):
            raise ChannelUnavailable(f"the platform is busy with {cmd}", code=code)
        raise ElemeRefused(f"the platform refused {cmd} ({code[:20]})", operation=cmd, code=code, words=words[:100])

    async def _is_refunded(self, call: Call) -> bool:
        """A refund has no number of ours, and the same one twice is two: what was refunded before says it."""
        try:
            answer = await self._ask("order.partrefund.get", {"order_id": call.external_id})
        except ElemeRefused:
            return False  # nothing was refunded of this order
        if not isinstance(answer, dict) or not answer.get("history_refund_detail"):
            return False
        there: Counter[str] = Counter()
        for refund in list_of(answer, "history_refund_detail"):
            for item in refund if isinstance(refund, list) else [refund]:
                there[_name_of(item)] += whole_of(item, "number", 0)
        wanted: Counter[str] = Counter()
        for item in (call.body or {}).get("products", []):
            wanted[_name_of(item)] += item["number"]
        return all(there[name] >= count for name, count in wanted.items())

    async def _status_of(self, external_id: str) -> str:
        return text_of(await self._ask("order.status.get", {"order_id": external_id}), "status")

    async def _is_done(self, call: Call) -> bool:
        status = await if_answered(self._status_of(call.external_id))
        if call.operation in (AGREE, DISAGREE):
            return status == STATUS_CANCELLED
        return status in _DONE_AT.get(call.operation, {STATUS_CANCELLED})


def _name_of(item: Any) -> str:
    """A product as both sides name it."""
    return text_of(item, "sku_id") or text_of(item, "custom_sku_id") or text_of(item, "upc")
