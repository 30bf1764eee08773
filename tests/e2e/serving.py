"""Serves a bundle the way the backend does, with a tiny API beside it, on a free port of this machine."""

from __future__ import annotations

import asyncio
import socket
import threading
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope
from starlette.websockets import WebSocket, WebSocketDisconnect

START_MAX_S = 10
SLOW_S = 5


class BundleFiles(StaticFiles):
    """The bundle's files, always checked with the server before a kept copy is used."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["cache-control"] = "no-cache"
        if path.endswith(".mjs"):
            response.headers["content-type"] = "text/javascript"
        return response


class ServerThread:
    """An ASGI app served on 127.0.0.1 by a thread of this process; `with ServerThread(app) as server: server.url`."""

    def __init__(self, app: ASGIApp, host: str = "127.0.0.1") -> None:
        self._socket = socket.create_server((host, 0))
        self.port: int = self._socket.getsockname()[1]
        # localhost is a secure context, as the real thing behind https is.
        self.url = f"http://localhost:{self.port}"
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="warning", ws="websockets-sansio", lifespan="off"))
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))

    def __enter__(self) -> ServerThread:
        self._thread.start()
        for _ in range(START_MAX_S * 100):
            if self._server.started:
                return self
            threading.Event().wait(0.01)
        raise TimeoutError("the server did not start")

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(START_MAX_S)


async def echo(request: Request) -> Response:
    return JSONResponse(await request.json(), 201, headers={"x-word": request.headers.get("x-word", "")})


async def slow(request: Request) -> Response:
    await asyncio.sleep(SLOW_S)
    return JSONResponse({})


async def echo_socket(websocket: WebSocket) -> None:
    """Returns each text; `close 4401` closes with that code."""
    offered = websocket.scope["subprotocols"]
    await websocket.accept(subprotocol=offered[0] if offered else None)
    try:
        while True:
            text = await websocket.receive_text()
            if text.startswith("close "):
                await websocket.close(int(text.removeprefix("close ")), "as asked")
                return
            await websocket.send_text(text)
    except WebSocketDisconnect:
        return


async def refuse_socket(websocket: WebSocket) -> None:
    await websocket.close()  # before it was accepted: HTTP 403


def shell_app(bundle: Path) -> Starlette:
    """The bundle at the root and the small API that the shell's test app talks to."""
    routes: list[BaseRoute] = [
        Route("/api/v1/echo", echo, methods=["POST"]),
        Route("/api/v1/slow", slow),
        WebSocketRoute("/api/v1/sync", echo_socket),
        WebSocketRoute("/api/v1/refused", refuse_socket),
        Mount("/", BundleFiles(directory=bundle, html=True)),
    ]
    return Starlette(routes=routes)
