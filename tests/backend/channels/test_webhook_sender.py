"""Events sent to an address a channel named: signed so that anybody can check, again until heard, never lost."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from backend.channels.models import ChannelWebhookRow
from backend.channels.port.notices import RawMessage
from backend.channels.port.profiles import STANDARD_WEBHOOKS
from backend.channels.port.signatures import verify
from backend.channels.webhook_sender import DENSE_ATTEMPTS, LATER_S, WEBHOOK_TOPIC
from backend.core.outbox_rows import DEAD, OutboxRow
from tests.backend.channels.conftest import OTHER_SUPERVISOR, PICKER, SUPERVISOR, Room, order_body
from tests.backend.databases import both_databases

URL = "https://shop.example/hooks/blinkpick"


class Shop:
    """Keeps what it is sent, and answers as the test says."""

    def __init__(self) -> None:
        self.status, self.headers = 204, {}
        self.got: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.got.append(request)
        return httpx.Response(self.status, headers=self.headers)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(request.content) for request in self.got]


@pytest.fixture
def shop(room: Room) -> Shop:
    shop = Shop()
    room.transport.target = httpx.MockTransport(shop)
    return shop


def set_webhook(room: Room, channel: str, **body: Any) -> str:
    answer = room.ask("PUT", f"/intake/channels/{channel}/webhook", SUPERVISOR, json={"url": URL, **body})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["secret"])


def by_hand(secret: str, request: httpx.Request) -> str:
    """The signature, computed without our engine."""
    text = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.content
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()


@both_databases
class TestDelivery:
    def test_an_event_is_signed_and_says_what_the_stream_says(self, room: Room, native: str, shop: Shop) -> None:
        secret = set_webhook(room, native)
        room.post_order(native, order_body())
        room.settle()
        [request], [told] = shop.got, room.told(native)
        assert str(request.url) == URL
        assert request.headers["webhook-signature"] == by_hand(secret, request)
        assert request.headers["webhook-id"] == f"{native}.1"
        assert shop.bodies == [
            {
                "type": "order.accepted",
                "timestamp": told["at"],
                "data": {"sequence": 1, "order": told["order"], "body": told["body"]},
            }
        ]
        message = RawMessage(request.content, dict(request.headers))
        verify(STANDARD_WEBHOOKS, message, secrets=[secret], now=room.clock.now())

    def test_a_cloud_event_where_it_is_asked_for(self, room: Room, native: str, shop: Shop) -> None:
        set_webhook(room, native, form="cloudevents")
        room.post_order(native, order_body())
        room.settle()
        [event] = shop.bodies
        assert shop.got[0].headers["content-type"] == "application/cloudevents+json"
        assert event["specversion"] == "1.0"
        assert event["type"] == "org.blinkpick.order.accepted"
        assert (event["subject"], event["source"]) == ("web-10042", f"/stores/sto_home/channels/{native}")
        assert datetime.fromisoformat(event["time"]).astimezone(UTC) == room.clock.now()
        assert event["data"]["sequence"] == 1

    def test_a_channel_without_one_leaves_no_job(self, room: Room, native: str, shop: Shop) -> None:
        room.post_order(native, order_body())
        assert room.waiting(WEBHOOK_TOPIC) == []


class TestSecrets:
    def test_two_are_valid_while_one_is_replaced(self, room: Room, native: str, shop: Shop) -> None:
        old = set_webhook(room, native)
        new = room.ask("POST", f"/intake/channels/{native}/webhook/secret", SUPERVISOR).json()["secret"]
        room.post_order(native, order_body())
        room.settle()
        [request] = shop.got
        assert request.headers["webhook-signature"].split(" ") == [by_hand(new, request), by_hand(old, request)]

    def test_a_day_later_the_last_one_is_not(self, room: Room, native: str, shop: Shop) -> None:
        set_webhook(room, native)
        new = room.ask("POST", f"/intake/channels/{native}/webhook/secret", SUPERVISOR).json()["secret"]
        room.clock.advance(24 * 3600)
        room.post_order(native, order_body())
        room.settle()
        assert shop.got[0].headers["webhook-signature"] == by_hand(new, shop.got[0])

    def test_no_more_than_two(self, room: Room, native: str) -> None:
        set_webhook(room, native)
        for _ in range(3):
            room.ask("POST", f"/intake/channels/{native}/webhook/secret", SUPERVISOR)
        [row] = room.rows(ChannelWebhookRow)
        assert len(row.secrets) == 2


class TestTrouble:
    def test_it_is_tried_densely_and_then_for_three_days(self, room: Room, native: str, shop: Shop) -> None:
        set_webhook(room, native)
        shop.status = 500
        room.post_order(native, order_body())
        waits = []
        for _ in range(DENSE_ATTEMPTS + len(LATER_S)):
            room.settle()
            [row] = [row for row in room.rows(OutboxRow) if row.topic == WEBHOOK_TOPIC]
            waits.append((row.next_at - room.clock.now()).total_seconds())
            room.clock.advance(waits[-1])
        assert sum(waits[:DENSE_ATTEMPTS]) < 90
        for wait, later in zip(waits[DENSE_ATTEMPTS:], LATER_S, strict=True):
            assert later <= wait < later + 30
        room.settle()
        [row] = [row for row in room.rows(OutboxRow) if row.topic == WEBHOOK_TOPIC]
        assert row.state == DEAD
        assert len({request.headers["webhook-id"] for request in shop.got}) == 1

    def test_a_dead_letter_is_seen_and_replayed(self, room: Room, native: str, shop: Shop) -> None:
        set_webhook(room, native)
        shop.status = 410
        room.post_order(native, order_body())
        room.settle()
        [letter] = room.ask("GET", "/intake/undelivered", SUPERVISOR).json()
        assert (letter["operation"], letter["external_id"]) == ("webhook", "web-10042")
        shop.status = 204
        set_webhook(room, native)
        assert room.ask("POST", f"/intake/undelivered/{letter['id']}/retry", SUPERVISOR).status_code == 204
        room.settle()
        assert [body["type"] for body in shop.bodies] == ["order.accepted", "order.accepted"]

    def test_gone_is_gone_until_it_is_set_anew(self, room: Room, native: str, shop: Shop) -> None:
        set_webhook(room, native)
        shop.status = 410
        room.post_order(native, order_body())
        room.settle()
        shown = room.ask("GET", f"/intake/channels/{native}/webhook", SUPERVISOR).json()
        assert shown["is_enabled"] is False
        assert "410" in shown["disabled_reason"]
        room.post_order(native, order_body(external_id="web-2"), "k-2")
        room.settle()
        assert len(shop.got) == 1

    def test_the_other_side_s_wish_is_honoured(self, room: Room, native: str, shop: Shop) -> None:
        set_webhook(room, native)
        shop.status, shop.headers = 429, {"Retry-After": "120"}
        room.post_order(native, order_body())
        room.settle()
        room.clock.advance(119)
        assert room.settle() == 0
        room.clock.advance(1)
        assert room.settle() == 1

    def test_a_redirect_is_no_success(self, room: Room, native: str, shop: Shop) -> None:
        set_webhook(room, native)
        shop.status, shop.headers = 302, {"Location": "http://169.254.169.254/"}
        room.post_order(native, order_body())
        room.settle()
        assert len(shop.got) == 1
        assert len(room.waiting(WEBHOOK_TOPIC)) == 1


class TestSetting:
    @pytest.mark.parametrize(
        "url",
        [
            "http://shop.example/",
            "ftp://shop.example/",
            "https://u:p@shop.example/",
            "https://",
            "https://a b/",
            "javascript:1",
        ],
    )
    def test_other_addresses_are_refused(self, room: Room, native: str, url: str) -> None:
        answer = room.ask("PUT", f"/intake/channels/{native}/webhook", SUPERVISOR, json={"url": url})
        assert answer.status_code == 422
        assert room.rows(ChannelWebhookRow) == []

    @pytest.mark.parametrize(("token", "status"), [(OTHER_SUPERVISOR, 404), (PICKER, 403), ("", 401)])
    def test_only_a_supervisor_of_the_store(self, room: Room, native: str, token: str, status: int) -> None:
        set_webhook(room, native)
        for method, path in (("PUT", ""), ("GET", ""), ("DELETE", ""), ("POST", "/secret")):
            given = {"json": {"url": URL}} if method == "PUT" else {}
            answer = room.ask(method, f"/intake/channels/{native}/webhook{path}", token, **given)
            assert answer.status_code == status, method

    def test_no_secret_is_shown_again(self, room: Room, native: str) -> None:
        secret = set_webhook(room, native)
        assert secret not in room.ask("GET", f"/intake/channels/{native}/webhook", SUPERVISOR).text

    def test_removed_nothing_is_sent(self, room: Room, native: str, shop: Shop) -> None:
        set_webhook(room, native)
        assert room.ask("DELETE", f"/intake/channels/{native}/webhook", SUPERVISOR).status_code == 204
        room.post_order(native, order_body())
        room.settle()
        assert shop.got == []
        assert room.ask("GET", f"/intake/channels/{native}/webhook", SUPERVISOR).status_code == 404
