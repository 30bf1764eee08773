"""The iFood adapter: a pointer comes by polling or webhook, the order is read, its picking is told item by item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx
from pydantic import Field, SecretStr

import backend.channels.adapters.ifood.products as products
import backend.channels.adapters.ifood.reports as reports
from backend.channels.adapters.ifood.payload import (
    merchant_of,
    parse_event,
    parse_events,
    parse_order,
    quantities_of,
)
from backend.channels.adapters.ifood.volume import WINDOW_S, IngestionVolume
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
from backend.channels.port.fetched import asked_for
from backend.channels.port.fields import text_of
from backend.channels.port.profiles import IFOOD
from backend.channels.port.settings import AdapterSettings, Url
from backend.channels.port.signatures import REFUSAL, equal, verify
from backend.channels.port.token_calls import TokenCalls, TokenSource

ACKNOWLEDGED_MAX = 2_000
NOT_YET_S = 10
_REPEATED = frozenset({409, 422})


class IfoodSettings(AdapterSettings):
    """One application for one store. Polling keeps the store open there: with 0 it must be kept open otherwise.

    Two client secrets are good for webhooks while one is replaced; tokens are asked for with the first.
    """

    base_url: Url = "https://merchant-api.ifood.com.br"
    merchant_id: str = Field(min_length=36, max_length=36)
    client_id: str = Field(min_length=1, max_length=200)
    client_secret: SecretStr = Field(min_length=1, max_length=400)
    accept_within_s: int = Field(default=480, ge=60, le=3600)
    stock_when_available: int = Field(default=50, ge=1, le=9_999, description="what is back is told as so many")
    catalogue_items: int = Field(default=0, ge=0, le=1_000_000, description="items there; 0: only it holds back")
    poll_interval_s: int = Field(default=30, ge=0, le=3600)


class IfoodAdapter:
    """Speaks for one store."""

    capability = Capability(
        intake=(Intake.PUSH_THIN, Intake.POLL),
        accept_point=AcceptPoint.BEFORE_PICK,
        adjust_mode=AdjustMode.BATCH_AT_END,
        repeat_semantics=RepeatSemantics.REFUSED_422,
        sends_calls=True,
        signs_messages=True,
        can_reduce=True,
        can_increase=True,
        can_substitute=True,
        can_weigh=True,
        hears_stock=True,
        hears_prices=True,
        names_products_by_gtin=True,
        answer_status=202,
        deadlines=(Deadline(DeadlineKind.ACCEPT, within_s=480),),
        poll_interval_s=30,
    )

    def __init__(self, settings: IfoodSettings, edge: Edge) -> None:
        self._settings = settings
        self._clock = edge.clock
        accept = Deadline(DeadlineKind.ACCEPT, within_s=settings.accept_within_s)
        self.capability = replace(type(self).capability, deadlines=(accept,), poll_interval_s=settings.poll_interval_s)
        self._secrets = [settings.client_secret.get_secret_value()]
        source = TokenSource(
            url=settings.base_url.rstrip("/") + "/authentication/v1.0/oauth/token",
            client_id=settings.client_id,
            client_secret=settings.client_secret.get_secret_value(),
            is_camel_case=True,
        )
        self._volume = IngestionVolume(settings.catalogue_items, edge.clock)
        self._calls = TokenCalls(base_url=settings.base_url, source=source, edge=edge)

    def verify(self, message: RawMessage) -> None:
        """The signature, and that the event is for this store: one application has many."""
        verify(IFOOD, message, secrets=self._secrets, now=self._clock.now())
        try:
            merchant = merchant_of(read_json(message.body))
        except PayloadUnknown:
            raise SignatureInvalid(REFUSAL) from None
        if not equal(merchant or self._settings.merchant_id, self._settings.merchant_id):
            raise SignatureInvalid(REFUSAL)

    def parse(self, message: RawMessage) -> list[Notice]:
        return [parse_event(message.body)]

    def answer(self, message: RawMessage) -> WebhookAnswer:
        return WebhookAnswer(self.capability.answer_status)

    async def fetch(self, external_id: str) -> NewOrder:
        return asked_for(parse_order(await self._read(external_id), message_id=f"order:{external_id}"), external_id)

    async def poll(self) -> list[Notice]:
        headers = {"x-polling-merchants": self._settings.merchant_id}
        response = await self._calls.get("/events/v1.0/events:polling", headers)
        if response.status_code == 204:
            return []
        return parse_events(_content(response, "our polling"))

    async def acknowledge(self, notices: Sequence[Notice]) -> None:
        ids = [{"id": notice.message_id} for notice in notices]
        for at in range(0, len(ids), ACKNOWLEDGED_MAX):
            chunk = ids[at : at + ACKNOWLEDGED_MAX]
            response = await self._calls.post("/events/v1.0/events/acknowledgment", chunk)
            _content(response, "our acknowledgement")

    report = staticmethod(reports.report_event)
    answer_cancellation = staticmethod(reports.answer_cancellation)

    @staticmethod
    def before_deadline(kind: DeadlineKind, order: ReportedOrder) -> list[Call]:
        """An order that waits for a supervisor is confirmed before the platform cancels it."""
        return [reports.confirm(order)] if kind is DeadlineKind.ACCEPT else []

    tell_stock = staticmethod(products.tell_stock)
    tell_prices = staticmethod(products.tell_prices)

    async def send(self, call: Call) -> None:
        """Make one call. A refusal of a repeat means that it is done; what an order has become is looked at once it is
        ended, so that no refusal of another kind passes for one.
        """
        if call.operation == products.INGESTION:
            await self._tell_products(call)
            return
        body = dict(call.body or {})
        if call.operation == reports.END:
            await self._end(call, body.get("expected", {}))
            return
        if call.operation == reports.CANCEL:
            body = {"reason": body.get("reason"), "cancellationCode": await self._code(call, body.get("codes", []))}
        method, path, content, done = _request(call, body)
        response = await self._calls.request(method, path, body=content)
        if not (response.is_success or response.status_code in done):
            raise _refusal(response, call)

    async def aclose(self) -> None:
        await self._calls.aclose()

    async def _tell_products(self, call: Call) -> None:
        """The platform names no wait when it has had enough: its window is the wait."""
        items = products.items_of(call, stock_when_available=self._settings.stock_when_available)
        self._volume.admit(len(items), is_patient=call.external_id == products.MANY)
        path = f"/item/v1.0/ingestion/{self._settings.merchant_id}"
        try:
            response = await self._calls.request("PATCH", path, body=items)
        except ChannelUnavailable as error:
            if error.facts.get("status") != 429 or error.facts.get("retry_after_s"):
                raise
            raise ChannelUnavailable("the platform takes no more items for now", retry_after_s=WINDOW_S) from None
        if not response.is_success:
            raise _refusal(response, call)
        self._volume.count(len(items))

    async def _end(self, call: Call, expected: dict[str, str]) -> None:
        """End the separation, and see that the order says what was picked.

        Raises ChannelUnavailable where it was ended just now and does not say so yet, ChannelRefused where it never
        will.
        """
        path = f"/picking/v1.0/orders/{call.external_id}/{reports.END}"
        response = await self._calls.request("POST", path)
        if not (response.is_success or response.status_code in _REPEATED):
            raise _refusal(response, call)
        if not expected:
            return
        there = quantities_of(read_json(await self._read(call.external_id)))
        if all(there.get(name, Decimal(0)) == Decimal(quantity) for name, quantity in expected.items()):
            return
        if response.is_success:
            raise ChannelUnavailable("the order does not say yet what was picked", retry_after_s=NOT_YET_S)
        raise ChannelRefused("the order says something else than what was picked", external_id=call.external_id)

    async def _code(self, call: Call, preferred: Sequence[str]) -> str:
        """The best of the reasons that the platform takes at this moment, as it wants to be asked first."""
        path = f"/order/v1.0/orders/{call.external_id}/cancellationReasons"
        response = await self._calls.get(path)
        found = read_json(_content(response, "our question for reasons") or b"[]")
        codes = [text_of(reason, "cancelCodeId") for reason in found] if isinstance(found, list) else []
        return next((code for code in preferred if code in codes), next(iter([*codes, *preferred]), ""))

    async def _read(self, external_id: str) -> bytes:
        return _content(await self._calls.get(f"/order/v1.0/orders/{external_id}"), "our question for the order")


def _request(call: Call, body: dict[str, Any]) -> tuple[str, str, Any, frozenset[int]]:
    """Method, path, body, and the statuses besides success that mean that it is done."""
    order = f"/order/v1.0/orders/{call.external_id}"
    picking = f"/picking/v1.0/orders/{call.external_id}"
    item = f"{picking}/items/{body.get('item', '')}"
    gone = _REPEATED | {404}  # an item that was removed or replaced before
    quantity = Decimal(str(body.get("quantity", "0")))
    amount = int(quantity) if quantity == quantity.to_integral_value() else float(quantity)
    match call.operation:
        case reports.START:
            return "POST", f"{picking}/{reports.START}", None, _REPEATED
        case reports.CHANGE:
            return "PATCH", item, {"quantity": amount}, _REPEATED
        case reports.REPLACE:
            return "POST", f"{item}/replace", {"quantity": amount, "ean": body.get("ean", "")}, gone
        case reports.REMOVE:
            return "DELETE", item, None, gone
        case reports.ACCEPT_DISPUTE:
            return "POST", f"/order/v1.0/disputes/{body.get('dispute_id', '')}/accept", {}, _REPEATED
        case reports.REJECT_DISPUTE:
            reason = {"reason": body.get("reason", "")}
            return "POST", f"/order/v1.0/disputes/{body.get('dispute_id', '')}/reject", reason, _REPEATED
        case operation:
            return "POST", f"{order}/{operation}", body or None, _REPEATED


def _content(response: httpx.Response, what: str) -> bytes:
    if not response.is_success:
        raise ChannelRefused(f"the platform answered {response.status_code} to {what}")
    return response.content


def _refusal(response: httpx.Response, call: Call) -> ChannelRefused:
    return ChannelRefused(
        f"the platform answered {response.status_code} to {call.operation}",
        external_id=call.external_id,
        operation=call.operation,
    )
