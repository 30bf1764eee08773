"""The websocket from handshake to goodbye: who may come in, what closes it, and with which code."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from backend.core.errors import Overloaded
from backend.people.errors import NotSignedIn, SessionEnded, SessionLocked
from backend.sync import endpoints as endpoints_module
from backend.sync import hub as hub_module
from backend.sync.phone import (
    CLOSE_BROKEN,
    CLOSE_OUR_MISTAKE,
    CLOSE_REPLACED,
    CLOSE_SIGNED_OUT,
    CLOSE_SILENT,
    CLOSE_TOO_SLOW,
    CLOSE_TRY_AGAIN,
)
from shared.commands import StartPickList
from shared.sync.envelope import PROTOCOL_VERSION, SUBPROTOCOL, Command, Hello, Ping
from shared.sync.session import CLOSE_OTHER_PROTOCOL, SILENCE_MAX_S
from tests.backend.sync.conftest import Shop
from tests.backend.sync.wire import Wire
from tests.backend.waiting import until

Run = Callable[..., Any]


def hello(**parts: Any) -> str:
    values: dict[str, Any] = {"protocol": PROTOCOL_VERSION, "app_version": "test", "last_sequence": 0, **parts}
    return Hello(**values).model_dump_json()


async def open_wire(shop: Shop, token: str | None = "Ada", **more: Any) -> Wire:
    return await Wire(shop.app, token=token, **more).open()


async def greeted(shop: Shop, token: str = "Ada") -> Wire:
    """An open connection whose catch-up is done."""
    wire = await open_wire(shop, token)
    wire.put(hello())
    await until(lambda: any('"synced"' in text for text in wire.from_app))
    wire.from_app.clear()
    return wire


class TestHandshake:
    def test_a_signed_in_phone_is_accepted_and_its_token_not_repeated(self, shop: Shop, run: Run) -> None:
        shop.sign_in("Ada")

        async def scenario() -> None:
            async with shop.open():
                wire = await open_wire(shop)
                assert wire.is_open
                assert wire.subprotocol == SUBPROTOCOL
                await wire.cut()

        run(scenario())

    @pytest.mark.parametrize(
        ("token", "origin"),
        [
            (None, None),
            ("nobody", None),
            ("Ada", "https://evil.test"),
            ("Ada", "null"),
            ("Ada", "http://shop.test.evil.test"),
            (None, "http://shop.test"),
        ],
    )
    def test_everybody_else_is_refused_before_anything_is_accepted(
        self, shop: Shop, run: Run, token: str | None, origin: str | None
    ) -> None:
        shop.sign_in("Ada")

        async def scenario() -> None:
            async with shop.open():
                wire = await open_wire(shop, token, origin=origin)
                assert wire.denied == 403
                assert not wire.is_open

        run(scenario())

    def test_our_own_page_and_listed_ones_may_connect(self, shop: Shop, run: Run) -> None:
        shop.sign_in("Ada")
        shop.app.state.house.settings.allowed_origins = ["https://desk.example"]

        async def scenario() -> None:
            async with shop.open():
                for origin in ("http://shop.test", "https://desk.example"):
                    wire = await open_wire(shop, origin=origin)
                    assert wire.is_open, origin
                    await wire.cut()

        run(scenario())

    @pytest.mark.parametrize("error", [SessionEnded("over"), SessionLocked("locked")])
    def test_a_browser_cannot_see_403_so_it_hears_4401(self, shop: Shop, run: Run, error: Any) -> None:
        shop.people.error = error

        async def scenario() -> None:
            async with shop.open():
                wire = await open_wire(shop, origin="http://shop.test")
                assert await wire.closed() == CLOSE_SIGNED_OUT
                assert not wire.from_app
                assert shop.hub.phones() == []
                shop.people.error = NotSignedIn("sign in first")
                assert (await open_wire(shop, origin="http://shop.test")).denied == 403

        run(scenario())

    def test_another_protocol_is_refused(self, shop: Shop, run: Run) -> None:
        shop.sign_in("Ada")

        async def scenario() -> None:
            async with shop.open():
                wire = Wire(shop.app, token="Ada")
                wire._scope["subprotocols"].remove(SUBPROTOCOL)
                assert (await wire.open()).denied == 403

        run(scenario())

    def test_a_full_house_says_come_back(self, shop: Shop, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        shop.sign_in("Ada")
        monkeypatch.setattr(hub_module, "PHONES_MAX", 1)

        async def scenario() -> None:
            async with shop.open():
                wire = await greeted(shop)
                assert (await open_wire(shop)).denied == 503
                await wire.cut()
                assert (await open_wire(shop)).is_open

        run(scenario())


class TestConversation:
    @pytest.mark.parametrize(
        "texts",
        [
            ["not json"],
            ["{}"],
            [Ping().model_dump_json()],
            [hello(), hello()],
            ["x" * 70_000],
        ],
    )
    def test_what_has_no_place_here_closes_the_connection(self, shop: Shop, run: Run, texts: list[str]) -> None:
        shop.sign_in("Ada")

        async def scenario() -> None:
            async with shop.open():
                wire = await open_wire(shop)
                for text in texts:
                    wire.put(text)
                assert await wire.closed() == CLOSE_BROKEN
                await until(lambda: shop.hub.phones() == [])

        run(scenario())

    def test_another_version_of_the_protocol_is_told_so(self, shop: Shop, run: Run) -> None:
        shop.sign_in("Ada")

        async def scenario() -> None:
            async with shop.open():
                wire = await open_wire(shop)
                wire.put(hello(protocol=PROTOCOL_VERSION + 1))
                assert await wire.closed() == CLOSE_OTHER_PROTOCOL

        run(scenario())

    def test_bytes_are_not_text(self, shop: Shop, run: Run) -> None:
        shop.sign_in("Ada")

        async def scenario() -> None:
            async with shop.open():
                wire = await open_wire(shop)
                wire.put_bytes(b"\x00")
                assert await wire.closed() == CLOSE_BROKEN

        run(scenario())

    def test_who_says_no_hello_is_closed(self, shop: Shop, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(endpoints_module, "HELLO_WITHIN_S", 0.01)
        shop.sign_in("Ada")

        async def scenario() -> None:
            async with shop.open():
                assert await (await open_wire(shop)).closed() == CLOSE_SILENT

        run(scenario())

    def test_who_falls_silent_is_closed(self, shop: Shop, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(endpoints_module, "WATCH_MAX_S", 0.005)
        shop.sign_in("Ada")

        async def scenario() -> None:
            async with shop.open():
                wire = await greeted(shop)
                shop.clock.advance(SILENCE_MAX_S)
                wire.put(Ping().model_dump_json())
                await until(lambda: wire.from_app)
                assert json.loads(wire.from_app[0]) == {"kind": "pong"}
                shop.clock.advance(SILENCE_MAX_S + 1)
                assert await wire.closed() == CLOSE_SILENT

        run(scenario())

    def test_overload_is_no_answer_but_come_back(self, shop: Shop, run: Run) -> None:
        shop.sign_in("Ada")
        shop.refuse_with = Overloaded("too much")

        async def scenario() -> None:
            async with shop.open():
                wire = await greeted(shop)
                wire.put(start_command(shop).model_dump_json())
                assert await wire.closed() == CLOSE_TRY_AGAIN
                assert not wire.from_app

        run(scenario())

    def test_our_own_mistake_is_said_to_be_ours(self, shop: Shop, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        shop.sign_in("Ada")

        async def broken(*_: Any) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(shop.hub, "join", broken)

        async def scenario() -> None:
            async with shop.open():
                wire = await open_wire(shop)
                wire.put(hello())
                assert await wire.closed() == CLOSE_OUR_MISTAKE

        run(scenario())

    def test_a_phone_that_reads_nothing_is_cut_off(self, shop: Shop, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("backend.sync.phone.QUEUE_MESSAGES_MAX", 10)
        shop.sign_in("Ada")

        async def scenario() -> None:
            async with shop.open():
                wire = await greeted(shop)
                wire.is_stuck = True
                for _ in range(20):
                    wire.put(Ping().model_dump_json())
                assert await wire.closed() == CLOSE_TOO_SLOW

        run(scenario())

    def test_a_write_that_takes_too_long_ends_it(self, shop: Shop, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(endpoints_module, "WRITE_WITHIN_S", 0.01)
        shop.sign_in("Ada")

        async def scenario() -> None:
            async with shop.open():
                wire = await greeted(shop)
                wire.is_stuck = True
                wire.put(Ping().model_dump_json())
                assert wire.task is not None
                await wire.task
                assert shop.hub.phones() == []

        run(scenario())

    def test_commands_put_off_the_idle_lock_now_and_then(self, shop: Shop, run: Run) -> None:
        async def scenario() -> None:
            async with shop.open():
                phone = await shop.phone("Ada").connect()
                for _ in range(3):
                    await phone.answer(phone.ask(StartPickList(pick_list_id="pkl_unknown")))
                assert shop.people.seen == ["per_Ada"]
                shop.clock.advance(endpoints_module.SEEN_EVERY_S)
                for _ in range(3):
                    await phone.answer(phone.ask(StartPickList(pick_list_id="pkl_unknown")))
                assert shop.people.seen == ["per_Ada"] * 2

        run(scenario())

    def test_being_connected_puts_off_nothing(self, shop: Shop, run: Run) -> None:
        async def scenario() -> None:
            async with shop.open():
                await shop.phone("Ada").connect()
                assert shop.people.seen == []

        run(scenario())


class TestEndedSessions:
    def test_an_ended_session_is_closed_at_once(self, shop: Shop, run: Run) -> None:
        shop.sign_in("Ada")
        shop.sign_in("Bea")

        async def scenario() -> None:
            async with shop.open():
                ada, bea = await greeted(shop), await greeted(shop, "Bea")
                shop.hub.sessions_ended(["ses_Ada"])
                assert await ada.closed() == CLOSE_SIGNED_OUT
                assert [phone.principal.name for phone in shop.hub.phones()] == ["Bea"]
                assert bea.close_code is None

        run(scenario())

    def test_one_that_another_node_ended_is_found_by_asking(self, shop: Shop, run: Run) -> None:
        shop.sign_in("Ada")

        async def scenario() -> None:
            async with shop.open():
                wire = await greeted(shop)
                shop.people.ended["ses_Ada"] = "device_revoked"
                await shop.hub.close_ended()
                assert await wire.closed() == CLOSE_SIGNED_OUT

        run(scenario())

    def test_one_session_is_not_connected_without_end(self, shop: Shop, run: Run) -> None:
        shop.sign_in("Ada")

        async def scenario() -> None:
            async with shop.open():
                wires = [await greeted(shop) for _ in range(hub_module.PHONES_PER_SESSION_MAX + 1)]
                assert await wires[0].closed() == CLOSE_REPLACED
                assert all(wire.close_code is None for wire in wires[1:])

        run(scenario())


def start_command(shop: Shop) -> Command:
    body = {"pick_list_id": "pkl_1"}
    return Command(id="cmd_1", name=StartPickList.name, made_at=shop.clock.now(), body=body)
