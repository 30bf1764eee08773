"""The simulated gateway: seeded, and told how to behave."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pydantic import ValidationError

from backend.labels.drivers.simulated.driver import SimulatedDriver, SimulatedSettings
from backend.labels.drivers.simulated.virtual_time import VirtualTime
from backend.labels.port import Delivered, DriverTools, Expired, GatewayBusy, GatewayEvent
from shared.labels import Flash, LightColour

Run = Callable[[Awaitable[Any]], Any]
FLASH = Flash(colour=LightColour.BLUE, duration_s=30)


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
