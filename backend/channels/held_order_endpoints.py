"""What a supervisor does about orders that are held, and about calls that never got through."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field, field_validator

from backend.channels.commands import (
    DismissHeldOrder,
    RetryHeldOrder,
    ReviveDeadLetter,
)
from backend.channels.errors import (
    DeadLetterNotFound,
    IntakeExceptionClosed,
    IntakeExceptionNotFound,
)
from backend.channels.http import ChannelsDep
from backend.channels.models import ExceptionStatus, IntakeExceptionRow
from backend.channels.port import DISMISSED_BY_CHANNEL, IncomingOrder
from backend.core.http import HouseDep, StrictModel, parse_body, read_body
from backend.core.openapi import described, problems
from backend.people.http import SupervisorDep
from shared.channel_answers import OrderAnswer

BODY_MAX_BYTES = 4_096
LIST_MAX = 200

router = APIRouter(prefix="/api/v1/intake", tags=["channels"])


class DismissBody(StrictModel):
    reason: str = Field(min_length=1, max_length=200)

    @field_validator("reason")
    @classmethod
    def _not_the_channel_s_own_word(cls, reason: str) -> str:
        if reason == DISMISSED_BY_CHANNEL:
            raise ValueError("say it in your own words")
        return reason


class HeldOrderAnswer(BaseModel):
    """An order that waits for a supervisor, with everything known of it."""

    id: str
    channel_id: str
    external_id: str
    display_code: str
    status: ExceptionStatus
    reason: str
    problems: list[dict[str, str]]
    order: IncomingOrder | None
    due_at: datetime | None
    created_at: datetime
    closed_at: datetime | None
    closed_by: str


class DeadLetterAnswer(BaseModel):
    """A call or a question to a channel that never got through."""

    id: str
    channel_id: str
    external_id: str
    operation: str
    attempts: int
    error: str
    created_at: datetime
    dead_at: datetime


@router.get("/exceptions", summary="Orders that wait for a supervisor, longest first")
async def list_held_orders(
    person: SupervisorDep,
    channels: ChannelsDep,
    status: ExceptionStatus | None = ExceptionStatus.OPEN,
    limit: Annotated[int, Query(ge=1, le=LIST_MAX)] = 50,
) -> list[HeldOrderAnswer]:
    """Orders that could not be picked as they came, each with why and with what the channel sent."""
    return [_held_order(row) for row in channels.supervision.exceptions(person.store_id, status, limit)]


@router.post(
    "/exceptions/{exception_id}/retry",
    response_model_exclude_none=True,
    summary="Try a held order again",
    responses=problems(IntakeExceptionNotFound, IntakeExceptionClosed),
)
async def retry_held_order(
    exception_id: Annotated[str, Path(max_length=64)], person: SupervisorDep, house: HouseDep
) -> OrderAnswer:
    """After the catalogue was mended. The answer says `held` again, and why, where it still does not fit."""
    answer = await house.bus.handle(RetryHeldOrder(person.store_id, exception_id, person.person_id))
    return OrderAnswer(
        external_id=answer.external_id,
        status=answer.status,
        order_id=answer.order_id or None,
        intake_exception_id=answer.intake_exception_id or None,
        reason=answer.reason or None,
    )


@router.post(
    "/exceptions/{exception_id}/dismiss",
    status_code=204,
    summary="Give a held order up",
    responses=problems(IntakeExceptionNotFound, IntakeExceptionClosed),
    openapi_extra=described(DismissBody),
)
async def dismiss_held_order(
    exception_id: Annotated[str, Path(max_length=64)], request: Request, person: SupervisorDep, house: HouseDep
) -> None:
    """Nobody will pick it; its channel is told, with the reason."""
    body = parse_body(await read_body(request, BODY_MAX_BYTES), DismissBody)
    await house.bus.handle(DismissHeldOrder(person.store_id, exception_id, person.person_id, body.reason))


@router.get("/undelivered", summary="Calls to channels that never got through, newest first")
async def list_dead_letters(
    person: SupervisorDep, channels: ChannelsDep, limit: Annotated[int, Query(ge=1, le=LIST_MAX)] = 50
) -> list[DeadLetterAnswer]:
    """What a platform refused for good or never answered, with its last words."""
    letters = channels.supervision.dead_letters(person.store_id, limit)
    return [DeadLetterAnswer.model_validate(letter, from_attributes=True) for letter in letters]


@router.post(
    "/undelivered/{job_id}/retry",
    status_code=204,
    summary="Try an undelivered call again",
    responses=problems(DeadLetterNotFound),
)
async def retry_dead_letter(
    job_id: Annotated[str, Path(max_length=64)], person: SupervisorDep, house: HouseDep
) -> None:
    """It goes out again at once, and then as often as any other call."""
    await house.bus.handle(ReviveDeadLetter(person.store_id, job_id))


def _held_order(row: IntakeExceptionRow) -> HeldOrderAnswer:
    return HeldOrderAnswer(
        **row.model_dump(exclude={"store_id", "facts", "incoming"}),
        problems=row.facts.get("problems", []),
        order=IncomingOrder.model_validate_json(row.incoming) if row.incoming else None,
    )
