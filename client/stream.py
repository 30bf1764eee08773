"""A channel's side of the stream: events in order and once, over any number of connections; and requests beside."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, TypeVar

from pydantic import BaseModel
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from client.errors import RequestRefused, StreamRefused
from client.keys import new_key
from client.orders import PASSING_STATUSES, wait_s
from shared.channel_answers import OrderAnswer, ProposalDecision
from shared.channel_stream import (
    REQUESTS_UNANSWERED_MAX,
    Acknowledgement,
    AmendOrder,
    Answer,
    AnswerSubstitution,
    CancelOrder,
    PlaceOrder,
    Request,
    StreamMessage,
)
from shared.incoming_order import IncomingOrder
from shared.substitution import ShopperAnswer

PATH = "/api/v1/channels/stream"
MESSAGE_MAX_BYTES = 4 * 1024 * 1024
OPEN_MAX_S = 15.0
CLOSED_FOR_GOOD = (4400, 4401)  # misused; the key is no longer good
M = TypeVar("M", bound=BaseModel)


class OrderStream:
    """`async with` it, then `async for` its events; place, amend, cancel and answer meanwhile.

    `url` is the store's, `ws://` or `wss://`. `after` is the sequence of the last event that was dealt with; without it
    the stream goes on after the last one that was acknowledged. An event is acknowledged when the next one is asked
    for: until then it may come again after a crash, and its sequence says so. Raises StreamRefused where nothing helps.
    """

    def __init__(self, url: str, key: str, *, after: int | None = None) -> None:
        self._url = url.rstrip("/") + PATH
        self._headers = {"Authorization": f"Bearer {key}"}
        self._received = after
        self._given = 0
        self._events: asyncio.Queue[StreamMessage | StreamRefused] = asyncio.Queue()
        self._unanswered: dict[str, tuple[str, asyncio.Future[Answer]]] = {}
        self._window = asyncio.Semaphore(REQUESTS_UNANSWERED_MAX)
        self._socket: ClientConnection | None = None
        self._living: asyncio.Task[None] | None = None
        self._refused: StreamRefused | None = None

    async def __aenter__(self) -> OrderStream:
        self._living = asyncio.create_task(self._live())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._living is not None, "it was entered"
        self._living.cancel()
        await asyncio.gather(self._living, return_exceptions=True)

    # Events

    async def __aiter__(self) -> AsyncIterator[StreamMessage]:
        while True:
            event = await self._events.get()
            if isinstance(event, StreamRefused):
                self._events.put_nowait(event)  # for whoever asks once more
                raise event
            yield event
            self._given = event.sequence
            await self._say(Acknowledgement(ack=event.sequence).model_dump_json())

    # Requests

    async def place(self, order: IncomingOrder, *, id: str = "") -> OrderAnswer:
        """Hand in an order."""
        return _read(OrderAnswer, await self._ask(PlaceOrder(id=id or new_key(), order=_plain(order))))

    async def amend(self, order: IncomingOrder, *, id: str = "") -> OrderAnswer:
        """Say an order anew, whole, before picking starts."""
        return _read(OrderAnswer, await self._ask(AmendOrder(id=id or new_key(), order=_plain(order))))

    async def cancel(self, external_id: str, reason: str, *, id: str = "") -> OrderAnswer:
        """Cancel an order that is not packed yet."""
        request = CancelOrder(id=id or new_key(), external_id=external_id, reason=reason)
        return _read(OrderAnswer, await self._ask(request))

    async def answer(
        self, external_id: str, external_line_id: str, proposal_id: str, answer: ShopperAnswer, *, id: str = ""
    ) -> ProposalDecision:
        """Say whether a proposed substitute may stay."""
        request = AnswerSubstitution(
            id=id or new_key(),
            external_id=external_id,
            external_line_id=external_line_id,
            proposal_id=proposal_id,
            answer=answer,
        )
        return _read(ProposalDecision, await self._ask(request))

    async def _ask(self, request: Request) -> Answer:
        """Until it is answered, over as many connections as that takes. Raises RequestRefused, StreamRefused."""
        async with self._window:
            attempt = 0
            while True:
                attempt += 1
                answer = await self._ask_once(request)
                if answer.status < 400:
                    return answer
                if answer.status not in PASSING_STATUSES:
                    raise RequestRefused(answer.status, answer.body)
                await asyncio.sleep(wait_s(attempt, float(answer.body.get("retry_after_s", 0))))

    async def _ask_once(self, request: Request) -> Answer:
        if self._refused is not None:
            raise self._refused
        text = request.model_dump_json()
        answered: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._unanswered[request.id] = (text, answered)
        try:
            await self._say(text)
            return await answered
        finally:
            self._unanswered.pop(request.id, None)

    # The connection

    async def _live(self) -> None:
        attempt = 0
        while self._refused is None:
            try:
                attempt += 1
                async with self._connect() as socket:
                    attempt = 0
                    await self._follow(socket)
            except InvalidStatus as refusal:
                status = refusal.response.status_code
                if status not in PASSING_STATUSES:
                    self._refuse(StreamRefused(f"the store refused the stream with {status}", status=status))
            except ConnectionClosed as closed:
                if closed.rcvd is not None and closed.rcvd.code in CLOSED_FOR_GOOD:
                    self._refuse(StreamRefused(closed.rcvd.reason, code=closed.rcvd.code))
            except (OSError, InvalidHandshake):  # a timeout is an OSError
                pass
            finally:
                self._socket = None
            if self._refused is None:
                await asyncio.sleep(wait_s(attempt + 1))

    def _connect(self) -> connect:
        after = "" if self._received is None else f"?after={self._received}"
        return connect(
            self._url + after, additional_headers=self._headers, max_size=MESSAGE_MAX_BYTES, open_timeout=OPEN_MAX_S
        )

    async def _follow(self, socket: ClientConnection) -> None:
        self._socket = socket
        for text, _ in [*self._unanswered.values()]:
            await socket.send(text)
        while True:
            self._hear(await socket.recv())

    def _hear(self, text: str | bytes) -> None:
        said = json.loads(text)
        if said["name"] == "answer":
            _, answered = self._unanswered.get(said["id"], ("", None))
            if answered is not None and not answered.done():
                answered.set_result(Answer.model_validate_json(text, extra="ignore"))
        elif said["name"] != "heartbeat" and (self._received is None or said["sequence"] > self._received):
            self._received = said["sequence"]
            self._events.put_nowait(StreamMessage.model_validate_json(text, extra="ignore"))

    async def _say(self, text: str) -> None:
        """Now, if there is a connection; what needs an answer is said again on the next one."""
        if self._socket is not None:
            with contextlib.suppress(ConnectionClosed):
                await self._socket.send(text)

    def _refuse(self, error: StreamRefused) -> None:
        self._refused = error
        self._events.put_nowait(error)
        for _, answered in self._unanswered.values():
            if not answered.done():
                answered.set_exception(error)


def _plain(order: IncomingOrder) -> dict[str, Any]:
    return order.model_dump(mode="json", exclude_defaults=True)


def _read(model: type[M], answer: Answer) -> M:
    return model.model_validate_json(json.dumps(answer.body), extra="ignore")
