"""A press of a label that hangs somewhere is told with its place; one of a label that hangs nowhere is not."""

from __future__ import annotations

from backend.labels.drivers.simulated.driver import SimulatedDriver
from shared.labels import LabelPressed
from tests.backend.labels.shop import HOME, Run, Shop


def test_the_place_of_the_label_that_was_pressed_is_told(shop: Shop, run: Run) -> None:
    async def scenario() -> None:
        await shop.start()
        await shop.furnish()
        heard: list[tuple[str, LabelPressed]] = []
        shop.labels.presses.on_press.append(lambda store_id, pressed: heard.append((store_id, pressed)))
        driver = shop.dispatcher.driver(shop.dispatcher.gateway_ids[0])
        assert isinstance(driver, SimulatedDriver)
        placed = shop.labels.shelf.labels(HOME)[0]
        driver.press_button(placed.address.external_id)
        driver.press_button("a label that hangs nowhere")
        await shop.time.settle()
        await shop.stop()
        assert [(store_id, each.label_id, each.location_id) for store_id, each in heard] == [
            (HOME, placed.label_id, placed.location_id)
        ]
        assert heard[0][1].pressed_at == shop.time.clock.now()

    run(scenario())
