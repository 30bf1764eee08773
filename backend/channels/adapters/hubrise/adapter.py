"""The HubRise adapter: orders come whole in events, are asked for as well, and are updated until they leave."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from pydantic import Field, SecretStr

import backend.channels.adapters.hubrise.products as products
import backend.channels.adapters.hubrise.reports as reports
from backend.channels.adapters.hubrise.payload import (
    OVER,
    Reading,
    event_of,
    is_deleted,
    listed,
    location_of,
    parse_order,
)
from backend.channels.port import (
    AcceptPoint,
    AdjustMode,
    Call,
    Capability,
    ChannelRefused,
    Deadline,
    DeadlineKind,
    Edge,
    Ignored,
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
from backend.channels.port.fields import id_of, list_of, text_of
from backend.channels.port.header_calls import HeaderCalls
from backend.channels.port.profiles import HUBRISE
from backend.channels.port.settings import AdapterSettings, Url
from backend.channels.port.signatures import REFUSAL, equal, verify

EVENTS_PER_POLL_MAX = 50  # a connection may make 500 requests in a minute, and each event takes two


class HubRiseSettings(AdapterSettings):
    """One connection to one location. Two client secrets are good at once while one is replaced.

    A connection has one callback: with an address it is called there, without one its events wait to be asked for. Both
    are taken here, so that `poll_interval_s` is the same for either.
    """

    base_url: Url = "https://api.hubrise.com/v1"
    access_token: SecretStr = Field(min_length=1, max_length=200)
    client_secret: SecretStr = Field(min_length=1, max_length=200)
    location_id: str = Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9-]+$")
    catalog_name: str = Field(default="", max_length=100, description="whose stock is told; empty: none is")
    accept_within_s: int = Field(default=300, ge=30, le=3600)
    prepared_within_min: int = Field(default=60, ge=5, le=7 * 24 * 60)
    poll_interval_s: int = Field(default=60, ge=30, le=3600, description="the platform asks for 30 at least")
    look_back_h: int = Field(default=24, ge=1, le=14 * 24, description="how old an order may be to be still new")


class HubRiseAdapter:
    """Speaks for one location."""

    capability = Capability(
        intake=(Intake.PUSH_FULL, Intake.POLL),
        accept_point=AcceptPoint.BEFORE_PICK,
        adjust_mode=AdjustMode.BATCH_AT_END,
        repeat_semantics=RepeatSemantics.ACCEPTED,
        sends_calls=True,
        signs_messages=True,
        can_reduce=True,
        hears_stock=True,
        can_substitute=True,
        answer_status=200,
        deadlines=(Deadline(DeadlineKind.ACCEPT, within_s=300),),
        poll_interval_s=60,
    )

    def __init__(self, settings: HubRiseSettings, edge: Edge) -> None:
        self._settings = settings
        self._clock = edge.clock
        accept = Deadline(DeadlineKind.ACCEPT, within_s=settings.accept_within_s)
        self.capability = replace(type(self).capability, deadlines=(accept,), poll_interval_s=settings.poll_interval_s)
        self._reading = Reading(timedelta(minutes=settings.prepared_within_min))
        self._secrets = [settings.client_secret.get_secret_value()]
        self._calls = HeaderCalls(
            base_url=settings.base_url,
            headers={"X-Access-Token": settings.access_token.get_secret_value()},
            code_field="error_type",
            edge=edge,
        )

    def verify(self, message: RawMessage) -> None:
        """The signature, and that the event is for this location: one client has many."""
        verify(HUBRISE, message, secrets=self._secrets, now=self._clock.now())
        try:
            location = location_of(read_json(message.body))
        except PayloadUnknown:
            raise SignatureInvalid(REFUSAL) from None
        if not equal(location or self._settings.location_id, self._settings.location_id):
            raise SignatureInvalid(REFUSAL)

    def parse(self, message: RawMessage) -> list[Notice]:
        return [event_of(read_json(message.body), self._reading, message.body.decode())]

    def answer(self, message: RawMessage) -> WebhookAnswer:
        return WebhookAnswer(self.capability.answer_status)

    async def fetch(self, external_id: str) -> NewOrder:
        return asked_for(parse_order(await self._read(external_id), self._reading), external_id)

    async def poll(self) -> list[Notice]:
        """Events nobody has acknowledged, then orders that are still new: an event may be lost, an order is not."""
        waiting = await self._list("callback/events")
        events = [await self._event(id_of(event, "id")) for event in waiting]
        notices = [self._noticed(event) for event in events if event is not None and self._is_here(event)]
        after = self._clock.now() - timedelta(hours=self._settings.look_back_h)
        for status in ("new", "received"):
            asked = {"status": status, "after": after.isoformat(timespec="seconds")}
            orders = await self._list(f"locations/{self._settings.location_id}/orders", asked)
            notices += [listed(order, self._reading) for order in orders]
        return notices

    async def acknowledge(self, notices: Sequence[Notice]) -> None:
        """An event that is deleted has been taken; what came from the list of orders has nothing to delete."""
        for notice in notices:
            if not notice.message_id.startswith("order:"):
                await self._event(notice.message_id, "DELETE")

    report = staticmethod(reports.report_event)

    @staticmethod
    def answer_cancellation(order: ReportedOrder, *, is_granted: bool) -> list[Call]:
        """The platform has no such question."""
        return []

    @staticmethod
    def before_deadline(kind: DeadlineKind, order: ReportedOrder) -> list[Call]:
        """An order that waits for a supervisor is accepted before whoever took it gives up."""
        return [reports.accept(order)] if kind is DeadlineKind.ACCEPT else []

    tell_stock = staticmethod(products.tell_stock)

    async def send(self, call: Call) -> None:
        """Update the order, unless it is as far already: a repeated update would add the same items again."""
        if call.operation == products.INVENTORY:
            location_id, catalog_name = self._settings.location_id, self._settings.catalog_name
            await products.send(call, self._calls, location_id=location_id, catalog_name=catalog_name)
            return
        if call.operation != reports.UPDATE:
            await self._read(call.external_id)
            raise ChannelRefused(f"there is no call {call.operation}", external_id=call.external_id)
        order = await self._read(call.external_id)
        status = text_of(order, "status")
        left = dict(call.body or {})
        if _is_as_far(status, str(left.get("status"))):
            del left["status"]
        if left.get("items") and _is_changed(order, left["items"]):
            del left["items"], left["seller_notes"]
        if left and status not in OVER:
            await self._calls.json("PATCH", self._path(call.external_id), body=left)

    async def aclose(self) -> None:
        await self._calls.aclose()

    async def _read(self, external_id: str) -> Any:
        order = await self._calls.json("GET", self._path(external_id))
        if not text_of(order, "status"):
            raise PayloadUnknown("the platform's answer is no order", external_id=external_id)
        return order

    async def _list(self, path: str, parameters: dict[str, str] | None = None) -> list[Any]:
        found = await self._calls.json(
            "GET", path, parameters={"count": str(EVENTS_PER_POLL_MAX), **(parameters or {})}
        )
        if not isinstance(found, list):
            raise PayloadUnknown("the platform's list is none")
        return found

    async def _event(self, event_id: str, method: str = "GET") -> Any:
        """One event, or its deletion; None where the callback has taken it meanwhile."""
        try:
            return await self._calls.json(method, f"callback/events/{event_id}")
        except ChannelRefused as refusal:
            if refusal.facts.get("status") != 404:
                raise
            return None

    def _noticed(self, event: Any) -> Notice:
        """One that cannot be read must not stop the others; the order it is about is asked for besides."""
        try:
            return event_of(event, self._reading)
        except PayloadUnknown as error:
            return Ignored(message_id=id_of(event, "id"), original=json.dumps(event, default=str), reason=error.detail)

    def _is_here(self, event: Any) -> bool:
        return (location_of(event) or self._settings.location_id) == self._settings.location_id

    def _path(self, external_id: str) -> str:
        return f"locations/{self._settings.location_id}/orders/{external_id}"


def _is_changed(order: Any, items: Sequence[dict[str, Any]]) -> bool:
    """Whether all that is to be deleted is: then what takes its place is there, for both go in one update."""
    deleted = {text_of(item, "id") for item in list_of(order, "items") if is_deleted(item)}
    return {item["id"] for item in items if item.get("deleted")} <= deleted


def _is_as_far(status: str, wanted: str) -> bool:
    steps = reports.STEPS
    return status in steps and wanted in steps and steps.index(status) >= steps.index(wanted)
