"""Orders said anew before picking starts: whole or not at all, once however often it comes, and the channel hears."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from backend.orders.models import OrderLineRow, OrderRow
from tests.backend.channels.conftest import OTHER, SUPERVISOR, Room, card, order_body, order_with
from tests.backend.channels.payloads import payload
from tests.backend.databases import both_databases

ORDER = payload("native", "order.json")
ONE_LINE = order_body(lines=json.loads(ORDER)["lines"][:1], total_minor=498, due_at="2026-01-05T10:00:00Z")
UNKNOWN = order_with(sku="NEW-THING", gtins=[])


def put_order(
    room: Room, channel_id: str, body: bytes, key: str | None = "a-1", external_id: str = "web-10042"
) -> httpx.Response:
    headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key is not None else {})
    return room.ask("PUT", f"/orders/{external_id}", room.key(channel_id), content=body, headers=headers)


def ordered(room: Room) -> list[tuple[str, int]]:
    rows = sorted(room.rows(OrderLineRow), key=lambda row: row.position)
    return [(row.sku, row.quantity_ordered) for row in rows]


def set_status(room: Room, status: str) -> None:
    """As if the picking room had come so far."""
    room.run(room.writer.submit(lambda tx: tx.connection.execute(sa.update(OrderRow).values(status=status))))


def refusal(answer: httpx.Response) -> tuple[int, str]:
    body: dict[str, Any] = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, body["code"]


class TestAmend:
    @both_databases
    def test_what_it_says_now_counts_and_the_channel_hears(self, room: Room, native: str) -> None:
        order_id = room.post_order(native, ORDER).json()["order_id"]
        answer = put_order(room, native, ONE_LINE)

        assert answer.status_code == 200
        assert answer.json() == {"external_id": "web-10042", "status": "accepted", "order_id": order_id}
        assert ordered(room) == [("MILK-1L", 2)]
        assert room.accepted[0].total_minor == 498
        message = room.told(native)[-1]
        assert (message["name"], message["body"]) == ("order.amended", {"due_at": "2026-01-05T10:00:00Z", "lines": 1})

    def test_again_and_again(self, room: Room, native: str) -> None:
        room.post_order(native, ORDER)
        for number in range(1, 4):
            assert put_order(room, native, order_with(quantity=str(number)), f"a-{number}").status_code == 200
            assert ordered(room)[0] == ("MILK-1L", number)

    def test_a_weight_without_a_tolerance_of_its_own_gets_the_stores(self, room: Room, native: str) -> None:
        room.post_order(native, ONE_LINE)
        put_order(room, native, ORDER)
        assert ordered(room)[1] == ("BANANA", 1250)


class TestOnce:
    @both_databases
    def test_the_same_key_and_body_get_the_same_answer(self, room: Room, native: str) -> None:
        room.post_order(native, ORDER)
        first, again = put_order(room, native, ONE_LINE), put_order(room, native, ONE_LINE)
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert room.told_names(native) == ["order.accepted", "order.amended"]

    def test_the_same_content_under_another_key_changes_nothing(self, room: Room, native: str) -> None:
        room.post_order(native, ORDER)
        put_order(room, native, ONE_LINE, "a-1")
        lines = room.rows(OrderLineRow)
        assert put_order(room, native, ONE_LINE, "a-2").status_code == 200
        assert room.rows(OrderLineRow) == lines
        assert room.told_names(native) == ["order.accepted", "order.amended"]

    def test_what_was_posted_first_is_no_amendment(self, room: Room, native: str) -> None:
        posted = room.post_order(native, ORDER).json()
        assert put_order(room, native, ORDER).json() == posted
        assert room.told_names(native) == ["order.accepted"]

    def test_a_late_repeat_of_an_earlier_one_undoes_nothing(self, room: Room, native: str) -> None:
        room.post_order(native, ORDER, "k-1")
        first = put_order(room, native, order_with(quantity="3"), "a-1")
        put_order(room, native, order_with(quantity="4"), "a-2")
        assert put_order(room, native, order_with(quantity="3"), "a-1").content == first.content
        assert room.post_order(native, ORDER, "k-1").status_code == 202
        assert ordered(room)[0] == ("MILK-1L", 4)

    def test_a_key_means_one_request(self, room: Room, native: str) -> None:
        room.post_order(native, ORDER, "k-1")
        assert refusal(put_order(room, native, ORDER, "k-1")) == (422, "idempotency_key_reused")
        put_order(room, native, order_with(quantity="3"), "a-1")
        assert refusal(put_order(room, native, order_with(quantity="4"), "a-1")) == (422, "idempotency_key_reused")

    def test_it_needs_a_key(self, room: Room, native: str) -> None:
        room.post_order(native, ORDER)
        assert refusal(put_order(room, native, ONE_LINE, None)) == (400, "idempotency_key_missing")

    def test_while_it_is_picked_the_content_it_has_is_still_no_change(self, room: Room, native: str) -> None:
        room.post_order(native, ORDER)
        set_status(room, "picking")
        assert put_order(room, native, ORDER).status_code == 200


class TestRefuse:
    @pytest.mark.parametrize("status", ["picking", "ready", "handed_over"])
    def test_once_picking_has_begun(self, room: Room, native: str, status: str) -> None:
        room.post_order(native, ORDER)
        set_status(room, status)
        assert refusal(put_order(room, native, ONE_LINE)) == (409, "picking_has_begun")
        assert len(ordered(room)) == 2

    @pytest.mark.parametrize("body", [ORDER, ONE_LINE])
    def test_a_cancelled_one(self, room: Room, native: str, body: bytes) -> None:
        room.post_order(native, ORDER)
        room.ask("POST", "/orders/web-10042/cancel", room.key(native), json={"reason": "changed my mind"})
        assert refusal(put_order(room, native, body)) == (409, "order_is_over")

    def test_one_that_was_given_up(self, room: Room, native: str) -> None:
        held = room.post_order(native, UNKNOWN).json()
        path = f"/intake/exceptions/{held['intake_exception_id']}/dismiss"
        room.ask("POST", path, SUPERVISOR, json={"reason": "not ours"})
        assert refusal(put_order(room, native, ONE_LINE)) == (409, "order_is_over")

    def test_one_nobody_sent(self, room: Room, native: str) -> None:
        assert refusal(put_order(room, native, ORDER)) == (404, "order_unknown")

    def test_one_of_another_channel(self, room: Room, native: str) -> None:
        room.post_order(native, ORDER)
        for other in (room.add_channel(), room.add_channel(store_id=OTHER)):
            assert refusal(put_order(room, other, ONE_LINE)) == (404, "order_unknown")

    def test_another_id_or_code(self, room: Room, native: str) -> None:
        room.post_order(native, ORDER)
        assert refusal(put_order(room, native, order_body(external_id="web-2"))) == (422, "order_renamed")
        assert refusal(put_order(room, native, order_body(display_code="Z9"))) == (422, "order_renamed")

    def test_what_cannot_be_picked_changes_nothing_and_is_kept(self, room: Room, native: str) -> None:
        room.post_order(native, ORDER)
        answer = put_order(room, native, UNKNOWN)
        assert refusal(answer) == (422, "amendment_does_not_fit")
        (problem,) = answer.json()["problems"]
        assert (problem["reason"], problem["external_line_id"]) == ("product_unknown", "1")
        assert len(ordered(room)) == 2
        assert room.told_names(native) == ["order.accepted"]
        kept = next(message for message in room.messages if message.verdict == "unreadable")
        assert "NEW-THING" in kept.body.decode()

    def test_and_is_taken_under_the_same_key_once_the_catalogue_is_mended(self, room: Room, native: str) -> None:
        room.post_order(native, ORDER)
        put_order(room, native, UNKNOWN)
        room.catalogue.cards["sto_home"].append(card("NEW-THING"))
        assert put_order(room, native, UNKNOWN).status_code == 200
        assert ordered(room)[0] == ("NEW-THING", 2)

    def test_what_does_not_fit_the_schema(self, room: Room, native: str) -> None:
        room.post_order(native, ORDER)
        assert refusal(put_order(room, native, order_body(lines=[]))) == (422, "payload_unknown")
        assert refusal(put_order(room, native, b"{")) == (422, "payload_unknown")

    def test_without_a_key_of_a_channel(self, room: Room) -> None:
        assert room.ask("PUT", "/orders/web-10042", SUPERVISOR, content=ORDER).status_code == 401


class TestHeld:
    def test_what_fits_now_is_accepted(self, room: Room, native: str) -> None:
        room.post_order(native, UNKNOWN)
        answer = put_order(room, native, ORDER).json()
        assert (answer["status"], answer["order_id"]) == ("accepted", room.accepted[0].id)
        assert room.told_names(native) == ["order.held", "order.accepted"]
        assert room.ask("GET", "/intake/exceptions", SUPERVISOR).json() == []

    def test_what_does_not_is_shown_as_it_is_now(self, room: Room, native: str) -> None:
        held = room.post_order(native, UNKNOWN).json()
        answer = put_order(room, native, order_with(quantity="1.5")).json()
        assert (answer["status"], answer["reason"]) == ("held", "quantity_impossible")
        assert answer["intake_exception_id"] == held["intake_exception_id"]
        (shown,) = room.ask("GET", "/intake/exceptions", SUPERVISOR).json()
        assert (shown["reason"], shown["order"]["lines"][0]["quantity"]) == ("quantity_impossible", "1.5")
        assert room.ask("GET", "/orders/web-10042", room.key(native)).json()["reason"] == "quantity_impossible"

    def test_a_supervisor_then_takes_it_as_it_is_now(self, room: Room, native: str) -> None:
        room.post_order(native, order_with(quantity="1.5"))
        held = put_order(room, native, UNKNOWN).json()
        room.catalogue.cards["sto_home"].append(card("NEW-THING"))
        retried = room.ask("POST", f"/intake/exceptions/{held['intake_exception_id']}/retry", SUPERVISOR).json()
        assert retried["status"] == "accepted"
        assert ordered(room)[0] == ("NEW-THING", 2)
