"""Orders cancelled by the channel that sent them: accepted, held, packed or not come yet, by one way or by two."""

from __future__ import annotations

import httpx
import sqlalchemy as sa

from backend.channels.commands import Sender, TakeNotices
from backend.channels.port import Cancelled
from backend.core.writer import Transaction
from tests.backend.channels.conftest import HOME, OTHER, Room, first_way, order_with, second_way, unknown
from tests.backend.channels.payloads import payload

ORDER = payload("native", "order.json")


def pack_everything(tx: Transaction) -> None:
    tx.connection.execute(sa.text("UPDATE orders SET status = 'ready'"))


def cancel(room: Room, channel: str, external_id: str = "web-10042") -> httpx.Response:
    path = f"/orders/{external_id}/cancel"
    return room.ask("POST", path, room.key(channel), json={"reason": "changed their mind"})


class TestOneWay:
    def test_an_accepted_order(self, room: Room, native: str) -> None:
        room.post_order(native, ORDER)
        assert cancel(room, native).status_code == 202
        assert cancel(room, native).status_code == 202
        assert room.told_names(native) == ["order.accepted", "order.cancelled"]
        assert room.ask("GET", "/orders/web-10042", room.key(native)).json()["status"] == "cancelled"

    def test_a_held_order(self, room: Room, native: str) -> None:
        room.post_order(native, order_with(sku="NOBODY-KNOWS", gtins=[]))
        assert cancel(room, native).status_code == 202
        assert room.told_names(native) == ["order.held", "order.dismissed"]
        assert [row.status for row in room.exceptions] == ["dismissed"]

    def test_an_order_that_never_came(self, room: Room, native: str) -> None:
        assert cancel(room, native).status_code == 404

    def test_another_store_s_order(self, room: Room, native: str) -> None:
        room.post_order(native, ORDER)
        stranger = room.add_channel(store_id=OTHER)
        assert cancel(room, stranger).status_code == 404
        assert room.ask("GET", "/orders/web-10042", room.key(stranger)).status_code == 404
        assert room.ask("GET", "/orders", room.key(stranger)).json() == []


class TestTwoWays:
    def test_by_the_second_way_once(self, room: Room, native: str, hub: str) -> None:
        room.post_order(native, first_way())
        room.post_order(hub, second_way())
        for channel, external_id in ((hub, "hub-77"), (native, "direct-1"), (hub, "hub-77")):
            assert cancel(room, channel, external_id).is_success
        (order,) = room.accepted
        assert (order.status, order.cancel_reason) == ("cancelled", "changed their mind")
        assert room.told_names(native) == ["order.accepted", "order.cancelled"]
        assert room.told(native)[-1]["body"]["cancelled_by"] == "another_channel"
        assert room.told(hub) == []

    def test_by_the_first_way(self, room: Room, native: str, hub: str) -> None:
        room.post_order(native, first_way())
        room.post_order(hub, second_way())
        assert cancel(room, native, "direct-1").is_success
        assert cancel(room, hub, "hub-77").is_success
        assert room.told_names(native) == ["order.accepted", "order.cancelled"]

    def test_a_packed_order_refuses_both(self, room: Room, native: str, hub: str) -> None:
        room.post_order(native, first_way())
        room.post_order(hub, second_way())
        room.run(room.writer.submit(pack_everything))
        assert cancel(room, hub, "hub-77").json()["code"] == "order_already_ready"
        assert {row.external_id: row.status for row in room.known}["hub-77"] == "duplicate"

    def test_a_cancelled_order_stays_so_whichever_way_it_comes_again(self, room: Room, native: str, hub: str) -> None:
        room.post_order(native, first_way())
        cancel(room, native, "direct-1")
        assert room.post_order(hub, second_way()).json()["status"] == "duplicate"
        assert [order.status for order in room.accepted] == ["cancelled"]

    def test_a_word_about_the_end_that_comes_before_the_order_counts_for_the_other_way(
        self, room: Room, native: str, hub: str
    ) -> None:
        """Disorder: the hub's order, then the platform's cancellation of what we only then read is the same order."""
        room.post_order(hub, second_way())
        over = Cancelled(message_id="m-1", external_id="direct-1", reason="the shopper left")
        room.do(TakeNotices(Sender(HOME, native), "native", [over], 200))
        assert room.post_order(native, first_way()).json()["status"] == "cancelled"
        assert [order.status for order in room.accepted] == ["cancelled"]
        assert room.told_names(hub) == ["order.accepted", "order.cancelled"]

    def test_what_was_cancelled_before_it_came_is_not_picked_by_the_other_way(
        self, room: Room, native: str, hub: str
    ) -> None:
        over = Cancelled(message_id="m-1", external_id="direct-1", reason="the shopper left")
        room.do(TakeNotices(Sender(HOME, native), "native", [over], 200))
        room.post_order(native, first_way())
        assert room.post_order(hub, second_way()).json()["status"] == "duplicate"
        assert room.accepted == []

    def test_cancelled_by_the_second_way_it_leaves_the_list_and_the_first_is_told(
        self, room: Room, native: str, hub: str
    ) -> None:
        room.post_order(native, unknown(first_way()))
        room.post_order(hub, second_way())
        assert cancel(room, hub, "hub-77").is_success
        assert [exception.status for exception in room.exceptions] == ["dismissed"]
        assert room.told(native)[-1]["body"]["reason"] == "cancelled_by_another_channel"
