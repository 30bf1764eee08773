"""What is sold out over HTTP: said by a supervisor or the store's own system, seen, and only in one's own store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from backend.catalog.availability_endpoints import router
from backend.catalog.service import CatalogService
from backend.core.http import install_error_handlers
from backend.people.http import require_principal
from backend.people.models import Role
from backend.people.principals import Principal
from tests.backend.catalog.files import milk, rice, text_of

URL = "/api/v1/stores/sto_1/availability"
MILK, RICE = milk()["sku"], rice()["sku"]


@pytest.fixture
def who() -> dict[str, Principal]:
    return {"now": Principal("per_1", "Ada", Role.SUPERVISOR, "sto_1", "dev_1", "ses_1")}


@pytest.fixture
def client(catalog: CatalogService, who: dict[str, Principal], run: Callable[..., Any]) -> Iterator[TestClient]:
    app = FastAPI()
    app.include_router(router)
    install_error_handlers(app)
    app.state.house = SimpleNamespace(catalog=catalog, people=None)
    app.dependency_overrides[require_principal] = lambda: who["now"]
    run(catalog.import_text("sto_1", text_of(milk(), rice())))
    with TestClient(app) as client:
        yield client


def test_said_seen_and_said_again(client: TestClient) -> None:
    assert client.post(URL, json={"sold_out": [MILK, RICE]}).json() == {"changed": 2}
    assert client.post(URL, json={"sold_out": [MILK], "available": [RICE]}).json() == {"changed": 1}
    (listed,) = client.get(URL).json()
    assert listed["sku"] == MILK
    assert listed["names"]["en"] == milk()["name_en"]


@pytest.mark.parametrize(
    ("body", "status"), [({"sold_out": [MILK, "NOBODY"]}, 404), ({"sold_out": [1]}, 422), ({"gone": []}, 422)]
)
def test_all_of_it_or_nothing(client: TestClient, body: dict[str, Any], status: int) -> None:
    assert client.post(URL, json=body).status_code == status
    assert client.get(URL).json() == []


def test_only_supervisors_of_this_store(client: TestClient, who: dict[str, Principal]) -> None:
    assert client.get("/api/v1/stores/sto_2/availability").status_code in (403, 404)
    who["now"] = Principal("per_2", "Bo", Role.PICKER, "sto_1", "dev_1", "ses_1")
    assert client.post(URL, json={"sold_out": [MILK]}).status_code == 403
