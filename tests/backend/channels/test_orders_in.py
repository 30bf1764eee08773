"""Orders posted in our own words: once only, never lost, and every bad input named."""

from __future__ import annotations

import asyncio
import json

import pytest

from backend.channels.endpoints import ORDER_MAX_BYTES
from tests.backend.channels.conftest import PICKER, SUPERVISOR, Room, order_body, order_with
from tests.backend.channels.payloads import payload
from tests.backend.databases import both_databases

ORDER = payload("native", "order.json")


class TestAccept:
    @both_databases
    def test_an_order_is_stored_and_the_channel_hears(self, room: Room, native: str) -> None:
        answer = room.post_order(native, ORDER)
        (order,) = room.accepted
        assert answer.status_code == 202
        assert answer.json() == {"external_id": "web-10042", "status": "accepted", "order_id": order.id}
        assert (order.external_id, order.store_id, order.total_minor) == ("web-10042", "sto_home", 1047)
        (message,) = room.told(native)
        assert message["name"] == "order.accepted"
        assert message["order"] == {"id": order.id, "external_id": "web-10042", "display_code": "A42"}

    def test_quantities_become_pieces_and_grams(self, room: Room, native: str) -> None:
        room.post_order(native, ORDER)
        lines = room.ask("GET", "/orders/web-10042", room.key(native)).json()["lines"]
        assert [(line["unit"], line["quantity_ordered"]) for line in lines] == [("each", 2), ("gram", 1250)]

    def test_all_products_are_looked_up_at_once(self, room: Room, native: str) -> None:
        room.post_order(native, ORDER)
        assert room.catalogue.lookups == 1


class TestRepeat:
    @both_databases
    def test_same_key_and_body_gets_the_same_answer(self, room: Room, native: str) -> None:
        first, again = room.post_order(native, ORDER), room.post_order(native, ORDER)
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert len(room.accepted) == 1
        assert room.told_names(native) == ["order.accepted"]

    def test_quotes_around_the_key_make_no_difference(self, room: Room, native: str) -> None:
        first, again = room.post_order(native, ORDER, '"k-1"'), room.post_order(native, ORDER, "k-1")
        assert again.content == first.content
        assert len(room.messages) == 1

    def test_same_key_other_body_is_refused(self, room: Room, native: str) -> None:
        room.post_order(native, ORDER)
        refused = room.post_order(native, order_body(external_id="web-2"))
        assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
        assert len(room.accepted) == 1

    def test_other_key_same_order_gets_the_same_order(self, room: Room, native: str) -> None:
        first, again = room.post_order(native, ORDER, "k-1"), room.post_order(native, ORDER, "k-2")
        assert again.json()["order_id"] == first.json()["order_id"]
        assert len(room.accepted) == 1

    def test_other_order_under_the_same_id_is_refused(self, room: Room, native: str) -> None:
        room.post_order(native, ORDER, "k-1")
        refused = room.post_order(native, order_body(note="other"), "k-2")
        assert (refused.status_code, refused.json()["code"]) == (409, "order_differs")

    def test_keys_and_ids_belong_to_their_channel(self, room: Room, native: str) -> None:
        second = room.add_channel()
        room.post_order(native, ORDER)
        assert room.post_order(second, order_body(note="other")).status_code == 202
        assert len(room.accepted) == 2

    @both_databases
    def test_twenty_at_once_are_one(self, room: Room, native: str) -> None:
        async def storm() -> list[int]:
            headers = {"Authorization": f"Bearer {room.key(native)}", "Idempotency-Key": "k-1"}
            answers = await asyncio.gather(
                *(room.http.post("/api/v1/orders", content=ORDER, headers=headers) for _ in range(20))
            )
            return [answer.status_code for answer in answers]

        assert set(room.run(storm())) == {202}
        assert len(room.accepted) == 1


