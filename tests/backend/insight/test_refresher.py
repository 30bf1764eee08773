"""The live board: fresh after news, now and then anyway, and only where somebody looks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from backend.insight import refresher as refresher_module
from backend.insight.refresher import REFRESH_ANYWAY_S, BoardRefresher
from tests.backend.insight.conftest import Day
from tests.backend.waiting import until
from tests.factories import STORE_ID

Run = Callable[..., Any]


class Looking:
    """Who looks, and what they were shown."""

    def __init__(self) -> None:
        self.stores = [STORE_ID]
        self.shown: list[tuple[str, str, dict[str, Any]]] = []

    def publish(self, store_id: str, topic: str, body: dict[str, Any]) -> None:
        self.shown.append((store_id, topic, body))


@pytest.fixture
def looking() -> Looking:
    return Looking()


@pytest.fixture
def refresher(day: Day, looking: Looking) -> BoardRefresher:
    return BoardRefresher(
        day.rooms.database, day.clock, day.insight, watched=lambda: looking.stores, publish=looking.publish
    )


class TestRefresh:
    def test_once_for_whoever_begins_to_look_then_only_for_news(
        self, day: Day, refresher: BoardRefresher, looking: Looking, run: Run
    ) -> None:
        assert run(refresher.refresh()) == [STORE_ID]
        assert run(refresher.refresh()) == []
        day.rooms.accept("o1", "A-1-1")
        assert run(refresher.refresh()) == [STORE_ID]
        [(store_id, topic, body)] = looking.shown[1:]
        assert (store_id, topic) == (STORE_ID, "board")
        assert body["orders"][0]["display_code"] == "O1"

    def test_time_alone_is_news_after_a_while(
        self, day: Day, refresher: BoardRefresher, looking: Looking, run: Run
    ) -> None:
        run(refresher.refresh())
        day.clock.advance(REFRESH_ANYWAY_S - 0.1)
        assert run(refresher.refresh()) == []
        day.clock.advance(0.1)
        assert run(refresher.refresh()) == [STORE_ID]

    def test_nobody_looks_nothing_is_computed(
        self, day: Day, refresher: BoardRefresher, looking: Looking, run: Run
    ) -> None:
        looking.stores = []
        day.rooms.accept("o1", "A-1-1")
        assert run(refresher.refresh()) == []
        looking.stores = [STORE_ID]
        assert run(refresher.refresh()) == [STORE_ID]

    def test_another_stores_news_is_none_of_ours(
        self, day: Day, refresher: BoardRefresher, looking: Looking, run: Run
    ) -> None:
        looking.stores = [STORE_ID, "sto_other"]
        assert run(refresher.refresh()) == ["sto_other", STORE_ID]
        day.rooms.accept("o1", "A-1-1")
        assert run(refresher.refresh()) == [STORE_ID]


class TestRun:
    def test_a_failure_does_not_end_it(
        self, day: Day, refresher: BoardRefresher, looking: Looking, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(refresher_module, "LOOK_EVERY_S", 0.001)
        plain, failures = refresher._board, [RuntimeError("disk")]

        def failing(store_id: str) -> dict[str, Any]:
            if failures:
                raise failures.pop()
            return plain(store_id)

        monkeypatch.setattr(refresher, "_board", failing)

        async def scenario() -> None:
            refresher.start()
            await until(lambda: looking.shown)
            assert not failures
            await refresher.stop()

        run(scenario())

    def test_it_rests_while_nobody_looks_and_wakes_for_whoever_begins_to(
        self, refresher: BoardRefresher, looking: Looking, run: Run
    ) -> None:
        looking.stores, looks = [], []

        def watched() -> list[str]:
            looks.append(len(looks))
            return looking.stores

        refresher._watched = watched

        async def scenario() -> None:
            refresher.start()
            await until(lambda: looks)
            refresher.followed("lights")
            await asyncio.sleep(0)
            assert len(looks) == 1
            looking.stores = [STORE_ID]
            refresher.followed("board")
            await until(lambda: looking.shown)
            await refresher.stop()

        run(scenario())
