"""Polling: each channel at its own pace, trouble kept apart, and the inbox emptied of what is old."""

from __future__ import annotations

import json
from datetime import timedelta

import httpx
import pytest

from backend.channels import repository
from backend.channels.commands import ChangeChannel, ForgetMessages
from backend.channels.poller import MESSAGES_KEPT_DAYS
from tests.backend.channels.conftest import HOME, SUPERVISOR, Room
from tests.backend.channels.payloads import cases, payload
from tests.backend.counting import counted
from tests.backend.databases import both_databases

SETTINGS = cases("open_delivery")["settings"]
EVENT = json.loads(payload("open_delivery", "event_created.json"))


class Platform:
    def __init__(self) -> None:
        self.polls = 0
        self.answer = httpx.Response(204)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": "t", "token_type": "bearer"})
        if request.url.path == "/v1/events:polling":
            self.polls += 1
            assert request.headers["x-polling-merchants"] == SETTINGS["merchant_id"]
            return self.answer
        return httpx.Response(202)


@pytest.fixture
def platform(room: Room) -> Platform:
    platform = Platform()
    room.transport.target = httpx.MockTransport(platform)
    return platform


def test_each_channel_is_asked_at_its_own_pace(room: Room, platform: Platform) -> None:
    room.add_channel("open_delivery", **SETTINGS, poll_interval_s=10)
    room.add_channel("open_delivery", **{**SETTINGS, "merchant_id": SETTINGS["merchant_id"]}, poll_interval_s=0)
    room.add_channel()
    for _ in range(30):
        room.run(room.poller.poll_due())
        room.clock.advance(1)
    assert platform.polls == 3


@both_databases
def test_which_are_asked_is_read_again_once_a_channel_changes(
    room: Room, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = counted(monkeypatch, repository, "find_enabled_channels")
    for _ in range(3):
        room.run(room.poller.poll_due())
    assert (len(reads), platform.polls) == (1, 0)
    channel = room.add_channel("open_delivery", **SETTINGS, poll_interval_s=10)
    room.run(room.poller.poll_due())
    assert (len(reads), platform.polls) == (2, 1)
    room.do(ChangeChannel(HOME, channel, "per_1", is_enabled=False))
    room.clock.advance(10)
    room.run(room.poller.poll_due())
    assert (len(reads), platform.polls) == (3, 1)
    room.clock.advance(room.database.look_again_s)
    room.run(room.poller.poll_due())
    assert len(reads) == 4


def test_news_is_taken_once_and_acknowledged(room: Room, platform: Platform) -> None:
    channel = room.add_channel("open_delivery", **SETTINGS, poll_interval_s=10)
    platform.answer = httpx.Response(200, json=[EVENT, EVENT])
    assert room.run(room.poller.poll_due()) == 1
    room.clock.advance(10)
    assert room.run(room.poller.poll_due()) == 0
    assert [row.channel_id for row in room.known] == [channel]


def test_a_wish_to_wait_is_granted(room: Room, platform: Platform) -> None:
    room.add_channel("open_delivery", **SETTINGS, poll_interval_s=10)
    platform.answer = httpx.Response(429, headers={"Retry-After": "100"})
    for _ in range(12):
        room.run(room.poller.poll_due())
        room.clock.advance(10)
    assert platform.polls == 2


def test_broken_settings_stop_nobody_else(room: Room, platform: Platform) -> None:
    room.secrets["BLINKPICK_SECRET_GONE"] = "here for now"
    room.add_channel("open_delivery", **{**SETTINGS, "client_secret": "env:BLINKPICK_SECRET_GONE"})
    room.add_channel("open_delivery", **SETTINGS)
    room.secrets.clear()
    room.run(room.poller.poll_due())
    assert platform.polls == 1


def test_old_messages_are_forgotten_orders_are_not(room: Room, native: str) -> None:
    room.post_order(native, payload("native", "order.json"))
    room.clock.advance(MESSAGES_KEPT_DAYS * 86_400 + 1)
    room.do(ForgetMessages(room.clock.now(), contents_before=room.clock.now()))
    assert room.messages == []
    again = room.post_order(native, payload("native", "order.json"))
    assert again.json()["status"] == "accepted"
    assert len(room.accepted) == 1


def test_what_they_said_goes_before_that_they_came(room: Room, native: str) -> None:
    """After some days only that a message came, and its answer, is left; a held order of then says nothing more."""
    unknown = json.loads(payload("native", "order.json")) | {"external_id": "web-2"}
    unknown["lines"][0] |= {"sku": "NOBODY-KNOWS", "gtins": []}
    room.post_order(native, payload("native", "order.json"))
    room.post_order(native, json.dumps(unknown).encode(), "k-2")
    first = room.post_order(native, payload("native", "order.json"))
    room.ask("POST", f"/intake/exceptions/{room.exceptions[0].id}/dismiss", SUPERVISOR, json={"reason": "unknown"})
    room.clock.advance(86_400)
    now = room.clock.now()
    room.do(ForgetMessages(now - timedelta(days=MESSAGES_KEPT_DAYS), contents_before=now))
    assert [(row.body, row.query, row.verdict) for row in room.messages] == [(b"", "", "taken")] * 2
    assert [exception.incoming for exception in room.exceptions] == [""]
    assert room.post_order(native, payload("native", "order.json")).json() == first.json()
