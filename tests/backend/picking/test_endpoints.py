"""Picking over HTTP: a supervisor may release, and nobody sees another store's pick lists."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from backend.core.http import install_error_handlers
from backend.people.http import require_principal
from backend.people.models import Role
from backend.people.principals import Principal
from backend.picking.endpoints import router
from shared.picking import PickList
from tests.backend.rooms import Rooms
from tests.factories import STORE_ID, make_asker
from tests.fakes import InlineBus


def client_of(rooms: Rooms, *, role: Role = Role.SUPERVISOR, store_id: str = STORE_ID) -> TestClient:
    """Somebody signed in, in front of the two rooms."""
    app = FastAPI()
    app.include_router(router)
    install_error_handlers(app)
    app.state.house = SimpleNamespace(database=rooms.database, views=rooms.views, releaser=rooms.releaser, people=None)
    app.state.house.bus = InlineBus(rooms.writer, rooms.handlers)
    principal = Principal("per_1", "Ada", role, store_id, "dev_1", "ses_1")
    app.dependency_overrides[require_principal] = lambda: principal
    return TestClient(app)


class TestRelease:
    URL = "/api/v1/picking/waves/release"

    def test_a_supervisor_need_not_wait_for_company(self, rooms: Rooms) -> None:
        rooms.accept("o1", "A-1-1")
        answer = client_of(rooms).post(self.URL)
        assert (answer.status_code, answer.json()) == (200, {"pick_lists": 1})

    def test_only_the_own_store_is_released(self, rooms: Rooms) -> None:
        rooms.accept("o1", "A-1-1")
        assert client_of(rooms, store_id="sto_other").post(self.URL).json() == {"pick_lists": 0}

    def test_a_picker_may_not(self, rooms: Rooms) -> None:
        rooms.accept("o1", "A-1-1")
        answer = client_of(rooms, role=Role.PICKER).post(self.URL)
        assert (answer.status_code, answer.json()["code"]) == (403, "role_not_allowed")
        assert rooms.release() == 0


class TestRead:
    @pytest.mark.parametrize("role", Role)
    def test_is_the_document_of_the_phone(self, rooms: Rooms, role: Role) -> None:
        pick_list = rooms.planned(o1=["A-1-1", "B-1-1"])
        answer = client_of(rooms, role=role).get(f"/api/v1/picking/pick-lists/{pick_list.id}")
        with rooms.database.reading() as session:
            assert PickList.model_validate_json(answer.content) == rooms.views.pick_list(session, pick_list.id)

    def test_another_stores_is_not_there(self, rooms: Rooms) -> None:
        pick_list = rooms.planned(o1=["A-1-1"])
        answer = client_of(rooms, store_id="sto_other").get(f"/api/v1/picking/pick-lists/{pick_list.id}")
        assert (answer.status_code, answer.json()["code"]) == (404, "pick_list_not_found")

    def test_none_is_not_there_either(self, rooms: Rooms) -> None:
        assert client_of(rooms).get("/api/v1/picking/pick-lists/pkl_none").status_code == 404

    def test_a_supervisor_sees_the_plan_and_why(self, rooms: Rooms) -> None:
        pick_list = rooms.planned(o1=["A-1-1"], o2=["A-1-2"])
        plan = client_of(rooms).get(f"/api/v1/picking/pick-lists/{pick_list.id}").json()["plan"]
        assert {name: plan[name] for name in plan if name != "totes"} == {
            "walk_m": 20.0,
            "walk_unstaged_m": 20.0,
            "serpentine_m": 20.0,
            "one_order_per_walk_m": 40.0,
            "lower_bound_m": 20.0,
            "is_proven_optimal": True,
        }
        assert [(tote["display_code"], tote["added_m"], tote["alone_m"], tote["reason"]) for tote in plan["totes"]] == [
            ("O1", 0.0, 20.0, "same aisles: 1 of 1 stops shared, adds 0 m"),
            ("O2", 0.0, 20.0, "same aisles: 1 of 1 stops shared, adds 0 m"),
        ]

    def test_a_picker_does_not(self, rooms: Rooms) -> None:
        pick_list = rooms.planned(o1=["A-1-1"])
        answer = client_of(rooms, role=Role.PICKER).get(f"/api/v1/picking/pick-lists/{pick_list.id}")
        assert answer.json()["plan"] is None


class TestHandOver:
    def test_a_supervisor_frees_a_trolley(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(make_asker("Ada"), o1=["A-1-1"])
        answer = client_of(rooms).post(f"/api/v1/picking/pick-lists/{pick_list.id}/hand-over")
        assert answer.status_code == 204
        assert rooms.pick_list(pick_list.id).handed_over_by == "per_1"

    def test_not_of_another_store_and_not_a_picker(self, rooms: Rooms) -> None:
        pick_list = rooms.walking(make_asker("Ada"), o1=["A-1-1"])
        url = f"/api/v1/picking/pick-lists/{pick_list.id}/hand-over"
        assert client_of(rooms, store_id="sto_other").post(url).status_code == 404
        assert client_of(rooms, role=Role.PICKER).post(url).status_code == 403
        assert rooms.pick_list(pick_list.id).left_at is None
