"""The board over HTTP is for supervisors, each of their own store."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from backend.core.http import install_error_handlers
from backend.insight.endpoints import router
from backend.people.errors import SessionEnded
from backend.people.models import Role
from backend.people.principals import Principal
from tests.backend.insight.conftest import Day
from tests.factories import STORE_ID


def principal(role: Role, store_id: str) -> Principal:
    return Principal("per_1", "Sue", role, store_id, "dev_1", "ses_1")


PEOPLE = {
    "supervisor": principal(Role.SUPERVISOR, STORE_ID),
    "stranger": principal(Role.SUPERVISOR, "sto_other"),
    "picker": principal(Role.PICKER, STORE_ID),
}


class FakePeople:
    async def authenticate(self, token: str) -> Principal:
        if token not in PEOPLE:
            raise SessionEnded("sign in again")
        return PEOPLE[token]


@pytest.fixture
def client(day: Day) -> TestClient:
    app = FastAPI()
    install_error_handlers(app)
    app.include_router(router)
    app.state.house = SimpleNamespace(
        people=FakePeople(), database=day.rooms.database, insight=day.insight, clock=day.clock
    )
    return TestClient(app)


def get(client: TestClient, path: str, token: str) -> Any:
    return client.get(path, headers={"Authorization": f"Bearer {token}"})


class TestBoard:
    def test_a_supervisor_sees_the_own_store(self, day: Day, client: TestClient) -> None:
        day.rooms.accept("o1", "A-1-1")
        [order] = get(client, "/api/v1/insight/board", "supervisor").json()["orders"]
        assert order["display_code"] == "O1"
        assert get(client, "/api/v1/insight/board", "stranger").json()["orders"] == []

    @pytest.mark.parametrize(("token", "status"), [("picker", 403), ("nobody", 401)])
    @pytest.mark.parametrize("path", ["/api/v1/insight/board", "/api/v1/insight/journal?order_id=ord_1"])
    def test_nobody_else_does(self, client: TestClient, token: str, status: int, path: str) -> None:
        assert get(client, path, token).status_code == status


class TestJournal:
    def test_the_story_of_an_order_oldest_first(self, day: Day, client: TestClient) -> None:
        day.rooms.planned(o1=["A-1-1"])
        order_id = day.rooms.order("o1").id
        entries = get(client, f"/api/v1/insight/journal?order_id={order_id}", "supervisor").json()
        assert [entry["name"] for entry in entries] == ["order.accepted", "order.planned"]
        assert entries[0]["body"]["order_id"] == order_id

    def test_another_stores_order_is_not_there(self, day: Day, client: TestClient) -> None:
        day.rooms.accept("o1", "A-1-1")
        order_id = day.rooms.order("o1").id
        answer = get(client, f"/api/v1/insight/journal?order_id={order_id}", "stranger")
        assert (answer.status_code, answer.json()["code"]) == (404, "nothing_known_of_order")

    def test_what_is_no_id_is_refused(self, client: TestClient) -> None:
        assert get(client, "/api/v1/insight/journal?order_id=a b", "supervisor").status_code == 422
