"""What a default server leaves open is closed: endless bodies, too many requests, headers, request ids."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from backend.core import doors as doors_module
from backend.core.doors import BODY_MAX_BYTES, Doors
from backend.core.http import StrictModel, install_error_handlers
from backend.core.metrics import REGISTRY
from shared.ids import SeededIdSource

Run = Callable[..., Any]
STREAMED_BYTES = 200 * 1024 * 1024
CHUNK = b"x" * 65_536


class Order(StrictModel):
    code: str


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI()
    install_error_handlers(app)

    @app.post("/raw")
    async def raw(request: Request) -> int:
        return len(await request.body())

    @app.post("/typed")
    async def typed(body: Order) -> str:
        return body.code

    @app.post("/big/typed")
    async def big(request: Request) -> int:
        return len(await request.body())

    return app


@pytest.fixture
def doors(app: FastAPI, ids: SeededIdSource) -> Doors:
    return Doors(app, ids=ids, body_max_bytes={"/big/": 2 * BODY_MAX_BYTES})


@pytest.fixture
def client(doors: Doors) -> TestClient:
    return TestClient(doors)


def scope(path: str, headers: list[tuple[bytes, bytes]]) -> Scope:
    return {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"content-type", b"application/json"), *headers],
        "http_version": "1.1",
        "scheme": "http",
        "client": ("127.0.0.1", 1),
        "server": ("test", 80),
    }


class Flood:
    """A client that streams and streams; counts how much was taken from it."""

    def __init__(self, total_bytes: int) -> None:
        self.left_bytes = total_bytes
        self.taken_bytes = 0

    async def receive(self) -> Message:
        size = min(len(CHUNK), self.left_bytes)
        self.left_bytes -= size
        self.taken_bytes += size
        return {"type": "http.request", "body": CHUNK[:size], "more_body": self.left_bytes > 0}


class TestBodySize:
    @pytest.mark.parametrize("path", ["/raw", "/typed"])
    @pytest.mark.parametrize("declared", [[(b"content-length", str(STREAMED_BYTES).encode())], []])
    def test_a_flood_is_refused_in_bounded_memory(
        self, doors: Doors, path: str, declared: list[tuple[bytes, bytes]], run: Run
    ) -> None:
        flood, sent = Flood(STREAMED_BYTES), []

        async def send(message: Message) -> None:
            sent.append(message)

        before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        run(doors(scope(path, declared), flood.receive, send))
        grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb
        assert sent[0]["status"] == 413
        assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
        assert flood.taken_bytes <= BODY_MAX_BYTES + len(CHUNK)
        assert grown_kb < 5 * 1024

    def test_the_limit_itself_passes(self, client: TestClient) -> None:
        assert client.post("/raw", content=b"x" * BODY_MAX_BYTES).json() == BODY_MAX_BYTES
        assert client.post("/raw", content=b"x" * (BODY_MAX_BYTES + 1)).status_code == 413

    def test_a_path_may_have_a_limit_of_its_own(self, client: TestClient) -> None:
        assert client.post("/big/typed", content=b"x" * 2 * BODY_MAX_BYTES).status_code == 200
        assert client.post("/big/typed", content=b"x" * (2 * BODY_MAX_BYTES + 1)).status_code == 413

    def test_the_refusal_is_a_problem_like_any_other(self, client: TestClient) -> None:
        answer = client.post("/raw", content=b"x" * (BODY_MAX_BYTES + 1))
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "too_large"


class TestHeaders:
    def test_every_answer_is_sealed_and_numbered(self, client: TestClient) -> None:
        headers = client.post("/raw", content=b"x").headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-request-id"].startswith("req_")

    def test_a_callers_number_is_kept_when_it_is_one(self, client: TestClient) -> None:
        assert client.post("/raw", headers={"X-Request-Id": "abc-1"}).headers["x-request-id"] == "abc-1"
        assert client.post("/raw", headers={"X-Request-Id": "<script>"}).headers["x-request-id"].startswith("req_")


class TestOverload:
    def test_one_too_many_is_told_to_come_back(
        self, ids: SeededIdSource, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(doors_module, "REQUESTS_AT_ONCE_MAX", 2)
        gate = asyncio.Event()

        async def slow(scope: Scope, receive: Receive, send: Send) -> None:
            await gate.wait()
            await PlainTextResponse("done")(scope, receive, send)

        doors = Doors(slow, ids=ids)

        async def ask() -> list[Message]:
            sent: list[Message] = []

            async def send(message: Message) -> None:
                sent.append(message)

            await doors(scope("/", []), Flood(0).receive, send)
            return sent

        async def scenario() -> None:
            waiting = [asyncio.create_task(ask()) for _ in range(2)]
            await asyncio.sleep(0)
            refused = await ask()
            assert refused[0]["status"] == 503
            assert (b"retry-after", b"1") in refused[0]["headers"]
            gate.set()
            assert [sent[0]["status"] for sent in await asyncio.gather(*waiting)] == [200, 200]
            assert (await ask())[0]["status"] == 200

        run(scenario())


class TestMeasuring:
    def test_requests_are_counted_by_route_not_by_path(self, client: TestClient) -> None:
        def count() -> float:
            labels = {"method": "POST", "route": "/raw", "status": "200"}
            return REGISTRY.get_sample_value("blinkpick_http_request_seconds_count", labels) or 0

        before = count()
        client.post("/raw", content=b"x")
        assert count() == before + 1


@pytest.fixture(autouse=True)
def _warm(client: TestClient) -> None:
    client.post("/raw", content=b"x")  # what a first request loads does not count as growth
