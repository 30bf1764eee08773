"""The whole application at its doors: health, who may look, which hosts, and what a path that is none gets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from backend.channels.asyncapi import document
from backend.core.doors import BODY_MAX_BYTES
from backend.main.app import STORE_IMPORT_MAX_BYTES, create_app
from backend.main.house import House
from backend.people.importing import NewPerson
from backend.people.models import Role
from backend.stores.commands import ImportStore
from backend.stores.importing import read_store_file
from shared.clock import ManualClock
from tests.backend.demo.houses import FILES, PIN, house_in

HOST = "pick.example"
PAGE = "<html>the app</html>"
PRODUCTION = {
    "environment": "production",
    "allowed_hosts": [HOST],
    "is_demo": False,
    "people": {"pepper": "a pepper of the tests, 32 characters or more"},
}
SECURITY_HEADERS = {"x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "no-referrer"}

Open = Callable[..., AbstractContextManager[TestClient]]


@pytest.fixture
def build(tmp_path: Path, migrated_template: Path, clock: ManualClock) -> Callable[..., Any]:
    """`with build(**settings) as house`: assembled over a migrated database, with a bundle of one page."""
    bundle = bundle_in(tmp_path)

    @contextmanager
    def built(template: Path = migrated_template, **settings: Any) -> Iterator[House]:
        with house_in(tmp_path, template, clock, app_path=bundle, **settings) as house:
            yield house

    return built


def bundle_in(folder: Path) -> Path:
    bundle = folder / "pwa"
    bundle.mkdir()
    (bundle / "index.html").write_text(PAGE)
    return bundle


@pytest.fixture
def opened(build: Callable[..., Any]) -> Open:
    """`with opened(**settings) as client`: the house is open for work."""

    @contextmanager
    def client_of(**settings: Any) -> Iterator[TestClient]:
        with build(**settings) as house, TestClient(create_app(house), base_url=f"http://{HOST}") as client:
            yield client

    return client_of


def closed(house: House) -> TestClient:
    """The doors alone: nobody started the house."""
    return TestClient(create_app(house), base_url=f"http://{HOST}", raise_server_exceptions=False)


def house_of(client: TestClient) -> House:
    house: House = client.app.state.house  # type: ignore[attr-defined]
    return house


def signed_in(client: TestClient, role: Role) -> dict[str, str]:
    """The headers of somebody who signed in on an enrolled phone of a store."""
    house = house_of(client)

    async def sign_in() -> str:
        if not house.stores.store_ids():
            await house.bus.handle(ImportStore("sto_1", read_store_file(FILES["store.json"])))
        await house.people.import_people("sto_1", [NewPerson(f"B-{role}", "Rosa", role, PIN, "en")], "test")
        code = (await house.people.create_enrolment_code("sto_1", "test")).code
        phone = await house.people.enrol(code, "Phone", "10.0.0.1")
        return (await house.people.sign_in(phone.device_token, f"B-{role}", PIN)).session_token

    assert client.portal is not None
    return {"Authorization": f"Bearer {client.portal.call(sign_in)}"}


class TestHealth:
    def test_the_process_answers_even_before_the_house_is_open(self, build: Callable[..., Any]) -> None:
        with build() as house:
            answer = closed(house).get("/healthz")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})

    def test_an_open_house_is_ready(self, opened: Open) -> None:
        with opened() as client:
            answer = client.get("/readyz")
        assert answer.status_code == 200
        assert answer.json() == {
            "status": "ready",
            "checks": {"database": True, "migrations": True, "writer": True, "house": True},
        }

    def test_not_before_it_is_open(self, build: Callable[..., Any]) -> None:
        with build() as house:
            answer = closed(house).get("/readyz")
        assert (answer.status_code, answer.json()["status"]) == (503, "not ready")
        assert answer.json()["checks"] == {"database": True, "migrations": True, "writer": False, "house": False}

    def test_not_once_the_writer_has_stopped(self, opened: Open) -> None:
        with opened() as client:
            house_of(client).writer.stop()
            answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["checks"]["writer"]) == (503, False)

    def test_not_while_a_migration_is_missing(self, build: Callable[..., Any], sqlite_template: Path) -> None:
        """The template has every table, and no word of any migration."""
        with build(sqlite_template) as house, TestClient(create_app(house)) as client:
            answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["checks"] == {"database": True, "migrations": False, "writer": True, "house": True}

    def test_not_without_the_database(self, build: Callable[..., Any], tmp_path: Path) -> None:
        with build() as house:
            for path in tmp_path.glob("house.db*"):
                path.unlink()
            (tmp_path / "house.db").mkdir()
            answer = closed(house).get("/readyz")
        assert (answer.status_code, answer.json()["checks"]["database"]) == (503, False)

    def test_not_after_it_has_closed(self, build: Callable[..., Any]) -> None:
        with build() as house:
            app = create_app(house)
            with TestClient(app):
                assert house.is_open
            assert not house.is_open
            assert not house.writer.is_running


class TestMetrics:
    def test_are_there_for_all_in_development(self, opened: Open) -> None:
        with opened() as client:
            client.get("/healthz")
            answer = client.get("/metrics")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        assert 'blinkpick_http_request_seconds_count{method="GET",route="/healthz",status="200"}' in answer.text

    def test_orders_are_counted_under_their_path(self, opened: Open) -> None:
        with opened() as client:
            client.post("/api/v1/orders")
            answer = client.get("/metrics")
        assert 'blinkpick_http_request_seconds_count{method="POST",route="/api/v1/orders",status="401"}' in answer.text

    def test_in_production_nobody_unknown_reads_them(self, opened: Open) -> None:
        with opened(**PRODUCTION) as client:
            answer = client.get("/metrics")
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
        assert "blinkpick_" not in answer.text

    @pytest.mark.parametrize(("role", "status"), [(Role.SUPERVISOR, 200), (Role.PICKER, 403)])
    def test_in_production_a_supervisor_does(self, opened: Open, role: Role, status: int) -> None:
        with opened(**PRODUCTION) as client:
            answer = client.get("/metrics", headers=signed_in(client, role))
        assert answer.status_code == status
        assert ("blinkpick_writer_waiting" in answer.text) == (status == 200)

    def test_health_needs_nobody_in_production(self, opened: Open) -> None:
        with opened(**PRODUCTION) as client:
            assert [client.get(path).status_code for path in ("/healthz", "/readyz")] == [200, 200]


class TestDescription:
    def test_development_describes_the_interface(self, build: Callable[..., Any]) -> None:
        with build() as house:
            answer = closed(house).get("/api/v1/openapi.json")
        assert answer.status_code == 200
        assert {"/api/v1/orders", "/api/v1/demo/platform-orders"} <= set(answer.json()["paths"])

    def test_development_describes_the_stream(self, build: Callable[..., Any]) -> None:
        with build() as house:
            answer = closed(house).get("/api/v1/asyncapi.yaml")
        assert answer.headers["content-type"].startswith("application/yaml")
        assert yaml.safe_load(answer.text) == document()

    def test_development_shows_the_interface_to_people(self, build: Callable[..., Any]) -> None:
        with build() as house:
            answer = closed(house).get("/api/v1/docs")
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert "Hand in an order" in answer.text

    @pytest.mark.parametrize("path", ["/api/v1/openapi.json", "/api/v1/asyncapi.yaml", "/api/v1/docs", "/openapi.json"])
    def test_production_does_not(self, build: Callable[..., Any], path: str) -> None:
        with build(**PRODUCTION) as house:
            assert closed(house).get(path).status_code == 404

    @pytest.mark.parametrize("path", ["/docs", "/redoc"])
    def test_there_are_no_pages_of_the_framework(self, build: Callable[..., Any], path: str) -> None:
        with build() as house:
            assert closed(house).get(path).text == PAGE


class TestDemo:
    URL = "/api/v1/demo/platform-orders"

    def test_is_there_while_it_is_the_demo(self, build: Callable[..., Any]) -> None:
        with build() as house:
            assert closed(house).post(self.URL).json()["code"] == "demo_platform_missing"

    def test_is_not_there_otherwise(self, build: Callable[..., Any]) -> None:
        with build(is_demo=False) as house:
            assert closed(house).post(self.URL).json()["code"] == "not_found"


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory, migrated_template: Path) -> Iterator[TestClient]:
    """The doors of one house nobody started, for questions that change nothing in it."""
    folder = tmp_path_factory.mktemp("doors")
    with house_in(folder, migrated_template, ManualClock(), app_path=bundle_in(folder)) as house:
        yield closed(house)


class TestUnknownPath:
    @pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "DELETE"])
    @pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1/nothing", "/api/v1/nothing.js", "/api/v2/orders"])
    def test_below_api_it_is_a_problem(self, doors: TestClient, method: str, path: str) -> None:
        answer = doors.request(method, path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
        assert method == "HEAD" or answer.json()["code"] == "not_found"

    def test_an_order_without_a_key_is_refused_like_everything_else(self, doors: TestClient) -> None:
        answer = doors.post("/api/v1/orders", content=b"{}")
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
        assert answer.json()["code"] == "channel_key_refused"
        assert answer.headers["x-request-id"].startswith("req_")

    def test_orders_are_read_where_they_are_posted(self, doors: TestClient) -> None:
        answer = doors.get("/api/v1/orders")
        assert (answer.status_code, answer.json()["code"]) == (401, "channel_key_refused")

    def test_a_slash_too_many_is_another_path(self, doors: TestClient) -> None:
        answer = doors.get("/api/v1/orders/", follow_redirects=False)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")

    @pytest.mark.parametrize(
        ("method", "path"),
        [("DELETE", "/api/v1/orders"), ("GET", "/api/v1/demo/platform-orders"), ("POST", "/healthz")],
    )
    def test_a_known_path_asked_the_wrong_way(self, doors: TestClient, method: str, path: str) -> None:
        answer = doors.request(method, path)
        assert (answer.status_code, answer.headers["content-type"]) == (405, "application/problem+json")
        assert answer.json()["code"] == "method_not_allowed"

    @pytest.mark.parametrize("path", ["/", "/enrol/ABCD", "/apiary", "/pick/api/v1"])
    def test_elsewhere_it_is_the_phone_app(self, doors: TestClient, path: str) -> None:
        answer = doors.get(path)
        assert (answer.status_code, answer.text) == (200, PAGE)

    def test_a_file_the_bundle_does_not_have(self, doors: TestClient) -> None:
        assert doors.get("/main.js").status_code == 404

    @pytest.mark.parametrize("path", ["/%2e%2e/demo.json", "/..%2f..%2fetc%2fpasswd", "/%2fetc%2fpasswd", "/a%00.js"])
    def test_no_path_leads_out_of_the_bundle(self, build: Callable[..., Any], tmp_path: Path, path: str) -> None:
        (tmp_path / "demo.json").write_text("the demo's keys")
        with build() as house:
            answer = closed(house).get(path)
        assert (answer.status_code, answer.text) in [(404, "Not found\n"), (200, PAGE)]

    @pytest.mark.parametrize("path", ["/", "/api/v1/nothing", "/sync"])
    def test_no_websocket_is_taken_there(self, build: Callable[..., Any], path: str) -> None:
        """Without raising: a server logs what an application raises."""
        with build() as house:
            client = TestClient(create_app(house))
            with pytest.raises(WebSocketDisconnect), client.websocket_connect(path):
                pass


class TestDoors:
    @pytest.mark.parametrize("path", ["/", "/healthz", "/main.js", "/api/v1/nothing", "/api/v1/orders"])
    def test_every_answer_carries_the_security_headers(self, build: Callable[..., Any], path: str) -> None:
        with build() as house:
            answer = closed(house).get(path)
        assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS
        assert answer.headers["x-request-id"]

    def test_only_our_own_hosts_are_answered(self, build: Callable[..., Any]) -> None:
        with build(**PRODUCTION) as house:
            client = closed(house)
            assert client.get("/healthz").status_code == 200
            refused = client.get("/healthz", headers={"Host": "evil.example"})
        assert refused.status_code == 400
        assert refused.headers["x-frame-options"] == "DENY"

    def test_a_body_too_large_is_a_problem(self, opened: Open) -> None:
        with opened() as client:
            answer = client.post("/api/v1/people/enrol", content=b"x" * (BODY_MAX_BYTES + 1))
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert answer.headers["content-type"] == "application/problem+json"

    def test_a_store_may_be_larger_but_not_endless(self, opened: Open) -> None:
        with opened() as client:
            headers = signed_in(client, Role.SUPERVISOR)
            url = "/api/v1/stores/sto_1/import"
            large = client.post(url, content=b"x" * (BODY_MAX_BYTES + 1), headers=headers)
            endless = client.post(url, content=b"x" * (STORE_IMPORT_MAX_BYTES + 1), headers=headers)
        assert (large.status_code, endless.status_code) == (422, 413)
        assert endless.json()["code"] == "too_large"
