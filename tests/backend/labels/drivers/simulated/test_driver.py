"""The simulated gateway: seeded, and told how to behave."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pydantic import ValidationError

from backend.labels.drivers.simulated.driver import SimulatedDriver
from backend.labels.drivers.simulated.settings import SimulatedSettings
from backend.labels.drivers.simulated.virtual_time import VirtualTime
from backend.labels.port import (
    AnswerMissing,
    ButtonPressed,
    Delivered,
    DriverTools,
    Expired,
    Failed,
    GatewayBusy,
    GatewayEvent,
    GatewayUnreachable,
    LabelUnknown,
    Picture,
    PictureUnsupported,
    StopUnsupported,
)
from shared.labels import Flash, LightColour

Run = Callable[[Awaitable[Any]], Any]
FLASH = Flash(colour=LightColour.BLUE, duration_s=30)


class Counter:
    """An open driver on virtual time, and what it said."""

    def __init__(self, **settings: Any) -> None:
        self.time, self.heard = VirtualTime(), list[GatewayEvent]()
        tools = DriverTools(clock=self.time.clock, chance=random.Random(1), sleep=self.time.sleep)
        self.driver = SimulatedDriver(SimulatedSettings(**settings), tools)

    async def open(self) -> SimulatedDriver:
        await self.driver.open(self.heard.append)
        return self.driver

    def said(self) -> list[tuple[type[GatewayEvent], str]]:
        ends = (Delivered, Expired, Failed)
        return [(type(event), event.token) for event in self.heard if isinstance(event, ends)]


async def outcomes(seed: int, count: int = 200, **settings: Any) -> list[tuple[str, str, float]]:
    """Send one command to each of `count` labels; what became of them: label, outcome, seconds."""
    time, heard = VirtualTime(), list[GatewayEvent]()
    tools = DriverTools(clock=time.clock, chance=random.Random(seed), sleep=time.sleep)
    driver = SimulatedDriver(SimulatedSettings(**settings), tools)
    await driver.open(heard.append)
    began_at = time.clock.now()
    for number in range(count):
        await driver.light(f"L{number}", FLASH, f"t{number}")
    await time.advance(700)
    await driver.close()
    return [
        (event.label_external_id, type(event).__name__, (event.at - began_at).total_seconds())
        for event in heard
        if isinstance(event, Delivered | Expired)
    ]


def test_the_same_seed_gives_the_same_course(run: Run) -> None:
    first, again, other = (run(outcomes(seed, loss_rate=0.2)) for seed in (4, 4, 5))
    assert first == again
    assert first != other


def test_latency_is_within_its_limits_and_fills_them(run: Run) -> None:
    seconds = [each[2] for each in run(outcomes(1, latency_min_s=5, latency_max_s=45, expires_after_s=60))]
    assert min(seconds) >= 5
    assert max(seconds) <= 45
    assert max(seconds) - min(seconds) > 30


def test_the_lost_share_is_about_what_was_asked(run: Run) -> None:
    lost = [each for each in run(outcomes(1, loss_rate=0.25)) if each[1] == "Expired"]
    assert 30 <= len(lost) <= 70


def test_a_full_gateway_is_busy(run: Run) -> None:
    with pytest.raises(GatewayBusy):
        run(outcomes(1, pending_max=10))


def test_settings_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(ValidationError, match="latency_min_s"):
        SimulatedSettings(latency_min_s=9, latency_max_s=1)

    with pytest.raises(ValidationError, match="display_height_px"):
        SimulatedSettings(display_height_px=0)


def test_a_lost_answer_may_be_queued_all_the_same(run: Run) -> None:
    async def scenario() -> None:
        here = Counter(answer_loss_rate=1)
        driver = await here.open()
        with pytest.raises(AnswerMissing):
            await driver.light("L1", FLASH, "t1")
        await here.time.advance(2)
        assert here.said() == [(Delivered, "t1")]
        assert list(driver.lights()) == ["L1"]
        await driver.close()

    run(scenario())


class TestStop:
    def test_a_waiting_flash_is_taken_back_and_never_seen(self, run: Run) -> None:
        async def scenario() -> None:
            here = Counter(latency_min_s=5, latency_max_s=5)
            driver = await here.open()
            await driver.light("L1", FLASH, "t1")
            await here.time.advance(4.9)
            await driver.stop("L1", "t2")
            for _ in range(80):
                await here.time.advance(0.1)
                assert driver.lights() == {}
            assert here.said() == [(Expired, "t1"), (Delivered, "t2")]
            await driver.close()

        run(scenario())

    def test_labels_that_cannot_stop_can_still_be_spared_what_waits(self, run: Run) -> None:
        async def scenario() -> None:
            here = Counter(can_stop=False)
            driver = await here.open()
            await driver.light("L1", FLASH, "t1")
            await driver.stop("L1", "t2")
            assert here.said() == [(Expired, "t1"), (Delivered, "t2")]
            await driver.light("L1", FLASH, "t3")
            await here.time.advance(2)
            with pytest.raises(StopUnsupported):
                await driver.stop("L1", "t4")
            assert list(driver.lights()) == ["L1"]
            await driver.close()

        run(scenario())


class TestReboot:
    def test_what_waited_is_forgotten_and_said_once_it_is_back(self, run: Run) -> None:
        async def scenario() -> None:
            here = Counter()
            driver = await here.open()
            await driver.light("L1", FLASH, "t1")
            await here.time.advance(2)
            await driver.light("L2", FLASH, "t2")
            driver.reboot()
            with pytest.raises(GatewayUnreachable):
                await driver.light("L3", FLASH, "t3")
            assert here.said() == [(Delivered, "t1")]
            await here.time.advance(5)
            assert here.said() == [(Delivered, "t1"), (Expired, "t2")]
            assert list(driver.lights()) == ["L1"], "labels do not know that their gateway was away"
            assert (await driver.health()).is_reachable
            await driver.close()

        run(scenario())


class TestDiscover:
    def test_battery_and_last_contact_are_told(self, run: Run) -> None:
        async def scenario() -> None:
            here = Counter(labels={"L2", "L1"}, silent_labels={"L2"})
            driver = await here.open()
            for number in range(40):
                await driver.light("L1", Flash(colour=LightColour.BLUE, duration_s=600), f"t{number}")
                await here.time.advance(602)
            first, second = await driver.discover()
            assert (first.external_id, second.external_id) == ("L1", "L2")
            assert (first.width_px, first.height_px) == (296, 128)
            assert second.battery_mv == 3_000 > first.battery_mv
            assert second.last_seen_at is None
            assert first.last_seen_at is not None
            await driver.close()

        run(scenario())

    def test_where_any_label_will_do_those_that_were_asked_for_are_told(self, run: Run) -> None:
        async def scenario() -> None:
            here = Counter()
            driver = await here.open()
            assert await driver.discover() == []
            await driver.light("L7", FLASH, "t1")
            assert [each.external_id for each in await driver.discover()] == ["L7"]
            await driver.close()

        run(scenario())


class TestShow:
    def test_a_picture_stays_when_the_light_is_over(self, run: Run) -> None:
        async def scenario() -> None:
            here = Counter()
            driver = await here.open()
            await driver.show("L1", Picture(b"png", 296, 128), "t1")
            await driver.light("L1", FLASH, "t2")
            await here.time.advance(60)
            assert sorted(here.said(), key=lambda each: each[1]) == [(Delivered, "t1"), (Delivered, "t2")]
            assert (driver.shown("L1"), driver.lights()) == (b"png", {})
            await driver.close()

        run(scenario())

    def test_labels_without_a_display_say_so(self, run: Run) -> None:
        async def scenario() -> None:
            here = Counter(display_width_px=0, display_height_px=0, labels={"L1"})
            driver = await here.open()
            assert not driver.capability.can_show
            with pytest.raises(PictureUnsupported, match="no display"):
                await driver.show("L1", Picture(b"png", 296, 128), "t1")

        run(scenario())

    def test_a_label_nobody_knows_shows_nothing(self, run: Run) -> None:
        async def scenario() -> None:
            here = Counter(labels={"L1"})
            driver = await here.open()
            with pytest.raises(LabelUnknown):
                await driver.show("L2", Picture(b"png", 296, 128), "t1")

        run(scenario())


def test_a_pressed_button_is_told(run: Run) -> None:
    async def scenario() -> None:
        here = Counter()
        driver = await here.open()
        driver.press_button("L1", 2)
        assert [(each.label_external_id, each.button) for each in here.heard if isinstance(each, ButtonPressed)] == [
            ("L1", 2)
        ]

    run(scenario())


def test_firmware_that_refuses_while_it_blinks_says_so(run: Run) -> None:
    async def scenario() -> None:
        here = Counter(can_replace=False)
        driver = await here.open()
        for token in ("t1", "t2"):
            await driver.light("L1", FLASH, token)
            await here.time.advance(2)
        assert here.said() == [(Delivered, "t1"), (Failed, "t2")]
        await driver.close()

    run(scenario())