class TestRefuse:
    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            (b"{", 422, "payload_unknown"),
            (b"", 422, "payload_unknown"),
            (b"\xff\xfe\x00", 422, "payload_unknown"),
            (ORDER.replace(b'"quantity": "2"', b'"quantity": NaN'), 422, "payload_unknown"),
            (ORDER.replace(b'"note": "Ring twice"', b'"note": "a", "note": "b"'), 422, "payload_unknown"),
            (order_with(quantity=0), 422, "payload_unknown"),
            (order_with(quantity=-3), 422, "payload_unknown"),
            (order_with(quantity="1e9"), 422, "payload_unknown"),
            (order_with(unknown_field=1), 422, "payload_unknown"),
            (order_body(lines=[]), 422, "payload_unknown"),
            (order_body(due_at="tomorrow"), 422, "payload_unknown"),
            (b'{"note":"' + b"x" * ORDER_MAX_BYTES + b'"}', 413, "too_large"),
        ],
    )
    def test_bad_bodies(self, room: Room, native: str, body: bytes, status: int, code: str) -> None:
        refused = room.post_order(native, body)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
        assert refused.headers["content-type"] == "application/problem+json"
        assert (room.accepted, room.exceptions, room.messages) == ([], [], [])

    @pytest.mark.parametrize(
        ("key", "code"), [(None, "missing"), ("", "missing"), ('"a', "malformed"), ("a b", "malformed")]
    )
    def test_bad_keys(self, room: Room, native: str, key: str | None, code: str) -> None:
        refused = room.post_order(native, ORDER, key)
        assert (refused.status_code, refused.json()["code"]) == (400, f"idempotency_key_{code}")

    @pytest.mark.parametrize("token", ["", "bpk_wrong", SUPERVISOR, PICKER])
    def test_without_a_channel_key(self, room: Room, native: str, token: str) -> None:
        for method, path in (("POST", "/orders"), ("GET", "/orders"), ("GET", "/orders/web-10042")):
            assert room.ask(method, path, token, content=ORDER).status_code == 401

    def test_a_channel_that_does_not_post(self, room: Room) -> None:
        refused = room.post_order(room.add_channel("open_delivery", **open_delivery_settings()), ORDER)
        assert (refused.status_code, refused.json()["code"]) == (409, "channel_takes_no_push")

    def test_nothing_sent_comes_back(self, room: Room, native: str) -> None:
        refused = room.post_order(native, order_body(currency="4111 1111 1111 1111"))
        assert "4111" not in refused.text


class TestRead:
    def test_orders_come_newest_first_in_pages(self, room: Room, native: str) -> None:
        for number in range(5):
            room.clock.advance(1)
            room.post_order(native, order_body(external_id=f"web-{number}"), f"k-{number}")
        page = room.ask("GET", "/orders?limit=2", room.key(native)).json()
        rest = room.ask("GET", f"/orders?limit=9&before={page[-1]['external_id']}", room.key(native)).json()
        assert [each["external_id"] for each in page + rest] == [f"web-{number}" for number in (4, 3, 2, 1, 0)]

    def test_orders_by_status(self, room: Room, native: str) -> None:
        room.post_order(native, ORDER)
        room.post_order(native, order_with(sku="NOBODY-KNOWS", gtins=[]).replace(b"web-10042", b"web-2"), "k-2")
        held = room.ask("GET", "/orders?status=held", room.key(native)).json()
        assert [(each["external_id"], each["reason"]) for each in held] == [("web-2", "product_unknown")]
        assert len(room.ask("GET", "/orders?status=accepted", room.key(native)).json()) == 1

    def test_the_description_is_whole(self, room: Room) -> None:
        described = json.dumps(room.app.openapi())
        assert "$defs" not in described
        assert "Idempotency-Key" in described
        assert "OAT-DRINK-1L" in described


def open_delivery_settings() -> dict[str, str]:
    return {
        "base_url": "https://platform.example",
        "app_id": "app",
        "merchant_id": "22815773000169-dbc7e35a-c936-4665-9e13-eb55eb8b6824",
        "client_id": "mercado",
        "client_secret": "not-a-secret-only-a-test",
    }
