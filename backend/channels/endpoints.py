"""Where channels knock: orders in, webhooks in, the event stream out; and what a supervisor does about held orders."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, Field, field_validator
from starlette.requests import HTTPConnection

from backend.channels.commands import (
    AddChannel,
    AnswerProposal,
    DismissHeldOrder,
    RetryHeldOrder,
    ReviveDeadLetter,
    Sender,
)
from backend.channels.errors import (
    AdapterUnknown,
    AmendmentDoesNotFit,
    ChannelDisabled,
    ChannelNameTaken,
    ChannelNotFound,
    ChannelSettingsInvalid,
    ChannelTakesNoPush,
    DeadLetterNotFound,
    IdempotencyKeyMalformed,
    IdempotencyKeyMissing,
    IdempotencyKeyReused,
    IntakeExceptionClosed,
    IntakeExceptionNotFound,
    OrderDiffers,
    OrderUnknown,
    StreamMisused,
)
from backend.channels.models import ChannelOrderStatus, ExceptionStatus, IntakeExceptionRow
from backend.channels.order_examples import ORDER_EXAMPLES
from backend.channels.port import DISMISSED_BY_CHANNEL, IncomingOrder, PayloadUnknown, RawMessage, SignatureInvalid
from backend.channels.service import ChannelsService
from backend.channels.stream import Line
from backend.channels.views import read_order, read_orders
from backend.core.errors import Rejected, TooLarge
from backend.core.http import HouseDep, PlainRoute, StrictModel, parse_body, problem_from, read_body
from backend.core.openapi import Responses, described, described_file, problems
from backend.orders.errors import OrderAlreadyReady, OrderIsOver, OrderRenamed, PickingHasBegun
from backend.people.errors import ChannelKeyRefused
from backend.people.http import ChannelDep, SupervisorDep, authenticate_channel, people_of, require_channel
from backend.picking.errors import AnsweredOtherwise, AnswerTooLate, ProposalClosed, ProposalNotFound
from shared.channel_answers import OrderAnswer, OrderSummary, OrderView, ProposalDecision
from shared.errors import BlinkpickError
from shared.substitution import ShopperAnswer

ORDER_MAX_BYTES = 256_000
SMALL_BODY_MAX_BYTES = 4_096
SETTINGS_MAX_BYTES = 16_384
LIST_MAX = 200
SUBPROTOCOL = "blinkpick.channel"
CLOSE_REASON_MAX_CHARACTERS = 120
CLOSED_MISUSED, CLOSED_KEY_REFUSED = 4400, 4401

router = APIRouter(prefix="/api/v1", tags=["channels"])


def channels_of(connection: HTTPConnection) -> ChannelsService:
    channels: ChannelsService = connection.app.state.house.channels
    return channels


async def require_channels(connection: HTTPConnection) -> ChannelsService:
    """The same for endpoints: what is no coroutine would be sent to a thread and back for every request."""
    return channels_of(connection)


ChannelsDep = Annotated[ChannelsService, Depends(require_channels)]
ExternalIdPath = Annotated[str, Path(max_length=80, description="your own id of the order", examples=["web-10042"])]


class CancelBody(StrictModel):
    reason: str = Field(min_length=1, max_length=200, examples=["The shopper changed their mind"])


class ProposalAnswerBody(StrictModel):
    proposal_id: str = Field(min_length=1, max_length=64, description="as the stream said it")
    answer: ShopperAnswer = Field(strict=False)


class DismissBody(StrictModel):
    reason: str = Field(min_length=1, max_length=200)

    @field_validator("reason")
    @classmethod
    def _not_the_channel_s_own_word(cls, reason: str) -> str:
        if reason == DISMISSED_BY_CHANNEL:
            raise ValueError("say it in your own words")
        return reason


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


_POST_ORDER_RESPONSES: Responses = {
    202: {"model": OrderAnswer, "description": "Stored. The same key and body again get exactly this answer again."},
    **problems(
        IdempotencyKeyMissing,
        IdempotencyKeyMalformed,
        ChannelKeyRefused,
        ChannelDisabled,
        ChannelTakesNoPush,
        OrderDiffers,
        TooLarge,
        Rejected,
        IdempotencyKeyReused,
    ),
}
_AMEND_ORDER_RESPONSES: Responses = {
    200: {"model": OrderAnswer, "description": "So it will be picked; `held`: a supervisor looks at it first"},
    **problems(
        IdempotencyKeyMissing,
        IdempotencyKeyMalformed,
        OrderUnknown,
        ChannelDisabled,
        ChannelTakesNoPush,
        PickingHasBegun,
        OrderIsOver,
        Rejected,
        IdempotencyKeyReused,
        AmendmentDoesNotFit,
        OrderRenamed,
    ),
}
_PLATFORM_S = {"description": "What this platform wants to read", "content": {"*/*": {"schema": {}}}}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": 'A string of your own, kept for 30 days: `"8e03978e-40d5-43dd-bc93-6894a57f9324"`',
    "schema": {"type": "string", "maxLength": 122},
}
_ORDER_EXTRA = {**described(IncomingOrder, examples=ORDER_EXAMPLES), "parameters": [_IDEMPOTENCY_KEY]}


# Channels


@router.post(
    "/orders",
    status_code=202,
    response_class=Response,
    summary="Hand in an order",
    responses=_POST_ORDER_RESPONSES,
    openapi_extra=_ORDER_EXTRA,
)
async def post_order(request: Request) -> Response:
    """Take an order for picking. An order we cannot pick as it is, is held for a supervisor and not lost."""
    # The busiest endpoint: it asks for what it needs itself, which is quicker than having it handed in.
    channel = await require_channel(request, people_of(request))
    body = await read_body(request, ORDER_MAX_BYTES)
    status, text = await channels_of(request).receive_order(
        Sender(channel.store_id, channel.channel_id), request.headers.get("idempotency-key"), _message(request, body)
    )
    return Response(text, status, media_type="application/json")


# The same endpoint once more: among all the others, finding it took longer than reading an order.
order_route = PlainRoute("/api/v1/orders", post_order, methods=["POST"])


@router.get("/orders", summary="Your orders, newest first")
async def list_orders(
    channel: ChannelDep,
    house: HouseDep,
    status: Annotated[str | None, Query(max_length=20, description="accepted, held, picking, ready, ...")] = None,
    before: Annotated[str | None, Query(max_length=80, description="external_id of the last one you saw")] = None,
    limit: Annotated[int, Query(ge=1, le=LIST_MAX)] = 50,
) -> list[OrderSummary]:
    """Each with its status. Page on with `before`, the `external_id` of the last one you saw."""
    sender = Sender(channel.store_id, channel.channel_id)
    return read_orders(house.database, sender, status=status, before=before, limit=limit)


@router.get("/orders/{external_id}", summary="One of your orders, line by line", responses=problems(OrderUnknown))
async def get_order(external_id: ExternalIdPath, channel: ChannelDep, house: HouseDep) -> OrderView:
    """What was ordered, what was picked, what was given instead, and what still waits for an answer."""
    found = read_order(house.database, Sender(channel.store_id, channel.channel_id), external_id)
    if found is None:
        raise OrderUnknown(f"this channel sent no order {external_id}", external_id=external_id)
    return found


@router.put(
    "/orders/{external_id}",
    response_class=Response,
    summary="Amend an order before picking starts",
    responses=_AMEND_ORDER_RESPONSES,
    openapi_extra=_ORDER_EXTRA,
)
async def amend_order(
    external_id: ExternalIdPath, request: Request, channel: ChannelDep, channels: ChannelsDep
) -> Response:
    """The whole order as it is now. The content it has already changes nothing; a held order is tried again."""
    sender = Sender(channel.store_id, channel.channel_id)
    message = _message(request, await read_body(request, ORDER_MAX_BYTES))
    status, text = await channels.amend_order(sender, external_id, request.headers.get("idempotency-key"), message)
    return Response(text, status, media_type="application/json")


@router.post(
    "/orders/{external_id}/cancel",
    status_code=202,
    response_model_exclude_none=True,
    summary="Cancel an order",
    responses=problems(OrderUnknown, OrderAlreadyReady, ChannelDisabled),
    openapi_extra=described(CancelBody),
)
async def cancel_order(
    external_id: ExternalIdPath, request: Request, channel: ChannelDep, channels: ChannelsDep
) -> OrderAnswer:
    """Cancelling twice is once. An order that is packed answers 409: settle it with the store."""
    body = parse_body(await read_body(request, SMALL_BODY_MAX_BYTES), CancelBody)
    await channels.cancel_order(Sender(channel.store_id, channel.channel_id), external_id, body.reason)
    return OrderAnswer(external_id=external_id, status=ChannelOrderStatus.CANCELLED)


@router.post(
    "/orders/{external_id}/lines/{external_line_id:path}/substitution",
    summary="Say whether a substitute may stay",
    responses=problems(
        OrderUnknown, ProposalNotFound, AnswerTooLate, AnsweredOtherwise, ProposalClosed, ChannelDisabled
    ),
    openapi_extra=described(ProposalAnswerBody),
)
async def answer_proposal(
    external_id: ExternalIdPath,
    external_line_id: Annotated[str, Path(max_length=120, description="your own id of the line", examples=["1"])],
    request: Request,
    channel: ChannelDep,
    channels: ChannelsDep,
) -> ProposalDecision:
    """The shopper's answer to `order.line.substitution_proposed`. The same answer again is the same decision."""
    body = parse_body(await read_body(request, SMALL_BODY_MAX_BYTES), ProposalAnswerBody)
    sender = Sender(channel.store_id, channel.channel_id)
    command = AnswerProposal(sender, external_id, external_line_id, body.proposal_id, body.answer)
    decision = await channels.answer_proposal(command)
    return ProposalDecision(proposal_id=body.proposal_id, status=decision.status, decided_at=decision.decided_at)


