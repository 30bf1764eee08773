"""A supervisor adds, changes and removes gateways; their secrets are sealed in the database and never come out."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import select

from backend.labels.models import GatewayRow
from backend.people.models import Role
from tests.backend.labels.shop import HOME, OTHER, Shop, call

AIMS: dict[str, Any] = {
    "url": "http://127.0.0.1:9",
    "username": "picker",
    "password": "hush-hush",
    "company": "LAB",
    "store": "1",
}


def stored(shop: Shop) -> list[GatewayRow]:
    with shop.database.reading() as session:
        return [*session.exec(select(GatewayRow)).all()]


def put(shop: Shop, settings: dict[str, Any], domain: str = "solum_aims", name: str = "aims") -> int:
    return call(shop, "PUT", f"{HOME}/gateways/{name}", json={"domain": domain, "settings": settings}).status_code


class TestSave:
    def test_a_new_one_is_there_at_once(self, shop: Shop) -> None:
        assert put(shop, {"labels": ["L1"]}, "simulated", "main") == 200
        shop.run(shop.time.advance(2))
        (view,) = call(shop, "GET", f"{HOME}/gateways").json()["gateways"]
        assert (view["name"], view["domain"], view["is_reachable"]) == ("main", "simulated", True)

    def test_its_password_is_sealed_and_not_shown(self, shop: Shop) -> None:
        assert put(shop, AIMS) == 200
        (row,) = stored(shop)
        assert "hush-hush" not in str(row.settings)
        assert shop.labels.bindings.opened(row.id, row.settings) == AIMS
        answer = call(shop, "GET", f"{HOME}/gateways/aims")
        assert answer.json()["settings"] == {**AIMS, "password": {"is_set": True}}

    def test_one_that_is_left_out_or_shown_stays(self, shop: Shop) -> None:
        put(shop, AIMS)
        without = {name: value for name, value in AIMS.items() if name != "password"}
        for given in ({**without, "store": "2"}, {**without, "password": {"is_set": True}, "store": "2"}):
            assert put(shop, given) == 200
            (row,) = stored(shop)
            assert shop.labels.bindings.opened(row.id, row.settings) == {**AIMS, "store": "2"}

    @pytest.mark.parametrize(
        ("settings", "domain"),
        [({**AIMS, "password": None}, "solum_aims"), ({**AIMS, "x": 1}, "solum_aims"), ({}, "no")],
    )
    def test_what_cannot_be_is_refused_without_saying_the_secret(
        self, shop: Shop, settings: dict[str, Any], domain: str
    ) -> None:
        put(shop, AIMS)
        answer = call(shop, "PUT", f"{HOME}/gateways/aims", json={"domain": domain, "settings": settings})
        assert answer.status_code == 422
        assert "hush" not in answer.text
        (row,) = stored(shop)
        assert shop.labels.bindings.opened(row.id, row.settings) == AIMS

    def test_where_the_key_is_another_one_it_says_so_and_the_shop_opens(self, shop: Shop) -> None:
        put(shop, AIMS)
        (row,) = stored(shop)
        broken = {**row.settings, "password": {"sealed": "AAAA"}}
        shop.run(shop.writer.submit(lambda tx: _set_settings(tx.session, broken)))
        shop.run(shop.labels.restore())
        (view,) = call(shop, "GET", f"{HOME}/gateways").json()["gateways"]
        assert not view["is_reachable"]
        assert "key" in view["detail"]


def test_what_an_older_version_stored_is_sealed_at_the_next_start(shop: Shop) -> None:
    put(shop, AIMS)
    shop.run(shop.writer.submit(lambda tx: _set_settings(tx.session, AIMS)))
    shop.run(shop.stop())
    shop.begin()
    shop.run(shop.start())
    (row,) = stored(shop)
    assert "hush-hush" not in str(row.settings)
    assert shop.labels.bindings.opened(row.id, row.settings) == AIMS


class TestRemove:
    def test_one_with_labels_stays_until_they_are_gone(self, shop: Shop) -> None:
        shop.run(shop.furnish())
        answer = call(shop, "DELETE", f"{HOME}/gateways/main")
        assert (answer.status_code, answer.json()["code"]) == (409, "gateway_in_use")
        for label in shop.labels.shelf.labels(HOME):
            call(shop, "DELETE", f"{HOME}/labels/{label.label_id}")
        assert call(shop, "DELETE", f"{HOME}/gateways/main").status_code == 204
        assert call(shop, "GET", f"{HOME}/gateways").json()["gateways"] == []
        assert list(shop.dispatcher.gateway_ids) == []

    def test_one_that_is_not_there_is_not_found(self, shop: Shop) -> None:
        assert call(shop, "DELETE", f"{HOME}/gateways/none").status_code == 404
        assert call(shop, "GET", f"{HOME}/gateways/none").status_code == 404


def test_every_driver_says_what_it_wants_to_be_told(shop: Shop) -> None:
    drivers = {each["domain"]: each for each in call(shop, "GET", f"{HOME}/gateway-drivers").json()["drivers"]}
    assert "openepaperlink" in drivers
    aims = drivers["solum_aims"]["settings"]["properties"]
    assert aims["password"]["format"] == "password"
    assert aims["url"]["x-words"]["pt"]["title"] == "Endereço do AIMS"
    assert "AIMS" in drivers["solum_aims"]["words"]["zh"]["transport"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "gateways"),
        ("GET", "gateways/aims"),
        ("DELETE", "gateways/aims"),
        ("GET", "gateway-drivers"),
    ],
)
def test_another_store_is_not_there_and_a_picker_may_not(shop: Shop, method: str, path: str) -> None:
    assert call(shop, method, f"{OTHER}/{path}").status_code == 404
    assert call(shop, method, f"{HOME}/{path}", Role.PICKER).status_code == 403


def _set_settings(session: Any, settings: dict[str, Any]) -> None:
    row = session.exec(select(GatewayRow)).one()
    row.settings = settings
    session.add(row)


class TestTry:
    def test_one_that_runs_says_which_labels_it_hears(self, shop: Shop) -> None:
        put(shop, {"labels": ["L2", "L1"]}, "simulated", "main")
        shop.run(shop.time.advance(2))
        assert call(shop, "POST", f"{HOME}/gateways/main/test").json() == {
            "is_reachable": True,
            "detail": "",
            "heard_total": 2,
            "heard": ["L1", "L2"],
        }
        assert call(shop, "POST", f"{HOME}/gateways/none/test").status_code == 404

    def test_that_it_cannot_be_reached_is_an_answer(self, shop: Shop) -> None:
        put(shop, {"labels": ["L1"]}, "simulated", "main")
        shop.run(shop.time.advance(2))
        (gateway_id,) = shop.dispatcher.gateway_ids
        driver: Any = shop.dispatcher.driver(gateway_id)
        driver.is_reachable = False
        said = call(shop, "POST", f"{HOME}/gateways/main/test").json()
        assert (said["is_reachable"], said["heard_total"]) == (False, 0)
        assert said["detail"]


class TestLeaveAlone:
    def test_one_that_is_switched_off_is_closed_and_stays_so(self, shop: Shop) -> None:
        put(shop, {"labels": ["L1"]}, "simulated", "main")
        body = {"domain": "simulated", "settings": {"labels": ["L1"]}}
        call(shop, "PUT", f"{HOME}/gateways/main", json={**body, "is_enabled": False})
        assert not shop.dispatcher.gateway_ids
        (view,) = call(shop, "GET", f"{HOME}/gateways").json()["gateways"]
        assert (view["is_enabled"], view["is_reachable"]) == (False, False)
        assert call(shop, "POST", f"{HOME}/gateways/main/test").json()["is_reachable"] is False
        call(shop, "PUT", f"{HOME}/gateways/main", json=body)  # says nothing of it: it stays off
        assert not shop.dispatcher.gateway_ids
        call(shop, "PUT", f"{HOME}/gateways/main", json={**body, "is_enabled": True})
        assert shop.dispatcher.gateway_ids
