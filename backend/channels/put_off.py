"""What waits for a channel that was away is due as soon as it answers again, not when the last patient wait is over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from backend.channels.commands import BringForward
from backend.channels.inbox import FETCH_TOPIC
from backend.channels.reporting import DELIVER_TOPIC, partition_of
from backend.core.outbox_rows import bring_forward
from backend.core.writer import Transaction
from shared.clock import Clock

LONG_AWAY_S = 300.0


class PutOff:
    """Which channels were away when they were last asked or told something. After a start, any may have been.

    What a fetch itself meets changes nothing here: a platform that answers polls and no question for an order would
    have its orders asked for at every poll, until their attempts are used up. Calls come forward only after a channel
    answered nothing at all for `LONG_AWAY_S`, for the same reason: one call that is refused for long keeps its pace.
    """

    def __init__(self, handle: Callable[[Any], Awaitable[Any]], clock: Clock) -> None:
        self._handle = handle
        self._clock = clock
        self._answering: set[str] = set()
        self._away_since_s: dict[str, float] = {}

    def did_not_answer(self, channel_id: str) -> None:
        self._answering.discard(channel_id)
        self._away_since_s.setdefault(channel_id, self._clock.monotonic_s())

    async def answered(self, channel_id: str) -> None:
        if channel_id in self._answering:
            return
        self._answering.add(channel_id)
        since_s = self._away_since_s.pop(channel_id, None)
        was_long = since_s is None or self._clock.monotonic_s() - since_s >= LONG_AWAY_S
        await self._handle(BringForward(channel_id, with_calls=was_long))

    @staticmethod
    def bring_forward(command: BringForward, tx: Transaction) -> int:
        """Returns how many fetches and calls are due now that were not."""
        topics = [FETCH_TOPIC, DELIVER_TOPIC] if command.with_calls else [FETCH_TOPIC]
        partition = partition_of(command.channel_id, "")
        count = sum(bring_forward(tx.connection, topic, partition, tx.now()) for topic in topics)
        tx.has_jobs = tx.has_jobs or count > 0
        return count
