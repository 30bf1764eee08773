"""A server of nobody's, with an interface as many have it: a token, lights in batches, jobs that can be asked for.

By hand: `python -m backend.labels.drivers.http_template.fake_server --port 8383`; its description is printed.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backend.labels.workbench.fake_gateway import FakeGateway
from backend.labels.workbench.traffic import Traffic
from backend.labels.workbench.virtual_time import VirtualTime

ANSWERS_WITHIN_S = (1.0, 5.0)
GIVES_UP_AFTER_S = 30.0
TOKEN_LASTS_S = 600.0
COLOURS = {"blue": "#0000ff", "yellow": "#ffc800", "cyan": "#00ffff"}

DESCRIPTION = """\
name: A server of nobody's
source: backend/labels/drivers/http_template/fake_server.py
verified: on itself
variables: [store]
secrets: [password]
auth:
  kind: bearer
  request:
    path: /token
    json: {user: picker, password: "{password}"}
  token: token
  lasts_s: lasts
light:
  path: /stores/{store}/lights
  json:
    lights:
      - {id: "{label}", rgb: "{colour}", rhythm: "{pattern}", for: "{duration}"}
stop:
  path: /stores/{store}/lights
  json:
    lights:
      - {id: "{label}", rgb: "#000000", rhythm: "1-1", for: 0}
batch: {most: 20, list: lights}
colours: {blue: "#0000ff", yellow: "#ffc800", cyan: "#00ffff"}
patterns: {steady: "1", slow: "1-1", double: "1-1-3"}
duration: {min_s: 1, max_s: 300}
answer:
  unknown: {status: [404]}
  success: {status: [202], path: ok, equals: [true]}
  failures: {list: "rejected[*]", label: id, reason: why}
  reason: why
  task: job
status:
  request: {method: GET, path: "/jobs/{task}/{label}"}
  every_s: 1.0
  value: state
  delivered: [shown]
  failed: [refused]
  expired: [silent]
latency: {p95_s: 8.0, lost_after_s: 60.0}
"""


@dataclass
class _Job:
    """One label's part of a call."""

    due_s: float
    change: Mapping[str, Any]
    state: str = "waiting"


class FakeServer:
    """Its labels live in the bench's time."""

    def __init__(self, labels: Sequence[str], silent: Sequence[str], time: VirtualTime, traffic: Traffic) -> None:
        self.labels = labels
        self.refuses: set[str] = set()
        self.answers_with: int | None = None
        self.taken: dict[str, int] = {}
        self.batches: list[int] = []
        self.tokens: dict[str, float] = {}
        self.tokens_given = 0
        self._silent = frozenset(silent)
        self._chance = random.Random(6)
        self._jobs: dict[tuple[str, str], _Job] = {}
        self._job_count = 0
        self._lit: dict[str, tuple[str, float]] = {}
        self.gateway = FakeGateway(self._application(), time, traffic)

    @property
    def now_s(self) -> float:
        return self.gateway.time.clock.monotonic_s()

    async def reboot(self) -> None:
        """Restarted: jobs and tokens are forgotten."""
        await self.gateway.stop()
        self._jobs.clear()
        self.tokens.clear()
        await self.gateway.start()

    def blinking(self) -> Mapping[str, str]:
        self._settle()
        return {label: colour for label, (colour, until_s) in self._lit.items() if until_s > self.now_s}

    def _settle(self) -> None:
        for (_, label), job in sorted(self._jobs.items(), key=lambda each: each[1].due_s):
            if job.state != "waiting" or job.due_s > self.now_s:
                continue
            job.state = "silent" if label in self._silent else "shown"
            if job.state == "shown":
                self._lit[label] = job.change["rgb"], job.due_s + job.change["for"]

    def _application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/", self._hello),
                Route("/token", self._token, methods=["POST"]),
                Route("/stores/{store}/lights", self._guarded(self._lights), methods=["POST"]),
                Route("/jobs/{job}/{label}", self._guarded(self._job)),
            ]
        )

    def _guarded(self, act: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            await request.body()
            async with self.gateway.answering():
                if self.answers_with is not None:
                    return JSONResponse({"why": "not now"}, self.answers_with)
                token = request.headers.get("authorization", "").removeprefix("Bearer ")
                if self.tokens.get(token, -1.0) <= self.now_s:
                    return JSONResponse({"why": f"no token {token}"}, 401)
                return await act(request)

        return endpoint

    async def _hello(self, _request: Request) -> Response:
        async with self.gateway.answering():
            return JSONResponse({})

    async def _token(self, request: Request) -> Response:
        given = await request.json()
        async with self.gateway.answering():
            if given != {"user": "picker", "password": "hush-hush"}:
                return JSONResponse({"why": f"not with {given}"}, 403)
            self.tokens_given += 1
            token = f"token-{self.tokens_given}-of-this-server"
            self.tokens[token] = self.now_s + TOKEN_LASTS_S
            return JSONResponse({"token": token, "lasts": TOKEN_LASTS_S})

    async def _lights(self, request: Request) -> Response:
        self._settle()
        lights = (await request.json())["lights"]
        if request.path_params["store"] != "s 1" or any(each["id"] not in self.labels for each in lights):
            return JSONResponse({"why": "no such store or label"}, 404)
        self._job_count += 1
        self.batches.append(len(lights))
        job, rejected = f"job{self._job_count}", []
        for each in lights:
            if each["id"] in self.refuses:
                self.refuses.discard(each["id"])
                rejected.append({"id": each["id"], "why": "it is being serviced"})
                continue
            if each["for"]:
                self.taken[each["id"]] = self.taken.get(each["id"], 0) + 1
            after_s = GIVES_UP_AFTER_S if each["id"] in self._silent else self._chance.uniform(*ANSWERS_WITHIN_S)
            for (_, label), older in self._jobs.items():
                if label == each["id"] and older.state == "waiting":
                    older.state = "replaced"
            self._jobs[job, each["id"]] = _Job(self.now_s + after_s, each)
        return JSONResponse({"ok": True, "job": job, "rejected": rejected}, 202)

    async def _job(self, request: Request) -> Response:
        self._settle()
        job = self._jobs.get((request.path_params["job"], request.path_params["label"]))
        return JSONResponse({"state": job.state}) if job is not None else JSONResponse({"why": "no such job"}, 404)


async def _main(arguments: argparse.Namespace) -> None:
    traffic = Traffic()
    labels = [f"L{number}" for number in range(arguments.labels)]
    server = FakeServer(labels, (), VirtualTime(is_busy=traffic.is_busy), traffic)
    await server.gateway.start(arguments.port)
    print(f"fake server at {server.gateway.url}, store `s 1`, password `hush-hush`, labels {', '.join(labels)}")
    print(DESCRIPTION)
    await server.gateway.run_by_itself(1.0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A fake server with virtual labels, and its description.")
    parser.add_argument("--port", type=int, default=8383)
    parser.add_argument("--labels", type=int, default=6)
    return parser.parse_args()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main(_arguments()))
