"""Orders that could not be fetched while a channel was away: fetched as soon as it answers again, not when the last
patient wait is over.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from backend.channels.commands import BringFetchesForward
from backend.channels.inbox import FETCH_TOPIC
from backend.channels.reporting import partition_of
from backend.core.outbox_rows import bring_forward
from backend.core.writer import Transaction


class PutOffFetches:
    """Which channels were away when they were last asked or told something. After a start, any may have been.

    What a fetch itself meets changes nothing here: a platform that answers polls and no question for an order would
    have its orders asked for at every poll, until their attempts are used up.
    """

    def __init__(self, handle: Callable[[Any], Awaitable[Any]]) -> None:
        self._handle = handle
        self._answering: set[str] = set()

    def did_not_answer(self, channel_id: str) -> None:
        self._answering.discard(channel_id)

    async def answered(self, channel_id: str) -> None:
        if channel_id not in self._answering:
            self._answering.add(channel_id)
            await self._handle(BringFetchesForward(channel_id))

    @staticmethod
    def bring_forward(command: BringFetchesForward, tx: Transaction) -> int:
        """Returns how many fetches are due now that were not."""
        count = bring_forward(tx.connection, FETCH_TOPIC, partition_of(command.channel_id, ""), tx.now())
        tx.has_jobs = tx.has_jobs or count > 0
        return count
