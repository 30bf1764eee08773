"""The webhook door: who may knock, what is kept, and that a message takes effect once."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import httpx
import pytest

from backend.channels import message_rows
from backend.channels.models import ChannelRow
from tests.backend.channels.conftest import SUPERVISOR, Room
from tests.backend.channels.payloads import cases, damaged, payload
from tests.backend.databases import both_databases

CASES = cases("open_delivery")
EVENT = payload("open_delivery", "event_created.json")
ORDER = payload("open_delivery", "order.json")
ORDER_ID = json.loads(ORDER)["id"]
TOKEN = {"access_token": "t", "token_type": "bearer", "expires_in": 3600}


class Platform:
    """Answers what a test tells it to, and remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.order: httpx.Response = httpx.Response(200, content=ORDER)
        self.step = httpx.Response(202)
        self.events: list[dict[str, Any]] = []
        self.acknowledged: list[Any] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        self.asked.append(f"{request.method} {path}")
        if path == "/oauth/token":
            return httpx.Response(200, json=TOKEN)
        if path == "/v1/events:polling":
            return httpx.Response(200, json=self.events) if self.events else httpx.Response(204)
        if path == "/v1/events/acknowledgment":
            self.acknowledged += json.loads(request.content)
            return httpx.Response(202)
        return self.order if request.method == "GET" else self.step


@pytest.fixture
def platform(room: Room) -> Platform:
    platform = Platform()
    room.transport.target = httpx.MockTransport(platform)
    return platform


@pytest.fixture
def channel(room: Room) -> str:
    return room.add_channel("open_delivery", **CASES["settings"])


def push(room: Room, channel: str, body: bytes = EVENT, **changes: str) -> httpx.Response:
    signature = hmac.new(CASES["settings"]["client_secret"].encode(), body, hashlib.sha256).hexdigest()
    headers = {**CASES["pushed"][0]["headers"], "x-app-signature": signature, **changes}
    return room.ask("POST", f"/channels/{channel}/v1/newEvent", content=body, headers=headers)


class TestPush:
    @both_databases
    def test_a_pointer_is_answered_at_once_and_fetched_afterwards(
        self, room: Room, channel: str, platform: Platform
    ) -> None:
        answer = push(room, channel)
        assert (answer.status_code, answer.content) == (200, b"")
        assert platform.asked == []
        assert [row.status for row in room.known] == ["announced"]
        room.settle()
        assert [row.external_id for row in room.accepted] == [ORDER_ID]
        assert platform.asked[-1] == f"POST /v1/orders/{ORDER_ID}/confirm"
        assert room.told_names(channel) == ["order.accepted"]

    @both_databases
    def test_a_repeat_is_harmless(self, room: Room, channel: str, platform: Platform) -> None:
        for _ in range(3):
            assert push(room, channel).status_code == 200
            room.settle()
        assert len(room.accepted) == 1
        assert len(room.messages) == 1
        assert platform.asked.count(f"POST /v1/orders/{ORDER_ID}/confirm") == 1

    def test_pushed_and_polled_is_one(self, room: Room, channel: str, platform: Platform) -> None:
        push(room, channel)
        platform.events = [json.loads(EVENT)]
        assert room.run(room.channels.poll(channel)) == 0
        assert [item["id"] for item in platform.acknowledged] == [json.loads(EVENT)["eventId"]]

    def test_the_cancellation_may_come_first(self, room: Room, channel: str, platform: Platform) -> None:
        push(room, channel, json.dumps({**json.loads(EVENT), "eventId": "e-2", "eventType": "CANCELLED"}).encode())
        push(room, channel)
        room.settle()
        assert room.accepted == []
        assert [row.status for row in room.known] == ["cancelled"]


