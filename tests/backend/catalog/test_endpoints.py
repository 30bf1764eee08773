"""Products over HTTP: only of one's own store, and imported by supervisors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from backend.catalog.endpoints import router
from backend.catalog.service import CatalogService
from backend.core.http import install_error_handlers
from backend.people.http import require_principal
from backend.people.models import Role
from backend.people.principals import Principal
from tests.backend.catalog.files import bananas, milk, text_of

URL = "/api/v1/stores/sto_1/products"


@pytest.fixture
def who() -> dict[str, Principal]:
    """Who is signed in; a test may change it."""
    return {"now": Principal("per_1", "Ada", Role.SUPERVISOR, "sto_1", "dev_1", "ses_1")}


@pytest.fixture
def client(catalog: CatalogService, who: dict[str, Principal], run: Callable[..., Any]) -> Iterator[TestClient]:
    app = FastAPI()
    app.include_router(router)
    install_error_handlers(app)
    app.state.house = SimpleNamespace(catalog=catalog, people=None)
    app.dependency_overrides[require_principal] = lambda: who["now"]
    run(catalog.import_text("sto_1", text_of(milk(), bananas())))
    with TestClient(app) as client:
        yield client


def test_products_are_found(client: TestClient) -> None:
    answer = client.get(URL, params={"query": "banana"}).json()
    assert [(product["sku"], product["article"], product["location_id"]) for product in answer] == [
        ("ban", "21001", "loc_sto_1_3")
    ]


def test_one_product_is_shown(client: TestClient) -> None:
    assert client.get(f"{URL}/milk-1").json()["names"]["zh"] == "全脂牛奶"
    assert client.get(f"{URL}/none").status_code == 404


def test_limits_are_kept(client: TestClient) -> None:
    assert len(client.get(URL, params={"limit": 1}).json()) == 1
    assert client.get(URL, params={"limit": 1000}).status_code == 422
    assert client.get(URL, params={"query": "x" * 81}).status_code == 422


def test_another_store_is_not_there(client: TestClient) -> None:
    other = URL.replace("sto_1", "sto_2")
    assert client.get(other).status_code == 404
    assert client.get(f"{other}/milk-1").status_code == 404
    assert client.post(f"{other}/import", content=text_of(milk())).status_code == 404


def test_a_supervisor_imports(client: TestClient) -> None:
    answer = client.post(f"{URL}/import", content=text_of(milk(price_minor="5"), bananas()).encode())
    assert answer.json() == {"added": 0, "changed": 1, "unchanged": 1}


def test_problems_come_back_as_a_list(client: TestClient) -> None:
    answer = client.post(f"{URL}/import", content=text_of(milk(unit="kilo")).encode())
    assert answer.status_code == 422
    assert answer.json()["problems"][0] == {
        "file": "products.csv",
        "row": 2,
        "column": "unit",
        "problem": "expected each or gram, found 'kilo'",
    }


def test_a_picker_may_not_import(client: TestClient, who: dict[str, Principal]) -> None:
    who["now"] = Principal("per_2", "Bo", Role.PICKER, "sto_1", "dev_1", "ses_2")
    assert client.post(f"{URL}/import", content=b"").status_code == 403
