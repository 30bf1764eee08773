"""The driver against the fake access point on a real socket: the radio's rhythm, the traps of shell and firmware."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from backend.labels.dispatcher import Dispatcher, LabelAddress
from backend.labels.drivers.ble_esl.air_time import AirTime
from backend.labels.drivers.ble_esl.driver import FIRST_PING_S, PENDING_MAX, BleEslDriver
from backend.labels.drivers.ble_esl.fake_access_point import FakeAccessPoint, draw_key, make_labels
from backend.labels.drivers.ble_esl.link import HEARTBEAT_S
from backend.labels.drivers.ble_esl.protocol import LedControl, PlainCommand
from backend.labels.drivers.ble_esl.responses import ErrorCode, Refusal
from backend.labels.drivers.ble_esl.settings import BleEslSettings
from backend.labels.lights import LightChange
from backend.labels.port import (
    AnswerMissing,
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
    Queued,
)
from backend.labels.wishes import LightWish
from shared.labels import BlinkPattern, Flash, LightColour, LightPhase
from tests.backend.labels.builders import BLUE, YELLOW
from tests.backend.waiting import until

Run = Callable[[Awaitable[Any]], Any]
FLASH = Flash(colour=LightColour.BLUE, pattern=BlinkPattern.SLOW, duration_s=30)
INTERVAL_S = 1.76


@dataclass
class Shop:
    access_point: FakeAccessPoint
    driver: BleEslDriver
    time: AirTime
    names: Sequence[str]
    heard: list[GatewayEvent] = field(default_factory=list)

    def outcomes(self, token: str) -> list[type[GatewayEvent]]:
        return [
            type(each) for each in self.heard if isinstance(each, Delivered | Expired | Failed) and each.token == token
        ]

    def instant_s(self, token: str, kind: type[Queued] | type[Delivered]) -> float:
        start = self.time.clock.now().timestamp() - self.time.clock.monotonic_s()
        return next(
            each.at.timestamp() - start for each in self.heard if isinstance(each, kind) and each.token == token
        )

    def blinking(self) -> set[str]:
        return {*self.access_point.state.colours()}

    async def light_all(self, names: Sequence[str]) -> None:
        """As the dispatcher does it: each in a task of its own, in order."""
        await asyncio.gather(*(self.driver.light(name, FLASH, name) for name in names))


@asynccontextmanager
async def shop(
    count: int = 4, groups: int = 128, *, is_open: bool = True, resync_s: float | None = 8.0, **settings: Any
) -> AsyncIterator[Shop]:
    chance = random.Random(5)
    access_point = FakeAccessPoint(make_labels(count, chance, groups=groups), chance, resync_s=resync_s)
    await access_point.start()
    time = AirTime(access_point)
    filled = BleEslSettings.model_validate(access_point.settings() | settings)
    driver = BleEslDriver(filled, DriverTools(clock=time.clock, sleep=time.sleep))
    time.driver = driver
    opened = Shop(access_point, driver, time, [*access_point.state.labels])
    try:
        if is_open:
            await driver.open(opened.heard.append)
        yield opened
    finally:
        await driver.close()
        await access_point.stop()


class TestRhythm:
    def test_three_labels_of_one_group_are_lit_by_one_packet(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(3, groups=1) as here:
                await here.light_all(here.names)
                await here.time.advance(INTERVAL_S)
                assert here.blinking() == {*here.names}
                assert here.access_point.state.packets == 1
                assert [here.outcomes(name) for name in here.names] == [[Delivered]] * 3

        run(scenario())

    @pytest.mark.parametrize(("groups", "intervals"), [(128, 1), (1, 4)])
    def test_ten_neighbours_take_one_interval_spread_over_groups_and_four_in_a_single_one(
        self, run: Run, groups: int, intervals: int
    ) -> None:
        async def scenario() -> None:
            async with shop(10, groups=groups) as here:
                await here.light_all(here.names)
                await here.time.advance((intervals - 1) * INTERVAL_S + 0.2)
                assert len(here.blinking()) < 10
                await here.time.advance(INTERVAL_S - 0.2)
                assert len(here.blinking()) == 10
                assert here.access_point.state.busy_answers == 0

        run(scenario())

    def test_the_nearest_stop_goes_first_whoever_asks(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(7, groups=1) as here:
                order = [here.names[place] for place in (6, 2, 5, 0, 3, 1, 4)]
                await here.light_all(order)
                await here.time.advance(3 * INTERVAL_S)
                assert sorted(order, key=lambda name: here.instant_s(name, Delivered)) == order

        run(scenario())

    def test_a_flash_that_had_to_be_sent_twice_is_not_longer(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                here.access_point.state.damages_answers = 1
                await here.driver.light(here.names[0], FLASH, "t1")
                await here.time.advance(INTERVAL_S)
                assert here.outcomes("t1") == []
                assert here.names[0] in here.blinking()
                await here.time.advance(2 * INTERVAL_S)
                assert here.outcomes("t1") == [Delivered]
                first, second = (
                    each for each in here.access_point.state.labels[here.names[0]].heard if isinstance(each, LedControl)
                )
                assert second.light.count < first.light.count == FLASH.duration_s
                await here.time.advance(FLASH.duration_s - 2 * INTERVAL_S + 0.5)
                assert here.blinking() == set()

        run(scenario())


class TestCommands:
    def test_who_is_not_in_the_settings_or_has_no_light_is_unknown(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(is_open=False) as here:
                labels = here.access_point.settings()["labels"]
                labels[here.names[1]]["has_light"] = False
                settings = BleEslSettings.model_validate(here.access_point.settings() | {"labels": labels})
                driver = BleEslDriver(settings, DriverTools(clock=here.time.clock, sleep=here.time.sleep))
                await driver.open(here.heard.append)
                for name, why in (("nobody", "settings"), (here.names[1], "no light")):
                    with pytest.raises(LabelUnknown, match=why):
                        await driver.light(name, FLASH, "t1")
                assert [report.has_light for report in await driver.discover()] == [True, False, True, True]
                await driver.close()

        run(scenario())

    @pytest.mark.parametrize("code", [code for code in ErrorCode if code is not ErrorCode.RETRY])
    def test_a_refusal_fails_with_its_reason(self, run: Run, code: ErrorCode) -> None:
        async def scenario() -> None:
            async with shop() as here:
                here.access_point.state.labels[here.names[0]].refuses_with.extend([code] * 3)
                await here.driver.light(here.names[0], FLASH, "t1")
                await here.time.advance(4 * INTERVAL_S)
                (failed,) = [each for each in here.heard if isinstance(each, Failed)]
                assert failed.reason == Refusal(code).reason
                assert here.blinking() == set()

        run(scenario())

    def test_a_label_that_is_busy_is_asked_again(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                here.access_point.state.labels[here.names[0]].refuses_with.append(ErrorCode.RETRY)
                await here.driver.light(here.names[0], FLASH, "t1")
                await here.time.advance(2 * INTERVAL_S)
                assert here.outcomes("t1") == [Delivered]

        run(scenario())

    def test_what_still_waits_is_taken_back(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(4, groups=1) as here:
                await here.light_all(here.names)  # three go out, the fourth waits
                await here.driver.stop(here.names[3], "stop")
                assert here.outcomes(here.names[3]) == [Expired]
                await here.time.advance(2 * INTERVAL_S)
                assert here.outcomes("stop") == [Delivered]
                assert here.blinking() == {*here.names[:3]}

        run(scenario())

    def test_who_asks_for_two_things_at_once_gets_the_later_one(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                name = here.names[0]
                await asyncio.gather(here.driver.light(name, FLASH, "light"), here.driver.stop(name, "stop"))
                await here.time.advance(INTERVAL_S)
                assert here.outcomes("light") == [Expired]
                assert here.outcomes("stop") == [Delivered]
                assert here.blinking() == set()

        run(scenario())

    def test_there_is_an_end_to_what_may_wait(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(PENDING_MAX + 1, groups=128) as here:
                await here.light_all(here.names[:PENDING_MAX])
                with pytest.raises(GatewayBusy):
                    await here.driver.light(here.names[PENDING_MAX], FLASH, "one too many")
                await here.time.advance(2 * INTERVAL_S)
                assert len(here.blinking()) == PENDING_MAX

        run(scenario())

    def test_pictures_are_refused(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                with pytest.raises(PictureUnsupported):
                    await here.driver.show(here.names[0], Picture(b"", 8, 8), "t1")

        run(scenario())


class TestFaults:
    def test_answers_that_run_into_each_other_cost_time_and_no_outcome(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(6, groups=2) as here:
                here.access_point.state.runs_answers_together = True
                await here.light_all(here.names)
                await here.time.advance(4 * INTERVAL_S)
                assert [here.outcomes(name) for name in here.names] == [[Delivered]] * 6
                assert here.blinking() == {*here.names}

        run(scenario())

    @pytest.mark.parametrize("seed", range(5))
    def test_a_bad_radio_costs_time_and_never_a_second_outcome(self, run: Run, seed: int) -> None:
        async def scenario() -> None:
            async with shop(12, groups=4) as here:
                here.access_point.state.loss_rate = 0.3
                here.access_point.state.damages_answers = seed
                await here.light_all(here.names)
                await here.time.advance(here.driver.capability.lost_after_s)
                outcomes = [here.outcomes(name) for name in here.names]
                assert all(each in ([Delivered], [Expired]) for each in outcomes)
                assert outcomes.count([Delivered]) >= 10
                assert (await here.driver.health()).pending == 0

        run(scenario())

    def test_a_wrong_response_key_shows_as_silence_and_damaged_lines(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                here.access_point.state.labels[here.names[0]].response_key = draw_key(random.Random(9))
                await here.driver.light(here.names[0], FLASH, "t1")
                await here.time.advance(here.driver.capability.lost_after_s)
                assert here.outcomes("t1") == [Expired]
                assert "damaged lines" in (await here.driver.health()).detail

        run(scenario())

    def test_a_slow_line_is_a_missing_answer_and_the_command_has_its_outcome_all_the_same(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                here.access_point.state.line_delay_s = 6.0
                asked = asyncio.ensure_future(here.driver.light(here.names[0], FLASH, "t1"))
                await here.time.advance(6.0)
                with pytest.raises(AnswerMissing):
                    await asked
                here.access_point.state.line_delay_s = 0.0
                await here.time.advance(here.driver.capability.lost_after_s)
                assert here.outcomes("t1") == [Delivered]

        run(scenario())

    def test_no_word_of_a_key_is_said(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                keys = [label.response_key.encoded().hex() for label in here.access_point.state.labels.values()]
                here.access_point.state.damages_answers = 3
                await here.driver.light(here.names[0], FLASH, "t1")
                await here.time.advance(10)
                await here.access_point.stop()
                await here.time.settle()
                with pytest.raises(GatewayUnreachable) as error:
                    await here.driver.light(here.names[0], FLASH, "t2")
                shown = f"{await here.driver.health()} {error.value!r} {error.value.detail} {here.heard}"
                assert not any(key in shown.lower() for key in keys)

        run(scenario())


class TestLine:
    def test_what_is_no_access_point_is_not_opened(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(is_open=False) as here:
                here.access_point.state.role = "TAG"
                with pytest.raises(GatewayUnreachable, match="no access point"):
                    await here.driver.open(here.heard.append)
                assert here.driver.line is None
                assert "no access point" in (await here.driver.health()).detail

        run(scenario())

    def test_a_line_that_comes_back_finds_what_waited(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                await here.driver.light(here.names[0], FLASH, "t1")
                await here.access_point.stop()
                await here.time.settle()
                assert not (await here.driver.health()).is_reachable
                with pytest.raises(GatewayUnreachable):
                    await here.driver.light(here.names[1], FLASH, "t2")
                await here.time.advance(5)
                await here.access_point.start()
                await here.time.advance(10)
                assert (await here.driver.health()).is_reachable
                assert here.outcomes("t1") == [Delivered]
                assert here.outcomes("t2") == []

        run(scenario())

    def test_an_access_point_that_stays_away_lets_commands_expire(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                await here.driver.light(here.names[0], FLASH, "t1")
                await here.access_point.stop()
                await here.time.advance(here.driver.capability.lost_after_s)
                assert here.outcomes("t1") == [Expired]

        run(scenario())

    @pytest.mark.parametrize("greets", [True, False])
    def test_a_restart_behind_a_line_that_stays_is_noticed(self, run: Run, greets: bool) -> None:
        async def scenario() -> None:
            async with shop(gives_up_after_s=60) as here:
                await here.time.advance(100)
                await here.driver.light(here.names[0], FLASH.model_copy(update={"duration_s": 90}), "t1")
                here.access_point.state.reboot(greets=greets)
                await here.time.advance(HEARTBEAT_S + 5 * INTERVAL_S)
                assert here.outcomes("t1") == [Delivered]
                assert here.names[0] in here.blinking()
                assert "started anew at 2026-01-05 08:0" in (await here.driver.health()).detail

        run(scenario())

    def test_a_line_that_says_nothing_any_more_is_opened_again(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                first = here.driver.line
                here.access_point.state.line_delay_s = 1_000
                await here.time.advance(HEARTBEAT_S + 10)
                assert not (await here.driver.health()).is_reachable
                here.access_point.state.line_delay_s = 0
                await here.time.advance(60)
                assert (await here.driver.health()).is_reachable
                assert here.driver.line is not first

        run(scenario())

    def test_a_group_left_full_by_somebody_else_is_cleared(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(is_open=False) as here:
                state = here.access_point.state
                state.type("esl_c pawr push_sync_buf 0 0000")
                state.advance_to(2 * INTERVAL_S)
                here.time.clock.advance(2 * INTERVAL_S)
                await here.driver.open(here.heard.append)
                await here.driver.light(here.names[0], FLASH, "t1")
                await here.time.advance(INTERVAL_S)
                assert here.outcomes("t1") == [Delivered]

        run(scenario())

    def test_a_packet_of_somebody_else_in_the_group_is_waited_for(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                here.access_point.state.type("esl_c pawr push_sync_buf 0 0000")
                await here.driver.light(here.names[0], FLASH, "t1")
                assert here.access_point.state.busy_answers == 1
                await here.time.advance(3 * INTERVAL_S)
                assert here.outcomes("t1") == [Delivered]

        run(scenario())


class TestKeepingTouch:
    def test_no_label_loses_touch_in_a_quiet_night(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(9, groups=3, resync_s=None) as here:
                here.access_point.state.labels[here.names[4]].needs_service = True
                await here.time.advance(4 * 3_600)
                labels = here.access_point.state.labels.values()
                assert all(label.is_synchronized for label in labels)
                assert all(len(label.heard) == 8 for label in labels), "one ping in half an hour"
                assert all(isinstance(each, PlainCommand) for label in labels for each in label.heard)
                assert here.access_point.state.packets == 3 * 8
                assert (await here.driver.health()).detail == f"in need of service: {here.names[4]}"
                reports = await here.driver.discover()
                assert all(report.last_seen_at is not None for report in reports)
                assert {each.label_external_id for each in here.heard if isinstance(each, LabelSeen)} == {*here.names}

        run(scenario())

    def test_a_label_that_is_let_in_again_later_is_lit_by_the_same_command(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                label = here.access_point.state.labels[here.names[0]]
                label.is_synchronized = False
                await here.driver.light(here.names[0], FLASH, "t1")
                await here.time.advance(5)
                assert here.outcomes("t1") == []
                label.synchronize(here.time.clock.monotonic_s())
                await here.time.advance(2 * INTERVAL_S)
                assert here.outcomes("t1") == [Delivered]

        run(scenario())

    def test_a_ping_does_not_keep_a_light_waiting_at_a_start(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(9, groups=1) as here:
                await here.time.advance(FIRST_PING_S - 5)
                await here.light_all(here.names[:3])
                await here.time.advance(INTERVAL_S)
                assert here.blinking() == {*here.names[:3]}
                await here.time.advance(10)
                assert all(label.heard for label in here.access_point.state.labels.values())

        run(scenario())


class TestTwoPickers:
    @pytest.mark.parametrize("loss_rate", [0.0, 0.1])
    def test_both_walks_blink_in_time_and_nothing_blinks_that_nobody_wants(self, run: Run, loss_rate: float) -> None:
        """Ten virtual minutes; a stop every 12 s, each wished for when the picker is at the stop before."""

        async def scenario() -> None:
            async with shop(100, is_open=False) as here:
                here.access_point.state.loss_rate = loss_rate
                dispatcher = Dispatcher(here.time.clock, sleep=here.time.sleep)
                dispatcher.add_gateway("gw", here.driver)
                lit_at: dict[str, float] = {}

                def note(address: LabelAddress, change: LightChange) -> None:
                    if change.phase is LightPhase.LIT:
                        lit_at.setdefault(address.external_id, here.time.clock.monotonic_s())

                dispatcher.on_light.append(note)
                dispatcher.start()
                await until(lambda: here.driver.line is not None and here.access_point.is_connected)
                await here.time.settle()
                wished_at: dict[str, float] = {}
                for stop in range(49):
                    now = here.time.clock.now()
                    for picker, look, place in (("anna", BLUE, stop), ("ben", YELLOW, 99 - stop)):
                        name = here.names[place]
                        wished_at[name] = here.time.clock.monotonic_s()
                        dispatcher.want(picker, {"gw": [LightWish(f"pick {place}", name, look, now, now)]})
                    await here.time.advance(12.0)
                    assert len(here.blinking()) <= 2 + 2 * (loss_rate > 0)
                waits_s = sorted(lit_at[name] - wished_at[name] for name in lit_at)
                assert len(lit_at) >= 98 * (1 - loss_rate / 10)
                can = here.driver.capability
                if not loss_rate:
                    assert waits_s[len(waits_s) // 2] <= can.latency_p50_s
                assert waits_s[int(len(waits_s) * (0.95 - loss_rate * 2))] <= can.latency_p95_s
                dispatcher.want("anna", {})
                dispatcher.want("ben", {})
                await here.time.advance(can.lost_after_s)
                assert here.blinking() == set()
                assert here.access_point.state.busy_answers == 0
                await dispatcher.stop()

        run(scenario())
