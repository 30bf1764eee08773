"""The driver against the fake strip on a real socket: what a strip does that no label would."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import ValidationError

from backend.labels.drivers.wled.driver import WledDriver
from backend.labels.drivers.wled.rig import LABELS, WledRig
from backend.labels.drivers.wled.settings import WledSettings
from backend.labels.port import Delivered, Failed, GatewayBusy, LabelUnknown
from shared.labels import BlinkPattern, Flash, LightColour
from tests.backend.labels.drivers.bench import DriverBench, opened

Run = Callable[[Awaitable[Any]], Any]
BLUE_FLASH = Flash(colour=LightColour.BLUE, pattern=BlinkPattern.SLOW, duration_s=30)
FIRST, SECOND = LABELS[:2]


class Shelf(DriverBench):
    """The fake strip, and who stands before it."""

    @property
    def lit(self) -> set[str]:
        return set(self.rig.blinking())


@asynccontextmanager
async def shelf(*, is_open: bool = True, **settings: Any) -> AsyncIterator[Shelf]:
    rig = WledRig()
    await rig.start()
    driver = WledDriver(WledSettings.model_validate({**rig.settings, **settings}), rig.tools)
    async with opened(Shelf(rig, driver), is_open=is_open) as bench:
        yield bench


class TestOpening:
    def test_a_strip_that_was_just_plugged_in_is_darkened(self, run: Run) -> None:
        async def scenario() -> None:
            async with shelf(is_open=False) as here:
                strip = here.rig.controller.strip
                assert len(strip.colours(0)) == strip.leds
                await here.driver.open(here.heard.append)
                assert strip.colours(0) == {}

        run(scenario())

    def test_closing_darkens_what_would_burn_on(self, run: Run) -> None:
        async def scenario() -> None:
            async with shelf() as here:
                await here.driver.light(FIRST, BLUE_FLASH, "t1")
                await here.driver.close()
                assert here.lit == set()

        run(scenario())


class TestFlash:
    def test_one_request_lights_a_label_and_its_answer_confirms_it(self, run: Run) -> None:
        async def scenario() -> None:
            async with shelf() as here:
                sent = len(here.rig.controller.requests)
                await here.driver.light(FIRST, BLUE_FLASH, "t1")
                assert here.outcomes("t1") == [Delivered]
                assert len(here.rig.controller.requests) == sent + 1

        run(scenario())

    def test_it_ends_to_the_second(self, run: Run) -> None:
        async def scenario() -> None:
            async with shelf() as here:
                await here.driver.light(FIRST, BLUE_FLASH, "t1")
                await here.rig.advance(29.9)
                assert here.lit == {FIRST}
                await here.rig.advance(0.1)
                assert here.lit == set()

        run(scenario())

    def test_one_that_ends_leaves_the_others_lit(self, run: Run) -> None:
        async def scenario() -> None:
            async with shelf() as here:
                for seconds, label in enumerate(LABELS):
                    flash = BLUE_FLASH.model_copy(update={"duration_s": 20 + 10 * seconds})
                    await here.driver.light(label, flash, label)
                for ended in range(1, len(LABELS) + 1):
                    await here.rig.advance(10 if ended > 1 else 20)
                    assert here.lit == set(LABELS[ended:])

        run(scenario())

    def test_without_the_driver_the_strip_darkens_itself(self, run: Run) -> None:
        async def scenario() -> None:
            async with shelf() as here:
                await here.driver.light(FIRST, BLUE_FLASH, "t1")
                assert here.driver._watcher is not None
                here.driver._watcher.cancel()  # the backend is gone
                await here.rig.advance(119)
                assert here.lit == {FIRST}
                await here.rig.advance(1)
                assert here.lit == set()

        run(scenario())

    def test_with_the_driver_the_guard_is_renewed_as_long_as_something_is_lit(self, run: Run) -> None:
        async def scenario() -> None:
            async with shelf() as here:
                await here.driver.light(FIRST, BLUE_FLASH.model_copy(update={"duration_s": 300}), "t1")
                for _ in range(299):
                    assert here.lit == {FIRST}
                    await here.rig.advance(1)
                await here.rig.advance(1)
                assert here.lit == set()

        run(scenario())

    def test_more_labels_than_segments_fail_at_once_and_say_why(self, run: Run) -> None:
        async def scenario() -> None:
            async with shelf(segments_max=1) as here:
                await here.driver.light(FIRST, BLUE_FLASH, "t1")
                await here.driver.light(SECOND, BLUE_FLASH, "t2")
                assert (here.outcomes("t1"), here.outcomes("t2")) == ([Delivered], [Failed])
                assert here.lit == {FIRST}
                await here.rig.advance(30)
                await here.driver.light(SECOND, BLUE_FLASH, "t3")
                assert here.outcomes("t3") == [Delivered]

        run(scenario())


class TestTrouble:
    def test_a_power_cut_in_the_middle_of_a_flash_is_put_right(self, run: Run) -> None:
        async def scenario() -> None:
            async with shelf() as here:
                await here.driver.light(FIRST, BLUE_FLASH, "t1")
                await here.rig.reboot_gateway()
                await here.rig.advance(5)
                strip = here.rig.controller.strip
                assert here.lit == {FIRST}
                assert len(strip.colours(here.rig.time.clock.monotonic_s())) == 3  # the orange of its start is gone
                await here.rig.advance(25)
                assert here.lit == set()
                assert here.outcomes("t1") == [Delivered]

        run(scenario())

    def test_a_power_cut_while_dark_is_put_right_too(self, run: Run) -> None:
        async def scenario() -> None:
            async with shelf() as here:
                await here.rig.reboot_gateway()
                await here.rig.advance(16)
                assert here.rig.controller.strip.colours(16) == {}

        run(scenario())

    def test_somebody_who_switches_the_strip_off_in_its_own_application_is_overruled(self, run: Run) -> None:
        async def scenario() -> None:
            async with shelf() as here:
                await here.driver.light(FIRST, BLUE_FLASH, "t1")
                here.rig.controller.strip.change(b'{"on":false}', 0)
                assert here.lit == set()
                await here.rig.advance(4)
                assert here.lit == {FIRST}

        run(scenario())

    def test_a_flash_that_ends_while_the_strip_is_gone_is_not_shown_afterwards(self, run: Run) -> None:
        async def scenario() -> None:
            async with shelf() as here:
                await here.driver.light(FIRST, BLUE_FLASH, "t1")
                await here.rig.lose_gateway()
                await here.rig.advance(31)
                assert not (await here.driver.health()).is_reachable
                await here.rig.controller.gateway.start()
                await here.rig.advance(2)
                assert here.lit == set()
                assert (await here.driver.health()).is_reachable

        run(scenario())

    def test_a_strip_whose_buffer_is_taken_is_busy_and_nothing_is_remembered(self, run: Run) -> None:
        async def scenario() -> None:
            async with shelf() as here:
                here.rig.controller.strip.is_locked = True
                with pytest.raises(GatewayBusy):
                    await here.driver.light(FIRST, BLUE_FLASH, "t1")
                here.rig.controller.strip.is_locked = False
                await here.rig.advance(20)
                assert (here.lit, here.outcomes("t1")) == (set(), [])

        run(scenario())


class TestLabels:
    def test_leds_beyond_the_strip_belong_to_no_label(self, run: Run) -> None:
        async def scenario() -> None:
            async with shelf(labels={"far": {"first": 14, "count": 2}}) as here:
                with pytest.raises(LabelUnknown, match="the strip after 15"):
                    await here.driver.light("far", BLUE_FLASH, "t1")

        run(scenario())

    def test_discovered_are_those_of_the_settings_with_what_the_strip_says(self, run: Run) -> None:
        async def scenario() -> None:
            async with shelf() as here:
                reports = await here.driver.discover()
                assert [each.external_id for each in reports] == [*LABELS, "W9"]
                assert {(each.model, each.firmware, each.signal_dbm) for each in reports} == {
                    ("WLED esp32", "16.0.1", -61)
                }

        run(scenario())


class TestSettings:
    @pytest.mark.parametrize(
        ("wrong", "problem"),
        [
            ({"labels": {"a": {"first": 0, "count": 3}, "b": {"first": 2}}}, "LED 2 belongs to a and to b"),
            ({"url": "http://10.0.0.1/json"}, "pattern"),
            ({"url": "http://name:word@10.0.0.1"}, "pattern"),
            ({"labels": {}}, "at least 1"),
            ({"labels": {"two words": {"first": 0}}}, "pattern"),
            ({"brightness": 0}, "greater than or equal to 1"),
            ({"colours": {"blue": "#0000ff"}}, "pattern"),
        ],
    )
    def test_what_cannot_be_is_refused(self, wrong: Mapping[str, Any], problem: str) -> None:
        right = {"url": "http://10.0.0.1", "labels": {"a": {"first": 0}}}
        with pytest.raises(ValidationError, match=problem):
            WledSettings.model_validate({**right, **wrong})
