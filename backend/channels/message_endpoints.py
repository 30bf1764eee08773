"""Messages of channels, for supervisors: the last hundred with what became of each, and a second try."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field

from backend.channels.endpoints import ORDER_MAX_BYTES
from backend.channels.errors import ChannelNotFound, MessageNotFound, MessageNotReplayable, MessageStillRefused
from backend.channels.http import ChannelsDep
from backend.channels.models import ChannelMessageRow, MessageVerdict
from backend.channels.port import PayloadUnknown
from backend.core.http import StrictModel, parse_body, read_body
from backend.core.openapi import described, problems
from backend.people.http import SupervisorDep

LATEST = 100
LIST_MAX = 200

router = APIRouter(prefix="/api/v1/intake/messages", tags=["channels"])
MessagePath = Annotated[str, Path(max_length=64)]


class MessageSummary(BaseModel):
    """One message and what became of it."""

    id: str
    channel_id: str
    verdict: MessageVerdict = Field(description="taken, ignored, unreadable, refused, or replayed after that")
    detail: str
    answer_status: int = Field(description="the HTTP status it was answered with")
    size_bytes: int = Field(description="of what was kept")
    received_at: datetime


class MessageView(MessageSummary):
    """One message whole, as far as it was kept."""

    path: str
    query: str
    headers: dict[str, str]
    body: str = Field(description="bytes that are no UTF-8 are shown as \\ufffd")
    is_text: bool = Field(description="false: it can be replayed as it came only")


class ReplayBody(StrictModel):
    body: str | None = Field(
        default=None, max_length=ORDER_MAX_BYTES, description="the message mended by hand; left out: as it came"
    )


class Replayed(BaseModel):
    """What a second try brought."""

    count_new: int = Field(description="0: the channel had sent it again meanwhile")


@router.get("", summary="The latest messages of this store's channels, newest first")
async def list_messages(
    person: SupervisorDep,
    channels: ChannelsDep,
    channel_id: Annotated[str | None, Query(max_length=64)] = None,
    verdict: Annotated[list[MessageVerdict] | None, Query(description="several may be named")] = None,
    limit: Annotated[int, Query(ge=1, le=LIST_MAX)] = LATEST,
) -> list[MessageSummary]:
    """What each channel sent and what became of it, without the bodies; of one channel or all."""
    rows = channels.messages.latest(person.store_id, channel_id=channel_id, verdicts=verdict or [], limit=limit)
    return [MessageSummary.model_validate(_facts(row)) for row in rows]


@router.get("/{message_id}", summary="One message whole", responses=problems(MessageNotFound))
async def read_message(message_id: MessagePath, person: SupervisorDep, channels: ChannelsDep) -> MessageView:
    """Headers and body as they came, as far as they were kept."""
    row = channels.messages.read(person.store_id, message_id)
    body = row.body.decode("utf-8", "replace")
    return MessageView(
        **_facts(row),
        path=row.path,
        query=row.query,
        headers=json.loads(row.headers),
        body=body,
        is_text=body.encode() == row.body,
    )


@router.post(
    "/{message_id}/replay",
    summary="Try a message again that was refused or could not be read",
    responses=problems(MessageNotFound, MessageNotReplayable, MessageStillRefused, ChannelNotFound, PayloadUnknown),
    openapi_extra=described(ReplayBody, is_required=False),
)
async def replay_message(
    message_id: MessagePath, request: Request, person: SupervisorDep, channels: ChannelsDep
) -> Replayed:
    """After a secret was put right, an update, or with the body mended. What it brings takes effect once."""
    asked = parse_body(await read_body(request, ORDER_MAX_BYTES) or b"{}", ReplayBody)
    corrected = None if asked.body is None else asked.body.encode()
    return Replayed(count_new=await channels.replay(person.store_id, message_id, person.person_id, corrected))


def _facts(row: ChannelMessageRow) -> dict[str, object]:
    return {
        "id": row.id,
        "channel_id": row.channel_id,
        "verdict": row.verdict,
        "detail": row.detail,
        "answer_status": row.answer_status,
        "size_bytes": len(row.body),
        "received_at": row.received_at,
    }
