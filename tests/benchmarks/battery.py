"""Part 10: what a pick's light costs a label's coin cell, by the dispatcher's own commands and the driver's own rhythm.

Nothing is timed: a picker's walks go by on a clock of their own, and it is counted how long each label blinks until the
picker has been there. That is the light alone; listening and waking up cost the same whether or not anything blinks.
"""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from backend.labels.drivers.ble_esl.driver import BleEslDriver
from backend.labels.drivers.ble_esl.led import light_for
from backend.labels.drivers.ble_esl.settings import BleEslSettings
from backend.labels.drivers.openepaperlink.driver import OpenEPaperLinkDriver
from backend.labels.drivers.openepaperlink.protocol import pattern_for
from backend.labels.drivers.openepaperlink.settings import OpenEPaperLinkSettings
from backend.labels.drivers.solum_aims.driver import AimsDriver
from backend.labels.drivers.solum_aims.settings import AimsSettings
from backend.labels.lights import Command
from backend.labels.port import Capability, Delivered, DriverTools, Failed
from backend.labels.reconcile import Reconciler
from backend.labels.wishes import FOUND_S, LightWish, Look
from shared.clock import ManualClock
from shared.labels import BlinkPattern, Flash, LightColour
from tests.benchmarks.figures import Figure

LIGHT_MA = 5.0  # an assumption: check it for each model
CELL_UAH = 600_000.0  # a CR2450 of 600 mAh
STOPS, APART_S, HANDLING_S = 12, 25.0, 9.0
AHEAD_S = 3.0  # beyond the gateway's p95
LOOKS_S = 0.5
LOOK = Look(LightColour.BLUE, BlinkPattern.SLOW)
FLASH = Flash(colour=LOOK.colour, pattern=LOOK.pattern, duration_s=30)
START = datetime(2026, 1, 5, 8, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Size:
    walks: int


FULL, QUICK = Size(20), Size(2)


@dataclass(frozen=True)
class Light:
    """`duty`: the share of the time that the light is on while the label blinks slowly."""

    caption: str
    capability: Capability
    duty: float


def battery(size: Size) -> list[Figure]:
    figures = []
    for light in lights():
        on_s = sum(walk(light.capability, seed) for seed in range(size.walks)) / (size.walks * STOPS)
        charge_uah = on_s * light.duty * LIGHT_MA * 1000 / 3600
        figures += [
            Figure("battery", f"{light.caption}: a label blinks for a pick", on_s, "s"),
            Figure("battery", f"{light.caption}: charge of the light for a pick", charge_uah, "uAh"),
            Figure("battery", f"{light.caption}: picks from a CR2450, its light alone", CELL_UAH / charge_uah),
        ]
    return figures


def lights() -> list[Light]:
    """The drivers whose labels have a cell, as they declare themselves."""
    tools = DriverTools(ManualClock())
    labels = {"L": {"group": 0, "id": 0, "response_key": "00" * 24}}
    bluetooth = BleEslDriver(BleEslSettings.model_validate({"line": "/dev/null", "labels": labels}), tools)
    named = OpenEPaperLinkSettings(url="http://ap")
    aims = {"url": "http://aims", "username": "u", "password": "p", "company": "C", "store": "1", "confirms": True}
    return [
        Light("ble_esl", bluetooth.capability, _bluetooth_duty()),
        Light("openepaperlink", OpenEPaperLinkDriver(named, tools).capability, _flashes_duty(named.brightness)),
        Light(
            "solum_aims (its rhythm is not published: as Bluetooth)",
            AimsDriver(AimsSettings.model_validate(aims), tools).capability,
            _bluetooth_duty(),
        ),
    ]


class Shelf:
    """Labels that do as they are told, each command after a time drawn evenly up to twice p50."""

    def __init__(self, capability: Capability, reconciler: Reconciler, chance: random.Random) -> None:
        self._capability, self._reconciler, self._chance = capability, reconciler, chance
        self._on_air: list[tuple[float, str, Command]] = []
        self._until_s: dict[str, float] = {}

    def send(self, command: Command, now_s: float) -> None:
        after_s = self._chance.uniform(0, 2 * self._capability.latency_p50_s)
        heapq.heappush(self._on_air, (now_s + after_s, command.token, command))

    def arrive(self, now_s: float) -> None:
        while self._on_air and self._on_air[0][0] <= now_s:
            _, token, command = heapq.heappop(self._on_air)
            label, flash, now = command.label_external_id, command.flash, _at(now_s)
            if flash is not None and not self._capability.can_replace and self._until_s.get(label, 0.0) > now_s:
                self._reconciler.heard(Failed(label, now, token, "it blinks already"), now)
                continue
            self._until_s[label] = now_s + flash.duration_s if flash is not None else 0.0
            self._reconciler.heard(Delivered(label, now, token), now)

    def blinking(self, now_s: float) -> int:
        return sum(until_s > now_s for until_s in self._until_s.values())

    @property
    def is_quiet(self) -> bool:
        return not self._on_air


def walk(capability: Capability, seed: int) -> float:
    """How long all labels of one walk blink together, seconds."""
    reconciler = Reconciler(capability)
    shelf = Shelf(capability, reconciler, random.Random(seed))
    lead_s = capability.latency_p95_s + AHEAD_S
    arrivals_s = [lead_s + stop * APART_S for stop in range(STOPS)]
    wishes = [
        LightWish(f"p{stop}", f"L{stop}", LOOK, _at(at_s), _at(at_s - lead_s)) for stop, at_s in enumerate(arrivals_s)
    ]
    reconciler.want("walk", wishes, START)
    now_s = lit_s = 0.0
    while wishes or shelf.blinking(now_s) or not shelf.is_quiet:
        shelf.arrive(now_s)
        if wishes and (wishes[0].expected_at - START).total_seconds() + FOUND_S + HANDLING_S <= now_s:
            del wishes[0]
            reconciler.want("walk", wishes, _at(now_s))
        for command in reconciler.due(_at(now_s), capability.commands_in_parallel):
            shelf.send(command, now_s)
        lit_s += LOOKS_S * shelf.blinking(now_s)
        now_s += LOOKS_S
    return lit_s


def _at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def _bluetooth_duty() -> float:
    light = light_for(FLASH, brightness=2)
    return sum(light.on_ms for bit in light.bits if bit == "1") / light.round_ms


def _flashes_duty(brightness: int) -> float:
    """By EFR32 firmware, whose flashes are the longer ones: one more than asked, of a millisecond a step."""
    pattern = pattern_for(FLASH, brightness)
    on_ms = sum((each.count + 1) * pattern.brightness for each in pattern.groups if each.colour_rgb332)
    return on_ms / pattern.efr32_cycle_ms
