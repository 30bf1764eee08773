"""Questions about files, gateways, planned prices and light rules as they go over the wire, and what may come back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from mobile.services.backend_api import BackendApi, BackendRefused, BackendUnreachable
from mobile.services.bindings_api import BindingsApi
from mobile.services.gateways_api import GatewaysApi
from mobile.services.light_rules_api import LightRulesApi
from mobile.services.price_plans_api import PricePlansApi
from mobile.settings import PhoneSettings

Ask = Callable[[BackendApi], Awaitable[Any]]
QUESTIONS: dict[str, Ask] = {
    "preview": lambda api: BindingsApi(api).preview("tok", "sto_1", b"x"),
    "take": lambda api: BindingsApi(api).take("tok", "sto_1", b"x"),
    "drivers": lambda api: GatewaysApi(api).drivers("tok", "sto_1"),
    "settings": lambda api: GatewaysApi(api).settings("tok", "sto_1", "main"),
    "test": lambda api: GatewaysApi(api).test("tok", "sto_1", "main"),
    "batches": lambda api: PricePlansApi(api).batches("tok", "sto_1"),
    "progress": lambda api: PricePlansApi(api).progress("tok", "sto_1"),
    "plan": lambda api: PricePlansApi(api).plan("tok", "sto_1", b"x", name="", begins_at=None),
    "rules": lambda api: LightRulesApi(api).rules("tok", "sto_1"),
}


def answering(asked: list[httpx.Request], answer: httpx.Response) -> BackendApi:
    def take(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answer

    http = httpx.AsyncClient(transport=httpx.MockTransport(take))
    return BackendApi(PhoneSettings(backend_url="http://backend.test"), http)


@pytest.mark.parametrize("name", QUESTIONS)
def test_an_answer_that_is_not_the_backends_is_none(run: Callable, name: str) -> None:
    for answer in (httpx.Response(200, text="<html>"), httpx.Response(200, json={"no": 1}), httpx.Response(503)):
        with pytest.raises(BackendUnreachable):
            run(QUESTIONS[name](answering([], answer)))


def test_a_file_goes_as_it_is_and_a_refusal_names_its_lines(run: Callable) -> None:
    asked: list[httpx.Request] = []
    problems = [{"at": "row 2", "problem": "no"}, "plain"]
    api = answering(asked, httpx.Response(422, json={"code": "prices_rejected", "problems": problems}))
    begins_at = datetime(2026, 12, 1, 6, tzinfo=UTC)
    with pytest.raises(BackendRefused) as refused:
        run(PricePlansApi(api).plan("tok", "sto_1", b"sku\n", name="A & B", begins_at=begins_at))
    assert refused.value.problems == ("row 2: no", "plain")
    assert asked[0].content == b"sku\n"
    assert asked[0].headers["content-type"].startswith("text/csv")
    assert dict(asked[0].url.params) == {"name": "A & B", "begins_at": "2026-12-01T06:00:00+00:00"}


def test_names_stay_one_part_of_the_path(run: Callable) -> None:
    asked: list[httpx.Request] = []
    api = answering(asked, httpx.Response(204))
    run(GatewaysApi(api).remove("tok", "sto_1", "Ground/floor 1"))
    assert asked[0].url.raw_path == b"/api/v1/stores/sto_1/gateways/Ground%2Ffloor%201"


def test_a_download_is_bytes(run: Callable) -> None:
    api = answering([], httpx.Response(200, content=b"label_id\n\xc3\xa9"))
    assert run(BindingsApi(api).export("tok", "sto_1")) == b"label_id\n\xc3\xa9"
    assert run(PricePlansApi(api).report("tok", "sto_1", "prb_1")) == b"label_id\n\xc3\xa9"