@router.websocket("/channels/stream")
async def stream(websocket: WebSocket, after: str | None = None) -> None:
    """Everything that happens to your orders, in order; and orders in, if you like. See docs/channel-stream.md."""
    house = websocket.app.state.house
    channels = channels_of(websocket)

    async def check() -> Any:
        return await authenticate_channel(house.people, websocket.headers, websocket.scope["subprotocols"])

    try:
        channel = await check()
        start = _sequence(after)
    except BlinkpickError as error:
        await _deny(websocket, error)
        return
    await websocket.accept(subprotocol=SUBPROTOCOL if SUBPROTOCOL in websocket.scope["subprotocols"] else None)
    sender = Sender(channel.store_id, channel.channel_id)
    try:
        line = Line(websocket.send_text, lambda: _receive_text(websocket), check)
        await channels.streams.serve(sender, start, line)
    except (_Gone, WebSocketDisconnect):
        return
    except StreamMisused as error:
        await websocket.close(CLOSED_MISUSED, error.detail[:CLOSE_REASON_MAX_CHARACTERS])
    except BlinkpickError as error:
        await websocket.close(CLOSED_KEY_REFUSED, error.detail[:CLOSE_REASON_MAX_CHARACTERS])


# Supervisors


@router.get("/channels", summary="The channels of this store")
async def list_channels(person: SupervisorDep, channels: ChannelsDep) -> list[ChannelAnswer]:
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
    body = parse_body(await read_body(request, SETTINGS_MAX_BYTES), ChannelBody)
    channel_id = await house.bus.handle(AddChannel(person.store_id, body.adapter, body.name, body.settings))
    return {"id": channel_id}


