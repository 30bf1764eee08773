"""Orders in over the stream: answered as over HTTP, after the commit, once, in turn, and no more than agreed."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

import jsonschema
import pytest
import websockets
from websockets.asyncio.client import connect

from backend.channels.asyncapi import document
from backend.channels.commands import CancelChannelOrder, TakeOrder
from shared.channel_stream import REQUESTS_UNANSWERED_MAX
from tests.backend.channels.conftest import Room, order_body, order_with
from tests.backend.channels.payloads import payload
from tests.backend.channels.test_stream import key_of, listening
from tests.backend.databases import both_databases
from tests.backend.waiting import until

ORDER: dict[str, Any] = json.loads(payload("native", "order.json"))


def place(request_id: str = "m-1", **changes: Any) -> dict[str, Any]:
    return {"id": request_id, "name": "order.place", "order": {**ORDER, **changes}}


def amend(request_id: str, body: bytes) -> dict[str, Any]:
    return {"id": request_id, "name": "order.amend", "order": json.loads(body)}


def cancel(request_id: str, external_id: str = "web-10042") -> dict[str, Any]:
    return {"id": request_id, "name": "order.cancel", "external_id": external_id, "reason": "changed their mind"}


async def next_answer(socket: Any) -> dict[str, Any]:
    """The next answer; events on the way to it are left aside."""
    while True:
        said: dict[str, Any] = json.loads(await socket.recv())
        if said["name"] == "answer":
            jsonschema.validate(said, _described("answer"))
            return said


async def ask(socket: Any, *requests: dict[str, Any]) -> list[dict[str, Any]]:
    for request in requests:
        await socket.send(json.dumps(request))
    return [await next_answer(socket) for _ in requests]


def told(room: Room, channel: str, *requests: dict[str, Any]) -> list[dict[str, Any]]:
    """The answers to these requests, on a connection of their own."""
    answers: list[dict[str, Any]] = []

    async def story(url: str) -> None:
        async with connect(url, additional_headers=key_of(room, channel)) as socket:
            answers.extend(await ask(socket, *requests))

    listening(room, story)
    return answers


async def _to_the_end(socket: Any) -> None:
    async for _ in socket:
        pass


def _described(name: str) -> dict[str, Any]:
    described = document()
    return {**described["components"]["messages"][name]["payload"], "components": described["components"]}


class TestCarriedOut:
    @both_databases
    def test_an_order_is_placed_and_its_events_follow(self, room: Room, native: str) -> None:
        async def story(url: str) -> None:
            async with connect(url, additional_headers=key_of(room, native)) as socket:
                await socket.send(json.dumps(place()))
                said = [json.loads(await socket.recv()) for _ in range(2)]
            answer, event = sorted(said, key=lambda each: each["name"] != "answer")
            (order,) = room.accepted
            body = {"external_id": "web-10042", "status": "accepted", "order_id": order.id}
            assert answer == {"name": "answer", "id": "m-1", "status": 202, "body": body}
            assert (event["name"], event["sequence"]) == ("order.accepted", 1)

        listening(room, story)

    def test_it_is_amended_and_cancelled_in_turn(self, room: Room, native: str) -> None:
        answers = told(room, native, place("m-1"), amend("m-2", order_with(quantity="5")), cancel("m-3"), cancel("m-4"))
        assert [(each["id"], each["status"]) for each in answers] == [
            ("m-1", 202),
            ("m-2", 200),
            ("m-3", 202),
            ("m-4", 202),
        ]
        assert answers[2]["body"] == {"external_id": "web-10042", "status": "cancelled"}
        assert room.told_names(native) == ["order.accepted", "order.amended", "order.cancelled"]

    def test_a_shopper_s_answer_is_handed_on(self, room: Room, native: str) -> None:
        said = {"external_id": "web-10042", "external_line_id": "1", "proposal_id": "sub_1", "answer": "approve"}
        _, answer = told(room, native, place(), {"id": "m-2", "name": "substitution.answer", **said})
        assert (answer["status"], answer["body"]["status"]) == (200, "approved")
        assert answer["body"]["decided_at"]
        assert room.proposals.asked[0][2] == "sub_1"

    def test_a_held_order_says_why(self, room: Room, native: str) -> None:
        (answer,) = told(room, native, amend("m-1", order_with(sku="NEW", gtins=[])) | {"name": "order.place"})
        assert (answer["status"], answer["body"]["status"], answer["body"]["reason"]) == (
            202,
            "held",
            "product_unknown",
        )


class TestOnce:
    @both_databases
    def test_the_same_message_on_another_connection_gets_the_same_answer(self, room: Room, native: str) -> None:
        (first,), (again,) = told(room, native, place()), told(room, native, place())
        assert again == first
        assert len(room.accepted) == 1
        assert room.told_names(native) == ["order.accepted"]

    def test_twice_at_once_is_once(self, room: Room, native: str) -> None:
        first, again = told(room, native, place(), place())
        assert again == first
        assert len(room.accepted) == 1

    def test_an_id_means_one_message(self, room: Room, native: str) -> None:
        _, refused = told(room, native, place("m-1"), place("m-1", note="other"))
        assert (refused["status"], refused["body"]["code"]) == (422, "idempotency_key_reused")

    def test_an_order_that_came_over_http_is_the_same_order(self, room: Room, native: str) -> None:
        posted = room.post_order(native, order_body(), "m-1").json()
        (answer,) = told(room, native, place("m-1"))
        assert (answer["status"], answer["body"]) == (202, posted)
        assert len(room.accepted) == 1

    def test_what_was_under_way_when_the_line_went_dead_is_kept(self, room: Room, native: str) -> None:
        may_go_on = asyncio.Event()
        handle = room.channels._handle

        async def slow(command: Any) -> Any:
            if isinstance(command, TakeOrder):
                await may_go_on.wait()
            return await handle(command)

        room.channels._handle = slow

        async def story(url: str) -> None:
            async with connect(url, additional_headers=key_of(room, native)) as socket:
                await socket.send(json.dumps(place()))
                await until(lambda: bool(room.channels.streams._carrying))
            may_go_on.set()
            await until(lambda: len(room.accepted) == 1)
            async with connect(url, additional_headers=key_of(room, native)) as socket:
                (answer,) = await ask(socket, place())
                assert answer["body"]["order_id"] == room.accepted[0].id

        listening(room, story)


class TestRefused:
    @pytest.mark.parametrize(
        ("request_said", "status", "code"),
        [
            (place(lines=[]), 422, "payload_unknown"),
            (place(note="\ud800"), 422, "payload_unknown"),
            (amend("m-1", order_body()), 404, "order_unknown"),
            ({"id": "m-1", "name": "order.amend", "order": {}}, 422, "payload_unknown"),
            (cancel("m-1"), 404, "order_unknown"),
            ({"id": "m-1", "name": "order.fetch"}, 422, "rejected"),
            ({"id": "m-1", "name": "order.cancel", "external_id": "web-1"}, 422, "rejected"),
        ],
    )
    def test_with_the_problem_http_would_answer(
        self, room: Room, native: str, request_said: dict[str, Any], status: int, code: str
    ) -> None:
        (answer,) = told(room, native, request_said)
        assert (answer["status"], answer["body"]["status"], answer["body"]["code"]) == (status, status, code)
        assert answer["body"]["type"].endswith(code)
        assert room.accepted == []

    def test_a_mistake_of_ours_is_answered_and_says_nothing_more(self, room: Room, native: str) -> None:
        handle = room.channels._handle

        async def broken(command: Any) -> Any:
            if isinstance(command, CancelChannelOrder):
                raise ZeroDivisionError("a secret of ours")
            return await handle(command)

        room.channels._handle = broken
        answers = told(room, native, place("m-1"), cancel("m-2"), place("m-3", external_id="web-2"))
        placed, failed, other = sorted(answers, key=lambda each: str(each["id"]))
        assert (placed["status"], failed["status"], other["status"]) == (202, 500, 202)
        assert (failed["body"]["code"], "secret" in json.dumps(failed)) == ("internal", False)

    def test_a_revoked_key_carries_nothing_out(self, room: Room, native: str) -> None:
        async def story(url: str) -> None:
            async with connect(url, additional_headers=key_of(room, native)) as socket:
                await ask(socket, place("m-1"))
                room.people.channel_keys.clear()
                await socket.send(json.dumps(place("m-2", external_id="web-2")))
                with contextlib.suppress(websockets.ConnectionClosedError):
                    await _to_the_end(socket)
                assert socket.close_code == 4401
            assert len(room.accepted) == 1

        listening(room, story)


class TestBackPressure:
    def test_no_more_is_taken_in_than_agreed(self, room: Room, native: str) -> None:
        may_go_on, begun = asyncio.Event(), list[Any]()
        handle = room.channels._handle

        async def slow(command: Any) -> Any:
            begun.append(command)
            await may_go_on.wait()
            return await handle(command)

        room.channels._handle = slow
        many = [place(f"m-{number}", external_id=f"web-{number}") for number in range(REQUESTS_UNANSWERED_MAX + 8)]

        async def story(url: str) -> None:
            async with connect(url, additional_headers=key_of(room, native)) as socket:
                for request in many:
                    await socket.send(json.dumps(request))
                await until(lambda: len(begun) == REQUESTS_UNANSWERED_MAX)
                for _ in range(100):  # turns in which more could begin
                    await asyncio.sleep(0)
                assert len(begun) == REQUESTS_UNANSWERED_MAX
                may_go_on.set()
                answers = [await next_answer(socket) for _ in many]
                assert {each["id"] for each in answers} == {each["id"] for each in many}
                assert {each["status"] for each in answers} == {202}

        listening(room, story)
        assert len(room.accepted) == len(many)


@pytest.mark.parametrize("name", ["order.place", "order.amend", "order.cancel", "substitution.answer", "answer"])
def test_the_description_s_examples_fit_it(name: str) -> None:
    (example,) = document()["components"]["messages"][name]["examples"]
    jsonschema.validate(example["payload"], _described(name))
