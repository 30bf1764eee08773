"""The browser's websocket with the phone's own errors: whatever ends, the link hears the code."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from mobile.services import browser_socket
from mobile.services.edges import Socket, SocketClosed
from tests.mobile.fake_javascript import FakeBrowser, FakeWebSocket

URL = "wss://picking.store.example/api/v1/sync"


async def opened(browser: FakeBrowser) -> tuple[Socket, FakeWebSocket]:
    connecting = asyncio.ensure_future(browser_socket.connect(URL, ("blinkpick", "token.abc")))
    await asyncio.sleep(0)
    browser.sockets[-1].happen("open")
    return await connecting, browser.sockets[-1]


def test_texts_go_both_ways(browser: FakeBrowser, run: Callable) -> None:
    async def talk() -> tuple[str, FakeWebSocket]:
        socket, other = await opened(browser)
        await socket.send("hello")
        other.happen("message", data="welcome")
        return await socket.receive(), other

    text, other = run(talk())
    assert (text, other.sent, other.protocols) == ("welcome", ["hello"], ["blinkpick", "token.abc"])


def test_a_refusal_is_the_phones_own_error(browser: FakeBrowser, run: Callable) -> None:
    async def fail() -> dict:
        connecting = asyncio.ensure_future(browser_socket.connect(URL, []))
        await asyncio.sleep(0)
        browser.sockets[0].happen("close", code=1006, reason="")
        with pytest.raises(SocketClosed) as end:
            await connecting
        return end.value.facts

    assert run(fail()) == {"code": 1006}


def test_an_end_is_told_with_its_code_to_who_sends_and_who_receives(browser: FakeBrowser, run: Callable) -> None:
    async def talk() -> list[dict]:
        socket, other = await opened(browser)
        other.happen("close", code=4401, reason="signed out")
        ends = []
        for act in (socket.receive(), socket.send("late")):
            with pytest.raises(SocketClosed, match="signed out") as end:
                await act
            ends.append(end.value.facts)
        return ends

    assert run(talk()) == [{"code": 4401}, {"code": 4401}]


def test_closing_closes_the_browsers_own(browser: FakeBrowser, run: Callable) -> None:
    async def talk() -> FakeWebSocket:
        socket, other = await opened(browser)
        await socket.close()
        return other

    assert run(talk()).closed_with == [1000]
