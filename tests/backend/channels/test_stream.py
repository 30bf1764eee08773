"""The event stream over a real socket: the example client, resuming, bounds, and who may listen."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import websockets
from websockets.asyncio.client import connect

from backend.channels.models import ChannelRow
from backend.channels.port import ChannelUnavailable
from shared.channel_stream import EVENTS_UNACKNOWLEDGED_MAX
from tests.backend.channels.conftest import Room, order_body
from tests.backend.channels.payloads import payload
from tests.backend.channels.serving import serving
from tests.backend.waiting import until

ORDER = payload("native", "order.json")


def listening(room: Room, story: Callable[[str], Awaitable[None]]) -> None:
    """Run `story(url)` against the served application."""

    async def scene() -> None:
        async with serving(room.served) as address:
            await story(f"ws://{address}/api/v1/channels/stream")

    room.run(scene())


def key_of(room: Room, channel: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {room.key(channel)}"}


def fill(room: Room, channel: str, count: int) -> None:
    for number in range(count):
        answer = room.post_order(channel, order_body(external_id=f"web-{number}"), f"k-{number}")
        assert answer.status_code == 202


def acknowledged(room: Room, channel: str) -> int:
    with room.database.reading() as session:
        row = session.get(ChannelRow, channel)
        assert row is not None
        return row.acknowledged_up_to


async def take(socket: Any, count: int) -> list[dict[str, Any]]:
    return [json.loads(await socket.recv()) for _ in range(count)]


class TestListen:
    def test_what_is_there_comes_in_order_and_what_happens_later_follows(self, room: Room, native: str) -> None:
        fill(room, native, 3)

        async def story(url: str) -> None:
            async with connect(url, additional_headers=key_of(room, native)) as socket:
                assert [each["sequence"] for each in await take(socket, 3)] == [1, 2, 3]
                headers = {**key_of(room, native), "Idempotency-Key": "later"}
                await room.http.post("/api/v1/orders", content=ORDER, headers=headers)
                (later,) = await take(socket, 1)
                assert (later["sequence"], later["name"], later["order"]["external_id"]) == (
                    4,
                    "order.accepted",
                    "web-10042",
                )

        listening(room, story)

    def test_it_resumes_after_the_last_acknowledged(self, room: Room, native: str) -> None:
        fill(room, native, 4)

        async def story(url: str) -> None:
            async with connect(url, additional_headers=key_of(room, native)) as socket:
                await take(socket, 4)
                await socket.send('{"ack": 2}')
                await until(lambda: acknowledged(room, native) == 2)
            async with connect(url, additional_headers=key_of(room, native)) as socket:
                assert [each["sequence"] for each in await take(socket, 2)] == [3, 4]
            async with connect(f"{url}?after=1", additional_headers=key_of(room, native)) as socket:
                assert [each["sequence"] for each in await take(socket, 3)] == [2, 3, 4]

        listening(room, story)

    def test_it_resumes_after_what_was_heard_though_that_is_not_written_yet(self, room: Room, native: str) -> None:
        fill(room, native, 4)
        may_write = asyncio.Event()
        handle, written = room.channels.streams._handle, []

        async def slow(command: Any) -> Any:
            await may_write.wait()
            written.append(command.sequence)
            return await handle(command)

        room.channels.streams._handle = slow

        async def story(url: str) -> None:
            async with connect(url, additional_headers=key_of(room, native)) as socket:
                await take(socket, 4)
                for sequence in (1, 2, 3):
                    await socket.send(json.dumps({"ack": sequence}))
                await until(lambda: room.channels.streams._acknowledged.get(native) == 3)
            async with connect(url, additional_headers=key_of(room, native)) as socket:
                assert [each["sequence"] for each in await take(socket, 1)] == [4]
            assert acknowledged(room, native) == 0
            may_write.set()
            await until(lambda: acknowledged(room, native) == 3)
            assert written[-1] == 3
            assert len(written) <= 2, "of several, only the last is written"

        listening(room, story)

    def test_a_mark_that_could_not_be_written_is_written_with_the_next(self, room: Room, native: str) -> None:
        fill(room, native, 2)
        handle, failures = room.channels.streams._handle, [ChannelUnavailable("the disk is full")]

        async def fragile(command: Any) -> Any:
            if failures:
                raise failures.pop()
            return await handle(command)

        room.channels.streams._handle = fragile

        async def story(url: str) -> None:
            async with connect(url, additional_headers=key_of(room, native)) as socket:
                await take(socket, 2)
                await socket.send('{"ack": 1}')
                await until(lambda: not failures)
                await socket.send('{"ack": 2}')
                await until(lambda: acknowledged(room, native) == 2)

        listening(room, story)

    def test_no_more_is_under_way_than_agreed(self, room: Room, native: str) -> None:
        fill(room, native, EVENTS_UNACKNOWLEDGED_MAX + 5)

        async def story(url: str) -> None:
            async with connect(url, additional_headers=key_of(room, native)) as socket:
                await take(socket, EVENTS_UNACKNOWLEDGED_MAX)
                room.channels.streams.wake(native)
                await (await socket.ping())
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0):  # enough for what has arrived, and nothing has
                        await socket.recv()
                await socket.send(json.dumps({"ack": 5}))
                rest = await take(socket, 5)
                assert rest[-1]["sequence"] == EVENTS_UNACKNOWLEDGED_MAX + 5

        listening(room, story)

    def test_channels_hear_only_their_own(self, room: Room, native: str) -> None:
        second = room.add_channel()
        fill(room, native, 2)
        room.post_order(second, ORDER)

        async def story(url: str) -> None:
            async with connect(url, additional_headers=key_of(room, second)) as socket:
                (only,) = await take(socket, 1)
                assert (only["sequence"], only["order"]["external_id"]) == (1, "web-10042")

        listening(room, story)

    def test_a_quiet_stream_says_that_it_lives(self, room: Room, native: str) -> None:
        room.channels.streams._poll_s = room.channels.streams._heartbeat_s = 0.001

        async def story(url: str) -> None:
            async with connect(url, additional_headers=key_of(room, native)) as socket:
                assert await take(socket, 1) == [{"name": "heartbeat", "sequence": 0}]

        listening(room, story)

    def test_the_key_may_come_as_a_subprotocol(self, room: Room, native: str) -> None:
        fill(room, native, 1)

        async def story(url: str) -> None:
            protocols = ["blinkpick.channel", f"token.{room.key(native)}"]
            async with connect(url, subprotocols=protocols) as socket:  # type: ignore[arg-type]
                assert socket.subprotocol == "blinkpick.channel"
                await take(socket, 1)

        listening(room, story)


class TestRefuse:
    @pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer bpk_wrong"}])
    def test_without_a_key_there_is_no_handshake(self, room: Room, native: str, headers: dict[str, str]) -> None:
        async def story(url: str) -> None:
            with pytest.raises(websockets.InvalidStatus) as refused:
                await connect(url, additional_headers=headers)
            assert refused.value.response.status_code in (401, 403)

        listening(room, story)

    def test_web_pages_may_not_listen(self, room: Room, native: str) -> None:
        async def story(url: str) -> None:
            with pytest.raises(websockets.InvalidStatus) as refused:
                await connect(url, additional_headers=key_of(room, native), origin="https://evil.example")  # type: ignore[arg-type]
            assert refused.value.response.status_code == 403

        listening(room, story)

    @pytest.mark.parametrize("after", ["-1", "x", "9" * 40])
    def test_nonsense_positions(self, room: Room, native: str, after: str) -> None:
        async def story(url: str) -> None:
            with pytest.raises(websockets.InvalidStatus):
                await connect(f"{url}?after={after}", additional_headers=key_of(room, native))

        listening(room, story)

    @pytest.mark.parametrize(
        "message", ["hello", "{}", '{"ack": -1}', '{"ack": 2}', '{"ack": "1"}', '{"ack": 1, "more": 1}', b"\x00"]
    )
    def test_nonsense_ends_the_connection(self, room: Room, native: str, message: str | bytes) -> None:
        fill(room, native, 1)

        async def story(url: str) -> None:
            async with connect(url, additional_headers=key_of(room, native)) as socket:
                await take(socket, 1)
                await socket.send(message)
                with pytest.raises(websockets.ConnectionClosed):
                    await socket.recv()
                assert socket.close_code == 4400
            assert acknowledged(room, native) == 0

        listening(room, story)

    def test_a_position_that_was_never_reached(self, room: Room, native: str) -> None:
        async def story(url: str) -> None:
            async with connect(f"{url}?after=7", additional_headers=key_of(room, native)) as socket:
                with pytest.raises(websockets.ConnectionClosed):
                    await socket.recv()
                assert socket.close_code == 4400

        listening(room, story)

    def test_a_revoked_key_ends_an_open_stream(self, room: Room, native: str) -> None:
        fill(room, native, 1)

        async def story(url: str) -> None:
            async with connect(url, additional_headers=key_of(room, native)) as socket:
                await take(socket, 1)
                room.people.channel_keys.clear()
                room.channels.streams.wake(native)
                with pytest.raises(websockets.ConnectionClosed):
                    await socket.recv()
                assert socket.close_code == 4401

        listening(room, story)
