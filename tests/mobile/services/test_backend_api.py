"""Each question as it goes over the wire, each answer as it comes, and two errors for everything that can go wrong."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobile.services.backend_api import BackendApi, BackendRefused, BackendUnreachable
from mobile.settings import PhoneSettings

Ask = Callable[[BackendApi], Awaitable[Any]]
Answer = Callable[[httpx.Request], httpx.Response]
BEARER = {"authorization": "Bearer tok_1"}
ENROLMENT = {"device_token": "dev_1", "device_id": "dev_1", "store_id": "sto_1", "store_name": "Corner"}
SIGN_IN = {
    "session_token": "tok_1",
    "person_id": "per_1",
    "name": "Ana",
    "role": "picker",
    "store_id": "sto_1",
    "store_name": "Corner",
}
STORE_MAP = {
    "width_m": 30.0,
    "height_m": 20.0,
    "entrance": 0,
    "desk": 1,
    "nodes": [{"id": 0, "x_m": 0, "y_m": 0}, {"id": 1, "x_m": 1, "y_m": 0}],
    "edges": [{"a": 0, "b": 1, "length_m": 1}],
}
LOCATION = {"id": "loc_1", "address": "A1-01-1", "x_m": 1.5, "y_m": 2.0}
CODE = {
    "code": "K7M4Q9",
    "expires_at": "2026-01-05T08:10:00Z",
    "url": "https://shop/#/enrol/K7M4Q9",
    "qr_svg": "<svg/>",
}

# What is asked: method, path below /api/v1, body, headers that must be there, and a good answer.
QUESTIONS: dict[str, tuple[Ask, str, str, Any, dict[str, str], Any]] = {
    "enrol": (
        lambda api: api.enrol("K7M4Q9"),
        "POST",
        "/people/enrol",
        {"code": "K7M4Q9", "device_name": "till 3"},
        {},
        ENROLMENT,
    ),
    "sign_in": (
        lambda api: api.sign_in("dev_1", "4711", "1234"),
        "POST",
        "/people/sign-in",
        {"badge": "4711", "pin": "1234"},
        {"x-device-token": "dev_1"},
        SIGN_IN,
    ),
    "sign_out": (lambda api: api.sign_out("tok_1"), "POST", "/people/sign-out", None, BEARER, None),
    "new_enrolment_code": (
        lambda api: api.new_enrolment_code("tok_1"),
        "POST",
        "/people/enrolment-codes",
        {},
        BEARER,
        CODE,
    ),
    "store_map": (lambda api: api.store_map("tok_1", "sto_1"), "GET", "/stores/sto_1/map", None, BEARER, STORE_MAP),
    "locations": (
        lambda api: api.locations("tok_1", "sto_1"),
        "GET",
        "/stores/sto_1/locations",
        None,
        BEARER,
        {"items": [LOCATION]},
    ),
    "release_wave": (
        lambda api: api.release_wave("tok_1"),
        "POST",
        "/picking/waves/release",
        {},
        BEARER,
        {"pick_lists": 3},
    ),
    "retry": (
        lambda api: api.retry_intake_exception("tok_1", "exc_1"),
        "POST",
        "/intake/exceptions/exc_1/retry",
        {},
        BEARER,
        {"status": "accepted"},
    ),
    "dismiss": (
        lambda api: api.dismiss_intake_exception("tok_1", "exc_1", "twice"),
        "POST",
        "/intake/exceptions/exc_1/dismiss",
        {"reason": "twice"},
        BEARER,
        None,
    ),
}
READING = [name for name, question in QUESTIONS.items() if question[5] is not None]


def api_answering(answer: Answer) -> BackendApi:
    settings = PhoneSettings(backend_url="http://backend.test", device_name="till 3")
    return BackendApi(settings, httpx.AsyncClient(transport=httpx.MockTransport(answer)))


def answered(run: Callable, name: str, answer: httpx.Response) -> Any:
    return run(QUESTIONS[name][0](api_answering(lambda _: answer)))


class TestQuestion:
    @pytest.mark.parametrize("name", QUESTIONS)
    def test_says_what_the_backend_expects(self, run: Callable, name: str) -> None:
        ask, method, path, body, headers, answer = QUESTIONS[name]
        asked: list[httpx.Request] = []

        def hear(request: httpx.Request) -> httpx.Response:
            asked.append(request)
            return httpx.Response(204) if answer is None else httpx.Response(200, json=answer)

        run(ask(api_answering(hear)))
        (request,) = asked
        assert (request.method, str(request.url)) == (method, f"http://backend.test/api/v1{path}")
        assert (json.loads(request.content) if request.content else None) == body
        assert headers.items() <= dict(request.headers).items()
        assert ("authorization" in request.headers) is ("authorization" in headers)


class TestLargeAnswers:
    """The map and the locations come once, and again only when they have changed."""

    @pytest.mark.parametrize("name", ["store_map", "locations"])
    def test_what_is_known_is_not_sent_again(self, run: Callable, name: str) -> None:
        body = QUESTIONS[name][5]

        def answer(request: httpx.Request) -> httpx.Response:
            is_known = request.headers.get("if-none-match") == '"7"'
            return httpx.Response(304) if is_known else httpx.Response(200, json=body, headers={"ETag": '"7"'})

        async def scenario() -> None:
            ask = getattr(api_answering(answer), name)
            first = await ask("tok_1", "sto_1")
            assert first.entity_tag == '"7"'
            assert await ask("tok_1", "sto_1", first.entity_tag) is None
            assert (await ask("tok_1", "sto_1", '"6"')).value == first.value

        run(scenario())

    def test_nothing_new_where_nothing_was_known_is_no_answer(self, run: Callable) -> None:
        with pytest.raises((BackendRefused, BackendUnreachable)):
            answered(run, "store_map", httpx.Response(304))


class TestAnswer:
    def test_a_new_field_of_a_newer_backend_does_no_harm(self, run: Callable) -> None:
        profile = answered(run, "sign_in", httpx.Response(200, json={**SIGN_IN, "mood": "good"}))
        assert (profile.name, profile.role, profile.shift) == ("Ana", "picker", None)

    @pytest.mark.parametrize("body", [{"items": [LOCATION]}, [LOCATION]])
    def test_a_list_comes_in_a_page_or_bare(self, run: Callable, body: object) -> None:
        (location,) = answered(run, "locations", httpx.Response(200, json=body)).value
        assert (location.id, location.address, location.label_id) == ("loc_1", "A1-01-1", None)

    @pytest.mark.parametrize(("status", "is_accepted"), [("accepted", True), ("held", False)])
    def test_a_retried_order_is_accepted_or_held(self, run: Callable, status: str, is_accepted: bool) -> None:
        assert answered(run, "retry", httpx.Response(200, json={"status": status})) is is_accepted

    def test_a_released_wave_says_how_many_trolleys(self, run: Callable) -> None:
        assert answered(run, "release_wave", httpx.Response(200, json={"pick_lists": 3})) == 3


class TestRefusal:
    def test_tells_what_the_backend_told(self, run: Callable) -> None:
        problem = {"title": "No", "detail": "Badge and PIN do not fit", "code": "sign_in_refused"}
        with pytest.raises(BackendRefused, match="do not fit") as refused:
            answered(run, "sign_in", httpx.Response(401, json=problem))
        assert (refused.value.status, refused.value.problem_code) == (401, "sign_in_refused")
        assert not refused.value.is_retryable

    def test_with_nothing_said_has_no_code(self, run: Callable) -> None:
        with pytest.raises(BackendRefused) as refused:
            answered(run, "sign_out", httpx.Response(422, json={}))
        assert (refused.value.status, refused.value.problem_code, refused.value.detail) == (422, "", "")


class TestUnreachable:
    @pytest.mark.parametrize(
        "failure", [httpx.ConnectError("no network"), httpx.ReadTimeout("late"), OSError("no route")], ids=repr
    )
    def test_a_broken_network_says_to_try_again(self, run: Callable, failure: Exception) -> None:
        def fail(request: httpx.Request) -> httpx.Response:
            raise failure

        with pytest.raises(BackendUnreachable) as unreachable:
            run(api_answering(fail).sign_out("tok_1"))
        assert unreachable.value.is_retryable

    @pytest.mark.parametrize(
        "answer",
        [
            httpx.Response(503, json={"code": "overloaded", "detail": "later"}),
            httpx.Response(404, html="<h1>a hotel's login page</h1>"),
            httpx.Response(302, headers={"location": "https://hotel.example"}),
            httpx.Response(403, json=["not a problem"]),
        ],
        ids=["overloaded", "not json", "elsewhere", "not a problem"],
    )
    def test_an_answer_that_is_no_refusal_of_ours_is_none(self, run: Callable, answer: httpx.Response) -> None:
        with pytest.raises(BackendUnreachable):
            answered(run, "enrol", answer)

    @pytest.mark.parametrize("name", READING)
    @pytest.mark.parametrize("body", [b"", b"<h1>welcome</h1>", b"[]", b'{"items": [1]}', b"null", b"\xff"])
    def test_a_good_status_with_something_else_inside_is_not_the_backend(
        self, run: Callable, name: str, body: bytes
    ) -> None:
        if name == "locations" and body == b"[]":
            assert answered(run, name, httpx.Response(200, content=body)).value == []
            return
        with pytest.raises(BackendUnreachable):
            answered(run, name, httpx.Response(200, content=body))

    @given(
        status=st.integers(200, 599),
        body=st.one_of(
            st.binary(max_size=40),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=6), each, max_size=3),
                max_leaves=6,
            ).map(lambda value: json.dumps(value).encode()),
        ),
        name=st.sampled_from(list(QUESTIONS)),
    )
    def test_whatever_comes_only_the_two_errors_leave(self, status: int, body: bytes, name: str) -> None:
        asking = QUESTIONS[name][0](api_answering(lambda _: httpx.Response(status, content=body)))
        try:
            asking.send(None)  # type: ignore[attr-defined]
        except (BackendRefused, BackendUnreachable, StopIteration):
            return
        raise AssertionError("a mock transport never waits")
