"""One connection of a channel stream, without sockets: what may be sent, and what the other end may have under way.

Feed what arrives to `receive`, and what is sent to `sent`; ask `room` how many more events may go. Of requests so many
are under way at once; those about one order are carried out in the order they came.
"""

from __future__ import annotations

from collections import deque

from backend.channels.errors import StreamMisused
from shared.channel_stream import (
    EVENTS_UNACKNOWLEDGED_MAX,
    REQUESTS_UNANSWERED_MAX,
    Acknowledgement,
    Request,
    StreamMessageMalformed,
    UnreadableRequest,
    order_of,
    read_from_channel,
)

Asked = Request | UnreadableRequest


class StreamSession:
    """`start`: the sequence after which events are sent."""

    def __init__(self, start: int) -> None:
        self.sent_up_to = start
        self.acknowledged_up_to = start
        self._waiting: dict[str, deque[Asked]] = {}  # by order; the first of each is being carried out
        self._under_way = 0

    @property
    def room(self) -> int:
        """How many events may be sent before the channel has acknowledged more."""
        return EVENTS_UNACKNOWLEDGED_MAX - (self.sent_up_to - self.acknowledged_up_to)

    @property
    def is_full(self) -> bool:
        """As many requests are under way as may be: nothing more is read until one is answered."""
        return self._under_way >= REQUESTS_UNANSWERED_MAX

    def sent(self, sequence: int) -> None:
        assert sequence == self.sent_up_to + 1, f"event {self.sent_up_to + 1} of a stream is missing"
        self.sent_up_to = sequence

    def receive(self, text: str) -> Acknowledgement | Asked | None:
        """What is to be done now: a mark to keep, or a request to carry out; None where it waits for its turn.

        Raises StreamMisused where the connection must end.
        """
        try:
            said = read_from_channel(text)
        except StreamMessageMalformed as error:
            raise StreamMisused(error.detail) from None
        if isinstance(said, Acknowledgement):
            return self._acknowledge(said)
        self._under_way += 1
        before = self._waiting.setdefault(_turn_of(said), deque())
        before.append(said)
        return said if len(before) == 1 else None

    def answered(self, asked: Asked) -> Asked | None:
        """A request has been answered; returns the one about the same order whose turn it is now."""
        self._under_way -= 1
        turn = _turn_of(asked)
        waiting = self._waiting[turn]
        waiting.popleft()
        if waiting:
            return waiting[0]
        del self._waiting[turn]
        return None

    def _acknowledge(self, said: Acknowledgement) -> Acknowledgement | None:
        if said.ack > self.sent_up_to:
            raise StreamMisused(f"{said.ack} was not sent on this connection; the last one was {self.sent_up_to}")
        if said.ack <= self.acknowledged_up_to:
            return None
        self.acknowledged_up_to = said.ack
        return said


def _turn_of(asked: Asked) -> str:
    return f"unreadable {asked.id}" if isinstance(asked, UnreadableRequest) else f"order {order_of(asked)}"
