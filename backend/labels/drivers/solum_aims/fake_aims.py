"""A fake AIMS on a real socket: token, LED calls and their status list, pages, images, labels.

By hand: `python -m backend.labels.drivers.solum_aims.fake_aims --port 8382`, user `picker`, password `hush`
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
from collections.abc import Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backend.labels.drivers.solum_aims.fake_store import Answer, FakeLabel, FakeStore
from backend.labels.drivers.solum_aims.protocol import IMAGE, KIND, LABELS, LED, PAGE, TOKEN
from backend.labels.workbench.fake_gateway import FakeGateway
from backend.labels.workbench.traffic import Traffic
from backend.labels.workbench.virtual_time import VirtualTime

COMPANY, STORE = "LAB", "7271"


class FakeAims:
    """Serves a store."""

    def __init__(self, store: FakeStore, time: VirtualTime, traffic: Traffic) -> None:
        self.store = store
        self.answers_with: int | None = None
        """Set to 500 and the like: every call gets this."""
        self.bodies: list[bytes] = []
        self.gateway = FakeGateway(self._application(), time, traffic)

    async def reboot(self) -> None:
        """Restarted: its tokens are void; what was on its way to labels goes on."""
        await self.gateway.stop()
        self.store.tokens.clear()
        await self.gateway.start()

    @property
    def now_s(self) -> float:
        return self.gateway.time.clock.monotonic_s()

    def _application(self) -> Starlette:
        store = self.store
        return Starlette(
            routes=[
                Route(TOKEN, self._sign_in, methods=["POST"]),
                self._route("PUT", LED, lambda _, body: store.blink(body, self.now_s)),
                self._route("GET", LED, lambda query, _: store.led_statuses(query, self.now_s)),
                self._route("POST", PAGE, lambda _, body: store.turn_page(body)),
                self._route("POST", IMAGE, lambda _, body: store.push_image(body, self.now_s)),
                self._route("GET", LABELS, lambda query, _: store.label_list(query, self.now_s)),
                self._route("GET", KIND, lambda query, _: store.kind(query.get("labelCode", ""))),
                Route("/fake/shelf", self._shelf),
            ]
        )

    def _route(self, method: str, path: str, act: Callable[[Mapping[str, str], Any], Answer]) -> Route:
        async def endpoint(request: Request) -> Response:
            raw, query = await request.body(), request.query_params
            async with self.gateway.answering():
                if self.answers_with is not None:
                    return Response(status_code=self.answers_with)
                if not self.store.lets_in(request.headers.get("authorization", ""), self.now_s):
                    return JSONResponse({"responseCode": "401", "responseMessage": "Unauthorized"}, 401)
                if path != KIND and (query.get("company"), query.get("store")) != (COMPANY, STORE):
                    return JSONResponse({"responseCode": "403", "responseMessage": "Company Invalid"}, 403)
                self.bodies.append(raw)
                status, body = act(query, await request.json() if raw else None)
                return Response(status_code=status) if body is None else JSONResponse(body, status)

        return Route(path, endpoint, methods=[method])

    async def _sign_in(self, request: Request) -> Response:
        given = await request.json()
        async with self.gateway.answering():
            status, body = self.store.sign_in(given.get("username"), given.get("password"), self.now_s)
            return JSONResponse(body, status)

    async def _shelf(self, _request: Request) -> Response:
        """For a person who starts this by hand: what blinks now."""
        return JSONResponse(self.store.blinking(self.now_s))


async def _main(arguments: argparse.Namespace) -> None:
    labels = [FakeLabel(f"{0x0848000 + number:012X}") for number in range(arguments.labels)]
    traffic = Traffic()
    aims = FakeAims(FakeStore(labels), VirtualTime(is_busy=traffic.is_busy), traffic)
    await aims.gateway.start(arguments.port)
    print(f"fake AIMS at {aims.gateway.url}, company {COMPANY}, store {STORE}, {arguments.labels} labels")
    print(f"what blinks: {aims.gateway.url}/fake/shelf")
    await aims.gateway.run_by_itself(1.0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A fake SoluM AIMS with virtual labels.")
    parser.add_argument("--port", type=int, default=8382)
    parser.add_argument("--labels", type=int, default=12)
    return parser.parse_args()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main(_arguments()))
