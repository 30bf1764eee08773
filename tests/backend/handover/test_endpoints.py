"""The hand-over desk over HTTP: what waits, what leaves, what is printed."""

from __future__ import annotations

from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from backend.core.http import install_error_handlers
from backend.handover.commands import HandOverOrder
from backend.handover.endpoints import router
from backend.people.http import require_principal
from backend.people.models import Role
from backend.people.principals import Principal, StoreFacts
from shared.store_rules import StoreRules
from tests.backend.handover.conftest import Desk
from tests.factories import STORE_ID
from tests.fakes import InlineBus

ORDERS = "/api/v1/handover/orders"


def client_of(desk: Desk, *, store_id: str = STORE_ID) -> TestClient:
    """A picker who is signed in, in front of the desk."""
    app = FastAPI()
    app.include_router(router)
    install_error_handlers(app)
    bus = InlineBus(desk.rooms.writer, {HandOverOrder: desk.service.hand_over})
    facts = StoreFacts("Store", ("en",), (), "EUR", desk.rules)
    stores = SimpleNamespace(zone=lambda _: ZoneInfo("UTC"), facts=lambda _: facts)
    app.state.house = SimpleNamespace(
        database=desk.rooms.database, handover=desk.service, bus=bus, stores=stores, people=None
    )
    principal = Principal("per_1", "Ada", Role.PICKER, store_id, "dev_1", "ses_1")
    app.dependency_overrides[require_principal] = lambda: principal
    return TestClient(app)


def test_what_waits_never_says_its_pin(desk: Desk) -> None:
    order_id = desk.ready()
    (order,) = client_of(desk).get(ORDERS).json()["orders"]
    assert (order["id"], order["bags"], order["place"]) == (order_id, 2, "STAGE-A1")
    assert not {key for key in order if "pin" in key} - {"asks_pin"}


def test_another_stores_orders_are_not_there(desk: Desk) -> None:
    order_id = desk.ready()
    client = client_of(desk, store_id="sto_other")
    assert client.get(ORDERS).json() == {"orders": []}
    assert client.post(f"{ORDERS}/{order_id}", json={"bags": 2}).status_code == 404
    assert client.get(f"{ORDERS}/{order_id}/bag-labels").status_code == 404


def test_giving_out_and_a_wrong_pin_that_is_counted(desk: Desk) -> None:
    desk.rules = StoreRules(asks_handover_pin=True)
    order_id = desk.ready()
    pin = desk.rooms.order("o1").handover_pin
    client = client_of(desk)
    wrong = client.post(f"{ORDERS}/{order_id}", json={"bags": 2, "shown": "x" + pin[1:]})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "hand_over_code_wrong")
    assert client.get(ORDERS).json()["orders"][0]["tries_left"] == 4
    assert client.post(f"{ORDERS}/{order_id}", json={"bags": 2, "shown": pin}).status_code == 204
    assert client.get(ORDERS).json() == {"orders": []}


@pytest.mark.parametrize("body", [{"bags": -1}, {"bags": 51}, {"bag_codes": ["A B"]}, {"bags": "2"}, {"other": 1}])
def test_bad_bodies_are_refused(desk: Desk, body: dict[str, object]) -> None:
    order_id = desk.ready()
    assert client_of(desk).post(f"{ORDERS}/{order_id}", json=body).status_code == 422
    assert desk.waiting()


@pytest.mark.parametrize(
    ("form", "begins"), [("pdf", b"%PDF-"), ("zpl", b"^XA"), ("escpos", b"\x1b@")], ids=("pdf", "zpl", "escpos")
)
def test_bag_labels(desk: Desk, form: str, begins: bytes) -> None:
    order_id = desk.ready()
    assert client_of(desk).get(f"{ORDERS}/{order_id}/bag-labels", params={"form": form}).content.startswith(begins)


@pytest.mark.parametrize("kind", ["totes", "bags", "places"])
def test_sheets_of_codes(desk: Desk, kind: str) -> None:
    answer = client_of(desk).get(f"/api/v1/handover/codes/{kind}", params={"first": 17, "count": 3})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