@router.get("/intake/exceptions", summary="Orders that wait for a supervisor, longest first")
async def list_held_orders(
    person: SupervisorDep,
    channels: ChannelsDep,
    status: ExceptionStatus | None = ExceptionStatus.OPEN,
    limit: Annotated[int, Query(ge=1, le=LIST_MAX)] = 50,
) -> list[HeldOrderAnswer]:
    """Orders that could not be picked as they came, each with why and with what the channel sent."""
    return [_held_order(row) for row in channels.supervision.exceptions(person.store_id, status, limit)]


@router.post(
    "/intake/exceptions/{exception_id}/retry",
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
    "/intake/exceptions/{exception_id}/dismiss",
    status_code=204,
    summary="Give a held order up",
    responses=problems(IntakeExceptionNotFound, IntakeExceptionClosed),
    openapi_extra=described(DismissBody),
)
async def dismiss_held_order(
    exception_id: Annotated[str, Path(max_length=64)], request: Request, person: SupervisorDep, house: HouseDep
) -> None:
    """Nobody will pick it; its channel is told, with the reason."""
    body = parse_body(await read_body(request, SMALL_BODY_MAX_BYTES), DismissBody)
    await house.bus.handle(DismissHeldOrder(person.store_id, exception_id, person.person_id, body.reason))


