"""One message between phone and backend: JSON text with a `kind`, strict in both directions.

Phone to backend: hello, command, ack, ping. Backend to phone: welcome, result, update, live, pong.
`update` messages carry a sequence number and are kept by the backend, so a phone can ask for what it missed; `live`
messages (lights, the board) are only ever the latest state of a topic and are never resent.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from shared.errors import BlinkpickError, Problem
from shared.ids import Id

PROTOCOL_VERSION = 1
SUBPROTOCOL = "blinkpick.v1"
TOKEN_SUBPROTOCOL_PREFIX = "token."  # noqa: S105 - no secret: the session token rides in the handshake, before anything is accepted
MESSAGE_MAX_BYTES = 65_536  # phone to backend; updates to the phone may be larger


class MessageMalformed(BlinkpickError):
    """What arrived is not a message of this protocol."""


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Hello(_Message):
    """The phone's first words: what it has seen, so that it hears only what it missed."""

    kind: Literal["hello"] = "hello"
    protocol: int
    app_version: str = Field(max_length=40)
    last_sequence: int = Field(ge=0, description="0: send everything")
    topics: list[str] = Field(default=[], max_length=8, description="live topics to follow: lights, board")


class Command(_Message):
    """A picker's command. `id` is made once on the phone and is the key under which it takes effect once."""

    kind: Literal["command"] = "command"
    id: Id
    name: str = Field(max_length=60)
    made_at: datetime
    body: dict[str, Any]


class Ack(_Message):
    """The phone has stored every update up to here."""

    kind: Literal["ack"] = "ack"
    sequence: int = Field(ge=0)


class Ping(_Message):
    kind: Literal["ping"] = "ping"


class Welcome(_Message):
    """The backend's answer to hello. `is_reset`: forget what you hold, everything follows."""

    kind: Literal["welcome"] = "welcome"
    protocol: int = PROTOCOL_VERSION
    sequence: int = Field(ge=0, description="the newest sequence; updates up to it follow at once")
    is_reset: bool = False
    server_at: datetime


class Result(_Message):
    """What became of a command: applied, or refused with a problem. Either way it need not be sent again."""

    kind: Literal["result"] = "result"
    command_id: Id
    is_applied: bool
    problem: Problem | None = None


class Update(_Message):
    """Something the phone must know and the backend remembers: the present state of one thing.

    After a reset, updates carry sequence 0 until the last, `synced`, which carries the newest: a phone cut off in
    the middle has still seen nothing, and is sent everything again. `synced` has an empty body and ends each catch-up.
    """

    kind: Literal["update"] = "update"
    sequence: int = Field(ge=0)
    name: str
    at: datetime
    body: dict[str, Any]


class Live(_Message):
    """The latest state of a topic; a newer one replaces it."""

    kind: Literal["live"] = "live"
    topic: str
    body: dict[str, Any]


class Pong(_Message):
    kind: Literal["pong"] = "pong"


Message = Hello | Command | Ack | Ping | Welcome | Result | Update | Live | Pong
PhoneMessage = Hello | Command | Ack | Ping
BackendMessage = Welcome | Result | Update | Live | Pong

_PHONE: TypeAdapter[PhoneMessage] = TypeAdapter(Annotated[PhoneMessage, Field(discriminator="kind")])
_BACKEND: TypeAdapter[BackendMessage] = TypeAdapter(Annotated[BackendMessage, Field(discriminator="kind")])


PING, PONG = Ping(), Pong()
_SIGNS_OF_LIFE: dict[type[_Message], str] = {type(sign): sign.model_dump_json() for sign in (PING, PONG)}
_PING_TEXT, _PONG_TEXT = _SIGNS_OF_LIFE.values()


def write_message(message: Message) -> str:
    """As it goes over the wire. Signs of life are most of what an idle phone says and hears, and always the same."""
    return _SIGNS_OF_LIFE.get(type(message)) or message.model_dump_json()


def read_phone_message(text: str) -> PhoneMessage:
    """Parse what a phone sent. Raises MessageMalformed, and nothing else, on anything that is not one."""
    if text == _PING_TEXT:
        return PING
    if len(text) > MESSAGE_MAX_BYTES or len(text.encode("utf-8", "surrogatepass")) > MESSAGE_MAX_BYTES:
        raise MessageMalformed(f"a message has at most {MESSAGE_MAX_BYTES} bytes")
    try:
        return _PHONE.validate_json(text)
    except (ValidationError, ValueError) as error:
        raise MessageMalformed(_sentence(error)) from error


def read_backend_message(text: str) -> BackendMessage:
    """Parse what the backend sent. Raises MessageMalformed, and nothing else, on anything that is not one."""
    if text == _PONG_TEXT:
        return PONG
    try:
        return _BACKEND.validate_json(text)
    except (ValidationError, ValueError) as error:
        raise MessageMalformed(_sentence(error)) from error


def _sentence(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "message"
        return f"{place}: {first['msg']}"
    return "not text of this protocol"
