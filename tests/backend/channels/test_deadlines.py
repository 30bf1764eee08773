"""By when a platform wants what: opened with the first word, met by a call, acted on in time, and never forgotten."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from backend.channels.commands import ActOnDeadline
from backend.channels.deadlines import DEADLINE_TOPIC
from backend.channels.models import ChannelDeadlineRow, DeadlineStatus
from backend.core.outbox import Outbox
from backend.core.writer import Transaction
from backend.insight.board import BoardProblem
from backend.insight.deadlines import deadline_problems
from backend.orders.models import OrderLineRow
from shared.events import OrderReady
from tests.backend.channels.conftest import HOME, OTHER, Room
from tests.backend.channels.payloads import cases, payload
from tests.backend.databases import both_databases

ORDER_ID = "28983933726634026"


class Platform:
    """A Meituan that answers `ok`, or not at all."""

    def __init__(self) -> None:
        self.is_down = False
        self.heard: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.is_down:
            return httpx.Response(503)
        self.heard.append(request.url.path.removeprefix("/api/v1/"))
        return httpx.Response(200, json={"data": "ok"})


@pytest.fixture
def platform(room: Room) -> Platform:
    platform = Platform()
    room.transport.target = httpx.MockTransport(platform)
    return platform


@pytest.fixture
def channel(room: Room, platform: Platform) -> str:
    return room.add_channel("meituan", **cases("meituan")["settings"])


def push(room: Room, channel: str, path: str = "order", name: str = "order_push.txt") -> int:
    answer = room.ask("POST", f"/channels/{channel}/{path}", content=payload("meituan", name))
    return answer.status_code


def deadline(room: Room) -> ChannelDeadlineRow:
    [row] = room.rows(ChannelDeadlineRow)
    return row  # type: ignore[no-any-return]


def problems(room: Room, store_id: str = HOME) -> list[BoardProblem]:
    with room.database.reading() as session:
        return deadline_problems(session, store_id, {}, room.clock.now())


def let_pass(room: Room, seconds: float) -> None:
    room.clock.advance(seconds)
    room.settle()


@both_databases
class TestMet:
    def test_an_accepted_order_meets_it(self, room: Room, channel: str, platform: Platform) -> None:
        assert push(room, channel) == 200
        opened = deadline(room)
        assert (opened.kind, opened.status, opened.external_id) == ("accept", "open", ORDER_ID)
        assert (opened.expires_at - opened.opened_at).total_seconds() == 300
        room.settle()
        assert platform.heard == ["order/confirm"]
        assert deadline(room).status == DeadlineStatus.MET
        let_pass(room, 400)
        assert deadline(room).status == DeadlineStatus.MET
        assert problems(room) == []

    def test_the_same_push_again_opens_nothing_more(self, room: Room, channel: str) -> None:
        for _ in range(3):
            push(room, channel)
        assert deadline(room).status == DeadlineStatus.OPEN

    def test_cancelled_nobody_waits_any_more(self, room: Room, channel: str, platform: Platform) -> None:
        platform.is_down = True
        push(room, channel)
        push(room, channel, "cancel", "cancel_push.txt")
        assert deadline(room).status == DeadlineStatus.DROPPED
        let_pass(room, 400)
        assert problems(room) == []


class TestPressing:
    def test_a_call_on_its_way_is_not_made_twice(self, room: Room, channel: str, platform: Platform) -> None:
        platform.is_down = True
        push(room, channel)
        let_pass(room, 250)
        assert deadline(room).status == DeadlineStatus.ACTED
        assert len(room.waiting("channels.deliver")) == 1
        platform.is_down = False
        let_pass(room, 45)
        assert platform.heard == ["order/confirm"]
        assert deadline(room).status == DeadlineStatus.MET

    def test_what_is_missed_is_said_on_the_board_of_that_store(
        self, room: Room, channel: str, platform: Platform
    ) -> None:
        platform.is_down = True
        push(room, channel)
        let_pass(room, 250)
        let_pass(room, 60)
        assert deadline(room).status == DeadlineStatus.MISSED
        [problem] = problems(room)
        assert problem.what == "deadline.missed"
        assert ORDER_ID in problem.detail
        assert problems(room, OTHER) == []

    def test_a_held_order_is_kept_alive_before_its_time_is_over(
        self, room: Room, channel: str, platform: Platform
    ) -> None:
        room.catalogue.cards[HOME].clear()
        push(room, channel)
        let_pass(room, 230)
        assert platform.heard == []
        let_pass(room, 15)
        assert platform.heard == ["order/confirm"]
        assert deadline(room).status == DeadlineStatus.MET

    def test_it_survives_a_restart(self, room: Room, channel: str, platform: Platform) -> None:
        """Another process with the same database: its outbox finds the row that wakes it."""
        room.catalogue.cards[HOME].clear()
        push(room, channel)
        another = Outbox(room.database, room.writer, room.clock, owner="another", handlers=room.channels.topics)
        room.clock.advance(245)
        while room.run(another.deliver_due()):
            pass
        assert platform.heard == ["order/confirm"]


@pytest.mark.parametrize("adapter", ["jddj", "eleme"])
def test_an_order_of_another_store_is_never_accepted_by_itself(room: Room, adapter: str) -> None:
    """One application of a chain hears of every store's orders: a person looks at those that are not ours."""
    heard: list[str] = []
    answer = json.loads(payload(adapter, "order_answer.json"))

    def platform(request: httpx.Request) -> httpx.Response:
        heard.append(request.url.path + request.content.decode().split("&")[0])
        return httpx.Response(200, json=answer)

    room.transport.target = httpx.MockTransport(platform)
    settings = cases(adapter)["settings"]
    name = "station_no" if adapter == "jddj" else "shop_id"
    channel = room.add_channel(adapter, **{**settings, name: "elsewhere"})
    path, file = ("djsw/newOrder", "new_order_push.txt") if adapter == "jddj" else ("push", "create_push.txt")
    assert room.ask("POST", f"/channels/{channel}/{path}", content=payload(adapter, file)).status_code == 200
    room.settle()
    [held] = room.exceptions
    assert held.reason == "unreadable"
    let_pass(room, 250)
    assert [row.status for row in room.rows(ChannelDeadlineRow)] == [DeadlineStatus.PRESSING]
    assert [problem.what for problem in problems(room)] == ["deadline.accept"]
    assert len(heard) == 1, "it was read, and nothing else"


