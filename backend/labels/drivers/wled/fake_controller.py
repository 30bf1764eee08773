"""A fake WLED controller on a real socket: `/json/state` and `/json/info` as the real one answers them.

By hand: `python -m backend.labels.drivers.wled.fake_controller --port 8381 --leds 60`
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backend.labels.drivers.wled.fake_strip import REFUSED, Answer, FakeStrip
from backend.labels.workbench.fake_gateway import FakeGateway
from backend.labels.workbench.traffic import Traffic
from backend.labels.workbench.virtual_time import VirtualTime

JSON_BUFFER_BYTES = 10_240  # of an ESP8266, the smallest


class FakeController:
    """Serves a strip. Its time is the bench's."""

    def __init__(self, strip: FakeStrip, time: VirtualTime, traffic: Traffic) -> None:
        self.strip = strip
        self.requests: list[bytes] = []
        self.gateway = FakeGateway(self._application(), time, traffic)

    async def reboot(self) -> None:
        """A power cut: gone, and back as if it had just been bought."""
        await self.gateway.stop()
        self.strip.boot(self._now_s)
        await self.gateway.start()

    @property
    def _now_s(self) -> float:
        return self.gateway.time.clock.monotonic_s()

    def _application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/json/state", self._state, methods=["GET"]),
                Route("/json/state", self._change, methods=["POST"]),
                Route("/json/info", self._information),
                Route("/fake/strip", self._seen),
            ]
        )

    async def _state(self, _request: Request) -> Response:
        return await self._answer((200, self.strip.state(self._now_s)))

    async def _information(self, _request: Request) -> Response:
        return await self._answer((200, self.strip.information(self._now_s)))

    async def _change(self, request: Request) -> Response:
        body = await request.body()
        self.requests.append(body)
        is_too_long = len(body) > JSON_BUFFER_BYTES
        return await self._answer(REFUSED if is_too_long else self.strip.change(body, self._now_s))

    async def _seen(self, _request: Request) -> Response:
        """For a person who starts this by hand: which LEDs are lit, and how."""
        seen = self.strip.colours(self._now_s)
        return JSONResponse({str(led): "{:02X}{:02X}{:02X}".format(*colour) for led, colour in seen.items()})

    async def _answer(self, answer: Answer) -> Response:
        async with self.gateway.answering():
            status, body = answer
            return JSONResponse(body, status)


async def _main(arguments: argparse.Namespace) -> None:
    traffic = Traffic()
    controller = FakeController(FakeStrip(arguments.leds), VirtualTime(is_busy=traffic.is_busy), traffic)
    await controller.gateway.start(arguments.port)
    print(f"fake WLED strip of {arguments.leds} LEDs at {controller.gateway.url}")
    print(f"what is lit: {controller.gateway.url}/fake/strip")
    await controller.gateway.run_by_itself(1.0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A fake WLED controller with one strip.")
    parser.add_argument("--port", type=int, default=8381)
    parser.add_argument("--leds", type=int, default=60)
    return parser.parse_args()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main(_arguments()))
