"""Two brokers for the same tests: ours, and Mosquitto where it runs; with labels behind either, in real time."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiomqtt
import pytest

from backend.labels.drivers.mqtt_template.fake_broker import FakeBroker
from backend.labels.drivers.mqtt_template.fake_labels import Time
from shared.clock import Clock, SystemClock

MOSQUITTO = os.environ.get("BLINKPICK_TEST_MQTT", "127.0.0.1:1883")

every_broker = pytest.mark.parametrize("kind", ["ours", pytest.param("mosquitto", marks=pytest.mark.mosquitto)])


@dataclass
class RealTime:
    clock: Clock = field(default_factory=SystemClock)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Mosquitto:
    """A connection to the broker, for labels: what is asked of it while it is on its way is sent in order."""

    def __init__(self, client: aiomqtt.Client, time: Time) -> None:
        self.time = time
        self._client = client
        self._listeners: list[Callable[[str, bytes], None]] = []
        self._outgoing: asyncio.Queue[tuple[str, bytes, bool]] = asyncio.Queue()

    def listen(self, listener: Callable[[str, bytes], None]) -> None:
        self._listeners.append(listener)

    def publish(self, topic: str, payload: bytes, *, is_retained: bool = False) -> None:
        self._outgoing.put_nowait((topic, payload, is_retained))

    async def hear(self) -> None:
        async for message in self._client.messages:
            for listener in self._listeners:
                listener(message.topic.value, bytes(message.payload))

    async def speak(self) -> None:
        while True:
            topic, payload, is_retained = await self._outgoing.get()
            await self._client.publish(topic, payload, qos=1, retain=is_retained)


@asynccontextmanager
async def broker_of(kind: str, root: str) -> AsyncIterator[tuple[str, int, FakeBroker | Mosquitto]]:
    """Host, port and the labels' side of it. Skips where no Mosquitto answers, except in CI: there it must."""
    time = RealTime()
    if kind == "ours":
        ours = FakeBroker(time)
        await ours.start()
        try:
            yield "127.0.0.1", ours.port, ours
        finally:
            await ours.stop()
        return
    host, _, port = MOSQUITTO.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=2).close()
    except OSError as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no MQTT broker at {MOSQUITTO}: {error}")
    async with aiomqtt.Client(host, int(port)) as client:
        await client.subscribe(f"{root}/#", qos=1)
        labels_side = Mosquitto(client, time)
        tasks = [asyncio.create_task(labels_side.hear()), asyncio.create_task(labels_side.speak())]
        try:
            yield host, int(port), labels_side
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