def test_a_channel_without_limits_writes_nothing(room: Room, native: str) -> None:
    assert room.post_order(native, payload("native", "order.json")).status_code == 202
    assert room.rows(ChannelDeadlineRow) == []


def test_too_early_there_is_nothing_to_do(room: Room, channel: str) -> None:
    push(room, channel)
    row = deadline(room)
    answers: list[Any] = [
        room.do(ActOnDeadline(HOME, row.id)),
        room.do(ActOnDeadline(OTHER, row.id)),
        room.do(ActOnDeadline(HOME, "dln_none")),
    ]
    assert answers == [DeadlineStatus.OPEN, None, None]
    assert len(room.waiting(DEADLINE_TOPIC)) == 2, "the first wake-up, and the one it was put off to"


def test_the_final_call_waits_until_the_platform_takes_it(room: Room, channel: str, platform: Platform) -> None:
    """A minute after the acceptance, says Meituan: the call is not even tried before."""
    push(room, channel)
    room.settle()
    [order] = room.accepted
    lines: Any = OrderLineRow.__table__  # type: ignore[attr-defined]

    def finish(tx: Transaction) -> None:
        tx.connection.execute(sa.update(lines).values(quantity_picked=lines.c.quantity_ordered))
        tx.publish(
            OrderReady(store_id=HOME, order_id=order.id, channel_id=channel, at=room.clock.now(), is_complete=True)
        )

    room.run(room.writer.submit(finish))
    let_pass(room, 30)
    assert platform.heard == ["order/confirm"]
    let_pass(room, 30)
    assert platform.heard == ["order/confirm", "order/preparationMealComplete"]
