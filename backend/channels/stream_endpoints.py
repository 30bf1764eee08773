"""The websocket of a channel: everything that happens to its orders, in order, and orders in."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect

from backend.channels.commands import (
    Sender,
)
from backend.channels.errors import (
    StreamMisused,
)
from backend.channels.http import channels_of
from backend.channels.stream import Line
from backend.core.http import problem_from
from backend.people.http import authenticate_channel
from shared.errors import BlinkpickError

SUBPROTOCOL = "blinkpick.channel"
CLOSE_REASON_MAX_CHARACTERS = 120
CLOSED_MISUSED, CLOSED_KEY_REFUSED = 4400, 4401

router = APIRouter(prefix="/api/v1/channels", tags=["channels"])


@router.websocket("/stream")
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


class _Gone(Exception):
    """The other end closed the connection."""


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
