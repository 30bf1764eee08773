"""The same customer's order by two ways is one order: whichever comes first, whatever comes in between."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import httpx

from backend.channels.commands import AddChannel, Sender, TakeNotices
from backend.channels.models import ChannelDeadlineRow, DeadlineStatus, OrderOriginRow
from backend.channels.order_book import ID_GIVEN_AGAIN_AFTER
from backend.channels.port import CancelRequested
from backend.orders.models import OrderRow
from tests.backend.channels.conftest import HOME, OTHER, SUPERVISOR, Room, first_way, order_body, second_way, unknown
from tests.backend.channels.payloads import cases, payload
from tests.backend.databases import both_databases


def statuses(room: Room) -> dict[str, str]:
    return {row.external_id: row.status for row in room.known}


class TestTwoWays:
    @both_databases
    def test_the_second_is_taken_and_makes_no_order(self, room: Room, native: str, hub: str) -> None:
        first = room.post_order(native, first_way())
        second = room.post_order(hub, second_way())
        (order,) = room.accepted
        assert (first.status_code, second.status_code) == (202, 202)
        assert second.json() == {
            "external_id": "hub-77",
            "status": "duplicate",
            "order_id": order.id,
            "reason": "the same order as direct-1 of channel native 0",
        }
        assert order.external_id == "direct-1"

    def test_only_the_first_is_told(self, room: Room, native: str, hub: str) -> None:
        room.post_order(native, first_way())
        room.post_order(hub, second_way())
        assert room.told_names(native) == ["order.accepted"]
        assert room.told(hub) == []

    def test_a_supervisor_reads_which_order_it_is(self, room: Room, native: str, hub: str) -> None:
        room.post_order(native, first_way())
        room.post_order(hub, second_way())
        shown = room.ask("GET", f"/intake/messages?channel_id={hub}", SUPERVISOR).json()
        assert [(message["verdict"], message["detail"]) for message in shown] == [
            ("duplicate", "the same order as direct-1 of channel native 0")
        ]

    def test_the_second_way_may_read_where_it_is(self, room: Room, native: str, hub: str) -> None:
        room.post_order(native, first_way())
        room.post_order(hub, second_way())
        read = room.ask("GET", "/orders/hub-77", room.key(hub)).json()
        assert (read["status"], read["reason"]) == ("duplicate", "the same order as direct-1 of channel native 0")

    def test_a_repeat_of_either_gets_its_own_answer(self, room: Room, native: str, hub: str) -> None:
        answers = [room.post_order(native, first_way()), room.post_order(hub, second_way())]
        again = [room.post_order(native, first_way(), "k-2"), room.post_order(hub, second_way(), "k-2")]
        assert [answer.json() for answer in again] == [answer.json() for answer in answers]
        assert len(room.accepted) == 1

    def test_stores_and_orders_without_origin_are_apart(self, room: Room, native: str, hub: str) -> None:
        elsewhere = room.add_channel(store_id=OTHER)
        room.post_order(native, first_way())
        assert room.post_order(elsewhere, first_way()).json()["status"] == "accepted"
        assert room.post_order(hub, order_body(external_id="hub-1")).json()["status"] == "accepted"
        assert room.post_order(native, order_body(external_id="direct-2"), "k-2").json()["status"] == "accepted"

    def test_an_id_that_is_given_again_days_later_is_another_order(self, room: Room, native: str, hub: str) -> None:
        room.post_order(native, first_way())
        first_placed_at = datetime.fromisoformat(json.loads(order_body())["placed_at"])
        placed_at = first_placed_at + ID_GIVEN_AGAIN_AFTER + timedelta(seconds=1)
        later = {"placed_at": placed_at.isoformat(), "due_at": (placed_at + timedelta(hours=1)).isoformat()}
        assert room.post_order(hub, second_way(**later)).json()["status"] == "accepted"
        assert (
            room.post_order(native, first_way(external_id="direct-2", **later), "k-2").json()["status"] == "duplicate"
        )
        assert len(room.accepted) == 2

    def test_it_is_changed_where_it_came_first(self, room: Room, native: str, hub: str) -> None:
        room.post_order(native, first_way())
        room.post_order(hub, second_way())
        headers = {"Idempotency-Key": "k-9", "Content-Type": "application/json"}
        refused = room.ask("PUT", "/orders/hub-77", room.key(hub), content=second_way(note="other"), headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (409, "came_another_way")

    @both_databases
    def test_at_the_same_instant_one_is_the_first(self, room: Room, native: str, hub: str) -> None:
        channels = [native, hub, *(room.add_channel() for _ in range(6))]

        async def post(number: int, channel: str) -> str:
            headers = {"Authorization": f"Bearer {room.key(channel)}", "Idempotency-Key": "k-1"}
            body = first_way(external_id=f"way-{number}")
            answer = await room.http.post("/api/v1/orders", content=body, headers=headers)
            return str(answer.json()["status"])

        async def storm() -> list[str]:
            return await asyncio.gather(*(post(number, channel) for number, channel in enumerate(channels)))

        assert sorted(room.run(storm())) == ["accepted", *["duplicate"] * 7]
        assert len(room.accepted) == len(room.rows(OrderOriginRow)) == 1


class TestHeld:
    def test_a_held_order_is_held_once(self, room: Room, native: str, hub: str) -> None:
        room.post_order(native, unknown(first_way()))
        assert room.post_order(hub, unknown(second_way())).json()["status"] == "duplicate"
        assert [exception.external_id for exception in room.exceptions] == ["direct-1"]

    def test_what_a_supervisor_gave_up_is_not_taken_by_the_other_way(self, room: Room, native: str, hub: str) -> None:
        room.post_order(native, unknown(first_way()))
        path = f"/intake/exceptions/{room.exceptions[0].id}/dismiss"
        assert room.ask("POST", path, SUPERVISOR, json={"reason": "we do not sell that"}).is_success
        assert room.post_order(hub, second_way()).json()["status"] == "duplicate"
        assert (room.accepted, room.told(hub)) == ([], [])


class TestPlatforms:
    """The way platforms say it, through their adapters."""

    ORDER = json.loads(payload("open_delivery", "order.json"))

    def way(self, room: Room, order: dict[str, Any], **settings: Any) -> str:
        """An Open Delivery channel whose host shows this order, and tells of it."""

        def answer(request: httpx.Request) -> httpx.Response:
            if request.url.path == "/oauth/token":
                return httpx.Response(200, json={"access_token": "t", "token_type": "bearer", "expires_in": 3600})
            return httpx.Response(200, json=order) if request.method == "GET" else httpx.Response(202)

        room.transport.target = httpx.MockTransport(answer)
        return room.add_channel("open_delivery", **cases("open_delivery")["settings"], **settings)

    def tell(self, room: Room, channel: str) -> None:
        case = cases("open_delivery")["pushed"][0]
        body = payload("open_delivery", case["file"])
        told = room.ask("POST", f"/channels/{channel}/{case['path']}", content=body, headers=case["headers"])
        assert told.status_code == 200
        room.settle()

    def test_a_hub_passes_on_what_the_platform_sent(self, room: Room) -> None:
        app = "11111111-1111-4111-8111-111111111111"
        direct = self.way(room, self.ORDER, platform="keeta")
        self.tell(room, direct)
        hub = self.way(room, {**self.ORDER, "sourceAppId": app}, source_apps={app: "Keeta"})
        self.tell(room, hub)
        assert len(room.accepted) == 1
        verdicts = {(row.channel_id, row.verdict) for row in room.messages}
        assert verdicts == {(direct, "taken"), (hub, "taken"), (hub, "duplicate")}
        assert room.told(hub) == []

    def test_nobody_waits_for_the_second_way(self, room: Room) -> None:
        """A direct way with time limits: they are dropped, because the order is accepted the other way."""
        order = json.loads(payload("uber_eats", "order_answer.json"))
        ubers_id = order["order"]["id"]
        native = room.add_channel()
        room.post_order(native, order_body(origin={"platform": "uber_eats", "order_id": ubers_id}))
        channel = self.uber(room, order)
        room.settle()
        assert [row.status for row in room.rows(ChannelDeadlineRow)] == [DeadlineStatus.DROPPED]
        assert statuses(room)[ubers_id] == "duplicate"
        assert room.waiting("channels.deliver") == []
        assert channel in {row.channel_id for row in room.messages if row.verdict == "duplicate"}

    def uber(self, room: Room, order: dict[str, Any]) -> str:
        def answer(request: httpx.Request) -> httpx.Response:
            if "token" in request.url.path:
                return httpx.Response(200, json={"access_token": "t", "token_type": "bearer", "expires_in": 3600})
            return httpx.Response(200, json=order)

        room.transport.target = httpx.MockTransport(answer)
        channel: str = room.do(AddChannel(HOME, "uber_eats", "Uber Eats", cases("uber_eats")["settings"]))
        case = cases("uber_eats")["pushed"][0]
        body = payload("uber_eats", case["file"])
        told = room.ask("POST", f"/channels/{channel}/{case['path']}", content=body, headers=case["headers"])
        assert told.is_success
        return channel

    def test_a_wish_to_cancel_by_the_second_way_is_answered_there(self, room: Room) -> None:
        native = room.add_channel()
        origin = {"platform": "keeta", "order_id": self.ORDER["id"]}
        room.post_order(native, order_body(origin=origin))
        hub = self.way(room, self.ORDER, platform="keeta")
        self.tell(room, hub)
        wish = CancelRequested(message_id="m-1", external_id=self.ORDER["id"], reason="by mistake")
        room.do(TakeNotices(Sender(HOME, hub), "open_delivery", [wish], 200))
        assert [json.loads(body)["call"]["operation"] for body in room.waiting("channels.deliver")] == [
            "acceptCancellation"
        ]
        assert [order.status for order in room.rows(OrderRow)] == ["cancelled"]
