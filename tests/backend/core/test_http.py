"""Bodies are read strictly, and a refusal says where and what, never the value."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi import FastAPI, Request
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from backend.core.errors import (
    BackendError,
    Conflict,
    EdgeError,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    Overloaded,
    Rejected,
    SealBroken,
    TooLarge,
    TooManyAttempts,
)
from backend.core.http import StrictModel, install_error_handlers, parse_body, read_body
from shared.errors import BlinkpickError


class SignIn(StrictModel):
    badge: str
    pin: int
    ratio: float = 0.5
    more: dict[str, Any] = {}


GOOD = {"badge": "B-1", "pin": 1234}


class TestParseBody:
    def test_a_good_body(self) -> None:
        assert parse_body(json.dumps(GOOD).encode(), SignIn) == SignIn(badge="B-1", pin=1234)

    @pytest.mark.parametrize(
        ("raw", "place"),
        [
            (b'{"badge":"B-1","pin":"1234"}', "pin"),
            (b'{"badge":"B-1","pin":true}', "pin"),
            (b'{"badge":"B-1"}', "pin"),
            (b'{"badge":"B-1","pin":1,"is_admin":true}', "is_admin"),
            (b'{"badge":"B-1","pin":1,"ratio":NaN}', "ratio"),
            (b'{"badge":"B-1","pin":1,"ratio":1e999}', "ratio"),
            (b'{"badge":"B-1","pin":1,"more":{"x":NaN}}', "body"),
            (b'{"badge":"B-1","pin":1,"more":{"x":-Infinity}}', "body"),
            (b'{"badge":"B-1","pin":1,"more":{"x":1e999}}', "body"),
            (b'{"badge":"B-1","pin":1,"pin":2}', "pin"),
            (b'{"badge":"B-1","pin":1,"more":{"a":1,"a":2}}', "a"),
            (b"[]", "body"),
            (b"", "body"),
            (b"\xff\xfe", "body"),
            (b"[" * 100_000, "body"),
            (b'{"badge":"B-1","pin":' + b"1" * 6_000 + b"}", "body"),
        ],
    )
    def test_what_is_wrong_is_named(self, raw: bytes, place: str) -> None:
        with pytest.raises(Rejected) as refused:
            parse_body(raw, SignIn)
        assert refused.value.facts["problems"][0]["at"] == place

    def test_the_value_is_never_echoed(self) -> None:
        with pytest.raises(Rejected) as refused:
            parse_body(b'{"badge":"B-1","pin":"secret-9876"}', SignIn)
        assert "9876" not in json.dumps(refused.value.to_problem().model_dump())

    @given(
        st.binary(max_size=200)
        | st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        ).map(lambda value: json.dumps(value).encode())
    )
    def test_anything_else_is_rejected_and_nothing_else_is_raised(self, raw: bytes) -> None:
        with pytest.raises(Rejected):
            parse_body(raw, SignIn)


class TestErrorHandlers:
    @pytest.fixture
    def client(self) -> TestClient:
        app = FastAPI()
        install_error_handlers(app)

        @app.get("/ours")
        async def ours() -> None:
            raise Conflict("the tote is full", tote_id="tot_1")

        @app.get("/shared")
        async def shared() -> None:
            raise BlinkpickError("not a barcode")

        @app.get("/busy")
        async def busy() -> None:
            raise Overloaded("too much", retry_after_s=2)

        @app.get("/broken")
        async def broken() -> None:
            raise KeyError("secret-internals")

        @app.post("/typed")
        async def typed(body: SignIn) -> None: ...

        return TestClient(app, raise_server_exceptions=False)

    def test_our_errors_are_problem_details(self, client: TestClient) -> None:
        answer = client.get("/ours")
        assert answer.status_code == 409
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json() == {
            "type": "https://blinkpick.org/problems/conflict",
            "title": "Conflict",
            "status": 409,
            "detail": "the tote is full",
            "code": "conflict",
            "tote_id": "tot_1",
        }

    def test_overload_says_when_to_come_back(self, client: TestClient) -> None:
        answer = client.get("/busy")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")

    def test_an_error_of_the_shared_language_is_422(self, client: TestClient) -> None:
        assert client.get("/shared").status_code == 422

    def test_the_unforeseen_tells_nothing_of_our_insides(self, client: TestClient) -> None:
        answer = client.get("/broken")
        assert answer.status_code == 500
        assert "secret" not in answer.text

    def test_frameworks_own_answers_speak_the_same_form(self, client: TestClient) -> None:
        assert client.get("/nowhere").json()["code"] == "not_found"
        assert client.post("/ours").json()["code"] == "method_not_allowed"

    def test_bytes_that_are_no_text_are_not_json(self, client: TestClient) -> None:
        answer = client.post("/typed", content=b'{"badge": "\xff\xfe"}', headers={"Content-Type": "application/json"})
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["problems"] == [{"at": "body", "problem": "not JSON"}]

    def test_the_frameworks_validation_echoes_nothing(self, client: TestClient) -> None:
        answer = client.post("/typed", json={"badge": "B-1", "pin": "secret-9876"})
        assert answer.status_code == 422
        assert answer.json()["problems"][0]["at"] == "body.pin"
        assert "9876" not in answer.text


class TestReadBody:
    @pytest.fixture
    def client(self) -> TestClient:
        app = FastAPI()
        install_error_handlers(app)

        @app.post("/")
        async def take(request: Request) -> int:
            return len(await read_body(request, limit_bytes=10))

        return TestClient(app)

    def test_up_to_the_limit(self, client: TestClient) -> None:
        assert client.post("/", content=b"x" * 10).json() == 10

    def test_more_than_the_limit_said_or_streamed(self, client: TestClient) -> None:
        assert client.post("/", content=b"x" * 11).status_code == 413
        assert client.post("/", content=iter([b"x" * 6, b"x" * 6])).status_code == 413


class TestStatus:
    """Each branch of the error tree and what HTTP makes of it."""

    STATUSES: tuple[tuple[type[BackendError], int], ...] = (
        (NotAuthenticated, 401),
        (NotAllowed, 403),
        (NotFound, 404),
        (Conflict, 409),
        (TooLarge, 413),
        (Rejected, 422),
        (TooManyAttempts, 429),
        (SealBroken, 500),
        (EdgeError, 502),
        (Overloaded, 503),
    )

    @pytest.mark.parametrize(("error", "status"), STATUSES)
    def test_says_it_as_a_problem_without_our_insides(self, error: type[BackendError], status: int) -> None:
        app = FastAPI()
        install_error_handlers(app)

        @app.get("/")
        async def refuse() -> None:
            raise type("DoorShut", (error,), {})("the door is shut") from KeyError("secret-internals")

        answer = TestClient(app).get("/")
        assert answer.status_code == answer.json()["status"] == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "door_shut"
        assert ("www-authenticate" in answer.headers) == (status == 401)
        assert "secret" not in answer.text

    def test_no_branch_is_forgotten(self) -> None:
        ours = {error for error in BackendError.__subclasses__() if error.__module__ == BackendError.__module__}
        assert {error for error, _ in self.STATUSES} == ours

    @pytest.mark.parametrize(("wait_s", "said"), [(0.2, "1"), (1, "1"), (899.6, "900")])
    def test_the_wait_is_said_in_whole_seconds(self, wait_s: float, said: str) -> None:
        app = FastAPI()
        install_error_handlers(app)

        @app.get("/")
        async def refuse() -> None:
            raise TooManyAttempts("wait", retry_after_s=wait_s)

        assert TestClient(app).get("/").headers["retry-after"] == said
