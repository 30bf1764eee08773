"""The same endpoint behind the real server: what a phone's own websocket library sees of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from backend.sync.phone import CLOSE_SIGNED_OUT
from shared.sync.envelope import (
    PROTOCOL_VERSION,
    SUBPROTOCOL,
    TOKEN_SUBPROTOCOL_PREFIX,
    Hello,
    Update,
    Welcome,
    read_backend_message,
)
from tests.backend.sync.conftest import Shop
from tests.backend.waiting import until

Run = Callable[..., Any]


@asynccontextmanager
async def served(shop: Shop) -> AsyncIterator[str]:
    """The shop behind uvicorn on a free port; gives its websocket address."""

    config = uvicorn.Config(
        shop.app, port=0, log_level="error", lifespan="off", ws="websockets-sansio", ws_per_message_deflate=False
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    async with shop.open():
        task = asyncio.create_task(server.serve())
        await until(lambda: server.started)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"ws://127.0.0.1:{port}/api/v1/sync"
        server.should_exit = True
        await task


def dial(url: str, token: str | None, **more: Any) -> connect:
    protocols: Any = [SUBPROTOCOL, *([TOKEN_SUBPROTOCOL_PREFIX + token] if token else [])]
    return connect(url, subprotocols=protocols, open_timeout=None, **more)


async def greet(phone: ClientConnection) -> list[Any]:
    """Everything up to `synced`."""
    await phone.send(Hello(protocol=PROTOCOL_VERSION, app_version="1", last_sequence=0).model_dump_json())
    heard: list[Any] = []
    while not (heard and isinstance(heard[-1], Update) and heard[-1].name == "synced"):
        heard.append(read_backend_message(str(await phone.recv())))
    return heard


class TestNetwork:
    def test_a_phone_is_greeted_and_put_out_when_its_session_ends(self, shop: Shop, run: Run) -> None:
        pick_list = shop.rooms.planned(o1=["A-1-1"])
        shop.sign_in("Ada")

        async def scenario() -> None:
            async with served(shop) as url, dial(url, "Ada") as phone:
                assert phone.subprotocol == SUBPROTOCOL
                welcome, document, _ = await greet(phone)
                assert isinstance(welcome, Welcome)
                assert document.body["id"] == pick_list.id
                shop.hub.sessions_ended(["ses_Ada"])
                with pytest.raises(ConnectionClosed) as closed:
                    await phone.recv()
                assert closed.value.rcvd is not None
                assert closed.value.rcvd.code == CLOSE_SIGNED_OUT
                assert shop.hub.phones() == []

        run(scenario())

    @pytest.mark.parametrize(("token", "origin"), [(None, None), ("nobody", None), ("Ada", "https://evil.test")])
    def test_a_refusal_is_http_403(self, shop: Shop, run: Run, token: str | None, origin: Any) -> None:
        shop.sign_in("Ada")

        async def scenario() -> None:
            async with served(shop) as url:
                with pytest.raises(InvalidStatus) as refused:
                    await dial(url, token, origin=origin)
                assert refused.value.response.status_code == 403

        run(scenario())

    def test_a_phone_that_vanishes_is_put_away(self, shop: Shop, run: Run) -> None:
        shop.sign_in("Ada")

        async def scenario() -> None:
            async with served(shop) as url:
                async with dial(url, "Ada") as phone:
                    await greet(phone)
                    phone.transport.abort()
                await until(lambda: shop.hub.phones() == [])

        run(scenario())