class TestRefuse:
    @pytest.mark.parametrize(
        "changes",
        [
            {"x-app-signature": "0" * 64},
            {"x-app-signature": ""},
            {"x-app-id": "somebody"},
            {"x-app-merchantid": "another-merchant"},
        ],
    )
    def test_wrong_signatures_all_look_alike(self, room: Room, channel: str, changes: dict[str, str]) -> None:
        refused = push(room, channel, **changes)
        assert refused.status_code == 401
        assert refused.json()["detail"] == "the message could not be verified"
        (message,) = room.messages
        assert (message.verdict, message.body) == ("refused", EVENT)
        assert room.known == []

    def test_one_changed_byte_breaks_the_signature(self, room: Room, channel: str) -> None:
        headers = CASES["pushed"][0]["headers"]
        path = f"/channels/{channel}/v1/newEvent"
        assert room.ask("POST", path, content=EVENT, headers=headers).status_code == 200
        changed = EVENT.replace(b"CREATED", b"created")
        assert room.ask("POST", path, content=changed, headers=headers).status_code == 401

    def test_forgeries_do_not_fill_the_disk(self, room: Room, channel: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(message_rows, "KEPT_MAX", 3)
        forged = {"x-app-signature": "0" * 64, "authorization": "Bearer of-somebody"}
        for number in (0, 0, 0, 1, 2, 3, 4):
            push(room, channel, EVENT + b" " * number * 10_000, **forged)
        assert len(room.messages) == 3
        assert max(len(row.body) for row in room.messages) == message_rows.REFUSED_BODY_MAX_BYTES
        assert "of-somebody" not in "".join(row.headers for row in room.messages)

    @pytest.mark.parametrize(
        "body", [b"", b"{", b"[]", b'{"eventId":"a","eventId":"b"}', damaged(json.loads(EVENT), ("orderId",), "../x")]
    )
    def test_signed_nonsense_is_kept_and_refused(self, room: Room, channel: str, body: bytes) -> None:
        assert push(room, channel, body).status_code == 422
        assert [row.verdict for row in room.messages] == ["unreadable"]

    def test_other_doors(self, room: Room, channel: str, native: str) -> None:
        assert room.ask("POST", "/channels/chn_nobody/v1/newEvent", content=EVENT).status_code == 404
        assert room.ask("POST", f"/channels/{native}/v1/newEvent", content=EVENT).status_code == 401
        assert room.ask("POST", f"/channels/{channel}/v2/newEvent", content=EVENT).status_code == 401

    def test_too_large(self, room: Room, channel: str) -> None:
        assert push(room, channel, b" " * 300_000).status_code == 413

    def test_a_channel_that_is_switched_off(self, room: Room, channel: str, platform: Platform) -> None:
        def switch_off(tx: Any) -> None:
            row = tx.session.get(ChannelRow, channel)
            row.is_enabled = False
            tx.session.add(row)

        room.run(room.writer.submit(switch_off))
        assert push(room, channel).status_code == 409
        assert room.messages == []


class TestFetch:
    def test_a_busy_platform_is_asked_again(self, room: Room, channel: str, platform: Platform) -> None:
        platform.order = httpx.Response(503, headers={"Retry-After": "7"})
        push(room, channel)
        room.settle()
        assert room.accepted == []
        room.clock.advance(6)
        assert room.settle() == 0
        room.clock.advance(2)
        platform.order = httpx.Response(200, content=ORDER)
        room.settle()
        assert len(room.accepted) == 1

    @pytest.mark.parametrize(
        ("order", "reason"),
        [
            (httpx.Response(404), "not_fetched"),
            (httpx.Response(200, content=b"{"), "unreadable"),
            (httpx.Response(200, content=damaged(json.loads(ORDER), ("items", 0, "quantity"), 0)), "unreadable"),
            (httpx.Response(200, content=damaged(json.loads(ORDER), ("id",), "another-order")), "unreadable"),
            (httpx.Response(302, headers={"Location": "http://169.254.169.254/"}), "not_fetched"),
        ],
    )
    def test_what_can_never_be_read_is_held(
        self, room: Room, channel: str, platform: Platform, order: httpx.Response, reason: str
    ) -> None:
        platform.order = order
        push(room, channel)
        room.settle()
        assert [(row.reason, row.external_id) for row in room.exceptions] == [(reason, ORDER_ID)]
        assert room.told_names(channel) == ["order.held"]
        assert not any("169.254" in asked for asked in platform.asked)

    def test_the_retry_fetches_it_again(self, room: Room, channel: str, platform: Platform) -> None:
        platform.order = httpx.Response(404)
        push(room, channel)
        room.settle()
        platform.order = httpx.Response(200, content=ORDER)
        path = f"/intake/exceptions/{room.exceptions[0].id}/retry"
        assert room.ask("POST", path, SUPERVISOR).json()["status"] == "announced"
        room.settle()
        assert len(room.accepted) == 1

    def test_an_unknown_product_is_held_and_the_dismissal_names_it(
        self, room: Room, channel: str, platform: Platform
    ) -> None:
        item_id = json.loads(ORDER)["items"][1]["id"]
        platform.order = httpx.Response(200, content=damaged(json.loads(ORDER), ("items", 1, "externalCode"), "NEW"))
        push(room, channel)
        room.settle()
        assert room.told_names(channel) == ["order.held"]
        assert not any("confirm" in asked for asked in platform.asked)
        path = f"/intake/exceptions/{room.exceptions[0].id}/dismiss"
        assert room.ask("POST", path, SUPERVISOR, json={"reason": "not ours"}).status_code == 204
        (call,) = [json.loads(row)["call"] for row in room.waiting("channels.deliver")]
        assert (call["operation"], call["body"]["invalidItems"]) == ("requestCancellation", [item_id])


class TestDeliver:
    def test_a_platform_that_is_away_hears_it_later(self, room: Room, channel: str, platform: Platform) -> None:
        platform.step = httpx.Response(500)
        push(room, channel)
        room.settle()
        platform.step = httpx.Response(202)
        room.clock.advance(60)
        room.settle()
        assert platform.asked.count(f"POST /v1/orders/{ORDER_ID}/confirm") == 2
        assert room.waiting("channels.deliver") == []

    def test_a_repeat_the_platform_refuses_is_done(self, room: Room, channel: str, platform: Platform) -> None:
        platform.step = httpx.Response(422)
        platform.order = httpx.Response(200, content=damaged(json.loads(ORDER), ("lastEvent",), "CONFIRMED"))
        push(room, channel)
        room.settle()
        assert room.ask("GET", "/intake/undelivered", SUPERVISOR).json() == []

    def test_a_refusal_for_good_waits_for_a_supervisor(self, room: Room, channel: str, platform: Platform) -> None:
        platform.step = httpx.Response(400)
        push(room, channel)
        room.settle()
        (letter,) = room.ask("GET", "/intake/undelivered", SUPERVISOR).json()
        assert (letter["operation"], letter["external_id"], letter["channel_id"]) == ("confirm", ORDER_ID, channel)
        assert room.ask("GET", "/intake/undelivered", "ses_other_supervisor").json() == []
        retry = f"/intake/undelivered/{letter['id']}/retry"
        assert room.ask("POST", retry, "ses_other_supervisor").status_code == 404
        platform.step = httpx.Response(202)
        assert room.ask("POST", retry, SUPERVISOR).status_code == 204
        room.settle()
        assert room.ask("GET", "/intake/undelivered", SUPERVISOR).json() == []

    def test_an_expired_token_is_renewed_once(self, room: Room, channel: str, platform: Platform) -> None:
        push(room, channel)
        room.settle()
        assert platform.asked.count("POST /oauth/token") == 1
        room.clock.advance(3_600)
        room.run(room.channels.poll(channel))
        assert platform.asked.count("POST /oauth/token") == 2
