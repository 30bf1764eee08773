"""What travels on a channel's stream, both ways: JSON text, one message each. Both ends and the description use it.

From the store: events, heartbeats, and an answer for each request. From the channel: acknowledgements and requests. A
request has an id of the channel's own, under which it takes effect once.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from shared.errors import BlinkpickError
from shared.substitution import ShopperAnswer

EVENTS_UNACKNOWLEDGED_MAX = 100
REQUESTS_UNANSWERED_MAX = 32  # so many are under way on one connection; further ones wait on the wire
PROBLEMS_MAX = 20

RequestId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:~+/=\-]{1,100}$")]


class StreamMessageMalformed(BlinkpickError):
    """What arrived on a channel stream is not a message of it."""


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


# From the store


class OrderInStream(_Wire):
    """Which order. `id` is ours, and empty while the order is held."""

    id: str = Field(max_length=64)
    external_id: str = Field(max_length=80, description="your own id of the order")
    display_code: str = Field(max_length=40)


class StreamMessage(_Wire):
    """One event. The body's fields depend on the name; what is about products is about no order."""

    sequence: int = Field(ge=1, description="dense per channel; a gap would be a lost event")
    name: str
    at: datetime
    order: OrderInStream | None
    body: dict[str, Any]


class Heartbeat(_Wire):
    """Nothing happened; the connection lives. `sequence` is the last one sent."""

    name: Literal["heartbeat"] = "heartbeat"
    sequence: int = Field(ge=0)


class Answer(_Wire):
    """What became of a request, after it is kept: what the same request over HTTP is answered."""

    name: Literal["answer"] = "answer"
    id: RequestId = Field(description="of the request")
    status: int = Field(ge=200, le=599, description="as HTTP says it: 2xx it is done, 4xx never, 429 and 5xx try again")
    body: dict[str, Any] = Field(description="the answer; from 400 on a problem with type, title, status, detail, code")


# From the channel


class Acknowledgement(_Wire):
    """Everything up to `ack` is stored."""

    ack: int = Field(ge=0)


class _Request(_Wire):
    id: RequestId = Field(description="your own; the same request again, on any connection, has the same id")


class PlaceOrder(_Request):
    """Hand in an order."""

    name: Literal["order.place"] = "order.place"
    order: dict[str, Any]


class AmendOrder(_Request):
    """The whole order as it is now, before picking starts."""

    name: Literal["order.amend"] = "order.amend"
    order: dict[str, Any]


class CancelOrder(_Request):
    """Cancel an order."""

    name: Literal["order.cancel"] = "order.cancel"
    external_id: str = Field(min_length=1, max_length=80)
    reason: str = Field(min_length=1, max_length=200)


class AnswerSubstitution(_Request):
    """The shopper says whether a proposed substitute may stay."""

    name: Literal["substitution.answer"] = "substitution.answer"
    external_id: str = Field(min_length=1, max_length=80)
    external_line_id: str = Field(min_length=1, max_length=120)
    proposal_id: str = Field(min_length=1, max_length=64)
    answer: ShopperAnswer = Field(strict=False)


Request = PlaceOrder | AmendOrder | CancelOrder | AnswerSubstitution
REQUESTS: tuple[type[Request], ...] = (PlaceOrder, AmendOrder, CancelOrder, AnswerSubstitution)


@dataclass(frozen=True, slots=True)
class UnreadableRequest:
    """It has an id, so that it can be answered: what is wrong with it, and where."""

    id: str
    problems: list[dict[str, str]]


_REQUEST: TypeAdapter[Request] = TypeAdapter(Annotated[Request, Field(discriminator="name")])
_ID: TypeAdapter[str] = TypeAdapter(RequestId)


def read_from_channel(text: str) -> Acknowledgement | Request | UnreadableRequest:
    """Parse what a channel said. Raises StreamMessageMalformed, and nothing else, where nobody could be answered."""
    try:
        said = json.loads(text, object_pairs_hook=_once_each, parse_constant=_finite, parse_float=_finite)
        if isinstance(said, dict) and "id" not in said:
            return Acknowledgement.model_validate(said)
        request_id = _ID.validate_python(said["id"], strict=True)
    except (ValueError, TypeError, RecursionError, ValidationError):
        names = ", ".join(kind.model_fields["name"].default for kind in REQUESTS)
        raise StreamMessageMalformed(f'a message is {{"ack": <sequence>}}, or a request with an id: {names}') from None
    try:
        return _REQUEST.validate_python(said)
    except ValidationError as error:
        return UnreadableRequest(request_id, _problems(error))


def order_of(request: Request) -> str:
    """Which order it is about: requests about one order are carried out one after another, in their order."""
    if isinstance(request, PlaceOrder | AmendOrder):
        return str(request.order.get("external_id", ""))
    return request.external_id


def _problems(error: ValidationError) -> list[dict[str, str]]:
    found = error.errors(include_input=False, include_url=False, include_context=False)[:PROBLEMS_MAX]
    return [{"at": ".".join(map(str, each["loc"])) or "message", "problem": each["msg"]} for each in found]


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise ValueError(f"{text} is no number")
    return number
