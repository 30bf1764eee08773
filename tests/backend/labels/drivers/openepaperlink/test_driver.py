"""The driver against the fake access point on a real socket: the traps that the firmware sets."""

from __future__ import annotations

import asyncio
import io
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from PIL import Image

from backend.labels.dispatcher import Dispatcher, LabelAddress
from backend.labels.drivers.openepaperlink.driver import PENDING_MAX, PICTURES_PENDING_MAX, OpenEPaperLinkDriver
from backend.labels.drivers.openepaperlink.fake_access_point import FakeAccessPoint, make_tags
from backend.labels.drivers.openepaperlink.fake_state import START_EPOCH_S, TAG_TYPES
from backend.labels.drivers.openepaperlink.fake_tags import Chip
from backend.labels.drivers.openepaperlink.listening import POLL_S
from backend.labels.drivers.openepaperlink.settings import OpenEPaperLinkSettings
from backend.labels.drivers.simulated.virtual_time import VirtualTime
from backend.labels.lights import LightChange
from backend.labels.pictures.card import PriceCard, Promotion
from backend.labels.pictures.drawing import Accent, Display, draw
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
    LabelSeen,
    LabelUnknown,
    Picture,
    PictureUnsupported,
    StopUnsupported,
    TransferBegan,
)
from backend.labels.wishes import LightWish
from shared.labels import BlinkPattern, Flash, LightColour, LightPhase
from tests.backend.labels.builders import BLUE, YELLOW
from tests.backend.waiting import until

Run = Callable[[Awaitable[Any]], Any]
BLUE_FLASH = Flash(colour=LightColour.BLUE, pattern=BlinkPattern.SLOW, duration_s=34)
ANSWER_WITHIN_S = 2.0
KINDS = (0x33, 0x34, 0x35)  # red, yellow, neither
OFFER = PriceCard("Whole Milk", 149, "EUR", "en", promotion=Promotion(199, "Weekend"))
MARK = "00000000000000FF"


@dataclass
class Shop:
    access_point: FakeAccessPoint
    driver: OpenEPaperLinkDriver
    time: VirtualTime
    macs: Sequence[str]
    heard: list[GatewayEvent] = field(default_factory=list)
    marks: int = 0

    def outcomes(self, token: str) -> list[type[GatewayEvent]]:
        return [
            type(each) for each in self.heard if isinstance(each, Delivered | Expired | Failed) and each.token == token
        ]

    def shown(self, label: int = 0) -> bytes | None:
        return self.access_point.state.tag(self.macs[label]).shown

    async def show(self, token: str, label: int = 0, *, colour: str = "red") -> None:
        """Upload a picture and let the access point draw it."""
        await self.driver.show(self.macs[label], picture_of(colour), token)
        await self.advance(1)
        await self.caught_up()

    async def advance(self, seconds: float) -> None:
        await self.access_point.advance(seconds)
        await self.time.advance(seconds)

    async def caught_up(self) -> None:
        """The driver has heard everything that was said so far: it hears in order, and this label checks in last."""
        self.marks += 1
        await self.access_point.say({"tags": [{"mac": MARK, "lastseen": self.marks}]})
        await until(lambda: self.times_seen(MARK) == self.marks)

    def times_seen(self, mac: str) -> int:
        return sum(isinstance(each, LabelSeen) and each.label_external_id == mac for each in self.heard)

    async def is_listening(self) -> None:
        await until(lambda: self.access_point.listeners == 1)


@asynccontextmanager
async def shop(
    count: int = 4,
    chips: Sequence[Chip] = ("nrf", "efr32"),
    hardware_types: Sequence[int] = (0x33,),
    *,
    is_open: bool = True,
    make_http_client: Callable[..., httpx.AsyncClient] = httpx.AsyncClient,
    **settings: Any,
) -> AsyncIterator[Shop]:
    tags = make_tags(count, seed=5, chips=chips, hardware_types=hardware_types)
    access_point, time = FakeAccessPoint(tags), VirtualTime()
    await access_point.start()
    tools = DriverTools(clock=time.clock, make_http_client=make_http_client, sleep=_short_sleep)
    driver = OpenEPaperLinkDriver(OpenEPaperLinkSettings(url=access_point.url, **settings), tools)
    opened = Shop(access_point, driver, time, [tag.mac for tag in tags])
    try:
        if is_open:
            await driver.open(opened.heard.append)
            await opened.is_listening()
        yield opened
    finally:
        await driver.close()
        await access_point.stop()


