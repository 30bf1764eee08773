"""A fake access point on a real socket: HTTP and websocket like the real one, with virtual labels behind it.

By hand: `python -m backend.labels.drivers.openepaperlink.fake_access_point --port 8380 --speed 10`
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import socket
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from backend.labels.drivers.openepaperlink.fake_multipart import read_multipart
from backend.labels.drivers.openepaperlink.fake_state import TAG_TYPES, Answer, FakeAccessPointState
from backend.labels.drivers.openepaperlink.fake_tags import Chip, VirtualTag

KEEP_ALIVE_S = 60  # a busy machine must not look like a connection that breaks
LOOPBACK = "127.0.0.1"
TICK_S = 0.05


def make_tags(
    count: int,
    *,
    seed: int,
    check_in_s: float = 40.0,
    chips: Sequence[Chip] = ("nrf", "efr32"),
    hardware_types: Sequence[int] = (0x33,),
) -> list[VirtualTag]:
    """Labels of both chips and of these tag types in turn, checking in at different moments."""
    chance = random.Random(seed)
    return [
        VirtualTag(
            mac=f"{0x0000021234560000 + number:016X}",
            chip=chips[number % len(chips)],
            chance=chance,
            check_in_s=check_in_s,
            next_check_in_s=chance.uniform(0, check_in_s),
            hardware_type=hardware_types[number % len(hardware_types)],
        )
        for number in range(count)
    ]


class _Server(uvicorn.Server):
    """Leaves the process's signals alone: several of these may run in one program."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class FakeAccessPoint:
    """Serves a state. Time stands still until `advance`, or runs by itself with `run_by_itself`."""

    def __init__(self, tags: list[VirtualTag], *, attempts_min: int = 20) -> None:
        self.state = FakeAccessPointState(tags, attempts_min)
        self.refuses_with: int | None = None
        """Set to 409 and the like: every request gets this answer."""
        self.takes_uploads = True
        """False: they get 409, as while it shuts down."""
        self.tag_types = dict(TAG_TYPES)
        self.config = {"alias": "fake", "channel": 11, "maxsleep": 10, "stopsleep": 1, "sleeptime1": 0, "sleeptime2": 0}
        self.is_mute = False
        """Requests arrive and take effect, but are never answered."""
        self.answers_after_s = 0.0
        """How long each answer takes, in the time that `advance` moves."""
        self.reboots_nightly = False
        """At 03:56, as the real one does unless told not to."""
        self.uploads: list[dict[str, str]] = []
        """The fields that came with each upload."""
        self._listeners: set[WebSocket] = set()
        self._server: _Server | None = None
        self._task: asyncio.Task[None] | None = None
        self._port = 0
        self._never = asyncio.Event()
        self._moved = asyncio.Event()

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._port}"

    async def start(self, port: int = 0) -> None:
        """Listen. After a `stop`, `start(0)` takes the same port again."""
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((LOOPBACK, port or self._port))
        self._port = listening.getsockname()[1]
        config = uvicorn.Config(
            self._app(),
            log_level="warning",
            lifespan="off",
            ws="websockets-sansio",
            timeout_graceful_shutdown=1,
            timeout_keep_alive=KEEP_ALIVE_S,
        )
        self._server = _Server(config)
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]))
        await self._server.is_up.wait()

    async def stop(self) -> None:
        """Unplug it: connections break, queues are forgotten."""
        self.state.forget_queues()
        self._never.set()
        self._moved.set()
        for websocket in list(self._listeners):
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await websocket.close(1012)
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            await self._task
            self._server = self._task = None
        self._never, self._moved = asyncio.Event(), asyncio.Event()

    async def reboot(self) -> None:
        """What the real one does at 03:56 every night: it says so, and is gone for a moment."""
        await self.say({"errMsg": "REBOOTING"})
        await self.stop()
        await self.start()

    async def advance(self, seconds: float) -> None:
        """Let the labels' time pass and tell the listeners what happened, in order."""
        end_s = self.state.now_s + seconds
        while self.reboots_nightly and self.state.next_night_s() <= end_s:
            await self._pass(self.state.next_night_s() - self.state.now_s)
            await self.reboot()
        await self._pass(end_s - self.state.now_s)

    async def _pass(self, seconds: float) -> None:
        self.state.advance(seconds)
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()
        await self._broadcast()

    async def say(self, message: dict[str, Any]) -> None:
        """Over the websocket, behind everything that was to be said before."""
        self.state.messages.append(json.dumps(message))
        await self._broadcast()

    async def run_by_itself(self, speed: float) -> None:
        """Let time run, `speed` times as fast as the wall's."""
        while True:
            await asyncio.sleep(TICK_S)
            await self.advance(TICK_S * speed)

    @property
    def listeners(self) -> int:
        """How many websockets are open."""
        return len(self._listeners)

    def _app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/led_flash", self._led_flash),
                Route("/tag_cmd", self._tag_command, methods=["POST"]),
                Route("/imgupload", self._image_upload, methods=["POST"]),
                Route("/jsonupload", self._template_upload, methods=["POST"]),
                Route("/get_db", self._get_db),
                Route("/backup_db", self._backup),
                Route("/get_ap_config", self._config),
                Route("/tagtypes/{name}", self._tag_type),
                Route("/fake/shelf", self._shelf),
                WebSocketRoute("/ws", self._websocket),
            ]
        )

    async def _led_flash(self, request: Request) -> Response:
        return await self._answer(
            lambda: self.state.led_flash(request.query_params.get("mac", ""), request.query_params.get("pattern"))
        )

    async def _tag_command(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        mac, command = form.get("mac", ""), form.get("cmd", "")
        return await self._answer(lambda: self.state.tag_command(mac, command))

    async def _image_upload(self, request: Request) -> Response:
        """Multipart, the fields before the file."""
        fields, file = read_multipart(request.headers.get("content-type", ""), await request.body())
        if "mac" not in fields:
            return PlainTextResponse("parameters incomplete", 400)
        return await self._upload(fields, file)

    async def _template_upload(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        if not {"mac", "json"} <= form.keys():
            return PlainTextResponse("Missing parameters", 400)
        content = form.pop("json").encode()
        return await self._upload(form, content)

    async def _upload(self, fields: dict[str, str], content: bytes) -> Response:
        if not self.takes_uploads:
            return PlainTextResponse("Come back later", 409)
        self.uploads.append(fields)
        return await self._answer(lambda: self.state.upload(fields["mac"], content))

    async def _backup(self, _request: Request) -> Response:
        return await self._answer(lambda: (200, self.state.backup()))

    async def _config(self, _request: Request) -> Response:
        return await self._answer(lambda: (200, json.dumps({"C6": "1", "apstate": "1"} | self.config)))

    async def _tag_type(self, request: Request) -> Response:
        """A file of the access point; there may be none for a kind of label."""
        described = {f"{kind:02X}.json": tag_type for kind, tag_type in self.tag_types.items()}
        found = described.get(request.path_params["name"])
        return await self._answer(lambda: (200, json.dumps(found)) if found is not None else (404, ""))

    async def _get_db(self, request: Request) -> Response:
        position, mac = int(request.query_params.get("pos", "0")), request.query_params.get("mac")
        return await self._answer(lambda: (200, self.state.database(position, mac)))

    async def _shelf(self, _request: Request) -> Response:
        """For a person who starts this by hand: what blinks now."""
        colours = {mac: f"{colour:02X}" for mac, colour in self.state.colours().items()}
        return JSONResponse({"now_s": round(self.state.now_s, 1), "blinking_rgb332": colours})

    async def _websocket(self, websocket: WebSocket) -> None:
        await websocket.accept()
        self._listeners.add(websocket)
        try:
            while True:
                await websocket.receive_text()
        except WebSocketDisconnect:
            pass
        finally:
            self._listeners.discard(websocket)

    async def _answer(self, act: Callable[[], Answer]) -> Response:
        if self.refuses_with is not None:
            return PlainTextResponse("Come back later", self.refuses_with)
        status, text = act()
        await self._broadcast()
        due_s = self.state.now_s + self.answers_after_s
        while self.state.now_s < due_s and not self._never.is_set():
            await self._moved.wait()
        if self.is_mute:
            await self._never.wait()
        return PlainTextResponse(text, status)

    async def _broadcast(self) -> None:
        messages, self.state.messages = self.state.messages, []
        for message in messages:
            for websocket in list(self._listeners):
                with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                    await websocket.send_text(message)


async def _main(arguments: argparse.Namespace) -> None:
    access_point = FakeAccessPoint(make_tags(arguments.labels, seed=arguments.seed, check_in_s=arguments.check_in_s))
    await access_point.start(arguments.port)
    print(f"fake access point at {access_point.url}, {arguments.labels} labels, {arguments.speed:g} times as fast")
    print(f"what blinks: {access_point.url}/fake/shelf")
    await access_point.run_by_itself(arguments.speed)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A fake OpenEPaperLink access point with virtual labels.")
    parser.add_argument("--port", type=int, default=8380)
    parser.add_argument("--labels", type=int, default=48)
    parser.add_argument("--check-in-s", type=float, default=40.0)
    parser.add_argument("--speed", type=float, default=1.0, help="how many times as fast as the wall clock")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main(_arguments()))
