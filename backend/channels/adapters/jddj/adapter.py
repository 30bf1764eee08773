"""The JD Daojia adapter: pointers come in, orders are read, adjustments go out as the list of what stays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import Field, SecretStr

import backend.channels.adapters.jddj.products as products
import backend.channels.adapters.jddj.reports as reports
from backend.channels.adapters.jddj.client import DaojiaRefused, JddjClient, opened
from backend.channels.adapters.jddj.payload import first_order, parse_order, parse_push
from backend.channels.adapters.jddj.reports import (
    ACCEPT,
    ADJUST,
    CANCEL,
    PICKED,
    accept,
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
from backend.channels.port.fields import text_of
from backend.channels.port.profiles import JDDJ
from backend.channels.port.push_only import PushOnly, if_answered
from backend.channels.port.reading import read_form
from backend.channels.port.settings import AdapterSettings, Url
from backend.channels.port.signatures import BEIJING, REFUSAL, equal, verify
from shared.clock import Clock

_CANCELLED = {"20020", "20040"}
_BEYOND_ACCEPTED = {"32000", "33040", "33060", "34000", "90000"}
_BEYOND_PICKED = {"33040", "33060", "34000", "90000"}


class JddjSettings(AdapterSettings):
    """`station_no` is the store as the platform knows it, or as it was told to call it.

    `out_station_no` is the store's own number for itself, by which its products are told; empty: `station_no`.

    How long the platform waits for an acceptance is not published: `accept_within_s` is the store's agreement with it.
    """

    base_url: Url = "https://openapi.jddj.com/djapi"
    app_key: str = Field(min_length=1, max_length=80)
    app_secret: SecretStr = Field(min_length=1, max_length=200)
    token: SecretStr = Field(min_length=1, max_length=200)
    station_no: str = Field(min_length=1, max_length=60)
    out_station_no: str = Field(default="", max_length=60)
    accept_within_s: int = Field(default=300, ge=30, le=3600)


class JddjAdapter(PushOnly):
    """Speaks for one store of one application."""

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
        deadlines=(Deadline(DeadlineKind.ACCEPT, within_s=300), Deadline(DeadlineKind.FINISH, 0, act_before_s=300)),
    )

    def __init__(self, settings: JddjSettings, edge: Edge) -> None:
        self._settings = settings
        self._clock: Clock = edge.clock
        accept_rule = Deadline(DeadlineKind.ACCEPT, within_s=settings.accept_within_s)
        self.capability = replace(type(self).capability, deadlines=(accept_rule, *type(self).capability.deadlines[1:]))
        self._client = JddjClient(
            base_url=settings.base_url,
            app_key=settings.app_key,
            token=settings.token.get_secret_value(),
            app_secret=settings.app_secret.get_secret_value(),
            edge=edge,
        )

    def verify(self, message: RawMessage) -> None:
        """The signature over the content in plain, and that it is for this application."""
        secret = self._settings.app_secret.get_secret_value()
        try:
            plain = opened(message, secret)
            app_key = read_form(plain.body).get("app_key", "")
        except PayloadUnknown:
            raise SignatureInvalid(REFUSAL) from None
        verify(JDDJ, plain, secrets=[secret], now=self._clock.now())
        if not equal(app_key, self._settings.app_key):
            raise SignatureInvalid(REFUSAL)

    def parse(self, message: RawMessage) -> list[Notice]:
        fields = read_form(opened(message, self._settings.app_secret.get_secret_value()).body)
        return parse_push(message.path, fields.get("jd_param_json", ""))

    def answer(self, message: RawMessage) -> WebhookAnswer:
        return WebhookAnswer(self.capability.answer_status, '{"code":"0","msg":"success","data":""}')

    async def fetch(self, external_id: str) -> NewOrder:
        """Read the order by its number; one of another store is not ours to pick."""
        found = await self._read(external_id)
        stations = {text_of(found, "deliveryStationNo"), text_of(found, "deliveryStationNoIsv")}
        if self._settings.station_no not in stations:
            raise PayloadUnknown("the order is for another store", external_id=external_id)
        return parse_order(found, message_id=f"order:{external_id}")

    report = staticmethod(reports.report_event)
    answer_cancellation = staticmethod(reports.answer_cancellation)

    @staticmethod
    def before_deadline(kind: DeadlineKind, order: ReportedOrder) -> list[Call]:
        """An order that waits for a supervisor is accepted before the platform cancels it: it can be adjusted still."""
        return [accept(order)] if kind is DeadlineKind.ACCEPT else []

    tell_stock = staticmethod(products.tell_stock)
    tell_prices = staticmethod(products.tell_prices)

    async def send(self, call: Call) -> None:
        """Make one call. Where the platform refuses it, the order itself says whether it was applied before."""
        body: dict[str, Any] = dict(call.body or {})
        if call.operation in products.OPERATIONS:
            station_no = self._settings.out_station_no or self._settings.station_no
            answer = await self._client.ask(call.operation, {"outStationNo": station_no, **body})
            products.raise_if_refused(answer, call.operation)
            return
        if call.operation == CANCEL:
            body["operTime"] = self._clock.now().astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")
        order_id: str | int = int(call.external_id) if call.external_id.isdigit() else call.external_id
        try:
            await self._client.ask(call.operation, {"orderId": order_id, **body})
        except DaojiaRefused:
            if not await self._is_done(call):
                raise

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _read(self, external_id: str) -> dict[str, Any]:
        order_id: str | int = int(external_id) if external_id.isdigit() else external_id
        return first_order(await self._client.ask("order/es/query", {"orderId": order_id}), external_id)

    async def _status_of(self, external_id: str) -> str:
        return text_of(await self._read(external_id), "orderStatus")

    async def _is_done(self, call: Call) -> bool:
        status = await if_answered(self._status_of(call.external_id))
        if status in _CANCELLED:
            return True  # it has no more use for anything we say
        if call.operation == ACCEPT:
            return status in _BEYOND_ACCEPTED
        return status in _BEYOND_PICKED if call.operation in {*PICKED, ADJUST} else False
