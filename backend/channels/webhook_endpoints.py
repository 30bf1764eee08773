"""What a supervisor sets about outgoing webhooks. A secret is shown once, in the answer that made it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from backend.channels import webhook_rows
from backend.channels.commands import RemoveWebhook, RotateWebhookSecret, SetWebhook
from backend.channels.errors import ChannelNotFound, WebhookUnknown, WebhookUrlRefused
from backend.channels.models import WebhookForm
from backend.channels.webhooks_out import BOTH_VALID, URL_MAX_CHARACTERS, valid_secrets
from backend.core.http import HouseDep, StrictModel, parse_body, read_body
from backend.core.openapi import described, problems
from backend.people.http import SupervisorDep

BODY_MAX_BYTES = 4_096

router = APIRouter(prefix="/api/v1/intake/channels", tags=["channels"])
ChannelPath = Annotated[str, Path(max_length=64)]


class WebhookBody(StrictModel):
    url: str = Field(
        min_length=1,
        max_length=URL_MAX_CHARACTERS,
        description="https, on the public internet",
        examples=["https://shop.example/hooks/blinkpick"],
    )
    form: WebhookForm = Field(default=WebhookForm.PLAIN, strict=False)


class WebhookSecret(BaseModel):
    """For checking `webhook-signature`, as Standard Webhooks say."""

    secret: str = Field(description="shown this once")
    last_one_valid_s: int = Field(description="how long the secret before it is good as well")


class WebhookAnswer(BaseModel):
    """Where a channel's events are sent."""

    url: str
    form: WebhookForm
    is_enabled: bool
    disabled_reason: str
    valid_secrets: int


@router.put(
    "/{channel_id}/webhook",
    summary="Send a channel's events to an address as well",
    responses=problems(ChannelNotFound, WebhookUrlRefused),
    openapi_extra=described(WebhookBody),
)
async def set_webhook(
    channel_id: ChannelPath, request: Request, person: SupervisorDep, house: HouseDep
) -> WebhookSecret:
    """Every event of the stream, signed; the stream goes on beside it. Set again, it has a new secret at once."""
    body = parse_body(await read_body(request, BODY_MAX_BYTES), WebhookBody)
    secret = await house.bus.handle(SetWebhook(person.store_id, channel_id, body.url, body.form.value))
    return WebhookSecret(secret=secret, last_one_valid_s=0)


@router.post(
    "/{channel_id}/webhook/secret",
    summary="A new secret; the last one is good for a day more",
    responses=problems(WebhookUnknown),
)
async def rotate_secret(channel_id: ChannelPath, person: SupervisorDep, house: HouseDep) -> WebhookSecret:
    """For changing over without losing an event: both sign meanwhile."""
    secret = await house.bus.handle(RotateWebhookSecret(person.store_id, channel_id))
    return WebhookSecret(secret=secret, last_one_valid_s=int(BOTH_VALID.total_seconds()))


@router.get("/{channel_id}/webhook", summary="Where a channel's events are sent", responses=problems(WebhookUnknown))
async def read_webhook(channel_id: ChannelPath, person: SupervisorDep, house: HouseDep) -> WebhookAnswer:
    """The address and how it does; its secrets are never shown again."""
    with house.database.reading() as session:
        row = webhook_rows.get(session, person.store_id, channel_id)
    if row is None:
        raise WebhookUnknown("this channel's events are sent nowhere", channel_id=channel_id)
    return WebhookAnswer(
        url=row.url,
        form=WebhookForm(row.form),
        is_enabled=row.is_enabled,
        disabled_reason=row.disabled_reason,
        valid_secrets=len(valid_secrets(row, house.clock.now())),
    )


@router.delete(
    "/{channel_id}/webhook",
    status_code=204,
    summary="Send a channel's events nowhere but to its stream",
    responses=problems(WebhookUnknown),
)
async def remove_webhook(channel_id: ChannelPath, person: SupervisorDep, house: HouseDep) -> None:
    """What is on its way is not sent any more. The stream goes on as before."""
    await house.bus.handle(RemoveWebhook(person.store_id, channel_id))
