"""The native websocket against a real server: order, closing codes, refusals."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus

import pytest
from websockets.asyncio.server import ServerConnection, serve

from mobile.services import native_socket
from mobile.services.edges import HandshakeRefused, SocketClosed
from mobile.services.native_socket import connect


async def echo_then_close(connection: ServerConnection) -> None:
    async for text in connection:
        if text == "close":
            await connection.close(4401, "signed out")
            return
        await connection.send(text)


def refuse(connection: ServerConnection, request: object) -> object:
    return connection.respond(HTTPStatus.UNAUTHORIZED, "no")


class TestConnection:
    def test_carries_texts_in_order_and_says_how_it_ended(self, run: Callable) -> None:
        async def talk() -> tuple[list[str], dict]:
            async with serve(echo_then_close, "127.0.0.1", 0, subprotocols=["blinkpick"]) as server:
                socket = await connect(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", ["blinkpick"])
                for number in range(20):
                    await socket.send(str(number))
                texts = [await socket.receive() for _ in range(20)]
                await socket.send("close")
                with pytest.raises(SocketClosed) as end:
                    await socket.receive()
                await socket.close()
                return texts, end.value.facts

        texts, facts = run(talk())
        assert texts == [str(number) for number in range(20)]
        assert facts == {"code": 4401}

    def test_tells_a_refusal_from_a_missing_server(self, run: Callable) -> None:
        async def try_both() -> tuple[dict, dict]:
            async with serve(echo_then_close, "127.0.0.1", 0, process_request=refuse) as server:
                port = server.sockets[0].getsockname()[1]
                with pytest.raises(HandshakeRefused) as refusal:
                    await connect(f"ws://127.0.0.1:{port}", [])
            with pytest.raises(SocketClosed) as absence:
                await connect(f"ws://127.0.0.1:{port}", [])
            return refusal.value.facts, absence.value.facts

        assert run(try_both()) == ({"status": 401}, {"code": 1006})

    def test_what_is_not_text_is_none_of_ours(self, run: Callable) -> None:
        async def binary_first(connection: ServerConnection) -> None:
            await connection.send(b"binary")
            await connection.send("text")
            await connection.wait_closed()

        async def talk() -> str:
            async with serve(binary_first, "127.0.0.1", 0) as server:
                socket = await connect(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", [])
                text = await socket.receive()
                await socket.close()
                return text

        assert run(talk()) == "text"

    def test_closed_twice_it_neither_sends_nor_receives(self, run: Callable) -> None:
        async def talk() -> list[dict]:
            async with serve(echo_then_close, "127.0.0.1", 0) as server:
                socket = await connect(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", [])
                await socket.close()
                await socket.close()
                ends = []
                for act in (socket.send("late"), socket.receive()):
                    with pytest.raises(SocketClosed) as end:
                        await act
                    ends.append(end.value.facts)
                return ends

        assert run(talk()) == [{"code": 1000}, {"code": 1000}]


class TestFailure:
    """The link knows two errors; whatever is at the other end must become one of them."""

    @pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
    def test_a_server_that_speaks_no_websocket(self, run: Callable, answer: bytes) -> None:
        async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            writer.close()

        async def try_it() -> None:
            async with await asyncio.start_server(speak, "127.0.0.1", 0) as server:
                with pytest.raises((SocketClosed, HandshakeRefused)):
                    await connect(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", [])

        run(try_it())

    def test_a_server_that_never_answers(self, run: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(native_socket, "OPEN_MAX_S", 0)

        async def try_it() -> dict:
            async with serve(echo_then_close, "127.0.0.1", 0) as server:
                with pytest.raises(SocketClosed) as silence:
                    await connect(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", [])
                return silence.value.facts

        assert run(try_it()) == {"code": 1006}

    @pytest.mark.parametrize("url", ["http://127.0.0.1/", "ws://", "127.0.0.1"])
    def test_an_address_that_is_none(self, run: Callable, url: str) -> None:
        with pytest.raises(SocketClosed):
            run(connect(url, []))
