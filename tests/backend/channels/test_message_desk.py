"""The latest messages with their verdicts, and a second try for what was refused or could not be read."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import httpx
import pytest

from backend.channels.commands import ForgetMessages
from backend.channels.message_rows import REFUSED_BODY_MAX_BYTES
from backend.people.models import AccessRow
from tests.backend.channels.conftest import OTHER_SUPERVISOR, PICKER, SUPERVISOR, Room, order_body
from tests.backend.channels.payloads import cases, payload
from tests.backend.databases import both_databases

SETTINGS: dict[str, Any] = cases("open_delivery")["settings"]
HEADERS: dict[str, str] = cases("open_delivery")["pushed"][0]["headers"]
EVENT = payload("open_delivery", "event_created.json")
BROKEN = EVENT.replace(b'"CREATED"', b'"CREATED')
assert BROKEN != EVENT


@pytest.fixture
def channel(room: Room) -> str:
    return room.add_channel("open_delivery", **SETTINGS)


def push(room: Room, channel: str, body: bytes = EVENT, secret: str = SETTINGS["client_secret"]) -> None:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {**HEADERS, "x-app-signature": signature}
    room.ask("POST", f"/channels/{channel}/v1/newEvent", content=body, headers=headers)


def latest(room: Room, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = room.ask("GET", f"/intake/messages{query}", SUPERVISOR).json()
    return found


def replay(room: Room, message_id: str, token: str = SUPERVISOR, **body: str) -> httpx.Response:
    return room.ask("POST", f"/intake/messages/{message_id}/replay", token, json=body)


class TestLook:
    def test_the_newest_first_with_what_became_of_each(self, room: Room, channel: str, native: str) -> None:
        room.post_order(native, order_body(), "k-1")
        room.clock.advance(1)
        push(room, channel, BROKEN)
        room.clock.advance(1)
        push(room, channel, secret="a-guess")
        room.clock.advance(1)
        push(room, channel)
        verdicts = ["taken", "refused", "unreadable", "taken"]
        assert [each["verdict"] for each in latest(room)] == verdicts
        assert [each["verdict"] for each in latest(room, "?limit=2")] == verdicts[:2]
        assert [each["channel_id"] for each in latest(room, f"?channel_id={native}")] == [native]
        to_see_to = latest(room, "?verdict=refused&verdict=unreadable")
        assert [each["verdict"] for each in to_see_to] == ["refused", "unreadable"]
        assert to_see_to[1]["answer_status"] == 422
        assert to_see_to[1]["detail"]

    def test_one_whole(self, room: Room, channel: str) -> None:
        push(room, channel, b"\xff" + BROKEN)
        (message,) = latest(room)
        whole = room.ask("GET", f"/intake/messages/{message['id']}", SUPERVISOR).json()
        assert whole["path"] == "v1/newEvent"
        assert whole["headers"]["x-app-signature"]
        assert (whole["body"], whole["is_text"]) == ("\ufffd" + BROKEN.decode(), False)

    @pytest.mark.parametrize(("token", "status"), [("", 401), (PICKER, 403), (OTHER_SUPERVISOR, 404)])
    def test_only_this_store_s_supervisors(self, room: Room, channel: str, token: str, status: int) -> None:
        push(room, channel, BROKEN)
        (message,) = latest(room)
        assert room.ask("GET", f"/intake/messages/{message['id']}", token).status_code == status
        assert replay(room, message["id"], token, body=EVENT.decode()).status_code == status
        assert room.known == []
        if token == OTHER_SUPERVISOR:
            assert room.ask("GET", "/intake/messages", token).json() == []


class TestReplay:
    @both_databases
    def test_mended_by_hand_it_takes_effect_once(self, room: Room, channel: str) -> None:
        push(room, channel, BROKEN)
        (message,) = latest(room)
        assert replay(room, message["id"], body=EVENT.decode()).json() == {"count_new": 1}
        assert [row.status for row in room.known] == ["announced"]
        assert {each["verdict"] for each in latest(room)} == {"replayed", "taken"}
        again = replay(room, message["id"], body=EVENT.decode())
        assert (again.status_code, again.json()["code"]) == (409, "message_not_replayable")
        assert [row.what for row in room.rows(AccessRow)] == ["message.replayed"]

    def test_that_still_says_nothing_it_stays(self, room: Room, channel: str) -> None:
        push(room, channel, BROKEN)
        (message,) = latest(room)
        refused = replay(room, message["id"])
        assert (refused.status_code, refused.json()["code"]) == (422, "payload_unknown")
        assert [each["verdict"] for each in latest(room)] == ["unreadable"]

    def test_that_came_again_meanwhile_it_brings_nothing_new(self, room: Room, channel: str) -> None:
        push(room, channel, BROKEN)
        (message,) = latest(room)
        push(room, channel)
        assert replay(room, message["id"], body=EVENT.decode()).json() == {"count_new": 0}
        assert len(room.known) == 1

    def test_refused_for_a_wrong_secret_it_is_taken_once_that_is_right(self, room: Room, channel: str) -> None:
        push(room, channel, secret="the-right-one")
        (message,) = latest(room)
        still = replay(room, message["id"])
        assert (still.status_code, still.json()["code"]) == (409, "message_still_refused")
        changed = {"settings": {**SETTINGS, "client_secret": "the-right-one"}}
        assert room.ask("PATCH", f"/intake/channels/{channel}", SUPERVISOR, json=changed).status_code == 204
        assert replay(room, message["id"]).json() == {"count_new": 1}
        assert [row.status for row in room.known] == ["announced"]

    def test_refused_it_is_replayed_as_it_came_or_not_at_all(self, room: Room, channel: str) -> None:
        push(room, channel, BROKEN, secret="a-guess")
        (message,) = latest(room)
        assert replay(room, message["id"], body=EVENT.decode()).json()["code"] == "message_not_replayable"
        assert room.known == []

    def test_of_a_long_refused_one_too_little_was_kept(self, room: Room, channel: str) -> None:
        long = json.dumps({**json.loads(EVENT), "note": "x" * REFUSED_BODY_MAX_BYTES}).encode()
        push(room, channel, long, secret="a-guess")
        (message,) = latest(room)
        refused = replay(room, message["id"])
        assert refused.status_code == 409
        assert "beginning" in refused.json()["detail"]

    def test_a_taken_one_has_nothing_to_replay(self, room: Room, channel: str) -> None:
        push(room, channel)
        (message,) = latest(room)
        assert replay(room, message["id"]).json()["code"] == "message_not_replayable"

    def test_one_that_is_not_there(self, room: Room) -> None:
        assert replay(room, "msg_nobody").status_code == 404


def test_what_a_message_said_may_be_erased_and_then_is_not_tried_again(room: Room, channel: str) -> None:
    push(room, channel, BROKEN)
    [message] = latest(room)
    now = room.clock.now()
    room.clock.advance(1)
    room.do(ForgetMessages(now, contents_before=room.clock.now()))
    refused = replay(room, message["id"])
    assert (refused.status_code, refused.json()["code"]) == (409, "message_not_replayable")
    assert replay(room, message["id"], body=EVENT.decode()).json() == {"count_new": 1}
