"""A platform that was away: its orders are fetched, and it is told, when it answers again, not after the long wait."""

from __future__ import annotations

import json

import httpx
import pytest

from backend.channels.commands import BringForward
from backend.core.outbox_rows import OutboxRow
from tests.backend.channels.conftest import Room
from tests.backend.channels.payloads import cases, payload
from tests.backend.databases import both_databases

SETTINGS = cases("open_delivery")["settings"]
EVENT = json.loads(payload("open_delivery", "event_created.json"))
ORDER = {**json.loads(payload("open_delivery", "order.json")), "id": EVENT["orderId"]}


class Platform:
    """Tells of one order; is away, or answers everything but questions for orders, or but calls about them."""

    def __init__(self) -> None:
        self.is_away = False
        self.has_orders = self.hears_calls = True
        self.news: list[object] = [EVENT]
        self.fetches = self.calls = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": "t", "token_type": "bearer"})
        is_fetch = request.method == "GET" and "/orders/" in request.url.path
        self.fetches += is_fetch
        is_call = request.method == "POST" and "/orders/" in request.url.path
        self.calls += is_call
        if self.is_away or (is_fetch and not self.has_orders) or (is_call and not self.hears_calls):
            return httpx.Response(503)
        if request.url.path == "/v1/events:polling":
            found, self.news = self.news, []
            return httpx.Response(200, json=found) if found else httpx.Response(204)
        return httpx.Response(200, json=ORDER) if is_fetch else httpx.Response(202)


@pytest.fixture
def platform(room: Room) -> Platform:
    platform = Platform()
    room.transport.target = httpx.MockTransport(platform)
    return platform


def wait(room: Room, seconds: int, *, polls: bool = True) -> None:
    for _ in range(seconds // 10):
        room.clock.advance(10)
        if polls:
            room.run(room.poller.poll_due())
        room.run(room.outbox.deliver_due())


@both_databases
def test_it_is_fetched_with_the_first_answer(room: Room, platform: Platform) -> None:
    room.add_channel("open_delivery", **SETTINGS, poll_interval_s=30)
    room.run(room.poller.poll_due())
    platform.is_away = True
    wait(room, 1_200)
    assert room.accepted == []
    [row] = [row for row in room.rows(OutboxRow) if row.topic == "channels.fetch"]
    assert (row.next_at - room.clock.now()).total_seconds() > 60, "the next attempt is far away"
    platform.is_away = False
    wait(room, 40)
    assert [order.external_id for order in room.accepted] == [EVENT["orderId"]]


def test_a_call_that_is_heard_is_an_answer_as_well(room: Room, platform: Platform) -> None:
    channel = room.add_channel("open_delivery", **SETTINGS, poll_interval_s=30)
    room.run(room.poller.poll_due())
    platform.is_away = True
    wait(room, 1_200)
    platform.is_away = False
    room.run(room.channels.put_off.answered(channel))
    wait(room, 10, polls=False)
    assert len(room.accepted) == 1


def test_polls_that_are_answered_use_up_no_attempts(room: Room, platform: Platform) -> None:
    room.add_channel("open_delivery", **SETTINGS, poll_interval_s=30)
    platform.has_orders = False
    room.run(room.poller.poll_due())
    wait(room, 1_200)
    assert 5 < platform.fetches <= 13


def test_other_channels_keep_their_pace(room: Room, platform: Platform) -> None:
    channel = room.add_channel("open_delivery", **SETTINGS, poll_interval_s=30)
    platform.has_orders = False
    room.run(room.poller.poll_due())
    wait(room, 600, polls=False)
    assert room.do(BringForward("chn_another", with_calls=True)) == 0
    assert room.do(BringForward(channel[:-1], with_calls=True)) == 0, "a part of a name is another name"
    assert room.do(BringForward(channel, with_calls=False)) == 1
    assert room.do(BringForward(channel, with_calls=False)) == 0, "it is due already"


def accepted(room: Room) -> OutboxRow:
    """The order is here, and its platform is to be told that it was accepted."""
    room.add_channel("open_delivery", **SETTINGS, poll_interval_s=30)
    room.run(room.poller.poll_due())
    room.run(room.outbox.deliver_due())
    assert len(room.accepted) == 1
    return call_of(room)


def call_of(room: Room) -> OutboxRow:
    [row] = [row for row in room.rows(OutboxRow) if row.topic == "channels.deliver"]
    assert isinstance(row, OutboxRow)
    return row


@both_databases
def test_what_it_could_not_be_told_is_told_with_the_first_answer(room: Room, platform: Platform) -> None:
    accepted(room)
    platform.is_away = True
    wait(room, 1_200)
    assert (call_of(room).next_at - room.clock.now()).total_seconds() > 60, "the next attempt is far away"
    platform.is_away, platform.calls = False, 0
    wait(room, 40)
    assert platform.calls == 1
    assert room.waiting("channels.deliver") == []


def test_a_call_that_is_refused_for_long_keeps_its_pace(room: Room, platform: Platform) -> None:
    """Polls are answered all along: the platform is there, and means it."""
    accepted(room)
    platform.hears_calls = False
    wait(room, 1_200)
    assert 5 < platform.calls <= 13
    assert (call_of(room).next_at - room.clock.now()).total_seconds() > 60


def test_a_moment_away_brings_no_call_forward(room: Room, platform: Platform) -> None:
    """The call fails for twenty minutes, the platform is gone for one: no attempt more than the schedule has."""
    accepted(room)
    platform.hears_calls = False
    wait(room, 1_200)
    due_at = call_of(room).next_at
    platform.is_away = True
    wait(room, 60)
    platform.is_away = False
    wait(room, 60)
    assert call_of(room).next_at == due_at
