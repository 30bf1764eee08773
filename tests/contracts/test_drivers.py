"""The contract of gateway drivers: every driver the registry finds passes this suite on its own test bed."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from backend.labels.dispatcher import Dispatcher
from backend.labels.errors import GatewaySettingsInvalid
from backend.labels.port import (
    Delivered,
    DriverRig,
    Expired,
    Failed,
    GatewayDriver,
    GatewayError,
    GatewayEvent,
    GatewayUnreachable,
    LabelUnknown,
    StopUnsupported,
)
from backend.labels.registry import DriverRegistry
from backend.labels.wishes import LightWish, Look
from shared.labels import BlinkPattern, Flash, LightColour
from tests.backend.waiting import until

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "adding-a-driver.md"
REGISTRY = DriverRegistry()
Run = Callable[[Awaitable[Any]], Any]

every_driver = pytest.mark.parametrize("domain", list(REGISTRY.manifests))


@dataclass
class Bench:
    """A driver on its test bed, and everything it said."""

    rig: DriverRig
    driver: GatewayDriver
    heard: list[GatewayEvent] = field(default_factory=list)

    @property
    def label(self) -> str:
        return self.rig.labels[0]

    def outcomes(self, token: str) -> list[type[GatewayEvent]]:
        ends = (Delivered, Expired, Failed)
        return [type(event) for event in self.heard if isinstance(event, ends) and event.token == token]

    async def wait_for(self, token: str, outcome: type[GatewayEvent]) -> None:
        await until(lambda: self.outcomes(token))
        assert self.outcomes(token) == [outcome]

    async def light(self, token: str = "t1", label: str = "", colour: LightColour = LightColour.BLUE) -> Flash:
        """Light a label and let its time pass until it has the command."""
        flash = Flash(colour=colour, duration_s=self.driver.capability.duration_max_s)
        await self.driver.light(label or self.label, flash, token)
        await self.advance_past_latency()
        await self.wait_for(token, Delivered)
        return flash

    async def advance_past_latency(self) -> None:
        """Half as long again as nineteen of twenty labels need: every label of a rig that answers has answered."""
        for _ in range(3):
            await self.rig.advance(self.driver.capability.latency_p95_s / 2)


@asynccontextmanager
async def bench_of(domain: str, *, is_open: bool = True) -> AsyncIterator[Bench]:
    async with REGISTRY.rig(domain)() as rig:
        driver = REGISTRY.create(domain, rig.settings, rig.tools)
        rig.attach(driver)
        bench = Bench(rig, driver)
        try:
            if is_open:
                await driver.open(bench.heard.append)
            yield bench
        finally:
            await driver.close()


@every_driver
class TestCapability:
    def test_its_numbers_fit_together(self, domain: str, run: Run) -> None:
        async def scenario() -> None:
            async with bench_of(domain, is_open=False) as bench:
                can = bench.driver.capability
                assert 0 <= can.latency_p50_s <= can.latency_p95_s <= can.silent_after_s <= can.lost_after_s
                assert 1 <= can.duration_min_s <= can.duration_max_s <= 600
                assert can.pending_max >= can.commands_in_parallel >= 1
                assert can.colours
                assert can.patterns

        run(scenario())


@every_driver
class TestOpen:
    def test_it_reaches_its_gateway_and_says_so(self, domain: str, run: Run) -> None:
        async def scenario() -> None:
            async with bench_of(domain) as bench:
                assert (await bench.driver.health()).is_reachable

        run(scenario())

    def test_closing_twice_or_before_opening_does_no_harm(self, domain: str, run: Run) -> None:
        async def scenario() -> None:
            async with bench_of(domain, is_open=False) as bench:
                await bench.driver.close()
                await bench.driver.open(bench.heard.append)
                await bench.driver.close()
                await bench.driver.close()

        run(scenario())

    def test_a_gateway_that_is_not_there_is_unreachable(self, domain: str, run: Run) -> None:
        async def scenario() -> None:
            async with bench_of(domain, is_open=False) as bench:
                await bench.rig.lose_gateway()
                with pytest.raises(GatewayUnreachable):
                    await bench.driver.open(bench.heard.append)
                assert not (await bench.driver.health()).is_reachable

        run(scenario())

    def test_a_setting_it_does_not_know_is_refused(self, domain: str, run: Run) -> None:
        with pytest.raises(GatewaySettingsInvalid, match="no_such_setting"):
            REGISTRY.check_settings(domain, {"no_such_setting": 1})


@every_driver
class TestLight:
    def test_a_label_blinks_in_the_asked_colour_once_the_driver_says_delivered(self, domain: str, run: Run) -> None:
        async def scenario() -> None:
            async with bench_of(domain) as bench:
                for number, colour in enumerate(sorted(bench.driver.capability.colours)[:3]):
                    label = bench.rig.labels[number]
                    token = f"t{number}"
                    await bench.driver.light(label, Flash(colour=colour, duration_s=30), token)
                    for _ in range(600):  # look right after the label got it: the flash is finite
                        if bench.rig.blinking().get(label) is colour:
                            break
                        await bench.rig.advance(0.1)
                    assert bench.rig.blinking().get(label) is colour
                    await bench.wait_for(token, Delivered)

        run(scenario())

    def test_the_flash_ends_by_itself_in_time(self, domain: str, run: Run) -> None:
        async def scenario() -> None:
            async with bench_of(domain) as bench:
                flash = await bench.light()
                await bench.rig.advance(flash.duration_s)
                assert bench.label not in bench.rig.blinking()

        run(scenario())

    def test_each_command_has_exactly_one_outcome(self, domain: str, run: Run) -> None:
        async def scenario() -> None:
            async with bench_of(domain) as bench:
                can = bench.driver.capability
                for number in range(3):
                    await bench.light(f"t{number}")
                    await bench.rig.advance(can.duration_max_s)
                assert [bench.outcomes(f"t{number}") for number in range(3)] == [[Delivered]] * 3
                assert bench.rig.commands_taken(bench.label) == 3

        run(scenario())

    @pytest.mark.parametrize("pattern", list(BlinkPattern))
    def test_every_pattern_it_claims_is_taken(self, domain: str, run: Run, pattern: BlinkPattern) -> None:
        async def scenario() -> None:
            async with bench_of(domain) as bench:
                if pattern in bench.driver.capability.patterns:
                    flash = Flash(colour=LightColour.BLUE, pattern=pattern, duration_s=20)
                    await bench.driver.light(bench.label, flash, "t1")
                    await bench.advance_past_latency()
                    await bench.wait_for("t1", Delivered)

        run(scenario())

    def test_a_label_nobody_knows_is_unknown(self, domain: str, run: Run) -> None:
        async def scenario() -> None:
            async with bench_of(domain) as bench:
                with pytest.raises(LabelUnknown):
                    await bench.driver.light("FFFFFFFFFFFFFFFF", Flash(colour=LightColour.BLUE, duration_s=5), "t1")
                assert bench.outcomes("t1") == []

        run(scenario())

    def test_a_silent_label_expires_within_the_promised_time(self, domain: str, run: Run) -> None:
        async def scenario() -> None:
            async with bench_of(domain) as bench:
                flash = Flash(colour=LightColour.BLUE, duration_s=5)
                await bench.driver.light(bench.rig.silent_label, flash, "t1")
                await bench.rig.advance(bench.driver.capability.silent_after_s / 2)
                assert bench.outcomes("t1") == []
                await bench.rig.advance(bench.driver.capability.lost_after_s)
                await bench.wait_for("t1", Expired)
                assert bench.rig.silent_label not in bench.rig.blinking()

        run(scenario())


@every_driver
class TestStop:
    def test_it_stops_if_it_says_it_can_and_refuses_if_not(self, domain: str, run: Run) -> None:
        async def scenario() -> None:
            async with bench_of(domain) as bench:
                await bench.light()
                if not bench.driver.capability.can_stop:
                    with pytest.raises(StopUnsupported):
                        await bench.driver.stop(bench.label, "t2")
                    return
                await bench.driver.stop(bench.label, "t2")
                await bench.advance_past_latency()
                await bench.wait_for("t2", Delivered)
                assert bench.label not in bench.rig.blinking()

        run(scenario())

    def test_a_new_flash_replaces_the_running_one_if_it_says_so(self, domain: str, run: Run) -> None:
        async def scenario() -> None:
            async with bench_of(domain) as bench:
                if bench.driver.capability.can_replace:
                    for label in bench.rig.labels:  # of every kind there is
                        await bench.light(f"{label}-1", label, LightColour.BLUE)
                        await bench.light(f"{label}-2", label, LightColour.YELLOW)
                        assert bench.rig.blinking()[label] is LightColour.YELLOW

        run(scenario())


@every_driver
class TestLoss:
    def test_a_lost_gateway_is_a_passing_error(self, domain: str, run: Run) -> None:
        async def scenario() -> None:
            async with bench_of(domain) as bench:
                await bench.rig.lose_gateway()
                with pytest.raises(GatewayError) as error:
                    await bench.driver.light(bench.label, Flash(colour=LightColour.BLUE, duration_s=5), "t1")
                assert error.value.is_retryable

        run(scenario())


@every_driver
class TestUnderTheDispatcher:
    def test_a_wish_lights_the_label_and_its_end_darkens_it(self, domain: str, run: Run) -> None:
        async def scenario() -> None:
            async with bench_of(domain, is_open=False) as bench:
                clock, can = bench.rig.tools.clock, bench.driver.capability
                dispatcher = Dispatcher(clock, sleep=bench.rig.tools.sleep)
                dispatcher.add_gateway("gw", bench.driver)
                dispatcher.start()
                try:
                    look = Look(LightColour.CYAN, BlinkPattern.SLOW)
                    wish = LightWish("pick", bench.label, look, clock.now(), clock.now())
                    dispatcher.want("walk", {"gw": [wish]})
                    await until(lambda: bench.rig.commands_taken(bench.label) == 1)
                    await self._advance_until(bench, lambda: bench.label in bench.rig.blinking())
                    assert bench.rig.blinking()[bench.label] is LightColour.CYAN
                    dispatcher.want("walk", {})
                    await self._advance_until(bench, lambda: bench.label not in bench.rig.blinking())
                    await bench.rig.advance(can.lost_after_s)
                    await until(lambda: dispatcher.pending("gw") == 0)
                    assert bench.rig.blinking() == {}
                finally:
                    await dispatcher.stop()

        run(scenario())

    async def _advance_until(self, bench: Bench, condition: Callable[[], bool]) -> None:
        can = bench.driver.capability
        for _ in range(int((can.latency_p95_s * 2 + can.duration_max_s) * 10)):
            if condition():
                return
            await bench.rig.advance(0.1)
        assert condition()


@every_driver
class TestFolder:
    def test_it_has_the_files_every_driver_has(self, domain: str) -> None:
        folder = REGISTRY.folder / domain
        assert {"manifest.toml", "quality.toml", "driver.py", "protocol.py", "rig.py"} <= {
            path.name for path in folder.iterdir()
        }

    def test_its_protocol_touches_no_network_and_no_clock(self, domain: str) -> None:
        tree = ast.parse((REGISTRY.folder / domain / "protocol.py").read_text(encoding="utf-8"))
        modules = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
        modules |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert {module.partition(".")[0] for module in modules}.isdisjoint(
            {"asyncio", "socket", "httpx", "websockets", "time", "datetime", "starlette", "uvicorn"}
        )
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)]

    def test_its_documentation_exists(self, domain: str) -> None:
        assert (ROOT / REGISTRY.manifest(domain).documentation).is_file()

    def test_every_rule_is_answered_and_every_gap_has_a_reason(self, domain: str) -> None:
        rules = set(re.findall(r"^\| `([a-z-]+)` \|", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE))
        assert len(rules) >= 10, "the checklist is a table in docs/adding-a-driver.md"
        answers = tomllib.loads((REGISTRY.folder / domain / "quality.toml").read_text(encoding="utf-8"))["rules"]
        assert set(answers) == rules
        for rule, answer in answers.items():
            status = answer if isinstance(answer, str) else answer["status"]
            assert status in ("done", "todo", "exempt"), rule
            if status != "done":
                assert len(answer["reason"]) >= 15, f"{rule} is {status}: say why"


def test_there_are_drivers() -> None:
    assert {"simulated"} < set(REGISTRY.manifests)
