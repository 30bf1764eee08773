"""The client over HTTP: typed both ways, asked until it is answered, done once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from client import OrdersClient, RequestRefused, StoreUnreachable
from client.orders import WAIT_MAX_S, wait_s
from shared.incoming_order import IncomingOrder
from shared.substitution import ShopperAnswer
from tests.backend.channels.conftest import Room, order_body

ORDER = IncomingOrder.model_validate_json(order_body())


class Trouble(httpx.AsyncBaseTransport):
    """Something that goes wrong on the way there or on the way back, before the store is reached at last."""

    def __init__(self, room: Room, *troubles: int | str) -> None:
        self._room = room
        self._troubles = list(troubles)
        self.keys: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.keys.append(request.headers.get("idempotency-key", ""))
        trouble = self._troubles.pop(0) if self._troubles else None
        if trouble == "refused":
            raise httpx.ConnectError("nobody listens")
        if isinstance(trouble, int):
            return httpx.Response(trouble, headers={"Retry-After": "3"})
        response = await httpx.ASGITransport(self._room.served).handle_async_request(request)
        if trouble == "answer lost":
            raise httpx.ReadError("the line went dead")
        return response


def told(room: Room, channel: str, story: Callable[[OrdersClient], Awaitable[Any]], *troubles: int | str) -> Any:
    """What `story` gives with a client of this channel; `troubles` come before."""
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    async def scene() -> Any:
        transport = Trouble(room, *troubles)
        client = OrdersClient("https://pick.example", room.key(channel), transport=transport, sleep=wait)
        async with client:
            try:
                return await story(client)
            finally:
                assert len(waits) == len(transport.keys) - 1 or len(set(transport.keys)) > 1 or not waits
                assert len(set(transport.keys)) == 1 or not troubles, "each try of one request has the same key"

    return room.run(scene())


class TestAsk:
    def test_place_amend_read_and_cancel(self, room: Room, native: str) -> None:
        async def story(client: OrdersClient) -> None:
            placed = await client.place(ORDER)
            assert (placed.external_id, placed.status, placed.order_id) == (
                "web-10042",
                "accepted",
                room.accepted[0].id,
            )
            amended = await client.amend(ORDER.model_copy(update={"lines": ORDER.lines[:1]}))
            assert amended.order_id == placed.order_id
            order = await client.order("web-10042")
            assert [(line.sku, line.quantity_ordered) for line in order.lines] == [("MILK-1L", 2)]
            assert (await client.cancel("web-10042", "changed my mind")).status == "cancelled"
            assert (await client.order("web-10042")).status == "cancelled"

        told(room, native, story)

    def test_what_a_shopper_said(self, room: Room, native: str) -> None:
        async def story(client: OrdersClient) -> None:
            await client.place(ORDER)
            decided = await client.answer("web-10042", "1", "sub_1", ShopperAnswer.REFUSE)
            assert (decided.proposal_id, decided.status) == ("sub_1", "refused")

        told(room, native, story)

    def test_every_order_page_by_page(self, room: Room, native: str) -> None:
        for number in range(7):
            room.post_order(native, order_body(external_id=f"web-{number}"), f"k-{number}")

        async def story(client: OrdersClient) -> list[str]:
            return [order.external_id async for order in client.orders(page=3)]

        assert told(room, native, story) == [f"web-{number}" for number in reversed(range(7))]

    def test_orders_of_one_status(self, room: Room, native: str) -> None:
        room.post_order(native, order_body())

        async def story(client: OrdersClient) -> int:
            return len([order async for order in client.orders(status="held")])

        assert told(room, native, story) == 0


class TestTrouble:
    @pytest.mark.parametrize("trouble", ["refused", "answer lost", 500, 503, 429])
    def test_it_is_asked_again_and_done_once(self, room: Room, native: str, trouble: int | str) -> None:
        placed = told(room, native, lambda client: client.place(ORDER), trouble)
        assert placed.order_id == room.accepted[0].id
        assert room.told_names(native) == ["order.accepted"]

    def test_it_is_asked_only_so_often(self, room: Room, native: str) -> None:
        with pytest.raises(StoreUnreachable, match="503"):
            told(room, native, lambda client: client.place(ORDER), *[503] * 20)

    def test_a_last_word_is_not_asked_again(self, room: Room, native: str) -> None:
        with pytest.raises(RequestRefused) as refused:
            told(room, native, lambda client: client.amend(ORDER))
        assert (refused.value.status, refused.value.problem_code) == (404, "order_unknown")
        assert refused.value.problem["title"] == "Order unknown"

    def test_a_wrong_key_is_one(self, room: Room) -> None:
        with pytest.raises(RequestRefused) as refused:
            told(room, "nobody", lambda client: client.order("web-1"))
        assert refused.value.status == 401


def test_waits_grow_and_the_store_s_wish_counts() -> None:
    assert 0 < wait_s(1) <= 0.5 < wait_s(5)
    assert wait_s(1, 7.0) == 7.0
    assert wait_s(30, 1_000_000.0) <= WAIT_MAX_S
