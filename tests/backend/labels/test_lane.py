"""One gateway's loop, where it is full of what nobody here knows of: lights find a place, pictures do without."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from backend.labels.dispatcher import Dispatcher, LabelAddress
from backend.labels.drivers.simulated.driver import SimulatedDriver
from backend.labels.drivers.simulated.settings import SimulatedSettings
from backend.labels.drivers.simulated.virtual_time import VirtualTime
from backend.labels.port import DriverTools, GatewayBusy, Picture
from backend.labels.wishes import LightWish
from shared.labels import Flash
from tests.backend.labels.builders import BLUE

Run = Callable[[Awaitable[Any]], Any]
PLACES, STRANGERS = 10, 6
PICTURES = 200


class SharedGateway(SimulatedDriver):
    """Somebody else sends to it as well."""

    strangers = STRANGERS

    def _take(self, external_id: str, content: Flash | Picture | None, token: str) -> None:
        if len(self._waiting) + self.strangers >= PLACES:
            raise GatewayBusy(f"{PLACES} commands wait already")
        super()._take(external_id, content, token)


@pytest.mark.parametrize("seed", range(5))
def test_a_light_finds_a_place_within_seconds_where_pictures_fill_the_gateway(run: Run, seed: int) -> None:
    async def scenario() -> None:
        time = VirtualTime()
        tools = DriverTools(clock=time.clock, chance=random.Random(seed), sleep=time.sleep)
        settings = SimulatedSettings(pending_max=PLACES, latency_min_s=1, latency_max_s=3)
        driver, dispatcher = SharedGateway(settings, tools), Dispatcher(time.clock, sleep=time.sleep)

        async def draw(_address: LabelAddress, _digest: str) -> Picture:
            return Picture(b"png", settings.display_width_px, settings.display_height_px)

        dispatcher.draw_picture = draw
        dispatcher.add_gateway("gw", driver)
        dispatcher.start()
        await time.settle()
        try:
            for number in range(PICTURES):
                dispatcher.want_picture(LabelAddress("gw", f"P{number}"), "a")
            await time.advance(30)
            waited_s = []
            for number in range(10):
                now, label, seconds = time.clock.now(), f"L{number}", 0
                dispatcher.want("walk", {"gw": [LightWish("pick", label, BLUE, now, now)]})
                while label not in driver.lights():
                    await time.advance(1)
                    seconds += 1
                waited_s.append(seconds)
            assert max(waited_s) <= 3 + 3, waited_s  # until any label has its own, and the label's own time
            await time.advance(3_600)
            assert all(each.is_right for each in dispatcher.pictures().values())
        finally:
            await dispatcher.stop()

    run(scenario())
