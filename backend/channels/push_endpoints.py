"""Where platforms knock: the raw message goes to the channel's adapter, which checks who sent it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from backend.channels.errors import ChannelDisabled, ChannelNotFound, ChannelTakesNoPush
from backend.channels.http import ChannelsDep, message_of
from backend.channels.port import PayloadUnknown, SignatureInvalid
from backend.core.http import read_body
from backend.core.openapi import Responses, described_file, problems

BODY_MAX_BYTES = 256_000

router = APIRouter(prefix="/api/v1/channels", tags=["channels"])
_RESPONSES: Responses = {
    200: {"description": "What this platform wants to read", "content": {"*/*": {"schema": {}}}},
    **problems(SignatureInvalid, ChannelNotFound, ChannelDisabled, ChannelTakesNoPush, PayloadUnknown),
}


@router.post(
    "/{channel_id}/{path:path}",
    response_class=Response,
    summary="Where a platform sends its webhooks",
    responses=_RESPONSES,
    openapi_extra=described_file(
        {"*/*": "whatever the platform sends; its signature is checked over these bytes"}, is_required=False
    ),
)
async def webhook(
    channel_id: Annotated[str, Path(max_length=64)],
    path: Annotated[str, Path(max_length=200)],
    request: Request,
    channels: ChannelsDep,
) -> Response:
    """The raw body goes to the channel's adapter, which checks who sent it before anybody reads it. The answer is what
    that platform wants to read.
    """
    body = await read_body(request, BODY_MAX_BYTES)
    answer = await channels.receive_webhook(channel_id, message_of(request, body, path))
    content_type = answer.content_type if answer.body else None
    return Response(answer.body or None, answer.status, media_type=content_type)


@router.post("/{channel_id}", response_class=Response, include_in_schema=False)
async def webhook_without_a_path(
    channel_id: Annotated[str, Path(max_length=64)], request: Request, channels: ChannelsDep
) -> Response:
    """The same with nothing after the channel, for platforms follow no redirect to the address with a slash."""
    return await webhook(channel_id, "", request, channels)


@router.get(
    "/{channel_id}/{path:path}",
    response_class=Response,
    summary="The same for platforms that send some of their webhooks in the query",
    responses=_RESPONSES,
)
async def webhook_in_query(
    channel_id: Annotated[str, Path(max_length=64)],
    path: Annotated[str, Path(max_length=200)],
    request: Request,
    channels: ChannelsDep,
) -> Response:
    """Verified like the others, over what stands in the query."""
    return await webhook(channel_id, path, request, channels)
