"""The browser's websocket behind the small interface: order, endings, and no callback left behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from mobile.web import web_socket
from mobile.web.socket_port import ABNORMAL_CLOSURE, Socket, SocketClosed
from mobile.web.web_socket import NORMAL_CLOSURE, UNSENT_BYTES_MAX
from tests.mobile.fake_javascript import FakeBrowser, FakeWebSocket

URL = "wss://picking.store.example/api/v1/sync"


async def opened(browser: FakeBrowser) -> tuple[Socket, FakeWebSocket]:
    connecting = asyncio.ensure_future(web_socket.connect(URL, ["blinkpick"]))
    await asyncio.sleep(0)
    browser.sockets[-1].happen("open")
    return await connecting, browser.sockets[-1]


class TestConnect:
    def test_asks_for_the_address_and_subprotocols(self, browser: FakeBrowser, run: Callable) -> None:
        _, other = run(opened(browser))
        assert (other.url, other.protocols) == (URL, ["blinkpick"])

    @pytest.mark.parametrize(("said", "code"), [(0, ABNORMAL_CLOSURE), (1006, 1006), (4401, 4401)])
    def test_refused_or_unanswered_is_closed(self, browser: FakeBrowser, run: Callable, said: int, code: int) -> None:
        async def fail() -> SocketClosed:
            connecting = asyncio.ensure_future(web_socket.connect(URL, []))
            await asyncio.sleep(0)
            browser.sockets[0].happen("close", code=said, reason="")
            with pytest.raises(SocketClosed) as end:
                await connecting
            return end.value

        assert run(fail()).code == code

    def test_refused_by_the_browser_itself_is_closed_too(self, browser: FakeBrowser, run: Callable) -> None:
        browser.refuses_sockets = True
        with pytest.raises(SocketClosed, match="subprotocol") as end:
            run(web_socket.connect(URL, ["not a token"]))
        assert end.value.code == ABNORMAL_CLOSURE

    def test_given_up_it_closes_what_it_began(self, browser: FakeBrowser, run: Callable) -> None:
        async def give_up() -> None:
            connecting = asyncio.ensure_future(web_socket.connect(URL, []))
            await asyncio.sleep(0)
            connecting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await connecting

        run(give_up())
        assert browser.sockets[0].closed_with == [NORMAL_CLOSURE]
        assert browser.sockets[0].callbacks == {}


class TestReceive:
    def test_texts_come_in_order_and_then_the_end(self, browser: FakeBrowser, run: Callable) -> None:
        async def talk() -> tuple[list[str], list[int]]:
            socket, other = await opened(browser)
            for text in ("1", "2", "3"):
                other.happen("message", data=text)
            other.happen("close", code=4401, reason="signed out")
            other.happen("message", data="too late")
            texts = [await socket.receive() for _ in range(3)]
            codes = []
            for _ in range(2):
                with pytest.raises(SocketClosed, match="signed out") as end:
                    await socket.receive()
                codes.append(end.value.code)
            return texts, codes

        assert run(talk()) == (["1", "2", "3"], [4401, 4401])

    def test_what_is_not_text_is_none_of_ours(self, browser: FakeBrowser, run: Callable) -> None:
        async def talk() -> str:
            socket, other = await opened(browser)
            other.happen("message", data=b"binary")
            other.happen("message", data="text")
            return await socket.receive()

        assert run(talk()) == "text"

    def test_one_that_waits_hears_of_the_end(self, browser: FakeBrowser, run: Callable) -> None:
        async def talk() -> int:
            socket, other = await opened(browser)
            waiting = asyncio.ensure_future(socket.receive())
            await asyncio.sleep(0)
            other.happen("close", code=1006, reason="")
            with pytest.raises(SocketClosed) as end:
                await waiting
            return end.value.code

        assert run(talk()) == 1006


class TestSend:
    def test_hands_texts_over_in_order(self, browser: FakeBrowser, run: Callable) -> None:
        async def talk() -> list[str]:
            socket, other = await opened(browser)
            await socket.send("1")
            await socket.send("2")
            return other.sent

        assert run(talk()) == ["1", "2"]

    def test_waits_while_the_browser_holds_too_much_unsent(
        self, browser: FakeBrowser, run: Callable, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(web_socket, "UNSENT_POLL_S", 0)

        async def talk() -> tuple[list[str], list[str]]:
            socket, other = await opened(browser)
            other.bufferedAmount = UNSENT_BYTES_MAX + 1
            sending = asyncio.ensure_future(socket.send("1"))
            for _ in range(10):
                await asyncio.sleep(0)
            held_back = list(other.sent)
            other.bufferedAmount = 0
            await sending
            return held_back, other.sent

        assert run(talk()) == ([], ["1"])

    def test_after_the_end_it_says_so_even_while_it_waited(
        self, browser: FakeBrowser, run: Callable, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(web_socket, "UNSENT_POLL_S", 0)

        async def talk() -> list[str]:
            socket, other = await opened(browser)
            other.bufferedAmount = UNSENT_BYTES_MAX + 1
            sending = asyncio.ensure_future(socket.send("1"))
            await asyncio.sleep(0)
            other.happen("close", code=1006, reason="")
            with pytest.raises(SocketClosed):
                await sending
            return other.sent

        assert run(talk()) == []


class TestClose:
    def test_ends_at_once_and_once(self, browser: FakeBrowser, run: Callable) -> None:
        async def talk() -> list[int]:
            socket, other = await opened(browser)
            await socket.close()
            await socket.close()
            for act in (socket.receive(), socket.send("late")):
                with pytest.raises(SocketClosed) as end:
                    await act
                assert end.value.code == NORMAL_CLOSURE
            return other.closed_with

        assert run(talk()) == [NORMAL_CLOSURE]

    @pytest.mark.parametrize("is_ours", [True, False])
    def test_gives_the_browser_its_callbacks_back(self, browser: FakeBrowser, run: Callable, is_ours: bool) -> None:
        async def talk() -> tuple[list[bool], dict]:
            socket, other = await opened(browser)
            callbacks = list(other.callbacks.values())
            assert len(callbacks) == 3
            if is_ours:
                await socket.close()
            else:
                other.happen("close", code=1000, reason="")
            await asyncio.sleep(0)
            return [callback.is_destroyed for callback in callbacks], other.callbacks

        assert run(talk()) == ([True, True, True], {})
