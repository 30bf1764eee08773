"""A shopper orders on the simulated platform over HTTP; what cannot be is said as a problem."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from backend.core.http import install_error_handlers
from backend.demo.endpoints import BODY_MAX_BYTES, router

URL = "/api/v1/demo/platform-orders"


class FakePlatform:
    """Sells milk and bananas, and remembers what was ordered."""

    url = "http://127.0.0.1:9100"

    def __init__(self) -> None:
        self.placed: list[list[tuple[str, Decimal]] | None] = []

    def place_order(self, lines: list[tuple[str, Decimal]] | None = None) -> str:
        for sku, _ in lines or []:
            if sku not in ("milk-1", "ban"):
                raise KeyError(sku)
        self.placed.append(lines)
        return f"order-{len(self.placed)}"

    def order_state(self, order_id: str) -> str:
        return {"order-1": "CONFIRMED"}[order_id]


@pytest.fixture
def platform() -> FakePlatform:
    return FakePlatform()


@pytest.fixture
def app(platform: FakePlatform) -> FastAPI:
    app = FastAPI()
    install_error_handlers(app)
    app.include_router(router)
    app.state.demo_platform = platform
    return app


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    return TestClient(app, raise_server_exceptions=False)


def one(sku: str = "milk-1", quantity: Any = "1") -> dict[str, Any]:
    return {"lines": [{"sku": sku, "quantity": quantity}]}


class TestPlace:
    def test_without_a_body_it_is_chance(self, client: TestClient, platform: FakePlatform) -> None:
        answer = client.post(URL)
        assert (answer.status_code, answer.json()) == (201, {"order_id": "order-1"})
        assert platform.placed == [None]

    def test_exactly_these_lines(self, client: TestClient, platform: FakePlatform) -> None:
        lines = [{"sku": "milk-1", "quantity": "2"}, {"sku": "ban", "quantity": "0.750"}]
        assert client.post(URL, json={"lines": lines}).status_code == 201
        assert platform.placed == [[("milk-1", Decimal(2)), ("ban", Decimal("0.750"))]]

    def test_what_the_platform_does_not_sell(self, client: TestClient, platform: FakePlatform) -> None:
        answer = client.post(URL, json=one("caviar"))
        problem = answer.json()
        assert (answer.status_code, problem["code"], problem["sku"]) == (409, "demo_product_unknown", "caviar")
        assert problem["detail"] == "the platform sells no caviar"
        assert platform.placed == []

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"lines": []},
            {"lines": [one()["lines"][0]] * 61},
            one(quantity="0"),
            one(quantity="-1"),
            one(quantity="1001"),
            one(quantity="0.0001"),
            one(quantity="NaN"),
            one(sku="x" * 41),
            {**one(), "note": "please"},
        ],
        ids=str,
    )
    def test_an_order_that_is_none(self, client: TestClient, platform: FakePlatform, body: dict[str, Any]) -> None:
        answer = client.post(URL, json=body)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
        assert platform.placed == []

    def test_a_body_of_any_size_is_not_read(self, client: TestClient) -> None:
        assert client.post(URL, content=b" " * (BODY_MAX_BYTES + 1)).status_code == 413


class TestRead:
    def test_what_the_platform_believes(self, client: TestClient) -> None:
        assert client.get(f"{URL}/order-1").json() == {"order_id": "order-1", "state": "CONFIRMED"}

    def test_an_order_it_never_took(self, client: TestClient) -> None:
        answer = client.get(f"{URL}/order-9")
        assert (answer.status_code, answer.json()["code"]) == (404, "demo_order_unknown")


class TestWithoutPlatform:
    @pytest.mark.parametrize("is_made", [False, True])
    def test_it_says_so(self, app: FastAPI, client: TestClient, platform: FakePlatform, is_made: bool) -> None:
        """Not made yet, or made and its port was taken."""
        platform.url = ""
        app.state.demo_platform = platform if is_made else None
        for answer in (client.post(URL), client.get(f"{URL}/order-1")):
            assert (answer.status_code, answer.json()["code"]) == (404, "demo_platform_missing")
        assert platform.placed == []
