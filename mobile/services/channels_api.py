"""What a supervisor's phone asks about channels and their messages; answered or refused as BackendApi says."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter

from mobile.services.backend_api import BackendApi, read_answer, read_list


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Adapter(_Answer):
    """A kind of channel. `settings`: the JSON schema of what it wants to be told."""

    name: str
    caption: str
    verified_by: str = ""
    limitations: list[str] = []
    settings: dict[str, Any]


class Channel(_Answer):
    """A channel and what waits at it."""

    id: str
    adapter: str
    name: str
    is_enabled: bool
    last_message_at: datetime | None = None
    to_see_to: int = 0
    held_orders: int = 0
    undelivered: int = 0
    unacknowledged: int = 0


class ChannelKey(_Answer):
    id: str
    made_at: datetime


class ChannelSettings(_Answer):
    """In the place of each secret: `{"is_set": true}`."""

    adapter: str
    settings: dict[str, Any]
    last_secret_until: datetime | None = None
    keys: list[ChannelKey] = []


class Message(_Answer):
    """One message and what became of it."""

    id: str
    channel_id: str
    verdict: str
    detail: str = ""
    answer_status: int = 0
    size_bytes: int = 0
    received_at: datetime


class WholeMessage(Message):
    path: str = ""
    query: str = ""
    headers: dict[str, str] = {}
    body: str = ""
    is_text: bool = True


class _Made(_Answer):
    id: str


class _MadeKey(_Answer):
    key: str
    key_id: str


class _Replayed(_Answer):
    count_new: int


_ADAPTERS = TypeAdapter(list[Adapter])
_CHANNELS = TypeAdapter(list[Channel])
_MESSAGES = TypeAdapter(list[Message])


class ChannelsApi:
    """One method per question. `token` is a supervisor's session."""

    def __init__(self, api: BackendApi) -> None:
        self._api = api

    async def adapters(self, token: str) -> list[Adapter]:
        return read_list(_ADAPTERS, await self._api.ask("GET", "/intake/channel-adapters", token=token))

    async def channels(self, token: str) -> list[Channel]:
        return read_list(_CHANNELS, await self._api.ask("GET", "/intake/channels", token=token))

    async def settings(self, token: str, channel_id: str) -> ChannelSettings:
        return read_answer(ChannelSettings, await self._api.ask("GET", f"/intake/channels/{channel_id}", token=token))

    async def add(self, token: str, adapter: str, name: str, settings: dict[str, Any]) -> str:
        """Returns its id."""
        body = {"adapter": adapter, "name": name, "settings": settings}
        return read_answer(_Made, await self._api.ask("POST", "/channels", body=body, token=token)).id

    async def change(self, token: str, channel_id: str, **changes: Any) -> None:
        """Secrets that are left out stay as they are."""
        await self._api.ask("PATCH", f"/intake/channels/{channel_id}", body=changes, token=token)

    async def add_key(self, token: str, channel_id: str) -> tuple[str, str]:
        """(the key, its id); the key is told this once."""
        answer = await self._api.ask("POST", f"/intake/channels/{channel_id}/keys", body={}, token=token)
        made = read_answer(_MadeKey, answer)
        return made.key, made.key_id

    async def end_key(self, token: str, channel_id: str, key_id: str) -> None:
        await self._api.ask("DELETE", f"/intake/channels/{channel_id}/keys/{key_id}", token=token)

    async def messages(self, token: str, *, to_see_to: bool) -> list[Message]:
        """The latest hundred, newest first."""
        which = "?verdict=unreadable&verdict=refused" if to_see_to else ""
        return read_list(_MESSAGES, await self._api.ask("GET", f"/intake/messages{which}", token=token))

    async def message(self, token: str, message_id: str) -> WholeMessage:
        return read_answer(WholeMessage, await self._api.ask("GET", f"/intake/messages/{message_id}", token=token))

    async def replay(self, token: str, message_id: str, body: str | None) -> int:
        """How much of it was new. `body`: mended by hand."""
        asked = {} if body is None else {"body": body}
        answer = await self._api.ask("POST", f"/intake/messages/{message_id}/replay", body=asked, token=token)
        return read_answer(_Replayed, answer).count_new
