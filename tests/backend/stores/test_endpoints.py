"""The map and the import over HTTP: only one's own store, and nothing sent twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from backend.core.http import install_error_handlers
from backend.people.http import require_principal
from backend.people.models import Role
from backend.people.principals import Principal
from backend.stores.endpoints import router
from backend.stores.service import StoresService
from shared.clock import ManualClock
from tests.backend.stores.files import location, store_file, text_of

Run = Callable[..., Any]


def person(role: Role) -> Principal:
    return Principal("per_1", "Ada", role, "sto_1", "dev_1", "ses_1")


@pytest.fixture
def who() -> dict[str, Principal]:
    """Who is signed in; a test may change it."""
    return {"now": person(Role.SUPERVISOR)}


@pytest.fixture
def client(stores: StoresService, who: dict[str, Principal], clock: ManualClock, run: Run) -> Iterator[TestClient]:
    app = FastAPI()
    app.include_router(router)
    install_error_handlers(app)
    app.state.house = SimpleNamespace(stores=stores, people=None, clock=clock)
    app.dependency_overrides[require_principal] = lambda: who["now"]
    run(stores.import_text("sto_1", text_of(store_file())))
    run(stores.import_text("sto_2", text_of(store_file())))
    with TestClient(app) as client:
        yield client


class TestMap:
    def test_a_picker_gets_the_floor(self, client: TestClient, who: dict[str, Principal]) -> None:
        who["now"] = person(Role.PICKER)
        answer = client.get("/api/v1/stores/sto_1/map")
        assert answer.status_code == 200
        assert answer.json()["desk"] == 3

    def test_unchanged_is_not_sent_again(self, client: TestClient) -> None:
        entity_tag = client.get("/api/v1/stores/sto_1/map").headers["ETag"]
        again = client.get("/api/v1/stores/sto_1/map", headers={"If-None-Match": f'W/{entity_tag}, "other"'})
        assert (again.status_code, again.content) == (304, b"")

    @pytest.mark.parametrize("store_id", ["sto_2", "sto_9"])
    def test_another_store_is_not_there(self, client: TestClient, store_id: str) -> None:
        assert client.get(f"/api/v1/stores/{store_id}/map").status_code == 404


class TestImport:
    def test_a_supervisor_brings_the_store_up_to_date(self, client: TestClient) -> None:
        entity_tag = client.get("/api/v1/stores/sto_1/map").headers["ETag"]
        answer = client.post("/api/v1/stores/sto_1/import", content=text_of(store_file(locations=[location(1, 1)])))
        assert (answer.status_code, answer.json()["locations_removed"]) == (200, 3)
        changed = client.get("/api/v1/stores/sto_1/map", headers={"If-None-Match": entity_tag})
        assert changed.status_code == 200

    def test_problems_come_back_as_a_list(self, client: TestClient) -> None:
        answer = client.post("/api/v1/stores/sto_1/import", content=text_of(store_file(locations=[location(1, 77)])))
        assert answer.status_code == 422
        problem = answer.json()["problems"][0]
        assert (problem["file"], problem["at"]) == ("store.json", "locations.0")

    def test_a_picker_may_not(self, client: TestClient, who: dict[str, Principal]) -> None:
        who["now"] = person(Role.PICKER)
        assert client.post("/api/v1/stores/sto_1/import", content="{}").status_code == 403

    def test_another_store_is_not_there(self, client: TestClient) -> None:
        assert client.post("/api/v1/stores/sto_2/import", content=text_of(store_file())).status_code == 404


class TestBlockedAisles:
    URL = "/api/v1/stores/sto_1/blocked-aisles"

    def test_from_blocked_to_open(self, client: TestClient, clock: ManualClock) -> None:
        answer = client.post(self.URL, json={"aisle": "A1", "minutes": 45.0, "reason": "delivery"})
        assert answer.status_code == 201
        assert client.get(self.URL).json() == [answer.json()]
        assert (answer.json()["blocked_by_name"], answer.json()["reason"]) == ("Ada", "delivery")
        assert client.delete(f"{self.URL}/A1").status_code == 204
        assert client.get(self.URL).json() == []
        assert client.delete(f"{self.URL}/A1").status_code == 404

    def test_half_an_hour_unless_said_otherwise(self, client: TestClient, clock: ManualClock) -> None:
        client.post(self.URL, json={"aisle": "A1"})
        clock.advance(30 * 60 - 1)
        assert len(client.get(self.URL).json()) == 1
        clock.advance(1)
        assert client.get(self.URL).json() == []

    @pytest.mark.parametrize(
        ("body", "status", "says"),
        [
            ({"aisle": "Z9"}, 404, "no aisle 'Z9'"),
            ({"aisle": "A1", "minutes": 0}, 422, "minutes"),
            ({"aisle": "A1", "minutes": 100_000}, 422, "minutes"),
            ({"minutes": 5}, 422, "aisle"),
            ({"aisle": "A1", "until": "noon"}, 422, "until"),
        ],
    )
    def test_what_is_wrong_is_said(self, client: TestClient, body: dict[str, Any], status: int, says: str) -> None:
        answer = client.post(self.URL, json=body)
        assert answer.status_code == status
        assert says in answer.text

    def test_a_picker_may_look_only(self, client: TestClient, who: dict[str, Principal]) -> None:
        who["now"] = person(Role.PICKER)
        assert client.get(self.URL).status_code == 200
        assert client.post(self.URL, json={"aisle": "A1"}).status_code == 403
        assert client.delete(f"{self.URL}/A1").status_code == 403

    def test_another_store_is_not_there(self, client: TestClient) -> None:
        assert client.get("/api/v1/stores/sto_2/blocked-aisles").status_code == 404
        assert client.post("/api/v1/stores/sto_2/blocked-aisles", json={"aisle": "A1"}).status_code == 404
