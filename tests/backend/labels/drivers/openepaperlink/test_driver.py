"""The driver against the fake access point on a real socket: the traps that the firmware sets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from backend.labels.dispatcher import Dispatcher, LabelAddress
from backend.labels.drivers.openepaperlink.driver import OpenEPaperLinkDriver
from backend.labels.drivers.openepaperlink.fake_access_point import FakeAccessPoint, make_tags
from backend.labels.drivers.openepaperlink.fake_tags import Chip
from backend.labels.drivers.openepaperlink.settings import OpenEPaperLinkSettings
from backend.labels.drivers.simulated.virtual_time import VirtualTime
from backend.labels.lights import LightChange
from backend.labels.port import (
    AnswerMissing,
    ButtonPressed,
    Delivered,
    DriverTools,
    Expired,
    GatewayBusy,
    GatewayEvent,
    LabelUnknown,
)
from backend.labels.wishes import LightWish
from shared.labels import BlinkPattern, Flash, LightColour, LightPhase
from tests.backend.labels.builders import BLUE, YELLOW
from tests.backend.waiting import until

Run = Callable[[Awaitable[Any]], Any]
BLUE_FLASH = Flash(colour=LightColour.BLUE, pattern=BlinkPattern.SLOW, duration_s=34)
ANSWER_WITHIN_S = 2.0


@dataclass
class Shop:
    access_point: FakeAccessPoint
    driver: OpenEPaperLinkDriver
    time: VirtualTime
    macs: Sequence[str]
    heard: list[GatewayEvent] = field(default_factory=list)

    def outcomes(self, token: str) -> list[type[GatewayEvent]]:
        return [type(each) for each in self.heard if isinstance(each, Delivered | Expired) and each.token == token]

    async def advance(self, seconds: float) -> None:
        await self.access_point.advance(seconds)
        await self.time.advance(seconds)

    async def is_listening(self) -> None:
        await until(lambda: self.access_point.listeners == 1)


@asynccontextmanager
async def shop(
    count: int = 4,
    chips: Sequence[Chip] = ("nrf", "efr32"),
    *,
    is_open: bool = True,
    make_http_client: Callable[..., httpx.AsyncClient] = httpx.AsyncClient,
) -> AsyncIterator[Shop]:
    tags = make_tags(count, seed=5, chips=chips)
    access_point, time = FakeAccessPoint(tags), VirtualTime()
    await access_point.start()
    tools = DriverTools(clock=time.clock, make_http_client=make_http_client, sleep=_short_sleep)
    driver = OpenEPaperLinkDriver(OpenEPaperLinkSettings(url=access_point.url), tools)
    opened = Shop(access_point, driver, time, [tag.mac for tag in tags])
    try:
        if is_open:
            await driver.open(opened.heard.append)
            await opened.is_listening()
        yield opened
    finally:
        await driver.close()
        await access_point.stop()


def _impatient_client(**settings: Any) -> httpx.AsyncClient:
    """For a test that waits for an answer in vain; a busy machine is late for others without being silent."""
    return httpx.AsyncClient(**settings | {"timeout": ANSWER_WITHIN_S})


async def _short_sleep(seconds: float) -> None:
    await asyncio.sleep(min(seconds, 0.01))


class TestDatabase:
    def test_all_pages_are_read(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(60) as here:
                assert (await here.driver.health()).labels_known == 60

        run(scenario())

    def test_labels_beyond_the_one_byte_offset_are_asked_for_one_by_one(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(300) as here:
                assert (await here.driver.health()).labels_known < 300
                await here.driver.light(here.macs[-1], BLUE_FLASH, "t1")
                assert len(here.access_point.state.commands_taken[here.macs[-1]]) == 1

        run(scenario())

    def test_a_label_spelled_with_twelve_digits_is_the_same(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                short = here.macs[0][4:].lower()
                await here.driver.light(short, BLUE_FLASH, "t1")
                await here.advance(41)
                await until(lambda: here.outcomes("t1"))
                assert [each.label_external_id for each in here.heard if isinstance(each, Delivered)] == [short]

        run(scenario())


class TestAnswers:
    def test_what_is_sent_is_the_pattern(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                await here.driver.light(here.macs[0], BLUE_FLASH, "t1")
                sent = here.access_point.state.commands_taken[here.macs[0]]
                assert [payload.hex().upper() for payload in sent] == ["810301140000000000000F00"]

        run(scenario())

    def test_a_400_means_the_label_is_unknown(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                here.access_point.refuses_with = 400
                with pytest.raises(LabelUnknown):
                    await here.driver.light(here.macs[0], BLUE_FLASH, "t1")

        run(scenario())

    @pytest.mark.parametrize("status", [409, 500, 503])
    def test_come_back_later_is_busy(self, run: Run, status: int) -> None:
        async def scenario() -> None:
            async with shop() as here:
                here.access_point.refuses_with = status
                with pytest.raises(GatewayBusy):
                    await here.driver.light(here.macs[0], BLUE_FLASH, "t1")

        run(scenario())

    def test_no_answer_may_still_mean_queued(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(make_http_client=_impatient_client) as here:
                here.access_point.is_mute = True
                with pytest.raises(AnswerMissing):
                    await here.driver.light(here.macs[0], BLUE_FLASH, "t1")
                here.access_point.is_mute = False
                await here.advance(41)
                await until(lambda: here.outcomes("t1"))
                assert here.outcomes("t1") == [Delivered]

        run(scenario())


class TestQueue:
    def test_200_is_not_delivered(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                here.access_point.state.tag(here.macs[0]).is_asleep = True
                await here.driver.light(here.macs[0], BLUE_FLASH, "t1")
                await here.advance(300)
                assert here.outcomes("t1") == []

        run(scenario())

    def test_a_timed_out_transfer_expires_and_the_next_one_is_still_seen(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                tag = here.access_point.state.tag(here.macs[0])
                tag.is_asleep = True
                await here.driver.light(here.macs[0], BLUE_FLASH, "t1")
                await here.advance(20 * 60 + 1)
                await until(lambda: here.outcomes("t1"))
                assert here.outcomes("t1") == [Expired]
                tag.is_asleep = False
                await here.driver.light(here.macs[0], BLUE_FLASH, "t2")
                await here.advance(41)
                await until(lambda: here.outcomes("t2"))
                assert here.outcomes("t2") == [Delivered]

        run(scenario())

    def test_a_reboot_forgets_the_queue_and_we_notice(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                await here.driver.light(here.macs[0], BLUE_FLASH, "t1")
                await here.access_point.reboot()
                await until(lambda: here.outcomes("t1"))
                assert here.outcomes("t1") == [Expired]
                await here.is_listening()
                await here.driver.light(here.macs[0], BLUE_FLASH, "t2")
                await here.advance(41)
                await until(lambda: here.outcomes("t2"))
                assert here.outcomes("t2") == [Delivered]

        run(scenario())

    def test_somebody_clearing_the_queue_is_noticed(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                await here.driver.light(here.macs[0], BLUE_FLASH, "t1")
                async with httpx.AsyncClient(base_url=here.access_point.url, trust_env=False) as browser:
                    answer = await browser.post("/tag_cmd", data={"mac": here.macs[0], "cmd": "clear"})
                assert answer.text == "Ok, done"
                await until(lambda: here.outcomes("t1"))
                assert here.outcomes("t1") == [Expired]

        run(scenario())


class TestButton:
    def test_a_press_on_the_shelf_is_heard(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                await here.advance(41)
                here.access_point.state.now_s += 5
                here.access_point.state.press_button(here.macs[0], 2)
                await here.advance(0)
                await until(lambda: [each for each in here.heard if isinstance(each, ButtonPressed)])
                pressed = [each for each in here.heard if isinstance(each, ButtonPressed)]
                assert [(each.label_external_id, each.button) for each in pressed] == [(here.macs[0], 2)]

        run(scenario())


class TestUnderTheDispatcher:
    @pytest.mark.parametrize("chips", [("nrf",), ("efr32",)])
    def test_ten_minutes_of_two_pickers_never_queue_twice_nor_meet_a_running_flash(
        self, run: Run, chips: Sequence[Chip]
    ) -> None:
        async def scenario() -> None:
            async with shop(3, chips, is_open=False) as here:
                state, phases = here.access_point.state, {}

                def note(address: LabelAddress, change: LightChange) -> None:
                    phases[address.external_id] = change.phase

                def has_caught_up(mac: str) -> bool:
                    is_queued = len(state.commands_taken[mac]) > state.delivered(mac)
                    return is_queued or phases.get(mac) is LightPhase.LIT

                dispatcher = Dispatcher(here.time.clock, sleep=here.time.sleep)
                dispatcher.on_light.append(note)
                dispatcher.add_gateway("gw", here.driver)
                dispatcher.start()
                try:
                    now, lit_s = here.time.clock.now(), 0
                    for owner, look in (("walk-a", BLUE), ("walk-b", YELLOW)):
                        dispatcher.want(owner, {"gw": [LightWish("p", mac, look, now, now) for mac in here.macs]})
                    for _ in range(600):
                        await until(lambda: all(map(has_caught_up, here.macs)))
                        await here.advance(1)
                        lit_s += len(state.colours())
                finally:
                    await dispatcher.stop()
                assert state.most_queued == 1
                assert [state.tag(mac).refused for mac in here.macs] == [0, 0, 0]
                assert {payload[1] for payload in state.commands_taken[here.macs[0]]} == {0x03, 0xFC}
                assert lit_s > 0.75 * 600 * 3, f"the labels blinked {lit_s} of {600 * 3} label seconds"

        run(scenario())
