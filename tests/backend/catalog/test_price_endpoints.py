"""New prices over HTTP: planned as CSV or JSON, listed, withdrawn; what the till charges; supervisors only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from backend.catalog.price_endpoints import router
from backend.catalog.service import CatalogService
from backend.core.http import install_error_handlers
from backend.people.http import require_principal
from backend.people.models import Role
from backend.people.principals import Principal
from tests.backend.catalog.files import milk, text_of

URL = "/api/v1/stores/sto_1/prices"
CSV = {"content-type": "text/csv"}
FUTURE = "2099-01-01T08:00:00Z"


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
    run(catalog.import_text("sto_1", text_of(milk())))
    with TestClient(app) as client:
        yield client


def test_planned_listed_and_withdrawn(client: TestClient) -> None:
    planned = client.post(
        URL, params={"name": "Spring", "begins_at": FUTURE}, content="sku,price_minor\nmilk-1,99\n", headers=CSV
    )
    assert planned.status_code == 202
    batch = planned.json()
    assert (batch["prices"], batch["begins_at"], batch["ends_at"]) == (1, "2099-01-01T08:00:00Z", [])
    (listed,) = client.get(URL).json()["batches"]
    assert (listed["id"], listed["name"], listed["status"]) == (batch["batch_id"], "Spring", "planned")
    assert client.delete(f"{URL}/{batch['batch_id']}").status_code == 204
    assert client.get(URL).json()["batches"][0]["status"] == "withdrawn"
    again = client.delete(f"{URL}/{batch['batch_id']}")
    assert (again.status_code, again.json()["code"]) == (409, "price_batch_applied")


def test_json_is_taken_as_well(client: TestClient) -> None:
    answer = client.post(URL, json={"prices": [{"sku": "milk-1", "price_minor": 99}]})
    assert (answer.status_code, answer.json()["prices"]) == (202, 1)


def test_what_is_wrong_is_said_and_nothing_is_kept(client: TestClient) -> None:
    answer = client.post(URL, content="sku,price_minor\nmilk-1,x\nfigs,1\n", headers=CSV)
    assert (answer.status_code, answer.json()["code"]) == (422, "prices_rejected")
    assert answer.json()["problems"][0]["at"] == "row 2, price_minor"
    assert client.get(URL).json() == {"batches": []}


def test_an_instant_without_a_zone_is_refused(client: TestClient) -> None:
    answer = client.post(URL, params={"begins_at": "2099-01-01T08:00:00"}, content="sku,price_minor\nmilk-1,9\n")
    assert answer.status_code == 422


def test_what_the_till_charges_is_taken(client: TestClient, catalog: CatalogService) -> None:
    answer = client.post(f"{URL}/till", content="sku,price_minor\nmilk-1,160\n", headers=CSV)
    assert answer.json() == {"prices": 1}
    client.post(f"{URL}/till", content="sku,price_minor\nmilk-1,161\n", headers=CSV)
    with catalog._database.reading() as session:
        (compared,) = catalog.pricing.compared(session, "sto_1")
    assert (compared.sku, compared.till_minor) == ("milk-1", 161)


@pytest.mark.parametrize(("method", "path"), [("POST", ""), ("GET", ""), ("DELETE", "/prb_1"), ("POST", "/till")])
def test_another_store_is_not_there_and_a_picker_may_not(
    client: TestClient, who: dict[str, Principal], method: str, path: str
) -> None:
    body = "sku,price_minor\nmilk-1,9\n"
    assert client.request(method, f"/api/v1/stores/sto_2/prices{path}", content=body).status_code == 404
    who["now"] = Principal("per_2", "Bo", Role.PICKER, "sto_1", "dev_1", "ses_2")
    assert client.request(method, f"{URL}{path}", content=body).status_code == 403