def seen(here: Shop, label: int) -> set[str]:
    """The colours a label shows: the nearest it has to each pixel, weighed as the access point does."""
    shown = here.shown(label)
    colours: Mapping[str, Sequence[int]] = TAG_TYPES[KINDS[label]]["colortable"]
    assert shown is not None
    pixels = Image.open(io.BytesIO(shown)).convert("RGB").getcolors(1 << 20)

    def nearest(pixel: Any) -> str:
        weights = (3, 6, 1)
        return min(
            colours,
            key=lambda name: sum(w * (a - b) ** 2 for w, a, b in zip(weights, pixel, colours[name], strict=True)),
        )

    return {nearest(pixel) for _, pixel in pixels or ()}


def _impatient_client(**settings: Any) -> httpx.AsyncClient:
    """For a test that waits for an answer in vain; a busy machine is late for others without being silent."""
    return httpx.AsyncClient(**settings | {"timeout": ANSWER_WITHIN_S})


async def _short_sleep(seconds: float) -> None:
    await asyncio.sleep(min(seconds, 0.01))


def picture_of(colour: str, width_px: int = 384, height_px: int = 168) -> Picture:
    stream = io.BytesIO()
    Image.new("RGB", (width_px, height_px), colour).save(stream, "PNG")
    return Picture(stream.getvalue(), width_px, height_px)


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

    def test_discovery_finds_those_as_well(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(300) as here:
                reports = await here.driver.discover()
                assert [report.external_id for report in reports] == sorted(here.macs)

        run(scenario())

    def test_discovery_tells_what_is_known_of_each(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(2) as here:
                report = (await here.driver.discover())[0]
                assert (report.model, report.width_px, report.height_px) == ('M3 2.9"', 384, 168)
                assert (report.battery_mv, report.signal_dbm, report.has_light) == (2_900, -60, True)
                assert report.last_seen_at == datetime.fromtimestamp(START_EPOCH_S, UTC)
                assert report.firmware == "0028"

        run(scenario())

    def test_and_which_colour_its_display_has_besides_black_and_white(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(3, hardware_types=KINDS) as here:
                reports = await here.driver.discover()
                assert [report.accent for report in reports] == ["red", "yellow", ""]

        run(scenario())

    def test_a_kind_of_label_without_a_description_has_no_size_and_shows_nothing(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(2) as here:
                here.access_point.tag_types.clear()
                report = (await here.driver.discover())[0]
                assert (report.model, report.width_px, report.height_px) == ("kind 33", 0, 0)
                with pytest.raises(PictureUnsupported, match="description"):
                    await here.driver.show(here.macs[0], picture_of("red"), "t1")

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


class TestAdvice:
    @pytest.mark.parametrize(
        ("config", "advice"),
        [
            ({}, ""),
            ({"stopsleep": 0}, "10 minutes"),
            ({"stopsleep": 0, "maxsleep": 0}, ""),
            ({"sleeptime1": 22, "sleeptime2": 6}, "from 22 to 6 h"),
        ],
    )
    def test_what_makes_labels_slow_is_told(self, run: Run, config: dict[str, int], advice: str) -> None:
        async def scenario() -> None:
            async with shop(is_open=False) as here:
                here.access_point.config |= config
                await here.driver.open(here.heard.append)
                health = await here.driver.health()
                assert health.is_reachable
                assert advice in health.detail
                assert bool(advice) == bool(health.detail)

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

    def test_no_answer_before_anything_was_sent_means_nothing_is_queued(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(300, make_http_client=_impatient_client) as here:
                here.access_point.is_mute = True
                with pytest.raises(GatewayUnreachable):
                    await here.driver.light(here.macs[-1], BLUE_FLASH, "t1")
                assert here.access_point.state.commands_taken[here.macs[-1]] == []

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

    def test_the_nightly_reboot_at_03_56_costs_what_waited_and_nothing_else(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                state = here.access_point.state
                here.access_point.reboots_nightly = True
                state.now_s = state.next_night_s() - 100
                for mac in here.macs:
                    state.tag(mac).is_asleep = True
                await here.driver.light(here.macs[0], BLUE_FLASH, "t1")
                await here.show("p1", 1)
                await here.advance(200)
                assert state.now_s % 1 == 0
                await until(lambda: here.outcomes("t1") and here.outcomes("p1"))
                assert (here.outcomes("t1"), here.outcomes("p1")) == ([Expired], [Expired])
                await here.is_listening()
                state.tag(here.macs[0]).is_asleep = False
                await here.driver.light(here.macs[0], BLUE_FLASH, "t2")
                await here.advance(41)
                await until(lambda: here.outcomes("t2"))
                assert here.outcomes("t2") == [Delivered]

        run(scenario())

    def test_a_hundred_labels_may_wait_and_pictures_leave_room_for_flashes(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(120) as here:
                for mac in here.macs:
                    here.access_point.state.tag(mac).is_asleep = True
                for label in range(PICTURES_PENDING_MAX):
                    await here.driver.show(here.macs[label], picture_of("red"), f"p{label}")
                with pytest.raises(GatewayBusy, match="40 pictures"):
                    await here.driver.show(here.macs[119], picture_of("red"), "p119")
                for label in range(PICTURES_PENDING_MAX, PENDING_MAX):
                    await here.driver.light(here.macs[label], BLUE_FLASH, f"t{label}")
                with pytest.raises(GatewayBusy, match="100 labels"):
                    await here.driver.light(here.macs[119], BLUE_FLASH, "t119")
                await here.driver.light(here.macs[0], BLUE_FLASH, "t0")  # its label waits already
                await here.advance(1)
                assert here.access_point.state.most_labels_pending == PENDING_MAX
                assert here.driver.capability.pending_max == PENDING_MAX - PICTURES_PENDING_MAX

        run(scenario())


class TestTakeBack:
    def test_a_flash_that_waits_never_blinks_once_it_is_stopped(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                await here.driver.light(here.macs[0], BLUE_FLASH, "t1")
                await here.driver.stop(here.macs[0], "t2")
                for _ in range(100):
                    await here.advance(1)
                    assert here.access_point.state.colours() == {}
                await until(lambda: here.outcomes("t2"))
                assert (here.outcomes("t1"), here.outcomes("t2")) == ([Expired], [Delivered])
                await here.driver.light(here.macs[0], BLUE_FLASH, "t3")
                await here.advance(41)
                await until(lambda: here.outcomes("t3"))
                assert here.outcomes("t3") == [Delivered]

        run(scenario())

    def test_not_if_a_picture_waits_as_well(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                await here.driver.light(here.macs[0], BLUE_FLASH, "t1")
                await here.driver.show(here.macs[0], picture_of("red"), "p1")
                with pytest.raises(StopUnsupported):
                    await here.driver.stop(here.macs[0], "t2")
                await here.advance(50)
                await until(lambda: here.outcomes("t1") and here.outcomes("p1"))
                assert (here.outcomes("t1"), here.outcomes("p1")) == ([Delivered], [Delivered])

        run(scenario())

    def test_what_blinks_is_not_stopped(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                await here.driver.light(here.macs[0], BLUE_FLASH, "t1")
                await here.advance(41)
                await until(lambda: here.outcomes("t1"))
                with pytest.raises(StopUnsupported):
                    await here.driver.stop(here.macs[0], "t2")

        run(scenario())


class TestPictures:
    def test_a_jpeg_goes_out_undithered_and_arrives_whole(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                await here.show("p1")
                assert here.access_point.uploads == [{"mac": here.macs[0], "dither": "0", "ttl": "0"}]
                await here.advance(41)
                await until(lambda: here.outcomes("p1"))
                assert here.outcomes("p1") == [Delivered]
                assert TransferBegan in [type(each) for each in here.heard], "it says when a label fetches its picture"
                with Image.open(io.BytesIO(here.shown() or b"")) as image:
                    assert (image.format, image.size) == ("JPEG", (384, 168))

        run(scenario())

    def test_a_promotion_arrives_in_the_colour_the_display_has(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(3, hardware_types=KINDS) as here:
                for number, report in enumerate(await here.driver.discover()):
                    display = Display(report.width_px, report.height_px, Accent(report.accent or Accent.NONE))
                    drawn = Picture(draw(OFFER, display), display.width_px, display.height_px)
                    await here.driver.show(here.macs[number], drawn, f"t{number}")
                await here.advance(60)
                await here.caught_up()
                assert [seen(here, number) for number in range(3)] == [
                    {"white", "black", "red"},
                    {"white", "black", "yellow"},
                    {"white", "black"},
                ]

        run(scenario())

    def test_or_as_a_template_that_the_access_point_draws(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(pictures_as="template") as here:
                await here.show("p1")
                await here.advance(41)
                await until(lambda: here.outcomes("p1"))
                assert here.shown() == b'[{"box":[0,0,384,168,2]}]'

        run(scenario())

    def test_a_template_too_long_goes_out_as_a_jpeg(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(pictures_as="template") as here:
                noise = Image.frombytes("L", (384, 168), random.Random(1).randbytes(384 * 168))
                stream = io.BytesIO()
                noise.save(stream, "PNG")
                await here.driver.show(here.macs[0], Picture(stream.getvalue(), 384, 168), "p1")
                assert here.access_point.uploads[0]["dither"] == "0"

        run(scenario())

    def test_what_it_shows_already_has_arrived_at_once(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                await here.show("p1")
                await here.advance(41)
                await until(lambda: here.outcomes("p1"))
                await here.driver.show(here.macs[0], picture_of("red"), "p2")
                await here.advance(1)
                await until(lambda: here.outcomes("p2"))
                assert here.outcomes("p2") == [Delivered]
                assert here.access_point.state.delivered(here.macs[0]) == 1

        run(scenario())

    def test_a_flash_overtakes_a_picture_that_waits(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(1) as here:
                await here.show("p1")
                await here.driver.light(here.macs[0], BLUE_FLASH, "t1")
                await until(lambda: len(here.access_point.uploads) == 2)
                check_ins = here.access_point.state.tag(here.macs[0]).check_ins
                await self._until_check_in(here, check_ins + 1)
                await until(lambda: here.outcomes("t1"))
                assert (here.outcomes("t1"), here.shown()) == ([Delivered], None)
                await here.advance(5.1)
                await until(lambda: here.outcomes("p1"))
                assert here.outcomes("p1") == [Delivered]
                assert here.shown() is not None
                assert here.macs[0] in here.access_point.state.colours()

        run(scenario())

    def test_a_picture_behind_a_flash_comes_five_seconds_after_it(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(1) as here:
                await here.driver.light(here.macs[0], BLUE_FLASH, "t1")
                await here.show("p1")
                check_ins = here.access_point.state.tag(here.macs[0]).check_ins
                await self._until_check_in(here, check_ins + 1)
                assert here.shown() is None
                await here.advance(5.1)
                assert here.shown() is not None
                await until(lambda: here.outcomes("p1"))
                assert (here.outcomes("t1"), here.outcomes("p1")) == ([Delivered], [Delivered])
                assert len(here.access_point.uploads) == 1, "it was behind the flash already"

        run(scenario())

    async def _until_check_in(self, here: Shop, count: int) -> None:
        for _ in range(500):
            if here.access_point.state.tag(here.macs[0]).check_ins >= count:
                return
            await here.advance(0.1)
        pytest.fail("the label never checked in")

    def test_one_the_access_point_cannot_draw_for_want_of_space_is_given_up(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                here.access_point.state.has_space = False
                await here.driver.show(here.macs[0], picture_of("red"), "p1")
                await here.advance(here.driver.capability.lost_after_s + POLL_S)
                await until(lambda: here.outcomes("p1"))
                assert here.outcomes("p1") == [Expired]
                here.access_point.takes_uploads = False
                with pytest.raises(GatewayBusy):
                    await here.driver.show(here.macs[0], picture_of("red"), "p2")

        run(scenario())

    def test_a_second_picture_for_one_label_waits_for_the_first(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                await here.driver.show(here.macs[0], picture_of("red"), "p1")
                with pytest.raises(GatewayBusy):
                    await here.driver.show(here.macs[0], picture_of("black"), "p2")

        run(scenario())

    def test_a_400_means_the_label_is_unknown(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                await here.driver.discover()
                here.access_point.state.refusing.add(here.macs[0])
                with pytest.raises(LabelUnknown, match="mac not found"):
                    await here.driver.show(here.macs[0], picture_of("red"), "p1")
                await here.show("p2")

        run(scenario())

    def test_no_answer_may_still_mean_taken(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(make_http_client=_impatient_client) as here:
                await here.driver.discover()
                here.access_point.is_mute = True
                with pytest.raises(AnswerMissing):
                    await here.driver.show(here.macs[0], picture_of("red"), "p1")
                here.access_point.is_mute = False
                await here.advance(42)
                await until(lambda: here.outcomes("p1"))
                assert here.outcomes("p1") == [Delivered]

        run(scenario())

    def test_one_that_made_way_and_is_not_taken_again_expires(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                await here.show("p1")
                here.access_point.takes_uploads = False
                await here.driver.light(here.macs[0], BLUE_FLASH, "t1")
                await until(lambda: here.outcomes("p1"))
                assert here.outcomes("p1") == [Expired]

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

    def test_a_phone_held_to_it_is_button_0(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                here.access_point.state.now_s += 5
                here.access_point.state.hold_to_nfc(here.macs[0])
                await here.advance(0)
                await until(lambda: [each for each in here.heard if isinstance(each, ButtonPressed)])
                assert [each.button for each in here.heard if isinstance(each, ButtonPressed)] == [0]

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
                in_turn = {(payload[1], payload[4]) for payload in state.commands_taken[here.macs[0]]}
                assert in_turn == {(0x03, 0xFC)}, "each sees their own colour"
                assert lit_s > 0.75 * 600 * 3, f"the labels blinked {lit_s} of {600 * 3} label seconds"

        run(scenario())
