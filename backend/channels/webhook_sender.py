"""Sends a channel's events to the address it named, as Standard Webhooks 1.0.0 say, or as CloudEvents 1.0.2.

Dense in the first minute, for groceries are picked within the hour; then the standard's own schedule of three days.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from backend.channels import webhook_rows
from backend.channels.commands import DisableWebhook
from backend.channels.models import ChannelWebhookRow, WebhookForm
from backend.channels.port.calling import retry_after_s
from backend.channels.port.errors import ChannelRefused, ChannelUnavailable
from backend.channels.port.notices import RawMessage
from backend.channels.port.profiles import STANDARD_WEBHOOKS
from backend.channels.port.signatures import sign
from backend.channels.public_addresses import PublicTransport
from backend.channels.webhooks_out import valid_secrets
from backend.core.database import Database
from backend.core.outbox_rows import Job
from shared.clock import Clock

WEBHOOK_TOPIC = "channels.webhook"
TIMEOUT_S = 20.0
DENSE_ATTEMPTS = 7  # by the outbox's own schedule: the first minute and a bit
LATER_S = (300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)  # the standard's, from its third attempt on
JITTER_S = 30
GONE = 410
Handle = Callable[[Any], Awaitable[Any]]


class WebhookSender:
    """`transport` replaces the public internet, in tests."""

    def __init__(
        self, database: Database, handle: Handle, clock: Clock, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._database = database
        self._handle = handle
        self._clock = clock
        self._http = httpx.AsyncClient(
            transport=transport or PublicTransport(), timeout=TIMEOUT_S, follow_redirects=False
        )

    async def deliver(self, job: Job) -> None:
        """Send one event. Raises ChannelUnavailable (again later) or ChannelRefused (a supervisor may replay it)."""
        store_id, channel_id, sequence = job.body["store_id"], job.body["channel_id"], int(job.body["sequence"])
        with self._database.reading() as session:
            row = webhook_rows.get(session, store_id, channel_id)
            message = webhook_rows.get_message(session, store_id, channel_id, sequence)
        if row is None or message is None:
            return  # nobody wants it any more
        if not row.is_enabled:
            raise ChannelRefused(f"the webhook is switched off: {row.disabled_reason}")
        request = self._request(row, json.loads(message))
        try:
            response = await self._http.send(request)
        except httpx.HTTPError as error:
            raise self._again(job, f"the webhook could not be reached ({type(error).__name__})") from None
        if response.is_success:
            return
        if response.status_code == GONE:
            await self._handle(DisableWebhook(store_id, channel_id, "its address answered 410, gone"))
            raise ChannelRefused("the webhook's address is gone for good")
        raise self._again(job, f"the webhook answered {response.status_code}", retry_after_s(response))

    async def aclose(self) -> None:
        await self._http.aclose()

    def _request(self, row: ChannelWebhookRow, message: dict[str, Any]) -> httpx.Request:
        now = self._clock.now()
        body, content_type = webhook_body(row, message)
        headers = {
            "content-type": content_type,
            "webhook-id": message_id(row.channel_id, message["sequence"]),
            "webhook-timestamp": str(int(now.timestamp())),
        }
        signed = RawMessage(body, headers)
        signatures = [sign(STANDARD_WEBHOOKS, signed, secret=secret) for secret in valid_secrets(row, now)]
        return self._http.build_request(
            "POST", row.url, content=body, headers={**headers, "webhook-signature": " ".join(signatures)}
        )

    def _again(self, job: Job, why: str, wish_s: int = 0) -> ChannelRefused | ChannelUnavailable:
        later = job.attempt - DENSE_ATTEMPTS - 1
        if later >= len(LATER_S):
            return ChannelRefused(f"{why}; it was tried for three days")
        wait_s = LATER_S[later] + job.sequence % JITTER_S if later >= 0 else 0
        return ChannelUnavailable(why, retry_after_s=max(wait_s, wish_s))


def message_id(channel_id: str, sequence: int) -> str:
    """The same for the same event, however often it is sent."""
    return f"{channel_id}.{sequence}"


def webhook_body(row: ChannelWebhookRow, message: dict[str, Any]) -> tuple[bytes, str]:
    """The body of one event and its content type, in the form the channel asked for."""
    content = {"sequence": message["sequence"], "order": message["order"], "body": message["body"]}
    if row.form == WebhookForm.CLOUDEVENTS:
        event = {
            "specversion": "1.0",
            "id": message_id(row.channel_id, message["sequence"]),
            "source": f"/stores/{row.store_id}/channels/{row.channel_id}",
            "type": f"org.blinkpick.{message['name']}",
            **({"subject": message["order"]["external_id"]} if message["order"] else {}),
            "time": message["at"],
            "datacontenttype": "application/json",
            "data": content,
        }
        return _bytes(event), "application/cloudevents+json"
    return _bytes({"type": message["name"], "timestamp": message["at"], "data": content}), "application/json"


def _bytes(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def job_body(store_id: str, channel_id: str, sequence: int) -> dict[str, Any]:
    return {"store_id": store_id, "channel_id": channel_id, "sequence": sequence}
