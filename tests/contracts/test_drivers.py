"""The contract of gateway drivers: every driver the registry finds passes this suite on its own test bed."""

from __future__ import annotations

import ast
import asyncio
import io
import re
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from backend.labels.dispatcher import Dispatcher
from backend.labels.errors import GatewaySettingsInvalid
from backend.labels.port import (
    AnswerMissing,
    Delivered,
    DriverRig,
    Expired,
    Failed,
    GatewayDriver,
    GatewayError,
    GatewayEvent,
    GatewayUnreachable,
    LabelReport,
    LabelUnknown,
    Picture,
    PictureUnsupported,
    StopUnsupported,
)
from backend.labels.registry import DriverRegistry
from backend.labels.wishes import LightWish
from shared.labels import BlinkPattern, Flash, LightColour, Look
from tests.backend.waiting import until
from tests.setting_words import unsaid

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "adding-a-driver.md"
REGISTRY = DriverRegistry()
Run = Callable[[Awaitable[Any]], Any]
BACK_WITHIN_S = 120
ANSWERS_WITHIN_S = 120
LOOK_AT_SOCKETS_S = 0.02

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

    async def has_arrived(self, token: str) -> None:
        """The command is with the label, by what the driver says; or, if it never says, by what it promises."""
        if self.driver.capability.confirms_delivery:
            await self.wait_for(token, Delivered)
        else:
            assert self.outcomes(token) == []

    async def light(self, token: str = "t1", label: str = "", colour: LightColour = LightColour.BLUE) -> Flash:
        """Light a label and let its time pass until it has the command."""
        flash = Flash(colour=colour, duration_s=self.driver.capability.duration_max_s)
        await self.driver.light(label or self.label, flash, token)
        await self.advance_past_latency()
        await self.has_arrived(token)
        return flash

    async def advance_until(self, condition: Callable[[], bool]) -> None:
        """Look ten times a second, until every flash that is under way has come and gone."""
        can = self.driver.capability
        for _ in range(int((can.latency_p95_s * 2 + can.duration_max_s) * 10)):
            if condition():
                return
            await self.rig.advance(0.1)
        assert condition()

    async def light_once_it_is_back(self, token: str) -> None:
        """Ask again as long as the gateway is away, for a bounded time."""
        flash = Flash(colour=LightColour.BLUE, duration_s=self.driver.capability.duration_max_s)
        for _ in range(BACK_WITHIN_S):
            error = await self.finished(self.driver.light(self.label, flash, token))
            if error is None or isinstance(error, AnswerMissing):
                return
            assert error.is_retryable, error
            await self.rig.advance(1)
        pytest.fail(f"the driver did not find its gateway again within {BACK_WITHIN_S} s")

    async def finished(self, asked: Awaitable[Any]) -> GatewayError | None:
        """Let the labels' time pass until an answer is there; what the driver raised, if it did."""
        task = asyncio.ensure_future(asked)
        for _ in range(2 * ANSWERS_WITHIN_S):
            done, _ = await asyncio.wait([task], timeout=LOOK_AT_SOCKETS_S)
            if done:
                break
            await self.rig.advance(0.5)
        await until(task.done)
        error = task.exception()
        assert error is None or isinstance(error, GatewayError), error
        return error

    async def advance_until_reachable(self) -> None:
        for _ in range(BACK_WITHIN_S):
            await asyncio.sleep(0)
            if (await self.driver.health()).is_reachable:
                return
            await self.rig.advance(1)
        pytest.fail(f"the driver's health does not say reachable {BACK_WITHIN_S} s after a reboot")

    async def displays(self) -> list[LabelReport]:
        return [
            each
            for each in await self.driver.discover()
            if each.width_px and each.height_px and each.external_id in self.rig.labels
        ]

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
                    await bench.advance_past_latency()
                    await bench.has_arrived(token)

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
                expected = [Delivered] if can.confirms_delivery else []
                assert [bench.outcomes(f"t{number}") for number in range(3)] == [expected] * 3
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
                    await bench.has_arrived("t1")

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
                if bench.driver.capability.confirms_delivery:
                    await bench.wait_for("t1", Expired)
                assert bench.outcomes("t1") in ([Expired], [])
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
                await bench.has_arrived("t2")
                assert bench.label not in bench.rig.blinking()

        run(scenario())

    def test_it_shows_every_colour_it_claims_also_in_turn(self, domain: str, run: Run) -> None:
        async def scenario() -> None:
            async with bench_of(domain) as bench:
                can, labels = bench.driver.capability, bench.rig.labels
                turns = [(LightColour.CYAN,), (LightColour.WHITE,), (LightColour.YELLOW, LightColour.BLUE)]
                claimed = [each for each in turns if can.colours.issuperset(each) and len(each) <= can.colours_in_turn]
                assert can.colours_in_turn <= len(can.colours)
                for number, (label, colours) in enumerate(zip(labels, claimed, strict=False)):
                    first, *also = colours
                    flash = Flash(colour=first, also=tuple(also), duration_s=can.duration_max_s)
                    await bench.driver.light(label, flash, f"t{number}")
                    seen: set[LightColour] = set()

                    def sees_it(label: str = label, first: LightColour = first) -> bool:
                        return bench.rig.blinking().get(label) is first

                    await bench.advance_until(sees_it)
                    seen |= bench.rig.colours_of(label)
                    assert seen == set(colours)

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

    def test_stopped_while_it_still_waits_it_is_taken_back_or_ended(self, domain: str, run: Run) -> None:
        async def scenario() -> None:
            async with bench_of(domain) as bench:
                can = bench.driver.capability
                flash = Flash(colour=LightColour.BLUE, duration_s=can.duration_max_s)
                await bench.driver.light(bench.label, flash, "t1")
                try:
                    await bench.driver.stop(bench.label, "t2")
                except StopUnsupported:
                    await bench.advance_past_latency()
                    await bench.has_arrived("t1")
                    assert bench.outcomes("t2") == []
                    return
                await bench.advance_past_latency()
                await bench.has_arrived("t2")
                if can.confirms_delivery:
                    await until(lambda: bench.outcomes("t1"))
                    assert bench.outcomes("t1") in ([Delivered], [Expired])
                await bench.advance_past_latency()
                assert bench.label not in bench.rig.blinking()

        run(scenario())


