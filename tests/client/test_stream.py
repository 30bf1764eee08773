"""The client over the stream: events once and in order over many connections, requests answered over any of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from backend.channels.commands import TakeOrder
from client import OrderStream, RequestRefused, StreamRefused
from shared.incoming_order import IncomingOrder
from shared.substitution import ShopperAnswer
from tests.backend.channels.conftest import Room, order_body
from tests.backend.channels.serving import serving
from tests.backend.channels.test_stream import acknowledged, fill
from tests.backend.waiting import until

ORDER = IncomingOrder.model_validate_json(order_body())


def served(room: Room, story: Callable[[str], Awaitable[None]]) -> None:
    async def scene() -> None:
        async with serving(room.served) as address:
            await story(f"ws://{address}")

    room.run(scene())


async def take(stream: OrderStream, count: int) -> list[int]:
    heard: list[int] = []
    async for event in stream:
        heard.append(event.sequence)
        if len(heard) == count:
            break
    return heard


class TestEvents:
    def test_they_come_in_order_and_are_acknowledged_when_the_next_is_asked_for(self, room: Room, native: str) -> None:
        fill(room, native, 3)

        async def story(url: str) -> None:
            async with OrderStream(url, room.key(native)) as stream:
                names = []
                async for event in stream:
                    names.append((event.sequence, event.name, event.order.external_id))
                    if event.sequence == 3:
                        break
                assert names == [(number + 1, "order.accepted", f"web-{number}") for number in range(3)]
                await until(lambda: acknowledged(room, native) == 2)

        served(room, story)

    def test_a_new_stream_goes_on_after_what_was_acknowledged_or_remembered(self, room: Room, native: str) -> None:
        fill(room, native, 4)

        async def story(url: str) -> None:
            async with OrderStream(url, room.key(native)) as stream:
                await take(stream, 3)
                await until(lambda: acknowledged(room, native) == 2)
            async with OrderStream(url, room.key(native)) as stream:
                assert await take(stream, 2) == [3, 4]
            async with OrderStream(url, room.key(native), after=1) as stream:
                assert await take(stream, 3) == [2, 3, 4]

        served(room, story)

    def test_a_line_that_breaks_is_not_noticed(self, room: Room, native: str) -> None:
        fill(room, native, 2)

        async def story(url: str) -> None:
            async with OrderStream(url, room.key(native)) as stream:
                assert await take(stream, 2) == [1, 2]
                assert stream._socket is not None
                await stream._socket.close()
                await room.http.post("/api/v1/orders", content=order_body(), headers=_headers(room, native))
                assert await take(stream, 1) == [3]

        served(room, story)

    def test_a_wrong_key_is_the_end(self, room: Room) -> None:
        async def story(url: str) -> None:
            async with OrderStream(url, "bpk_wrong") as stream:
                for _ in range(2):
                    with pytest.raises(StreamRefused):
                        await take(stream, 1)
                with pytest.raises(StreamRefused):
                    await stream.cancel("web-1", "because")

        served(room, story)

    def test_so_is_a_position_that_was_never_reached(self, room: Room, native: str) -> None:
        async def story(url: str) -> None:
            async with OrderStream(url, room.key(native), after=7) as stream:
                with pytest.raises(StreamRefused, match="after=7"):
                    await take(stream, 1)

        served(room, story)


class TestRequests:
    def test_place_amend_answer_and_cancel(self, room: Room, native: str) -> None:
        async def story(url: str) -> None:
            async with OrderStream(url, room.key(native)) as stream:
                placed = await stream.place(ORDER)
                amended = await stream.amend(ORDER.model_copy(update={"lines": ORDER.lines[:1]}))
                assert placed.order_id == amended.order_id == room.accepted[0].id
                decided = await stream.answer("web-10042", "1", "sub_1", ShopperAnswer.APPROVE)
                assert decided.status == "approved"
                assert (await stream.cancel("web-10042", "changed my mind")).status == "cancelled"
                assert await take(stream, 3) == [1, 2, 3]

        served(room, story)

    def test_a_refusal_says_what_http_says(self, room: Room, native: str) -> None:
        async def story(url: str) -> None:
            async with OrderStream(url, room.key(native)) as stream:
                with pytest.raises(RequestRefused) as refused:
                    await stream.amend(ORDER)
                assert (refused.value.status, refused.value.problem_code) == (404, "order_unknown")

        served(room, story)

    def test_more_than_may_be_under_way_wait_their_turn(self, room: Room, native: str) -> None:
        async def story(url: str) -> None:
            async with OrderStream(url, room.key(native)) as stream:
                orders = [ORDER.model_copy(update={"external_id": f"web-{number}"}) for number in range(50)]
                placed = await asyncio.gather(*(stream.place(order) for order in orders))
                assert {each.status for each in placed} == {"accepted"}

        served(room, story)
        assert len(room.accepted) == 50

    def test_what_was_asked_when_the_line_broke_is_answered_on_the_next(self, room: Room, native: str) -> None:
        may_go_on, handle = asyncio.Event(), room.channels._handle

        async def slow(command: Any) -> Any:
            if isinstance(command, TakeOrder):
                await may_go_on.wait()
            return await handle(command)

        room.channels._handle = slow

        async def story(url: str) -> None:
            async with OrderStream(url, room.key(native)) as stream:
                placing = asyncio.create_task(stream.place(ORDER))
                await until(lambda: bool(room.channels.streams._carrying))
                assert stream._socket is not None
                await stream._socket.close()
                may_go_on.set()
                assert (await placing).order_id == room.accepted[0].id

        served(room, story)
        assert room.told_names(native) == ["order.accepted"]

    def test_a_mistake_of_the_store_is_asked_again(self, room: Room, native: str) -> None:
        handle, failures = room.channels._handle, [ZeroDivisionError("once")]

        async def broken(command: Any) -> Any:
            if failures:
                raise failures.pop()
            return await handle(command)

        room.channels._handle = broken

        async def story(url: str) -> None:
            async with OrderStream(url, room.key(native)) as stream:
                assert (await stream.place(ORDER)).status == "accepted"

        served(room, story)


def _headers(room: Room, channel: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {room.key(channel)}", "Idempotency-Key": "later"}
