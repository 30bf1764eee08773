"""What the endpoints of this room share: the room itself, and a request as the message it is."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from backend.channels.port import RawMessage
from backend.channels.service import ChannelsService


def channels_of(connection: HTTPConnection) -> ChannelsService:
    channels: ChannelsService = connection.app.state.house.channels
    return channels


async def require_channels(connection: HTTPConnection) -> ChannelsService:
    """The same for endpoints: what is no coroutine would be sent to a thread and back for every request."""
    return channels_of(connection)


ChannelsDep = Annotated[ChannelsService, Depends(require_channels)]


def message_of(request: Request, body: bytes, path: str = "") -> RawMessage:
    headers = {name.lower(): value for name, value in request.headers.items()}
    return RawMessage(body, headers, path, request.url.query)
