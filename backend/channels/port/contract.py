"""What an adapter promises: the methods the room calls, and what it is handed for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import httpx

from backend.channels.port.capability import Capability, DeadlineKind
from backend.channels.port.notices import NewOrder, Notice, RawMessage, WebhookAnswer
from backend.channels.port.reports import Call, ReportedOrder
from shared.clock import Clock
from shared.events import Event


@dataclass(frozen=True, slots=True)
class Edge:
    """What an adapter needs of the outside: handed in, so that tests and demos decide what it is."""

    clock: Clock
    http_transport: httpx.AsyncBaseTransport | None = None


class ChannelAdapter(Protocol):
    """Translates between one channel's words and ours.

    `verify`, `parse`, `report`, `answer_cancellation` and `before_deadline` are pure; the last three need no settings
    either, so that a broken setting never stands in the way of a pick. The others may wait for the network, and raise
    ChannelUnavailable, ChannelRefused or PayloadUnknown and nothing else. `send` is called at least once: a repeat the
    channel refuses is done.
    """

    @property
    def capability(self) -> Capability: ...

    def verify(self, message: RawMessage) -> None:
        """Check who sent it, over the raw bytes. Raises SignatureInvalid."""

    def parse(self, message: RawMessage) -> list[Notice]:
        """Understand a pushed message. Raises PayloadUnknown."""
        ...

    def answer(self, message: RawMessage) -> WebhookAnswer:
        """What the platform wants to read when its message was taken. Called after everything is stored."""
        ...

    async def fetch(self, external_id: str) -> NewOrder:
        """Read one whole order."""
        ...

    async def poll(self) -> list[Notice]:
        """Ask for news, oldest first. Nothing is forgotten by the channel before `acknowledge`."""
        ...

    async def acknowledge(self, notices: Sequence[Notice]) -> None:
        """Tell the channel that these are stored."""

    @staticmethod
    def report(event: Event, order: ReportedOrder) -> list[Call]:
        """Which calls this event means for the channel; none for most."""
        ...

    @staticmethod
    def answer_cancellation(order: ReportedOrder, *, is_granted: bool) -> list[Call]:
        """Which calls answer a CancelRequested."""
        ...

    @staticmethod
    def before_deadline(kind: DeadlineKind, order: ReportedOrder) -> list[Call]:
        """Which calls keep an order alive whose time is nearly over; none where a person must act."""
        ...

    async def send(self, call: Call) -> None:
        """Make one call."""

    async def aclose(self) -> None:
        """Close what was opened."""
