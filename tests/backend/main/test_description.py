"""The interface describes itself whole: every operation in words, with its body, its guard and its problems."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from openapi_spec_validator import OpenAPIV31SpecValidator

from backend.core.openapi import PROBLEM_JSON, PROBLEM_SCHEMA
from backend.demo.endpoints import router as demo_router
from backend.main import health
from backend.main.app import ROUTERS, create_app
from backend.main.description import CHANNEL_KEY, DEVICE_TOKEN, SECURITY_SCHEMES, SESSION, TAGS
from backend.settings import Settings
from shared.incoming_order import IncomingOrder

# What is asked for by its address alone.
BODILESS = {
    "/api/v1/people/sign-out",
    "/api/v1/people/still-here",
    "/api/v1/people/enrolment-codes",
    "/api/v1/people/devices/{device_id}/unlock",
    "/api/v1/people/{person_id}/unlock",
    "/api/v1/intake/channels/{channel_id}/webhook/secret",
    "/api/v1/intake/channels/{channel_id}/keys",
    "/api/v1/intake/exceptions/{exception_id}/retry",
    "/api/v1/intake/undelivered/{job_id}/retry",
    "/api/v1/picking/waves/release",
    "/api/v1/picking/pick-lists/{pick_list_id}/hand-over",
    "/api/v1/stores/{store_id}/labels/prices/try-again",
    "/api/v1/stores/{store_id}/labels/all-off",
    "/api/v1/stores/{store_id}/labels/{label_id}/test",
    "/api/v1/stores/{store_id}/aisles/{aisle}/light-test",
    "/api/v1/stores/{store_id}/gateways/{name}/test",
}
# Who may ask without showing anything: whoever enrols, platforms (their signature is looked at), the demo, monitors.
OPEN = {
    "/api/v1/people/enrol",
    "/api/v1/channels/{channel_id}/{path}",
    "/api/v1/demo/platform-orders",
    "/api/v1/demo/platform-orders/{order_id}",
    "/healthz",
    "/readyz",
    "/metrics",
}
CHECKS_ARE_NO_PROBLEM = {("/readyz", "503")}  # a load balancer reads which check fails


def described() -> dict[str, Any]:
    house: Any = SimpleNamespace(settings=Settings(_env_file=None), ids=None)
    document: dict[str, Any] = create_app(house).openapi()
    return document


DOCUMENT = described()
OPERATIONS = [
    pytest.param(path, method, operation, id=f"{method} {path}")
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
]
each_operation = pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)


def test_it_is_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    assert [str(error) for error in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()] == []


def test_every_route_is_in_it_but_those_that_repeat_another() -> None:
    shown = {(path, method) for path, operations in DOCUMENT["paths"].items() for method in operations}
    routes = {
        (route.path_format, method.lower())
        for router in (*ROUTERS, demo_router, health.router)
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    assert routes - shown == {("/api/v1/channels/{channel_id}", "post")}
    assert shown - routes == {("/metrics", "get")}


@each_operation
def test_it_is_said_in_words(path: str, method: str, operation: dict[str, Any]) -> None:
    made_by_the_framework = _endpoint_name(path, method).replace("_", " ").title()
    assert operation["summary"] != made_by_the_framework
    assert operation["description"].strip() not in ("", operation["summary"])
    assert "Raises" not in operation["description"], "that is for those who read the code"
    assert len(operation["tags"]) == 1
    assert operation["tags"][0] in TAGS


@each_operation
def test_every_body_it_reads_is_described(path: str, method: str, operation: dict[str, Any]) -> None:
    if method in ("get", "delete") or path in BODILESS:
        assert "requestBody" not in operation
        return
    contents = operation["requestBody"]["content"]
    assert contents
    for content in contents.values():
        assert content["schema"].get("properties") or content["schema"].get("$ref") or content["schema"]["description"]


@each_operation
def test_it_says_who_may_ask(path: str, method: str, operation: dict[str, Any]) -> None:
    schemes = [scheme for asked in operation["security"] for scheme in asked]
    assert (not schemes) == (path in OPEN)
    assert set(schemes) <= set(SECURITY_SCHEMES)
    if schemes:
        assert "401" in operation["responses"]


@each_operation
def test_every_answer_is_described(path: str, method: str, operation: dict[str, Any]) -> None:
    """Each error as a problem; each success that has a body with a schema of it."""
    needed = {"422"} if operation.get("parameters") or "requestBody" in operation else set()
    needed |= {"413"} if "requestBody" in operation else set()
    needed |= {"503"} if path.startswith("/api/") else set()
    needed |= {"404"} if "{store_id}" in path else set()
    assert needed <= set(operation["responses"])
    for status, answer in operation["responses"].items():
        assert answer["description"].strip(), status
        if status[0] in "45" and (path, status) not in CHECKS_ARE_NO_PROBLEM:
            assert list(answer["content"]) == [PROBLEM_JSON], status
            assert answer["content"][PROBLEM_JSON]["schema"] == {"$ref": f"#/components/schemas/{PROBLEM_SCHEMA}"}
        elif status not in ("204", "304"):
            assert all("schema" in content for content in answer["content"].values()), status


@pytest.mark.parametrize(("path", "method"), [("/api/v1/orders", "post"), ("/api/v1/orders/{external_id}", "put")])
def test_orders_have_examples_that_are_taken(path: str, method: str) -> None:
    examples = DOCUMENT["paths"][path][method]["requestBody"]["content"]["application/json"]["examples"]
    assert len(examples) > 1
    for example in examples.values():
        IncomingOrder.model_validate_json(json.dumps(example["value"]))


@pytest.mark.parametrize(
    ("path", "method", "scheme"),
    [
        ("/api/v1/orders", "post", CHANNEL_KEY),
        ("/api/v1/orders", "get", CHANNEL_KEY),
        ("/api/v1/channels", "post", SESSION),
        ("/api/v1/picking/trolleys/find", "post", SESSION),
        ("/api/v1/people/sign-in", "post", DEVICE_TOKEN),
    ],
)
def test_the_guard_is_the_one_it_asks(path: str, method: str, scheme: str) -> None:
    assert DOCUMENT["paths"][path][method]["security"] == [{scheme: []}]


def test_two_words_about_one_status_stand_together() -> None:
    said = DOCUMENT["paths"]["/api/v1/stores/{store_id}/products/{sku}"]["get"]["responses"]["404"]["description"]
    assert "`product_not_found`" in said
    assert "`store_not_yours`" in said


def test_a_room_that_only_supervisors_enter_says_403() -> None:
    paths = DOCUMENT["paths"]
    assert "403" in paths["/api/v1/channels"]["get"]["responses"]
    assert "403" not in paths["/api/v1/people/me"]["get"]["responses"]


def _endpoint_name(path: str, method: str) -> str:
    routers: list[APIRouter] = [*ROUTERS, demo_router, health.router]
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute) and route.path_format == path and method.upper() in (route.methods or ()):
                return route.endpoint.__name__
    return health.read_metrics.__name__
