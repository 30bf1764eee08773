"""Keeps the board of every watched store fresh: soon after news, and now and then because time passes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

import structlog

from backend.core.database import Database
from backend.insight import repository
from backend.insight.service import InsightService
from shared.clock import Clock

LOOK_EVERY_S = 1.0
REFRESH_ANYWAY_S = 5.0  # elapsed times grow and orders become late without an event
TOPIC = "board"

Publish = Callable[[str, str, dict[str, Any]], None]

_log = structlog.get_logger("insight")


class BoardRefresher:
    """`watched` names the stores somebody looks at; `publish(store_id, topic, body)` is the hub's."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        insight: InsightService,
        *,
        watched: Callable[[], Iterable[str]],
        publish: Publish,
    ) -> None:
        self._database = database
        self._clock = clock
        self._insight = insight
        self._watched = watched
        self._publish = publish
        self._done: dict[str, tuple[int, float]] = {}  # store -> newest sequence shown, when
        self._is_watched = False
        self._followed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="board")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    def followed(self, topic: str) -> None:
        """Somebody has begun to follow a live topic. Called on the event loop."""
        if topic == TOPIC:
            self._followed.set()

    async def _run(self) -> None:
        while True:
            self._followed.clear()
            try:
                await self.refresh()
            except Exception:
                _log.exception("the board could not be refreshed; the next look tries again")
            if self._is_watched:
                await asyncio.sleep(LOOK_EVERY_S)
            else:
                await self._followed.wait()

    async def refresh(self) -> list[str]:
        """Publish the boards that are out of date; returns their stores."""
        watched = sorted(self._watched())
        self._is_watched = bool(watched)
        self._done = {store_id: done for store_id, done in self._done.items() if store_id in watched}
        if not watched:
            return []
        newest = await asyncio.to_thread(self._newest, watched)
        due = [store_id for store_id in watched if self._is_due(store_id, newest.get(store_id, 0))]
        for store_id in due:
            body = await asyncio.to_thread(self._board, store_id)
            self._done[store_id] = (newest.get(store_id, 0), self._clock.monotonic_s())
            self._publish(store_id, TOPIC, body)
        return due

    def _is_due(self, store_id: str, newest: int) -> bool:
        sequence, at_s = self._done.get(store_id, (-1, float("-inf")))
        return newest != sequence or self._clock.monotonic_s() - at_s >= REFRESH_ANYWAY_S

    def _newest(self, store_ids: list[str]) -> dict[str, int]:
        with self._database.reading() as session:
            return dict(repository.get_newest_sequences(session, store_ids))

    def _board(self, store_id: str) -> dict[str, Any]:
        with self._database.reading() as session:
            return self._insight.board(session, store_id, self._clock.now()).model_dump(mode="json")
