"""Channels over HTTP, for supervisors: adding, changing, pausing, new secrets. A secret goes in and never comes out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from backend.channels.channel_desk import BOTH_SECRETS_VALID
from backend.channels.commands import AddChannel, ChangeChannel
from backend.channels.errors import AdapterUnknown, ChannelNameTaken, ChannelNotFound, ChannelSettingsInvalid
from backend.channels.http import ChannelsDep
from backend.core.http import HouseDep, StrictModel, parse_body, read_body
from backend.core.openapi import described, problems
from backend.people.http import SupervisorDep

BODY_MAX_BYTES = 16_384

router = APIRouter(prefix="/api/v1", tags=["channels"])
ChannelPath = Annotated[str, Path(max_length=64)]


class AdapterAnswer(BaseModel):
    """What an adapter says of itself, and the JSON schema of its settings.

    In the schema each property has the keyword `x-words`: language -> `title`, `description` and `options`.
    """

    name: str
    caption: str
    standard_url: str | None
    verified_by: str
    limitations: list[str]
    settings: dict[str, Any]


class ChannelView(BaseModel):
    """A channel as it does."""

    id: str
    adapter: str
    name: str
    is_enabled: bool = Field(description="false: paused; it sends nothing in, but still hears what is due")
    last_message_at: datetime | None
    to_see_to: int = Field(description="messages that were refused or could not be read")
    held_orders: int = Field(description="orders that wait for a supervisor")
    undelivered: int = Field(description="calls that never got through")
    unacknowledged: int = Field(description="events of its stream it has not confirmed")


class ChannelSettingsAnswer(BaseModel):
    """In the place of each secret: `{"is_set": true}`."""

    adapter: str
    settings: dict[str, Any]
    last_secret_until: datetime | None = Field(description="until when the secret before is good as well")
    keys: list[dict[str, Any]] = Field(description="id and made_at of each key with which it may call us")


class ChangeBody(StrictModel):
    name: str | None = Field(default=None, min_length=1, max_length=80)
    settings: dict[str, Any] | None = Field(
        default=None, description="all of them; secrets that are left out stay as they are, null takes one away"
    )
    is_enabled: bool | None = Field(default=None, description="false pauses it")
    keeps_last_secret: bool = Field(
        default=True,
        description=f"the secret before is good for {BOTH_SECRETS_VALID} more; false where it has leaked",
    )


class ChannelKeyAnswer(BaseModel):
    """A key for our own interface."""

    key: str = Field(description="shown this once")
    key_id: str


class ChannelBody(StrictModel):
    adapter: str = Field(max_length=40, examples=["native"])
    name: str = Field(min_length=1, max_length=80, examples=["Corner shop online"])
    settings: dict[str, Any] = Field(default={}, description="as the adapter's settings say; secrets as `env:NAME`")


class ChannelAnswer(BaseModel):
    """A channel as a supervisor sees it: never its settings, for they hold secrets."""

    id: str
    adapter: str
    name: str
    is_enabled: bool
    last_sequence: int
    acknowledged_up_to: int


@router.get("/channels", summary="The channels of this store")
async def list_streams(person: SupervisorDep, channels: ChannelsDep) -> list[ChannelAnswer]:
    """Each with how far its event stream is and how far it was confirmed."""
    return [
        ChannelAnswer.model_validate(row, from_attributes=True)
        for row in channels.supervision.channels(person.store_id)
    ]


@router.post(
    "/channels",
    status_code=201,
    summary="Add a channel",
    responses=problems(AdapterUnknown, ChannelNameTaken, ChannelSettingsInvalid),
    openapi_extra=described(ChannelBody),
)
async def add_channel(request: Request, person: SupervisorDep, house: HouseDep) -> dict[str, str]:
    """The kind names its adapter; what `settings` may hold is that adapter's business (`/api/v1/intake/channel-
    adapters`).
    """
    body = parse_body(await read_body(request, BODY_MAX_BYTES), ChannelBody)
    channel_id = await house.bus.handle(AddChannel(person.store_id, body.adapter, body.name, body.settings))
    return {"id": channel_id}


@router.get("/intake/channel-adapters", summary="Which kinds of channels there are, and what each wants to be told")
async def list_adapters(person: SupervisorDep, channels: ChannelsDep) -> list[AdapterAnswer]:
    """Each with what it cannot do, how it was verified, and the JSON schema of its settings."""
    return [
        AdapterAnswer(
            **folder.manifest.model_dump(include={"name", "caption", "standard_url", "verified_by", "limitations"}),
            settings=folder.settings_schema(),
        )
        for folder in channels.registry.adapters()
    ]


@router.get("/intake/channels", summary="The channels of this store and how they do")
async def list_channels(person: SupervisorDep, channels: ChannelsDep) -> list[ChannelView]:
    """When each was last heard, what waits for a person, and what has not got through."""
    return [ChannelView.model_validate(view, from_attributes=True) for view in channels.desk.views(person.store_id)]


@router.get(
    "/intake/channels/{channel_id}",
    summary="A channel's settings, of its secrets only that they are set",
    responses=problems(ChannelNotFound),
)
async def channel_settings(
    channel_id: ChannelPath, person: SupervisorDep, channels: ChannelsDep, house: HouseDep
) -> ChannelSettingsAnswer:
    """In the place of each secret stands only that it is set; beside them the keys it may call us with."""
    row = channels.desk.read(person.store_id, channel_id)
    keys = house.people.open_channel_keys(person.store_id, channel_id)
    return ChannelSettingsAnswer(
        adapter=row.adapter,
        settings=channels.adapters.shown(row),
        last_secret_until=row.last_settings_until if channels.adapters.last_of(row) is not None else None,
        keys=[{"id": key_id, "made_at": made_at} for key_id, made_at in keys],
    )


@router.patch(
    "/intake/channels/{channel_id}",
    status_code=204,
    summary="Rename, change, pause or resume a channel",
    responses=problems(ChannelNotFound, ChannelNameTaken, ChannelSettingsInvalid),
    openapi_extra=described(ChangeBody),
)
async def change_channel(
    channel_id: ChannelPath, request: Request, person: SupervisorDep, channels: ChannelsDep, house: HouseDep
) -> None:
    """What is left out stays. A new secret holds at once, and the last one for a day more unless it has leaked."""
    body = parse_body(await read_body(request, BODY_MAX_BYTES), ChangeBody)
    await house.bus.handle(
        ChangeChannel(
            person.store_id,
            channel_id,
            person.person_id,
            name=body.name,
            settings=body.settings,
            is_enabled=body.is_enabled,
            keeps_last_secret=body.keeps_last_secret,
        )
    )


@router.post(
    "/intake/channels/{channel_id}/keys",
    status_code=201,
    summary="One more key for our own interface",
    responses=problems(ChannelNotFound),
)
async def add_key(
    channel_id: ChannelPath, person: SupervisorDep, channels: ChannelsDep, house: HouseDep
) -> ChannelKeyAnswer:
    """The keys before stay good until each is ended, so that a channel can change over."""
    channels.desk.read(person.store_id, channel_id)
    key = await house.people.create_channel_key(person.store_id, channel_id, person.person_id)
    return ChannelKeyAnswer(key=key.key, key_id=key.key_id)


@router.delete(
    "/intake/channels/{channel_id}/keys/{key_id}",
    status_code=204,
    summary="End a key at once",
    responses=problems(ChannelNotFound),
)
async def end_key(
    channel_id: ChannelPath, key_id: Annotated[str, Path(max_length=64)], person: SupervisorDep, house: HouseDep
) -> None:
    """Whoever calls with it from now on is refused. Ending it twice is once."""
    await house.people.revoke_channel_keys(person.store_id, channel_id, person.person_id, key_id)
