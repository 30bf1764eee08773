"""The driver on our small broker and on Mosquitto: what a broker does, and what labels say by themselves."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from backend.labels.drivers.mqtt_template.driver import MqttTemplateDriver
from backend.labels.drivers.mqtt_template.fake_broker import FakeBroker
from backend.labels.drivers.mqtt_template.fake_labels import FakeLabels, description
from backend.labels.drivers.mqtt_template.rig import LABELS, MqttRig
from backend.labels.drivers.mqtt_template.settings import MqttTemplateSettings
from backend.labels.port import (
    ButtonPressed,
    Delivered,
    DriverTools,
    Expired,
    Failed,
    GatewayEvent,
    GatewayUnreachable,
    LabelSeen,
)
from shared.clock import SystemClock
from shared.labels import Flash, LightColour
from tests.backend.labels.drivers.mqtt_template.brokers import broker_of, every_broker
from tests.backend.waiting import until

Run = Callable[[Awaitable[Any]], Any]
BLUE_FLASH = Flash(colour=LightColour.BLUE, duration_s=30)


@dataclass
class Shelf:
    driver: MqttTemplateDriver
    labels: FakeLabels
    broker: Any
    heard: list[GatewayEvent] = field(default_factory=list)

    def outcomes(self, token: str) -> list[type[GatewayEvent]]:
        ends = Delivered | Expired | Failed
        return [type(each) for each in self.heard if isinstance(each, ends) and each.token == token]

    def pressed(self) -> list[tuple[str, int]]:
        return [(each.label_external_id, each.button) for each in self.heard if isinstance(each, ButtonPressed)]


@asynccontextmanager
async def shelf(kind: str, **settings: Any) -> AsyncIterator[Shelf]:
    """In real time, on topics nobody else uses."""
    root = f"blinkpick-test/{secrets.token_hex(6)}"
    async with broker_of(kind, root) as (host, port, labels_side):
        labels = FakeLabels(labels_side, LABELS, root=root)
        described = {"host": host, "port": port, "labels": [*LABELS], **description(root), **settings}
        settings_made = MqttTemplateSettings.model_validate(described)
        driver = MqttTemplateDriver(settings_made, DriverTools(clock=SystemClock()))
        opened = Shelf(driver, labels, labels_side)
        try:
            await driver.open(opened.heard.append)
            yield opened
        finally:
            await driver.close()


@every_broker
class TestOnABroker:
    def test_lit_acknowledged_and_put_out(self, run: Run, kind: str) -> None:
        async def scenario() -> None:
            async with shelf(kind) as here:
                await here.driver.light("M1", BLUE_FLASH, "t1")
                await until(lambda: here.outcomes("t1"))
                assert (here.outcomes("t1"), {*here.labels.blinking()}) == ([Delivered], {"M1"})
                await here.driver.stop("M1", "t2")
                await until(lambda: here.outcomes("t2"))
                assert (here.outcomes("t2"), {*here.labels.blinking()}) == ([Delivered], set())

        run(scenario())

    def test_a_label_that_says_no_has_failed(self, run: Run, kind: str) -> None:
        async def scenario() -> None:
            async with shelf(kind) as here:
                here.labels.refuses.add("M1")
                await here.driver.light("M1", BLUE_FLASH, "t1")
                await until(lambda: here.outcomes("t1"))
                assert here.outcomes("t1") == [Failed]

        run(scenario())

    def test_buttons_battery_and_presence_are_heard(self, run: Run, kind: str) -> None:
        async def scenario() -> None:
            async with shelf(kind) as here:
                here.labels.say("M2", "button", "long")
                here.labels.say("M2", "battery", '{"volt": 2.9}')
                here.labels.say("M3", "status", "offline")
                await until(here.pressed)
                await until(lambda: [each for each in here.heard if isinstance(each, LabelSeen) and each.battery_mv])
                assert here.pressed() == [("M2", 2)]
                reports = {each.external_id: each for each in await here.driver.discover()}
                assert (reports["M2"].battery_mv, reports["M1"].last_seen_at) == (2900, None)
                await until(lambda: here.driver._offline == {"M3"})
                assert "1 labels say they are offline" in (await here.driver.health()).detail

        run(scenario())

    def test_what_the_broker_kept_from_before_is_not_taken_for_news(self, run: Run, kind: str) -> None:
        async def scenario() -> None:
            async with shelf(kind) as here:
                here.labels.say("M1", "button", "short", is_retained=True)
                await until(here.pressed)
                again = MqttTemplateDriver(here.driver._settings, DriverTools(clock=SystemClock()))
                heard: list[GatewayEvent] = []
                await again.open(heard.append)
                here.labels.say("M1", "button", "long")
                await until(lambda: any(isinstance(each, ButtonPressed) for each in heard))
                assert [each.button for each in heard if isinstance(each, ButtonPressed)] == [2]
                await again.close()
                here.labels.say("M1", "button", "", is_retained=True)  # leaves nothing behind
                await until(lambda: here.driver._last_heard_at)

        run(scenario())

    def test_when_our_connection_breaks_the_broker_tells_it_and_we_come_back(self, run: Run, kind: str) -> None:
        async def scenario() -> None:
            said: list[tuple[str, bytes]] = []
            presence = f"blinkpick-test/{secrets.token_hex(6)}/we"
            async with broker_of(kind, presence.removesuffix("/we")) as (_, _, watching):
                watching.listen(lambda topic, payload: said.append((topic, payload)))
                async with shelf(kind, presence={"topic": presence}) as here:
                    if isinstance(here.broker, FakeBroker):
                        here.broker.listen(lambda topic, payload: said.append((topic, payload)))
                    client = here.driver._client
                    assert client is not None
                    await here.driver.light("M1", BLUE_FLASH, "t1")
                    await until(lambda: here.outcomes("t1"))
                    client._client.socket().shutdown(socket.SHUT_RDWR)
                    await until(lambda: (presence, b"offline") in said)
                    await until(lambda: said[-1] == (presence, b"online"))
                    await until(lambda: here.driver._client is not None)
                    await here.driver.light("M2", BLUE_FLASH, "t2")
                    await until(lambda: here.outcomes("t2"))
                    assert here.outcomes("t2") == [Delivered]

        run(scenario())


@dataclass
class Bench:
    rig: MqttRig
    driver: MqttTemplateDriver
    heard: list[GatewayEvent] = field(default_factory=list)


@asynccontextmanager
async def bench(*, is_open: bool = True, **settings: Any) -> AsyncIterator[Bench]:
    """In virtual time, on our broker."""
    rig = MqttRig()
    await rig.start()
    driver = MqttTemplateDriver(MqttTemplateSettings.model_validate({**rig.settings, **settings}), rig.tools)
    rig.attach(driver)
    opened = Bench(rig, driver)
    try:
        if is_open:
            await driver.open(opened.heard.append)
        yield opened
    finally:
        await driver.close()
        await rig.broker.stop()


class TestTrouble:
    def test_a_base_that_is_offline_is_unreachable_until_it_is_back(self, run: Run) -> None:
        async def scenario() -> None:
            async with bench(availability={"topic": "base/lwt"}) as here:
                here.rig.broker.publish("base/lwt", b"offline")
                await until(lambda: here.driver._is_base_offline)
                with pytest.raises(GatewayUnreachable, match="base says it is offline"):
                    await here.driver.light("M1", BLUE_FLASH, "t1")
                assert not (await here.driver.health()).is_reachable
                here.rig.broker.publish("base/lwt", b"online")
                await until(lambda: not here.driver._is_base_offline)
                await here.driver.light("M1", BLUE_FLASH, "t2")

        run(scenario())

    def test_a_wrong_password_is_told_without_it(self, run: Run) -> None:
        async def scenario() -> None:
            async with bench(is_open=False, username="picker", password="hush-hush") as here:
                here.rig.broker._credentials = "picker", "another"
                with pytest.raises(GatewayUnreachable, match="refused us") as error:
                    await here.driver.open(here.heard.append)
                told = f"{error.value} {error.value.facts} {await here.driver.health()}"
                assert "hush" not in told

        run(scenario())

    def test_an_odd_message_is_remarked_and_does_no_harm(self, run: Run) -> None:
        async def scenario() -> None:
            async with bench() as here:
                here.rig.broker.publish("shelf/M1/ack", b"{")
                await until(lambda: here.driver._remark)
                assert (await here.driver.health()).is_reachable
                await here.driver.light("M1", BLUE_FLASH, "t1")
                await here.rig.advance(2)
                assert [type(each) for each in here.heard if isinstance(each, Delivered)] == [Delivered]

        run(scenario())

    def test_without_acknowledgements_nothing_is_said_to_be_delivered(self, run: Run) -> None:
        async def scenario() -> None:
            async with bench(acknowledgement=None) as here:
                assert not here.driver.capability.confirms_delivery
                await here.driver.light("M1", BLUE_FLASH, "t1")
                await here.rig.advance(60)
                assert not [each for each in here.heard if isinstance(each, Delivered | Expired | Failed)]

        run(scenario())

    def test_two_hundred_commands_at_once_all_arrive(self, run: Run) -> None:
        async def scenario() -> None:
            names = [f"L{number}" for number in range(200)]
            async with bench(labels=names) as here:
                here.rig.shelf.names = names
                await asyncio.gather(*(here.driver.light(name, BLUE_FLASH, name) for name in names))
                await here.rig.advance(3)
                delivered = [each for each in here.heard if isinstance(each, Delivered)]
                assert {each.token for each in delivered} == {*names}
                assert len(delivered) == 200

        run(scenario())
