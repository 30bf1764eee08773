"""The interface of our own: orders in, looked at, amended, cancelled, and answers about substitutes."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from backend.channels.commands import (
    AnswerProposal,
    Sender,
)
from backend.channels.errors import (
    AmendmentDoesNotFit,
    ChannelDisabled,
    ChannelTakesNoPush,
    IdempotencyKeyMalformed,
    IdempotencyKeyMissing,
    IdempotencyKeyReused,
    OrderDiffers,
    OrderUnknown,
)
from backend.channels.http import ChannelsDep, channels_of, message_of
from backend.channels.models import ChannelOrderStatus
from backend.channels.order_examples import ORDER_EXAMPLES
from backend.channels.port import IncomingOrder
from backend.channels.views import read_order, read_orders
from backend.core.errors import Rejected, TooLarge
from backend.core.http import HouseDep, PlainRoute, StrictModel, parse_body, read_body
from backend.core.openapi import Responses, described, problems
from backend.orders.errors import OrderAlreadyReady, OrderIsOver, OrderRenamed, PickingHasBegun
from backend.people.errors import ChannelKeyRefused
from backend.people.http import ChannelDep, people_of, require_channel
from backend.picking.errors import AnsweredOtherwise, AnswerTooLate, ProposalClosed, ProposalNotFound
from shared.channel_answers import OrderAnswer, OrderSummary, OrderView, ProposalDecision
from shared.substitution import ShopperAnswer

ORDER_MAX_BYTES = 256_000
SMALL_BODY_MAX_BYTES = 4_096
LIST_MAX = 200

router = APIRouter(prefix="/api/v1", tags=["channels"])


ExternalIdPath = Annotated[str, Path(max_length=80, description="your own id of the order", examples=["web-10042"])]


class CancelBody(StrictModel):
    reason: str = Field(min_length=1, max_length=200, examples=["The shopper changed their mind"])


class ProposalAnswerBody(StrictModel):
    proposal_id: str = Field(min_length=1, max_length=64, description="as the stream said it")
    answer: ShopperAnswer = Field(strict=False)


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
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": 'A string of your own, kept for 30 days: `"8e03978e-40d5-43dd-bc93-6894a57f9324"`',
    "schema": {"type": "string", "maxLength": 122},
}
_ORDER_EXTRA = {**described(IncomingOrder, examples=ORDER_EXAMPLES), "parameters": [_IDEMPOTENCY_KEY]}


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
        Sender(channel.store_id, channel.channel_id), request.headers.get("idempotency-key"), message_of(request, body)
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
    message = message_of(request, await read_body(request, ORDER_MAX_BYTES))
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