@every_driver
class TestRearm:
    def test_a_flash_lit_again_before_its_end_does_not_pause_where_it_can_be_replaced(
        self, domain: str, run: Run
    ) -> None:
        async def scenario() -> None:
            async with bench_of(domain) as bench:
                can = bench.driver.capability
                for label in bench.rig.labels[:3]:
                    flash = await bench.light(f"{label}-1", label)
                    if not can.can_replace:
                        await bench.rig.advance(flash.duration_s)
                        assert label not in bench.rig.blinking()
                        await bench.driver.light(label, flash, f"{label}-2")
                        await bench.advance_until(lambda label=label: label in bench.rig.blinking())
                        continue
                    await bench.rig.advance(flash.duration_s / 2)
                    await bench.driver.light(label, flash, f"{label}-2")
                    for _ in range(40):  # past the end of the first one
                        await bench.rig.advance(flash.duration_s / 2 / 40)
                        assert label in bench.rig.blinking()
                    await bench.has_arrived(f"{label}-2")
                    await bench.has_arrived(f"{label}-1")

        run(scenario())


@every_driver
class TestDiscover:
    def test_every_label_is_told_once_and_in_order(self, domain: str, run: Run) -> None:
        async def scenario() -> None:
            async with bench_of(domain) as bench:
                reports = await bench.driver.discover()
                names = [report.external_id for report in reports]
                assert names == sorted(set(names))
                assert {*bench.rig.labels, bench.rig.silent_label} <= set(names)
                for report in reports:
                    assert report.width_px >= 0
                    assert bool(report.width_px) == bool(report.height_px)
                    assert report.battery_mv >= 0
                    assert report.signal_dbm is None or -200 < report.signal_dbm < 0
                    assert report.last_seen_at is None or report.last_seen_at.tzinfo is not None

        run(scenario())

    def test_what_is_told_can_be_lit(self, domain: str, run: Run) -> None:
        async def scenario() -> None:
            async with bench_of(domain) as bench:
                for number, report in enumerate(await bench.driver.discover()):
                    if report.has_light and report.external_id in bench.rig.labels:
                        await bench.light(f"t{number}", report.external_id)

        run(scenario())

    def test_asking_a_lost_gateway_is_a_passing_error(self, domain: str, run: Run) -> None:
        async def scenario() -> None:
            async with bench_of(domain) as bench:
                await bench.rig.lose_gateway()
                if not bench.driver.capability.can_discover:
                    assert await bench.driver.discover(), "what the settings name needs no gateway"
                    return
                with pytest.raises(GatewayError) as error:
                    await bench.driver.discover()
                assert error.value.is_retryable

        run(scenario())


