"""What a channel asks over its stream is what it asks over HTTP: the same commands, answers and problems."""

from __future__ import annotations

import json
from typing import Any, Protocol

import structlog

from backend.channels.commands import AnswerProposal, Sender
from backend.channels.port import RawMessage
from backend.core.errors import Rejected
from backend.core.http import problem_of
from backend.picking.deciding import Decision
from shared.channel_stream import (
    AmendOrder,
    Answer,
    AnswerSubstitution,
    CancelOrder,
    PlaceOrder,
    Request,
    UnreadableRequest,
)
from shared.errors import BlinkpickError

CANCELLED_STATUS, DECIDED_STATUS = 202, 200
_log = structlog.get_logger("channels")


class Desk(Protocol):
    """Who carries requests out: the room's service."""

    async def receive_order(self, sender: Sender, key_header: str | None, message: RawMessage) -> tuple[int, str]: ...

    async def amend_order(
        self, sender: Sender, external_id: str, key_header: str | None, message: RawMessage
    ) -> tuple[int, str]: ...

    async def cancel_order(self, sender: Sender, external_id: str, reason: str) -> None: ...

    async def answer_proposal(self, command: AnswerProposal) -> Decision: ...


class StreamRequests:
    """`carry_out` answers each request after its commit, whatever goes wrong."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def carry_out(self, sender: Sender, request: Request | UnreadableRequest) -> Answer:
        try:
            status, body = await self._act(sender, request)
        except BlinkpickError as error:
            status, body = problem_of(error)
        except Exception as error:
            _log.error("unexpected error", request=type(request).__name__, exc_info=error)
            status, body = problem_of(error)
        return Answer(id=request.id, status=status, body=body)

    async def _act(self, sender: Sender, request: Request | UnreadableRequest) -> tuple[int, dict[str, Any]]:
        match request:
            case PlaceOrder():
                return _read(await self._desk.receive_order(sender, _key(request), _order_in(request)))
            case AmendOrder():
                external_id = str(request.order.get("external_id", ""))
                return _read(await self._desk.amend_order(sender, external_id, _key(request), _order_in(request)))
            case CancelOrder():
                await self._desk.cancel_order(sender, request.external_id, request.reason)
                return CANCELLED_STATUS, {"external_id": request.external_id, "status": "cancelled"}
            case AnswerSubstitution():
                decision = await self._desk.answer_proposal(
                    AnswerProposal(
                        sender, request.external_id, request.external_line_id, request.proposal_id, request.answer
                    )
                )
                decided = {"status": decision.status, "decided_at": decision.decided_at.isoformat()}
                return DECIDED_STATUS, {"proposal_id": request.proposal_id, **decided}
            case UnreadableRequest():
                first = request.problems[0]
                raise Rejected(f"{first['at']}: {first['problem']}", problems=request.problems)


def _key(request: Request) -> str:
    """An id is a key of its own kind: over HTTP the same word is another key."""
    return f"stream:{request.id}"


def _order_in(request: PlaceOrder | AmendOrder) -> RawMessage:
    """The order as it is posted over HTTP. The same request again gives the same bytes."""
    try:
        return RawMessage(json.dumps(request.order, separators=(",", ":")).encode())
    except RecursionError:
        raise Rejected("order: nested too deep", problems=[{"at": "order", "problem": "nested too deep"}]) from None


def _read(answer: tuple[int, str]) -> tuple[int, dict[str, Any]]:
    status, text = answer
    return status, json.loads(text)