@router.get("/intake/undelivered", summary="Calls to channels that never got through, newest first")
async def list_dead_letters(
    person: SupervisorDep, channels: ChannelsDep, limit: Annotated[int, Query(ge=1, le=LIST_MAX)] = 50
) -> list[DeadLetterAnswer]:
    """What a platform refused for good or never answered, with its last words."""
    letters = channels.supervision.dead_letters(person.store_id, limit)
    return [DeadLetterAnswer.model_validate(letter, from_attributes=True) for letter in letters]


@router.post(
    "/intake/undelivered/{job_id}/retry",
    status_code=204,
    summary="Try an undelivered call again",
    responses=problems(DeadLetterNotFound),
)
async def retry_dead_letter(
    job_id: Annotated[str, Path(max_length=64)], person: SupervisorDep, house: HouseDep
) -> None:
    """It goes out again at once, and then as often as any other call."""
    await house.bus.handle(ReviveDeadLetter(person.store_id, job_id))


# The webhook door comes last: its path takes everything


@router.post(
    "/channels/{channel_id}/{path:path}",
    response_class=Response,
    summary="Where a platform sends its webhooks",
    responses={
        200: _PLATFORM_S,
        **problems(SignatureInvalid, ChannelNotFound, ChannelDisabled, ChannelTakesNoPush, PayloadUnknown),
    },
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
    body = await read_body(request, ORDER_MAX_BYTES)
    answer = await channels.receive_webhook(channel_id, _message(request, body, path))
    content_type = answer.content_type if answer.body else None
    return Response(answer.body or None, answer.status, media_type=content_type)


@router.post("/channels/{channel_id}", response_class=Response, include_in_schema=False)
async def webhook_without_a_path(
    channel_id: Annotated[str, Path(max_length=64)], request: Request, channels: ChannelsDep
) -> Response:
    """The same with nothing after the channel, for platforms follow no redirect to the address with a slash."""
    return await webhook(channel_id, "", request, channels)


@router.get(
    "/channels/{channel_id}/{path:path}",
    response_class=Response,
    summary="The same for platforms that send some of their webhooks in the query",
    responses={
        200: _PLATFORM_S,
        **problems(SignatureInvalid, ChannelNotFound, ChannelDisabled, ChannelTakesNoPush, PayloadUnknown),
    },
)
async def webhook_in_query(
    channel_id: Annotated[str, Path(max_length=64)],
    path: Annotated[str, Path(max_length=200)],
    request: Request,
    channels: ChannelsDep,
) -> Response:
    """Verified like the others, over what stands in the query."""
    return await webhook(channel_id, path, request, channels)


class _Gone(Exception):
    """The other end closed the connection."""


def _message(request: Request, body: bytes, path: str = "") -> RawMessage:
    headers = {name.lower(): value for name, value in request.headers.items()}
    return RawMessage(body, headers, path, request.url.query)


def _sequence(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise StreamMisused("after is the sequence number of the last event you have")
    return int(text)


async def _receive_text(websocket: WebSocket) -> str:
    message = await websocket.receive()
    if message["type"] == "websocket.disconnect":
        raise _Gone
    return str(message.get("text") or "")


async def _deny(websocket: WebSocket, error: BlinkpickError) -> None:
    """Refuse before accepting: with the problem where the server can, else with a plain 403."""
    if "websocket.http.response" in websocket.scope.get("extensions", {}):
        await websocket.send_denial_response(problem_from(error))
    else:
        await websocket.close(CLOSED_KEY_REFUSED)


def _held_order(row: IntakeExceptionRow) -> HeldOrderAnswer:
    return HeldOrderAnswer(
        **row.model_dump(exclude={"store_id", "facts", "incoming"}),
        problems=row.facts.get("problems", []),
        order=IncomingOrder.model_validate_json(row.incoming) if row.incoming else None,
    )