@every_driver
class TestShow:
    def test_a_display_shows_the_picture_it_was_sent_and_then_the_next(self, domain: str, run: Run) -> None:
        async def scenario() -> None:
            async with bench_of(domain) as bench:
                if not bench.driver.capability.can_show:
                    return
                display = (await bench.displays())[0]
                seen = [bench.rig.shown(display.external_id)]
                for number in range(2):
                    picture = drawn(display.width_px, display.height_px, number)
                    await bench.driver.show(display.external_id, picture, f"t{number}")
                    await bench.advance_past_latency()
                    await bench.has_arrived(f"t{number}")
                    seen.append(bench.rig.shown(display.external_id))
                assert seen[0] is None
                assert seen[1]
                assert seen[2]
                assert seen[1] != seen[2]

        run(scenario())

    def test_a_picture_and_a_flash_for_one_label_both_arrive(self, domain: str, run: Run) -> None:
        async def scenario() -> None:
            async with bench_of(domain) as bench:
                if not bench.driver.capability.can_show:
                    return
                display = next(each for each in await bench.displays() if each.has_light)
                picture = drawn(display.width_px, display.height_px, 0)
                flash = Flash(colour=LightColour.BLUE, duration_s=bench.driver.capability.duration_max_s)
                await bench.driver.show(display.external_id, picture, "picture")
                await bench.driver.light(display.external_id, flash, "flash")
                for _ in range(2):
                    await bench.advance_past_latency()
                await bench.has_arrived("picture")
                await bench.has_arrived("flash")
                assert bench.rig.shown(display.external_id)

        run(scenario())

    def test_a_silent_label_shows_nothing_and_its_picture_expires(self, domain: str, run: Run) -> None:
        async def scenario() -> None:
            async with bench_of(domain) as bench:
                silent = next(
                    each for each in await bench.driver.discover() if each.external_id == bench.rig.silent_label
                )
                if not bench.driver.capability.can_show or not silent.width_px:
                    return
                await bench.driver.show(silent.external_id, drawn(silent.width_px, silent.height_px, 0), "t1")
                await bench.rig.advance(bench.driver.capability.lost_after_s)
                if bench.driver.capability.confirms_delivery:
                    await bench.wait_for("t1", Expired)
                assert bench.rig.shown(silent.external_id) is None

        run(scenario())

    def test_what_cannot_be_shown_is_refused_at_once(self, domain: str, run: Run) -> None:
        async def scenario() -> None:
            async with bench_of(domain) as bench:
                reports = {each.external_id: each for each in await bench.driver.discover()}
                size = reports[bench.label].width_px, reports[bench.label].height_px
                wrong = [(size[0] + 8, size[1] or 8)]
                if not bench.driver.capability.can_show:
                    wrong.append((size[0] or 8, size[1] or 8))
                for number, (width_px, height_px) in enumerate(wrong):
                    with pytest.raises(PictureUnsupported):
                        await bench.driver.show(bench.label, drawn(width_px, height_px, 0), f"t{number}")
                    assert bench.outcomes(f"t{number}") == []
                assert bench.rig.shown(bench.label) is None

        run(scenario())


