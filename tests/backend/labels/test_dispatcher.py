"""The dispatcher on virtual time, with simulated gateways."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from backend.labels.dispatcher import Dispatcher, LabelAddress
from backend.labels.drivers.simulated.driver import SimulatedDriver
from backend.labels.drivers.simulated.settings import SimulatedSettings
from backend.labels.drivers.simulated.virtual_time import VirtualTime
from backend.labels.errors import GatewayNotFound
from backend.labels.lights import Command, LightChange, Silence
from backend.labels.port import AnswerMissing, DriverTools, GatewayHealth
from backend.labels.wishes import LightWish
from shared.labels import Flash, LightColour, LightPhase, Look
from tests.backend.labels.builders import BLUE, YELLOW

Run = Callable[[Awaitable[Any]], Any]
LABELS = tuple(f"L{n}" for n in range(1, 41))


@dataclass
class Shop:
    time: VirtualTime
    dispatcher: Dispatcher
    driver: SimulatedDriver
    changes: list[LightChange] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)

    def wish(self, label: str = "L1", look: Look = BLUE, *, name: str = "pick-1", in_s: float = 0) -> LightWish:
        at = self.time.clock.now() + timedelta(seconds=in_s)
        return LightWish(name, label, look, at, at)

    def want(self, owner: str, *wishes: LightWish) -> None:
        self.dispatcher.want(owner, {"gw": wishes})

    def colours(self) -> dict[str, LightColour]:
        return {label: lit.flash.colour for label, lit in self.driver.lights().items()}


@asynccontextmanager
async def shop(seed: int = 1, *, is_plugged_in: bool = True, **settings: Any) -> AsyncIterator[Shop]:
    time = VirtualTime()
    tools = DriverTools(clock=time.clock, chance=random.Random(seed), sleep=time.sleep)
    driver = SimulatedDriver(SimulatedSettings(**settings), tools)
    driver.is_reachable = is_plugged_in
    dispatcher = Dispatcher(time.clock, sleep=time.sleep)
    opened = Shop(time, dispatcher, driver)
    dispatcher.on_light.append(lambda _, change: opened.changes.append(change))
    dispatcher.on_silence.append(lambda _, silence: opened.silences.append(silence))
    dispatcher.add_gateway("gw", driver)
    dispatcher.start()
    await time.settle()
    try:
        yield opened
    finally:
        await dispatcher.stop()


class TestWant:
    def test_a_wish_lights_and_its_end_darkens(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                here.want("walk", here.wish())
                await here.time.advance(2)
                assert here.colours() == {"L1": LightColour.BLUE}
                here.want("walk")
                await here.time.advance(2)
                assert here.colours() == {}
                phases = [change.phase for change in here.changes]
                assert phases == [LightPhase.WANTED, LightPhase.SENT, LightPhase.LIT, LightPhase.DARK]

        run(scenario())

    def test_what_goes_as_expected_is_looked_at_no_more_than_it_changes(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                reconciler = here.dispatcher._lanes["gw"].reconciler
                due, looks = reconciler.due, []

                def counted(now: datetime, slots: int, others_pending: int = 0) -> list[Command]:
                    looks.append(now)
                    return due(now, slots, others_pending)

                reconciler.due = counted  # type: ignore[method-assign]
                here.want("walk", here.wish())
                await here.time.advance(2)
                assert here.colours() == {"L1": LightColour.BLUE}
                assert len(looks) <= 3, "when it was wanted, when it was lit, and by an alarm once too often"

        run(scenario())

    def test_more_than_go_at_one_time_all_go(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                at_one_time = here.driver.capability.commands_in_parallel
                wanted = LABELS[: 4 * at_one_time]
                here.want("walk", *(here.wish(label, name=label) for label in wanted))
                await here.time.advance(5)
                assert set(here.colours()) == set(wanted)

        run(scenario())

    def test_a_later_wish_is_sent_at_its_instant(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                here.want("walk", here.wish(in_s=30))
                await here.time.advance(29.9)
                assert here.driver.commands_taken == {}
                await here.time.advance(0.2)
                assert here.driver.commands_taken == {"L1": 1}

        run(scenario())

    def test_a_light_stays_on_for_an_hour_while_wanted(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                here.want("walk", here.wish())
                await here.time.advance(2)
                for _ in range(3400):
                    await here.time.advance(1)
                    assert here.colours() == {"L1": LightColour.BLUE}

        run(scenario())

    def test_a_confirmed_pick_moves_the_light_on(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                here.want("walk", here.wish("L1"), here.wish("L2", name="pick-2", in_s=20))
                await here.time.advance(5)
                here.want("walk", here.wish("L2", name="pick-2"))
                await here.time.advance(3)
                assert here.colours() == {"L2": LightColour.BLUE}

        run(scenario())

    def test_two_pickers_at_one_label_take_turns(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                here.want("walk-a", here.wish())
                here.want("walk-b", here.wish(look=YELLOW))
                await here.time.advance(5)
                flash = here.driver.lights()["L1"].flash
                assert {flash.colour, *flash.also} == {LightColour.BLUE, LightColour.YELLOW}

        run(scenario())

    def test_an_unknown_gateway_is_refused(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                with pytest.raises(GatewayNotFound):
                    here.dispatcher.want("walk", {"nowhere": []})

        run(scenario())


class TestDarken:
    def test_all_off_darkens_what_we_lit_and_what_we_did_not(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                here.want("walk", here.wish("L1"))
                await here.driver.light("L2", Flash(colour=LightColour.CYAN, duration_s=500), "a hand")
                await here.time.advance(3)
                assert set(here.colours()) == {"L1", "L2"}
                here.dispatcher.darken({"gw": ["L1", "L2", "L3"]})
                await here.time.advance(3)
                assert here.colours() == {}

        run(scenario())


class TestTrouble:
    def test_a_silent_label_is_reported_once_and_the_others_blink(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(silent_labels=["L2"]) as here:
                here.want("walk", here.wish("L1"), here.wish("L2", name="pick-2"))
                await here.time.advance(600)
                assert set(here.colours()) == {"L1"}
                assert [silence.label_external_id for silence in here.silences] == ["L2"]
                assert here.driver.commands_taken["L2"] == 3

        run(scenario())

    def test_a_gateway_that_comes_later_lights_what_is_wanted_then(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop(is_plugged_in=False) as here:
                here.want("walk", here.wish())
                await here.time.advance(60)
                assert [silence.reason for silence in here.silences] == ["its gateway cannot be reached"]
                here.driver.is_reachable = True
                await here.time.advance(40)
                assert set(here.colours()) == {"L1"}

        run(scenario())

    def test_a_gateway_that_goes_and_comes_back(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                here.want("walk", here.wish())
                await here.time.advance(3)
                here.driver.is_reachable = False
                await here.time.advance(100)
                assert here.colours() == {}
                here.driver.is_reachable = True
                await here.time.advance(40)
                assert set(here.colours()) == {"L1"}

        run(scenario())

    def test_a_driver_that_breaks_does_not_stop_the_others(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                tools = DriverTools(clock=here.time.clock, sleep=here.time.sleep)
                here.dispatcher.add_gateway("broken", BrokenDriver(SimulatedSettings(), tools))
                here.dispatcher.want("walk", {"gw": [here.wish()], "broken": [here.wish("B1")]})
                await here.time.advance(5)
                assert set(here.colours()) == {"L1"}
                assert [silence.reason for silence in here.silences] == ["the driver broke"]

        run(scenario())

    def test_a_command_without_an_answer_is_not_sent_twice(self, run: Run) -> None:
        async def scenario() -> None:
            async with shop() as here:
                tools = DriverTools(clock=here.time.clock, sleep=here.time.sleep)
                mute = MuteDriver(SimulatedSettings(latency_min_s=10, latency_max_s=12), tools)
                here.dispatcher.add_gateway("mute", mute)
                here.dispatcher.want("walk", {"mute": [here.wish("M1")]})
                await here.time.advance(15)
                assert mute.commands_taken == {"M1": 1}
                assert here.changes[-1].phase is LightPhase.LIT

        run(scenario())


class MuteDriver(SimulatedDriver):
    """Takes every command and never says so."""

    async def light(self, label_external_id: str, flash: Flash, token: str) -> None:
        await super().light(label_external_id, flash, token)
        raise AnswerMissing("no answer")


class BrokenDriver(SimulatedDriver):
    """Raises what no driver should."""

    async def light(self, label_external_id: str, flash: Flash, token: str) -> None:
        raise KeyError("a mistake of the driver's author")


class CountingDriver(SimulatedDriver):
    """Knows how many commands may still take effect for a label."""

    def __init__(self, settings: SimulatedSettings, tools: DriverTools) -> None:
        super().__init__(settings, tools)
        self.open_commands: dict[str, int] = {}
        self.most_open = 0

    async def _deliver(self, external_id: str, *rest: Any, **named: Any) -> None:
        self.open_commands[external_id] = self.open_commands.get(external_id, 0) + 1
        self.most_open = max(self.most_open, self.open_commands[external_id])
        try:
            await super()._deliver(external_id, *rest, **named)
        finally:
            self.open_commands[external_id] -= 1


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("can", [(True, True), (True, False), (False, True), (False, False)], ids=str)
def test_a_wild_hour_never_sends_twice_and_ends_dark(run: Run, seed: int, can: tuple[bool, bool]) -> None:
    """Three pickers want and drop labels at random, one command in ten is lost, and the gateway fails now and then."""

    async def scenario() -> None:
        time, chance = VirtualTime(), random.Random(seed)
        tools = DriverTools(clock=time.clock, chance=random.Random(seed + 1), sleep=time.sleep)
        settings = SimulatedSettings(loss_rate=0.1, latency_max_s=8, pending_max=6, can_stop=can[0], can_replace=can[1])
        driver = CountingDriver(settings, tools)
        dispatcher = Dispatcher(time.clock, sleep=time.sleep)
        phases: dict[LabelAddress, LightPhase] = {}
        dispatcher.on_light.append(lambda address, change: phases.update({address: change.phase}))
        dispatcher.add_gateway("gw", driver)
        dispatcher.start()
        for number in range(120):
            owner = chance.choice(["a", "b", "c"])
            await _wander(dispatcher, time, chance, owner, number)
            driver.is_reachable = chance.random() > 0.1
            await time.advance(chance.uniform(0, 30))
            assert dispatcher.pending("gw") <= 6
        driver.is_reachable = True
        for owner in ("a", "b", "c"):
            dispatcher.want(owner, {})
        await time.advance(700)
        assert driver.most_open == 1
        assert driver.lights() == {}
        assert dispatcher.pending("gw") == 0
        assert set(phases.values()) <= {LightPhase.DARK, LightPhase.SILENT}
        await dispatcher.stop()

    run(scenario())


async def _wander(dispatcher: Dispatcher, time: VirtualTime, chance: random.Random, owner: str, number: int) -> None:
    now, look = time.clock.now(), {"a": BLUE, "b": YELLOW}.get(owner, BLUE)
    labels: Sequence[str] = chance.sample(LABELS[:8], chance.randint(0, 3))
    wishes = [
        LightWish(f"{number}.{label}", label, look, now, now + timedelta(seconds=chance.uniform(0, 40)))
        for label in labels
    ]
    dispatcher.want(owner, {"gw": wishes})


def test_health_comes_from_the_driver(run: Run) -> None:
    async def scenario() -> GatewayHealth:
        async with shop() as here:
            return await here.dispatcher.health("gw")

    assert run(scenario()).is_reachable


def test_stopping_leaves_no_task_behind(run: Run) -> None:
    async def scenario() -> None:
        before = len(asyncio.all_tasks())
        async with shop() as here:
            here.want("walk", here.wish())
            await here.time.advance(0.1)
        assert len(asyncio.all_tasks()) == before

    run(scenario())


@pytest.mark.parametrize("turns", range(8))
def test_stopping_at_the_moment_of_a_nudge_ends_the_lane(run: Run, turns: int) -> None:
    """Each number of turns of the event loop after the nudge finds the lane at another line."""

    async def scenario() -> None:
        async with shop() as here:
            here.want("walk", here.wish())
            for _ in range(turns):
                await asyncio.sleep(0)
            stopping = asyncio.create_task(here.dispatcher.stop())
            await here.time.settle()
            assert stopping.done()

    run(scenario())
