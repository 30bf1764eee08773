"""The doors over HTTP: shapes, who may pass which, other stores' ids, and that no secret comes back or into a log."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import structlog
from fastapi import FastAPI
from fastapi.routing import APIRoute

from backend.core.doors import Doors
from backend.core.http import install_error_handlers
from backend.core.logging import configure_logging
from backend.people.endpoints import router
from backend.people.limits import FAILURES_PER_BADGE_MAX, WINDOW_S
from backend.people.models import Role
from shared.ids import SeededIdSource
from shared.store_rules import StoreRules
from tests.backend.people.conftest import HOME, LIMITS, OTHER, PIN, WRONG_PIN, Desk

BASE = "/api/v1/people"
PUBLIC = {("POST", f"{BASE}/enrol"), ("POST", f"{BASE}/sign-in")}
FOR_ANYBODY_SIGNED_IN = {
    ("POST", f"{BASE}/sign-out"),
    ("POST", f"{BASE}/still-here"),
    ("GET", f"{BASE}/me"),
}
ROUTES = sorted(
    (method, route.path) for route in router.routes if isinstance(route, APIRoute) for method in route.methods
)
GUARDED = [route for route in ROUTES if route not in PUBLIC]
FOR_SUPERVISORS = [route for route in GUARDED if route not in FOR_ANYBODY_SIGNED_IN]
WITH_AN_ID = [route for route in ROUTES if "{" in route[1]]
Ask = Callable[..., httpx.Response]


@pytest.fixture
def ask(desk: Desk, ids: SeededIdSource) -> Iterator[Ask]:
    """`ask("POST", "/enrol", json=...)` against the real application, error handlers and all."""
    app = FastAPI()
    app.include_router(router)
    install_error_handlers(app)
    app.state.house = SimpleNamespace(people=desk.people)
    transport = httpx.ASGITransport(Doors(app, ids=ids), raise_app_exceptions=False, client=("10.0.0.7", 50_000))
    client = httpx.AsyncClient(transport=transport, base_url="https://pick.example")

    def request(method: str, path: str, *, token: str = "", **given: Any) -> httpx.Response:
        headers = given.pop("headers", {}) | ({"Authorization": f"Bearer {token}"} if token else {})
        path = path if path.startswith(BASE) else BASE + path
        response: httpx.Response = desk.run(client.request(method, path, headers=headers, **given))
        return response

    yield request
    desk.run(client.aclose())


@pytest.fixture
def picker(desk: Desk) -> str:
    desk.hire("P-1")
    return desk.sign_in(desk.phone()[0], "P-1").session_token


@pytest.fixture
def supervisor(desk: Desk) -> str:
    desk.hire("S-1", Role.SUPERVISOR)
    return desk.sign_in(desk.phone()[0], "S-1").session_token


def code_of(response: httpx.Response) -> str:
    assert response.headers["content-type"] == "application/problem+json"
    return str(response.json()["code"])


class TestEnrolAndSignIn:
    def test_a_new_phone_reaches_its_first_shift(self, desk: Desk, ask: Ask) -> None:
        person_id = desk.hire("P-1")
        enrolled = ask("POST", "/enrol", json={"code": desk.code(), "device_name": "Phone 1"})
        assert enrolled.status_code == 200
        body = enrolled.json()
        assert set(body) == {"device_token", "device_id", "store_id", "store_name"}
        assert (body["store_id"], body["store_name"]) == (HOME, "Home Street")

        headers = {"X-Device-Token": body["device_token"]}
        signed_in = ask("POST", "/sign-in", json={"badge": "P-1", "pin": PIN}, headers=headers).json()
        token, shift = signed_in.pop("session_token"), signed_in["shift"]
        assert signed_in == {
            "person_id": person_id,
            "name": "Person P-1",
            "role": "picker",
            "language": "en",
            "store_id": HOME,
            "store_name": "Home Street",
            "languages": ["en", "pt-BR"],
            "weighed_rules": [{"pattern": "28PPPPPWWWWWC", "weight_unit_g": 1.0, "price_unit_minor": 1}],
            "rules": StoreRules().model_dump(mode="json"),
            "currency": "EUR",
            "shift": {"id": shift["id"], "colour": "blue", "pattern": "slow"},
            "idle_lock_s": LIMITS.idle_s,
            "may_not_pick": [],
        }
        assert ask("GET", "/me", token=token).json() == signed_in

    def test_sign_out_is_at_once(self, ask: Ask, picker: str) -> None:
        assert ask("POST", "/sign-out", token=picker).status_code == 204
        refused = ask("GET", "/me", token=picker)
        assert (refused.status_code, code_of(refused)) == (401, "session_ended")

    def test_a_touch_puts_the_idle_lock_off(self, desk: Desk, ask: Ask, picker: str) -> None:
        desk.clock.advance(LIMITS.idle_s - 1)
        assert ask("POST", "/still-here", token=picker).status_code == 204
        desk.clock.advance(LIMITS.idle_s - 1)
        assert ask("GET", "/me", token=picker).status_code == 200
        desk.clock.advance(LIMITS.idle_s)
        assert code_of(ask("POST", "/still-here", token=picker)) == "session_locked"

    def test_too_many_tries_say_how_long_to_wait(self, desk: Desk, ask: Ask) -> None:
        desk.hire("P-1")
        headers = {"X-Device-Token": desk.phone()[0]}
        wrong = {"badge": "P-1", "pin": WRONG_PIN}
        for _ in range(FAILURES_PER_BADGE_MAX):
            refused = ask("POST", "/sign-in", json=wrong, headers=headers)
            assert (refused.status_code, code_of(refused)) == (401, "sign_in_refused")
        refused = ask("POST", "/sign-in", json=wrong, headers=headers)
        assert (refused.status_code, code_of(refused)) == (429, "too_many_attempts")
        assert refused.json()["retry_after_s"] == WINDOW_S
        assert refused.headers["retry-after"] == str(WINDOW_S)

    def test_without_a_phone_nobody_signs_in(self, desk: Desk, ask: Ask) -> None:
        desk.hire("P-1")
        refused = ask("POST", "/sign-in", json={"badge": "P-1", "pin": PIN})
        assert (refused.status_code, code_of(refused)) == (401, "device_not_enrolled")


class TestSupervisor:
    def test_a_code_comes_with_a_link_and_a_picture(self, ask: Ask, supervisor: str) -> None:
        made = ask("POST", "/enrolment-codes", token=supervisor, json={}).json()
        assert set(made) == {"code", "expires_at", "url", "qr_svg"}
        assert made["url"] == f"https://pick.example/#/enrol/{made['code']}"
        assert made["qr_svg"].startswith("<svg")
        assert ask("POST", "/enrol", json={"code": made["code"], "device_name": "Phone 2"}).status_code == 200

    def test_where_no_public_address_is_set_the_link_leads_where_the_supervisor_is(
        self, desk: Desk, ask: Ask, supervisor: str
    ) -> None:
        desk.people.public_url = ""
        assert ask("POST", "/enrolment-codes", token=supervisor).json()["url"].startswith("https://pick.example/#/")

    def test_lists_phones_and_people_of_the_own_store_without_secrets(
        self, desk: Desk, ask: Ask, supervisor: str
    ) -> None:
        foreign_phone = desk.phone(OTHER)[1]
        foreign_person = desk.hire("P-9", store_id=OTHER)
        devices, people = ask("GET", "/devices", token=supervisor), ask("GET", "", token=supervisor)
        assert {key for row in devices.json() for key in row} == {
            "id", "name", "enrolled_at", "last_seen_at", "revoked_at",
        }  # fmt: skip
        assert {key for row in people.json() for key in row} == {
            "id", "name", "role", "badge", "language", "is_active",
        }  # fmt: skip
        assert foreign_phone not in devices.text
        assert foreign_person not in people.text

    def test_revokes_a_phone(self, desk: Desk, ask: Ask, supervisor: str) -> None:
        desk.hire("P-1")
        token, device_id = desk.phone()
        session_token = desk.sign_in(token, "P-1").session_token
        assert ask("DELETE", f"/devices/{device_id}", token=supervisor).status_code == 204
        assert code_of(ask("GET", "/me", token=session_token)) == "session_ended"
        refused = ask("POST", "/sign-in", json={"badge": "P-1", "pin": PIN}, headers={"X-Device-Token": token})
        assert code_of(refused) == "device_not_enrolled"

    def test_unlocks_a_person(self, desk: Desk, ask: Ask, supervisor: str) -> None:
        person_id = desk.hire("P-1")
        headers = {"X-Device-Token": desk.phone()[0]}
        for _ in range(FAILURES_PER_BADGE_MAX):
            ask("POST", "/sign-in", json={"badge": "P-1", "pin": WRONG_PIN}, headers=headers)
        assert ask("POST", f"/{person_id}/unlock", token=supervisor).status_code == 204
        assert ask("POST", "/sign-in", json={"badge": "P-1", "pin": PIN}, headers=headers).status_code == 200


class TestWhoMayPass:
    @pytest.mark.parametrize(("method", "path"), GUARDED)
    @pytest.mark.parametrize("token", ["", "nonsense", "ses_" + "0" * 64])
    def test_nobody_passes_without_a_session(self, ask: Ask, method: str, path: str, token: str) -> None:
        refused = ask(method, path.replace("{", "").replace("}", ""), token=token)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize(("method", "path"), FOR_SUPERVISORS)
    def test_a_picker_is_no_supervisor(self, ask: Ask, picker: str, method: str, path: str) -> None:
        refused = ask(method, path, token=picker)
        assert (refused.status_code, code_of(refused)) == (403, "role_not_allowed")

    @pytest.mark.parametrize(("method", "path"), WITH_AN_ID)
    def test_another_stores_id_is_not_found(
        self, desk: Desk, ask: Ask, supervisor: str, method: str, path: str
    ) -> None:
        foreign = {"device_id": desk.phone(OTHER)[1], "person_id": desk.hire("P-9", store_id=OTHER)}
        session_token = desk.sign_in(desk.phone(OTHER)[0], "P-9").session_token
        missing = {"device_id": "dev_unknown", "person_id": "per_unknown"}
        refused, unknown = (ask(method, path.format(**ids), token=supervisor) for ids in (foreign, missing))
        assert refused.status_code == 404
        assert refused.json() == unknown.json(), "the answer must not tell that the id exists elsewhere"
        assert ask("GET", "/me", token=session_token).status_code == 200

    def test_every_path_with_an_id_is_in_the_matrix(self) -> None:
        assert {name for _, path in WITH_AN_ID for name in re.findall(r"{(\w+)}", path)} == {"device_id", "person_id"}


class TestSecrets:
    """Whatever is sent wrongly, it comes back in no answer and stands in no log."""

    BODIES: tuple[Any, ...] = (
        {"badge": "P-1", "pin": int(WRONG_PIN)},
        {"badge": "P-1", "pin": [WRONG_PIN]},
        {"badge": "P-1", "pin": {"pin": WRONG_PIN}},
        {"badge": "P-1", "pin": WRONG_PIN * 20},
        {"badge": "P-1", "pin": WRONG_PIN},
        {"badge": {"pin": WRONG_PIN}, "pin": None},
        {"badge": "P-1", "pin": WRONG_PIN, "also": WRONG_PIN},
        {"badge": WRONG_PIN, "pin": WRONG_PIN},
        [WRONG_PIN],
        WRONG_PIN,
    )
    RAW = (
        f'{{"badge":"P-1","pin":"{WRONG_PIN}"',
        f'{{"badge":"P-1","pin":{WRONG_PIN}x}}',
        f'{{"badge":"P-1","pin":"{WRONG_PIN}","pin":"{WRONG_PIN}"}}',
        f"badge=P-1&pin={WRONG_PIN}",
        f'{{"badge":"P-1","pin":"{WRONG_PIN}\ud800"}}'.encode("utf-8", "surrogatepass"),
    )

    @pytest.fixture(autouse=True)
    def logs(self) -> Iterator[Callable[[], str]]:
        """Everything our own pipeline and the standard library would print, at the chattiest level."""
        root = logging.getLogger()
        kept_handlers, kept_level = list(root.handlers), root.level
        configure_logging("DEBUG")
        handler = root.handlers[0]
        assert isinstance(handler, logging.StreamHandler)
        lines: list[str] = []
        handler.emit = lambda record: lines.append(handler.format(record))  # type: ignore[method-assign]
        yield lambda: "\n".join(lines)
        root.handlers, root.level = kept_handlers, kept_level
        structlog.reset_defaults()

    @pytest.mark.parametrize("body", [*map(json.dumps, BODIES), *RAW])
    def test_a_pin_sent_wrongly_is_repeated_nowhere(
        self, desk: Desk, ask: Ask, logs: Callable[[], str], body: str | bytes
    ) -> None:
        desk.hire("P-1")
        headers = {"X-Device-Token": desk.phone()[0], "Content-Type": "application/json"}
        refused = ask("POST", "/sign-in", content=body, headers=headers)
        assert refused.status_code in (401, 422)
        assert WRONG_PIN not in refused.text + str(refused.headers) + logs()

    @pytest.mark.parametrize("code", ["ABCDEFGHJK", 4829131234, ["ABCDEFGHJK"], "ABCDEFGHJK" * 10])
    def test_an_enrolment_code_is_repeated_nowhere(self, ask: Ask, logs: Callable[[], str], code: Any) -> None:
        refused = ask("POST", "/enrol", json={"code": code, "device_name": "Phone"})
        assert refused.status_code in (404, 422)
        assert "ABCDEFGHJK" not in refused.text + logs()
        assert "4829131234" not in refused.text + logs()

    def test_a_token_is_repeated_nowhere(self, ask: Ask, logs: Callable[[], str]) -> None:
        token = "ses_" + "7" * 64
        device_token = "dvt_" + "7" * 64
        refused = ask("GET", "/me", token=token)
        also = ask("POST", "/sign-in", json={"badge": "P-1", "pin": PIN}, headers={"X-Device-Token": device_token})
        assert "7777" not in refused.text + also.text + logs()

    def test_an_accident_inside_tells_nothing(
        self, desk: Desk, ask: Ask, logs: Callable[[], str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        desk.hire("P-1")
        headers = {"X-Device-Token": desk.phone()[0]}

        async def broken(*_given: object) -> bool:
            raise RuntimeError("the pool is gone")

        monkeypatch.setattr(type(desk.people._hasher), "is_right", broken)
        failed = ask("POST", "/sign-in", json={"badge": "P-1", "pin": PIN}, headers=headers)
        assert failed.status_code == 500
        assert "pool" not in failed.text
        assert PIN not in failed.text + logs()
        assert "the pool is gone" in logs()

    def test_a_body_too_large_is_not_read(self, ask: Ask) -> None:
        refused = ask("POST", "/sign-in", content=b'{"badge":"' + b"x" * 100_000)
        assert (refused.status_code, code_of(refused)) == (413, "too_large")