def drawn(width_px: int, height_px: int, number: int) -> Picture:
    """White with a black box whose place depends on the number."""
    image = Image.new("RGB", (width_px, height_px), "white")
    left = number * width_px // 2
    image.paste("black", (left, 0, left + width_px // 2, height_px))
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return Picture(stream.getvalue(), width_px, height_px)


@every_driver
class TestRefusal:
    def test_a_refused_command_has_one_outcome_and_lights_nothing(self, domain: str, run: Run) -> None:
        async def scenario() -> None:
            async with bench_of(domain) as bench:
                if not bench.rig.can_refuse:
                    return
                bench.rig.refuse_next(bench.label)
                flash = Flash(colour=LightColour.BLUE, duration_s=bench.driver.capability.duration_max_s)
                error = await bench.finished(bench.driver.light(bench.label, flash, "t1"))
                await bench.advance_past_latency()
                if error is None:
                    await bench.wait_for("t1", Failed)
                else:
                    assert not error.is_retryable, "asking again does not help"
                    assert bench.outcomes("t1") == []
                assert bench.label not in bench.rig.blinking()
                await bench.driver.light(bench.label, flash, "t2")
                await bench.advance_until(lambda: bench.label in bench.rig.blinking())

        run(scenario())

    def test_a_picture_can_be_refused_as_well(self, domain: str, run: Run) -> None:
        async def scenario() -> None:
            async with bench_of(domain) as bench:
                if not bench.rig.can_refuse or not bench.driver.capability.can_show:
                    return
                display = (await bench.displays())[0]
                picture = drawn(display.width_px, display.height_px, 0)
                bench.rig.refuse_next(display.external_id)
                error = await bench.finished(bench.driver.show(display.external_id, picture, "t1"))
                await bench.advance_past_latency()
                if error is None:
                    await bench.wait_for("t1", Failed)
                else:
                    assert not error.is_retryable, "asking again does not help"
                    assert bench.outcomes("t1") == []
                assert bench.rig.shown(display.external_id) is None

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

    def test_after_a_reboot_labels_are_lit_again_and_nothing_has_two_outcomes(self, domain: str, run: Run) -> None:
        async def scenario() -> None:
            async with bench_of(domain) as bench:
                can, other = bench.driver.capability, bench.rig.labels[1]
                flash = Flash(colour=LightColour.BLUE, duration_s=can.duration_max_s)
                await bench.driver.light(other, flash, "under way")
                await bench.rig.reboot_gateway()
                await bench.light_once_it_is_back("after")
                await bench.advance_until(lambda: bench.label in bench.rig.blinking())
                await bench.advance_past_latency()
                await bench.has_arrived("after")
                await bench.rig.advance(can.lost_after_s)
                if can.confirms_delivery:
                    await until(lambda: bench.outcomes("under way"))
                    assert bench.outcomes("under way") in ([Delivered], [Expired], [Failed])
                assert await bench.finished(bench.driver.discover()) is None
                await bench.advance_until_reachable()

        run(scenario())

    @pytest.mark.parametrize("seconds", [2.0, 45.0])
    def test_a_slow_answer_comes_late_or_is_a_passing_error(self, domain: str, run: Run, seconds: float) -> None:
        async def scenario() -> None:
            async with bench_of(domain) as bench:
                bench.rig.answer_slowly(seconds)
                flash = Flash(colour=LightColour.BLUE, duration_s=bench.driver.capability.duration_max_s)
                error = await bench.finished(bench.driver.light(bench.label, flash, "t1"))
                assert error is None or error.is_retryable
                bench.rig.answer_slowly(0)
                await bench.advance_past_latency()
                if error is None:
                    await bench.has_arrived("t1")
                assert len(bench.outcomes("t1")) <= 1
                failed = await bench.finished(bench.driver.discover())
                assert failed is None

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
                    await bench.advance_until(lambda: bench.label in bench.rig.blinking())
                    assert bench.rig.blinking()[bench.label] is LightColour.CYAN
                    dispatcher.want("walk", {})
                    await bench.advance_until(lambda: bench.label not in bench.rig.blinking())
                    await bench.rig.advance(can.lost_after_s)
                    await until(lambda: dispatcher.pending("gw") == 0)
                    assert bench.rig.blinking() == {}
                finally:
                    await dispatcher.stop()

        run(scenario())


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

    def test_every_setting_is_said_in_every_language(self, domain: str) -> None:
        assert unsaid(REGISTRY.folder / domain, REGISTRY.settings_schema(domain)) == []
        sentences = REGISTRY.words(domain).sentences()
        assert {name for language in ("zh", "pt") for name in sentences[language]} == {"transport", "verified_on"}

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
