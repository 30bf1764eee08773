"""Home-made labels as somebody might build them: they listen, blink for the seconds they are told, and say so."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

from backend.labels.drivers.mqtt_template.topics import matches
from shared.clock import Clock

ROOT = "shelf"
LATENCY_S = (0.1, 0.7)


def description(root: str = ROOT) -> Mapping[str, Any]:
    """What a driver's settings say about these labels."""
    set_topic = f"{root}/{{label}}/set"
    return {
        "light": {
            "topic": set_topic,
            "payload": {"id": "{token}", "rgb": "{hex}", "blink": "{pattern}", "for_s": "{seconds}"},
        },
        "stop": {"topic": set_topic, "payload": {"id": "{token}", "for_s": 0}},
        "acknowledgement": {
            "topic": f"{root}/{{label}}/ack",
            "token": "id",
            "value": "said",
            "delivered": ["lit", "dark"],
            "failed": ["no"],
        },
        "availability": {"topic": f"{root}/{{label}}/status"},
        "battery": {"topic": f"{root}/{{label}}/battery", "value": "volt", "unit": "V"},
        "button": {"topic": f"{root}/{{label}}/button", "buttons": {"short": 1, "long": 2}},
    }


class Time(Protocol):
    """Virtual or real."""

    @property
    def clock(self) -> Clock: ...
    def sleep(self, seconds: float) -> Awaitable[None]: ...


class Broker(Protocol):
    """What the labels need of theirs."""

    @property
    def time(self) -> Time: ...
    def listen(self, listener: Callable[[str, bytes], None]) -> None: ...
    def publish(self, topic: str, payload: bytes, *, is_retained: bool = False) -> None: ...


class FakeLabels:
    """All labels of one broker, in its virtual time."""

    def __init__(
        self, broker: Broker, names: Sequence[str], silent: Sequence[str] = (), *, seed: int = 0, root: str = ROOT
    ) -> None:
        self.names = names
        self.root = root
        self.taken: dict[str, int] = {}
        self.refuses: set[str] = set()
        self._silent = frozenset(silent)
        self._broker = broker
        self._chance = random.Random(seed)
        self._lit: dict[str, tuple[str, float]] = {}
        self._awake_s: dict[str, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        broker.listen(self._hear)

    def blinking(self) -> Mapping[str, str]:
        now_s = self._broker.time.clock.monotonic_s()
        return {name: colour for name, (colour, until_s) in self._lit.items() if until_s > now_s}

    def say(self, name: str, what: str, text: str, *, is_retained: bool = False) -> None:
        """A label speaks by itself: status, battery, button."""
        self._broker.publish(f"{self.root}/{name}/{what}", text.encode(), is_retained=is_retained)

    def _hear(self, topic: str, payload: bytes) -> None:
        if not matches(f"{self.root}/+/set", topic) or (name := topic.split("/")[-2]) not in self.names:
            return
        command = json.loads(payload)
        if command["for_s"]:
            self.taken[name] = self.taken.get(name, 0) + 1
        if name not in self._silent:
            now_s = self._broker.time.clock.monotonic_s()
            after_s = max(self._chance.uniform(*LATENCY_S), self._awake_s.get(name, 0.0) - now_s)  # one after another
            self._awake_s[name] = now_s + after_s
            task = asyncio.get_running_loop().create_task(self._play(name, command, after_s))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _play(self, name: str, command: Mapping[str, Any], after_s: float) -> None:
        time = self._broker.time
        await time.sleep(after_s)
        said = "lit" if command["for_s"] else "dark"
        if name in self.refuses:
            self.refuses.discard(name)
            said = "no"
        elif command["for_s"]:
            self._lit[name] = command["rgb"], time.clock.monotonic_s() + command["for_s"]
        else:
            self._lit.pop(name, None)
        self.say(name, "ack", json.dumps({"id": command["id"], "said": said}))
