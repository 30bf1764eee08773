"""The worked examples for other servers: each is loaded, lights labels, and its request is compared byte for byte."""

from __future__ import annotations

import asyncio
import re
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from backend.labels.drivers.http_template.driver import HttpTemplateDriver
from backend.labels.drivers.http_template.settings import HttpTemplateSettings
from backend.labels.drivers.http_template.signing import aliyun_signature, signed_form
from backend.labels.port import DriverTools, GatewayError
from backend.labels.workbench.fake_gateway import FakeGateway
from backend.labels.workbench.traffic import Traffic
from backend.labels.workbench.virtual_time import VirtualTime
from shared.labels import BlinkPattern, Flash, LightColour

ROOT = Path(__file__).parents[5]
EXAMPLES = ROOT / "docs" / "examples" / "gateways"
CASES: dict[str, Any] = tomllib.loads((ROOT / "tests/payloads/http_template/requests.toml").read_text(encoding="utf-8"))
Run = Callable[[Awaitable[Any]], Any]

every_example = pytest.mark.parametrize("name", [*CASES])


@dataclass
class Recorder:
    """A server that writes down what it is sent and answers as told."""

    status: int = 200
    answer: str = ""
    seen: list[tuple[str, str, dict[str, str], str]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = (await request.body()).decode()
        query = scope["query_string"].decode()
        target = scope["raw_path"].decode() + (f"?{query}" if query else "")
        is_check = (request.method, target) == ("GET", "/")
        if not is_check:
            self.seen.append((request.method, target, dict(request.headers), body))
        await Response(self.answer, 200 if is_check else self.status)(scope, receive, send)


@dataclass
class Bench:
    recorder: Recorder
    driver: HttpTemplateDriver
    time: VirtualTime

    async def light(self, case: dict[str, Any]) -> list[BaseException | None]:
        """All labels at once; those that can go together do, for the first call is held until all are there."""
        flash = Flash(colour=LightColour.BLUE, pattern=BlinkPattern.SLOW, duration_s=case["duration_s"])
        asking = (self.driver.light(label, flash, f"t-{label}") for label in case["labels"])
        together = asyncio.gather(*asking, return_exceptions=True)
        await self.time.advance(1)  # a pace is kept in virtual time
        return await together


@asynccontextmanager
async def bench(name: str) -> AsyncIterator[Bench]:
    case, traffic, recorder = CASES[name], Traffic(), Recorder()
    time = VirtualTime(is_busy=traffic.is_busy)
    gateway = FakeGateway(recorder, time, traffic)
    await gateway.start()
    text = (EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8")
    for before, after in case.get("edit", {}).items():
        assert before in text
        text = text.replace(before, after)
    settings = HttpTemplateSettings(
        url=gateway.url, description=text, variables=case["variables"], secrets=case["secrets"]
    )
    tools = DriverTools(clock=time.clock, make_http_client=traffic.make_http_client, sleep=time.sleep)
    driver = HttpTemplateDriver(settings, tools)
    try:
        await driver.open(lambda _: None)
        yield Bench(recorder, driver, time)
    finally:
        await driver.close()
        await gateway.stop()


@every_example
class TestExamples:
    def test_what_it_sends_is_what_its_source_publishes(self, run: Run, name: str) -> None:
        async def scenario() -> None:
            case = CASES[name]
            async with bench(name) as here:
                here.recorder.answer = case["good"]
                assert await here.light(case) == [None] * len(case["labels"])
                (method, target, headers, body) = here.recorder.seen[0]
                assert len(here.recorder.seen) == 1
                assert (method, target) == (case["method"], case["target"])
                assert {each: headers.get(each) for each in case["headers"]} == case["headers"]
                assert "authorization" in case["headers"] or "authorization" not in headers
                assert body == _with_what_is_never_the_same(case["body"], body, case["secrets"])

        run(scenario())

    def test_a_bad_answer_is_told_as_what_it_is_and_without_secrets(self, run: Run, name: str) -> None:
        async def scenario() -> None:
            case = CASES[name]
            async with bench(name) as here:
                here.recorder.answer, here.recorder.status = case["bad"], case["bad_status"]
                for error in await here.light(case):
                    assert isinstance(error, GatewayError)
                    assert type(error).__name__ == case["error"]
                    told = f"{error} {error.facts} {await here.driver.health()} {here.driver._settings!r}"
                    assert not [each for each in case["secrets"].values() if each in told]

        run(scenario())

    def test_its_figures_fit_together_and_it_says_what_was_never_tried(self, run: Run, name: str) -> None:
        async def scenario() -> None:
            async with bench(name) as here:
                can, described = here.driver.capability, here.driver._described
                assert can.latency_p95_s <= can.silent_after_s <= can.lost_after_s
                assert 1 <= can.duration_min_s <= can.duration_max_s <= 600
                assert described.verified.startswith("never")

        run(scenario())


def test_there_is_a_case_for_each_example() -> None:
    assert sorted(CASES) == sorted(path.stem for path in EXAMPLES.glob("*.yaml"))


def _with_what_is_never_the_same(expected: str, body: str, secrets: dict[str, str]) -> str:
    """Nonce and signature: taken from the body, and the signature made again from all the rest of it."""
    sent = dict(parse_qsl(body, keep_blank_values=True))
    if "{signature}" in expected:
        signature = sent.pop("Signature")
        assert signature == aliyun_signature("POST", sent, secrets["access_key_secret"])
        assert re.fullmatch(r"[0-9a-f]{32}", sent["SignatureNonce"])
        encoded = signature.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")
        return expected.format(nonce=sent["SignatureNonce"], signature=encoded)
    if "{sign}" in expected:
        sign = sent.pop("sign")
        assert signed_form(sent, f"&key={secrets['secret_key']}", "sign")["sign"] == sign
        assert re.fullmatch(r"[0-9a-zA-Z]{6,10}", sent["random"])
        return expected.format(random=sent["random"], sign=sign)
    return expected
