"""The Open Delivery adapter: a pointer comes by webhook or polling, the order is read, its progress is posted back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from pydantic import Field, SecretStr

from backend.channels.adapters.open_delivery.payload import Origins, parse_event, parse_events, parse_order
from backend.channels.adapters.open_delivery.reports import (
    DONE_AFTER,
    acknowledgements,
    answer_cancellation,
    report_event,
)
from backend.channels.adapters.open_delivery.signature import verify_signature
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
    WebhookAnswer,
    read_json,
)
from backend.channels.port.settings import AdapterSettings, Url
from backend.channels.port.token_calls import TokenCalls, TokenSource
from shared.events import Event

# An application that cancels does not ask, and hears that an order was picked up from nobody.
GONE_IN_2 = frozenset({"acceptCancellation", "denyCancellation", "pickedUp"})
PATHS_OF_2 = {"readyForPickup": "ready-for-pickup"}


class OpenDeliverySettings(AdapterSettings):
    """What host and merchant agreed on. `app_id` names the host, `merchant_id` is the id we gave this store."""

    base_url: Url
    token_url: str = Field(default="", max_length=300, description="where it is not base_url + /oauth/token")
    app_id: str = Field(min_length=1, max_length=100)
    merchant_id: str = Field(min_length=36, max_length=100)
    client_id: str = Field(min_length=1, max_length=200)
    client_secret: SecretStr = Field(min_length=1, max_length=400)
    version: Literal[1, 2] = Field(default=1, description="2 is a release candidate of the standard")
    platform: str = Field(default="", max_length=60, description="which platform the host is, such as keeta")
    source_apps: dict[str, str] = Field(
        default={}, description="of a hub: AppId -> platform, so that an order which comes from it as well is one order"
    )
    poll_interval_s: int = Field(default=30, ge=0, le=3600, description="what the host asks for; 0: webhooks only")


class OpenDeliveryAdapter:
    """Speaks to one host for one merchant."""

    capability = Capability(
        intake=(Intake.PUSH_THIN, Intake.POLL),
        accept_point=AcceptPoint.BEFORE_PICK,
        adjust_mode=AdjustMode.NONE,
        repeat_semantics=RepeatSemantics.REFUSED_422,
        sends_calls=True,
        signs_messages=True,
        answer_status=200,
    )

    def __init__(self, settings: OpenDeliverySettings, edge: Edge) -> None:
        self._settings = settings
        self._clock = edge.clock
        self._origins = Origins(settings.platform, settings.source_apps)
        self._prefix = f"/v{settings.version}"
        self.capability = replace(type(self).capability, poll_interval_s=settings.poll_interval_s)
        source = TokenSource(
            url=settings.token_url or settings.base_url.rstrip("/") + "/oauth/token",
            client_id=settings.client_id,
            client_secret=settings.client_secret.get_secret_value(),
        )
        self._client = TokenCalls(base_url=settings.base_url, source=source, edge=edge)

    def verify(self, message: RawMessage) -> None:
        verify_signature(
            message,
            secret=self._settings.client_secret.get_secret_value(),
            app_id=self._settings.app_id,
            merchant_id=self._settings.merchant_id,
            now=self._clock.now(),
        )

    def parse(self, message: RawMessage) -> list[Notice]:
        if not re.fullmatch(rf"(v{self._settings.version}/)?newEvent/?", message.path):
            raise PayloadUnknown("the standard has no webhook at this path")
        return [parse_event(message.body)]

    def answer(self, message: RawMessage) -> WebhookAnswer:
        return WebhookAnswer(self.capability.answer_status)

    async def fetch(self, external_id: str) -> NewOrder:
        """Read the order by its id at the configured address: an address inside a message could point anywhere."""
        response = await self._client.get(f"{self._prefix}/orders/{external_id}")
        if response.status_code != 200:
            raise ChannelRefused(f"the host answered {response.status_code} to our question for the order")
        found = parse_order(response.content, message_id=f"order:{external_id}", origins=self._origins)
        if found.external_id != external_id:
            raise PayloadUnknown("the host answered with another order", external_id=external_id)
        return found

    async def poll(self) -> list[Notice]:
        response = await self._client.get(
            f"{self._prefix}/events:polling", {"x-polling-merchants": self._settings.merchant_id}
        )
        if response.status_code == 204:
            return []
        if response.status_code != 200:
            raise ChannelRefused(f"the host answered {response.status_code} to our polling")
        return parse_events(response.content)

    async def acknowledge(self, notices: Sequence[Notice]) -> None:
        for chunk in acknowledgements(notices):
            body = chunk if self._settings.version == 1 else {"eventIds": [item["id"] for item in chunk]}
            response = await self._client.post(f"{self._prefix}/events/acknowledgment", body)
            if response.status_code not in (200, 202, 204):
                raise ChannelRefused(f"the host answered {response.status_code} to our acknowledgement")

    @staticmethod
    def report(event: Event, order: ReportedOrder) -> list[Call]:
        return report_event(event, order)

    @staticmethod
    def answer_cancellation(order: ReportedOrder, *, is_granted: bool) -> list[Call]:
        return answer_cancellation(order, is_granted=is_granted)

    @staticmethod
    def before_deadline(kind: DeadlineKind, order: ReportedOrder) -> list[Call]:
        return []

    async def send(self, call: Call) -> None:
        """Post one step. A 422 may mean that the step was applied before; the order itself tells which it is."""
        operation, body = call.operation, call.body
        if self._settings.version == 2:
            if operation in GONE_IN_2:
                raise ChannelRefused(f"version 2 has no {operation}", external_id=call.external_id)
            operation, body = PATHS_OF_2.get(operation, operation), None if operation == "confirm" else body
        response = await self._client.post(f"{self._prefix}/orders/{call.external_id}/{operation}", body)
        if response.is_success or (response.status_code in (409, 422) and await self._is_done(call)):
            return
        raise ChannelRefused(
            f"the host answered {response.status_code} to {call.operation}",
            external_id=call.external_id,
            operation=call.operation,
        )

    async def aclose(self) -> None:
        await self._client.aclose()

    async def _is_done(self, call: Call) -> bool:
        response = await self._client.get(f"{self._prefix}/orders/{call.external_id}")
        if response.status_code != 200:
            return False
        order = read_json(response.content)
        last_event = order.get("lastEvent") if isinstance(order, dict) else None
        return isinstance(last_event, str) and last_event in DONE_AFTER.get(call.operation, ())
