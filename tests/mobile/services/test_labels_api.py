"""Questions about labels and prices as they go over the wire, and two errors for everything that can go wrong."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mobile.services.backend_api import BackendApi, BackendRefused, BackendUnreachable
from mobile.services.labels_api import LabelsApi
from mobile.settings import PhoneSettings

Ask = Callable[[LabelsApi], Awaitable[Any]]
HEALTH = {
    "total": 2,
    "in_trouble": 1,
    "strays_total": 1,
    "labels": [
        {
            "label_id": "lbl_1",
            "external_id": "L1",
            "location_id": "loc_1",
            "gateway_id": "gtw_1",
            "battery_mv": 2310,
            "signal_dbm": -70,
            "last_seen_at": None,
            "commands": 50,
            "failure_rate": 0.24,
            "lit_today_s": 12,
            "troubles": ["low_battery"],
        },
        {"external_id": "L2", "location_id": "loc_2", "gateway_id": "gtw_1"},
    ],
    "strays": [{"external_id": "L3", "gateway_id": "gtw_1", "model": "2.9", "last_seen_at": "2026-01-05T08:10:00Z"}],
}
GATEWAY = {
    "id": "gtw_1",
    "name": "Ground floor",
    "domain": "simulated",
    "labels": 2,
    "is_reachable": True,
    "detail": "",
    "latency_p95_s": 1.8,
    "is_latency_measured": True,
}
BOUND = {
    "label_id": "lbl_1",
    "external_id": "L1",
    "gateway": "Ground floor",
    "location": "A1-1-1",
    "hung_at": None,
    "also_here": [],
    "taken_off": [],
}
NOT_RIGHT = {
    "label_id": "lbl_1",
    "external_id": "L1",
    "location_id": "loc_1",
    "sku": "00001",
    "name": "Milk",
    "price_minor": 149,
    "shown_minor": None,
    "state": "given_up",
    "attempts": 5,
    "problem": "the label did not answer",
    "wanted_at": None,
}
TO_CLEAR = {
    "label_id": "lbl_2",
    "external_id": "L2",
    "location_id": "loc_2",
    "shown_minor": 199,
    "state": "waiting",
    "attempts": 1,
    "problem": "the label refused it",
    "wanted_at": None,
}
PRICES = {"labels": 2, "right": 1, "waiting": 0, "under_way": 0, "given_up": 1, "not_right": [NOT_RIGHT]}
DIFFERENCE = {
    "product_id": "prd_1",
    "sku": "00001",
    "name": "Milk",
    "trouble": "till_higher",
    "catalogue_minor": 149,
    "till_minor": 159,
    "shelf_minor": 149,
}
DIFFERENCES = {"products": 20, "differences": 1, "listed": [DIFFERENCE]}

# What is asked: method, path below the store, body, and a good answer.
QUESTIONS: dict[str, tuple[Ask, str, str, Any, Any]] = {
    "health": (lambda api: api.health("tok_1", "sto_1"), "GET", "labels/health?most=100", None, HEALTH),
    "gateways": (lambda api: api.gateways("tok_1", "sto_1"), "GET", "gateways", None, {"gateways": [GATEWAY]}),
    "bind": (
        lambda api: api.bind("tok_1", "sto_1", "L1", "A1-1-1", takes_off=True),
        "POST",
        "labels/bind",
        {"label": "L1", "place": "A1-1-1", "takes_off": True},
        BOUND,
    ),
    "find": (
        lambda api: api.find("tok_1", "sto_1", "7610000000011"),
        "POST",
        "labels/find",
        {"scan": "7610000000011"},
        {"location": "A1-1-1", "label_ids": ["lbl_1"]},
    ),
    "test_aisle": (
        lambda api: api.test_aisle("tok_1", "sto_1", "A/1"),
        "POST",
        "aisles/A%2F1/light-test",
        None,
        {"labels": 28},
    ),
    "all_off": (lambda api: api.all_off("tok_1", "sto_1"), "POST", "labels/all-off", None, {"labels": 7}),
    "shelf_prices": (lambda api: api.shelf_prices("tok_1", "sto_1"), "GET", "labels/prices", None, PRICES),
    "try_again": (
        lambda api: api.try_prices_again("tok_1", "sto_1"),
        "POST",
        "labels/prices/try-again",
        None,
        {"labels": 1},
    ),
    "differences": (
        lambda api: api.price_differences("tok_1", "sto_1"),
        "GET",
        "prices/differences",
        None,
        DIFFERENCES,
    ),
}


def api_answering(answer: Callable[[httpx.Request], httpx.Response]) -> LabelsApi:
    settings = PhoneSettings(backend_url="http://backend.test")
    return LabelsApi(BackendApi(settings, httpx.AsyncClient(transport=httpx.MockTransport(answer))))


def answered(run: Callable, name: str, answer: httpx.Response) -> Any:
    return run(QUESTIONS[name][0](api_answering(lambda _: answer)))


@pytest.mark.parametrize("name", QUESTIONS)
def test_says_what_the_backend_expects(run: Callable, name: str) -> None:
    ask, method, path, body, answer = QUESTIONS[name]
    asked: list[httpx.Request] = []

    def hear(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=answer)

    run(ask(api_answering(hear)))
    (request,) = asked
    assert (request.method, str(request.url)) == (method, f"http://backend.test/api/v1/stores/sto_1/{path}")
    assert (json.loads(request.content) if request.content else None) == body
    assert request.headers["authorization"] == "Bearer tok_1"


def test_reads_what_the_backend_answers(run: Callable) -> None:
    health = answered(run, "health", httpx.Response(200, json=HEALTH))
    assert [(label.external_id, label.troubles, label.battery_mv) for label in health.labels] == [
        ("L1", ["low_battery"], 2310),
        ("L2", [], 0),
    ]
    (gateway,) = answered(run, "gateways", httpx.Response(200, json={"gateways": [GATEWAY]}))
    assert (gateway.name, gateway.latency_p95_s, gateway.is_latency_measured) == ("Ground floor", 1.8, True)
    test = answered(run, "test_aisle", httpx.Response(202, json={"labels": 28, "takes_s": 173}))
    assert (test.labels, test.takes_s) == (28, 173)
    older = answered(run, "shelf_prices", httpx.Response(200, json=PRICES))
    (wrong,) = older.not_right
    assert older.to_clear == []
    (gone,) = answered(run, "shelf_prices", httpx.Response(200, json={**PRICES, "to_clear": [TO_CLEAR]})).to_clear
    assert (gone.external_id, gone.shown_minor, gone.problem) == ("L2", 199, "the label refused it")
    assert (wrong.shown_minor, wrong.state) == (None, "given_up")


def test_a_refusal_keeps_its_code(run: Callable) -> None:
    problem = {"title": "No", "detail": "no gateway has heard of label L9 yet", "code": "gateway_unclear"}
    with pytest.raises(BackendRefused, match="has heard") as refused:
        answered(run, "bind", httpx.Response(422, json=problem))
    assert refused.value.problem_code == "gateway_unclear"


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("body", [b"", b"<h1>welcome</h1>", b"[]", b"{}", b"null", b'{"labels": "many"}'])
def test_a_good_status_with_something_else_inside_is_not_the_backend(run: Callable, name: str, body: bytes) -> None:
    with pytest.raises(BackendUnreachable):
        answered(run, name, httpx.Response(200, content=body))


@given(
    status=st.integers(200, 599),
    body=st.binary(max_size=40)
    | st.dictionaries(st.sampled_from(["labels", "gateways", "location", "right"]), st.none() | st.integers()).map(
        lambda value: json.dumps(value).encode()
    ),
    name=st.sampled_from(list(QUESTIONS)),
)
def test_whatever_comes_only_the_two_errors_leave(status: int, body: bytes, name: str) -> None:
    asking = QUESTIONS[name][0](api_answering(lambda _: httpx.Response(status, content=body)))
    try:
        asking.send(None)  # type: ignore[attr-defined]
    except (BackendRefused, BackendUnreachable, StopIteration):
        return
    raise AssertionError("a mock transport never waits")
