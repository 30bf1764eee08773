"""The whole interface as it describes itself: whatever is sent to any endpoint, by whomever, is answered as it says.

`INTERFACE_EXAMPLES=100` looks deeper.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from starlette.testclient import TestClient

from backend.channels.commands import AddChannel
from backend.core.openapi import ProblemAnswer
from backend.main.app import create_app
from backend.people.models import Role
from shared.clock import ManualClock
from tests.backend.channels.conftest import order_body
from tests.backend.demo.houses import house_in
from tests.backend.main.test_app import HOST, signed_in

EXAMPLES = int(os.environ.get("INTERFACE_EXAMPLES", "2"))  # of each endpoint: that fit its description, and that do not
WHO = ("supervisor", "picker", "channel", "nobody")
SERVER_ERROR = 500


class Interface:
    """The house open for work, somebody of every kind who may ask, and a thing of many kinds to ask about."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        house = client.app.state.house  # type: ignore[attr-defined]
        keys = {
            "supervisor": signed_in(client, Role.SUPERVISOR),
            "picker": signed_in(client, Role.PICKER),
            "nobody": {},
        }
        assert client.portal is not None
        channel_id = client.portal.call(house.bus.handle, AddChannel("sto_1", "native", "web", {}))
        channel_key = client.portal.call(house.people.create_channel_key, "sto_1", channel_id, "test")
        self.keys = {**keys, "channel": {"Authorization": f"Bearer {channel_key.key}"}}
        headers = {**self.keys["channel"], "Idempotency-Key": "first"}
        placed = client.post("/api/v1/orders", content=order_body(), headers=headers).json()
        self.known = {
            **{"store_id": "sto_1", "channel_id": channel_id, "external_id": "web-10042", "external_line_id": "1"},
            **{"sku": "MILK-1L", "aisle": "A1", "label_id": "L1", "name": "front"},
            "exception_id": placed.get("intake_exception_id", ""),
        }
        self.description = client.app.openapi()  # type: ignore[attr-defined]
        self.schema = schemathesis.openapi.from_dict(self.description)

    def check(self, method: str, path: str, answer: httpx.Response) -> None:
        """No server error, and nothing the description does not say; a problem is told as one."""
        said = f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        assert answer.status_code < SERVER_ERROR or answer.status_code in (502, 503), said
        if _is_no_such_address(answer):
            return  # what was made up for a part of the path had a slash in it, or nothing
        documented = self.description["paths"][path][method]["responses"]
        assert str(answer.status_code) in documented, f"not described: {said}"
        if answer.is_error and path != "/readyz":
            assert answer.headers["content-type"] == "application/problem+json", said
            ProblemAnswer.model_validate(answer.json())

    def operations(self) -> list[tuple[str, str]]:
        return [(method, path) for path, methods in self.description["paths"].items() for method in methods]

    def send(self, case: Any, who: str, *, is_known: bool) -> httpx.Response:
        """As that person, and about things that are there, or about whatever was made up."""
        if is_known:
            for name in set(case.path_parameters or {}) & set(self.known):
                case.path_parameters[name] = self.known[name]
        made = case.as_transport_kwargs(base_url=f"http://{HOST}")
        body = made.get("json") if made.get("json") is not None else made.get("data")
        content = body if body is None or isinstance(body, bytes | str) else json.dumps(body)
        headers = {name: value for name, value in (made.get("headers") or {}).items() if name != "Authorization"}
        return self.client.request(
            made["method"],
            made["url"],
            params=made.get("params"),
            headers={**headers, **self.keys[who]},
            content=content,
        )


@pytest.fixture(scope="module")
def interface(tmp_path_factory: pytest.TempPathFactory, migrated_template: Path) -> Iterator[Interface]:
    folder = tmp_path_factory.mktemp("interface")
    clock = ManualClock()
    with house_in(folder, migrated_template, clock, app_path=folder) as house:
        app = create_app(house)
        with TestClient(app, base_url=f"http://{HOST}", raise_server_exceptions=False) as client:
            yield Interface(client)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=lambda mode: str(mode.value))
def test_whatever_is_sent_is_answered_as_described(interface: Interface, mode: GenerationMode) -> None:
    operations = interface.operations()
    asked = [operation for operation in operations if ask(interface, *operation, mode)]
    least = 2 if mode is GenerationMode.POSITIVE else 3  # of many an endpoint nothing can be wrong
    assert len(asked) > len(operations) / least


def _is_no_such_address(answer: httpx.Response) -> bool:
    if answer.status_code not in (404, 405):
        return False
    return answer.json().get("code") in ("not_found", "method_not_allowed")


def ask(interface: Interface, method: str, path: str, mode: GenerationMode) -> bool:
    """Send EXAMPLES of what fits one endpoint, or does not; False where nothing of it can be wrong."""
    cases = interface.schema[path][method.upper()].as_strategy(generation_mode=mode)

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=cases, who=st.sampled_from(WHO), is_known=st.booleans())
    def send(case: Any, who: str, is_known: bool) -> None:
        answer = interface.send(case, who, is_known=is_known)
        interface.check(method, path, answer)

    try:
        send()
    except Unsatisfiable:  # it takes neither body nor parameters
        assert mode is GenerationMode.NEGATIVE, f"nothing fits {method} {path}"
        return False
    return True
