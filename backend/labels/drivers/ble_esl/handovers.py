"""Who waits until the access point has taken a command, or has not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from backend.labels.port import GatewayError


class Handovers:
    """At most one waits for each token."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[None]] = {}

    async def wait(self, token: str) -> None:
        """Until `settle` is told of it. Raises what that was told."""
        handover: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[token] = handover
        try:
            await handover
        finally:
            self._waiting.pop(token, None)

    def settle(self, tokens: Iterable[str], error: GatewayError | None = None) -> None:
        """These are taken, or it did not come to that."""
        for token in tokens:
            handover = self._waiting.pop(token, None)
            if handover is None or handover.done():
                continue
            if error is None:
                handover.set_result(None)
            else:
                handover.set_exception(error)

    def settle_all(self, error: GatewayError) -> None:
        self.settle([*self._waiting], error)
