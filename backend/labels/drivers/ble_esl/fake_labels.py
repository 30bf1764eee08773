"""Virtual labels: they decrypt what their group hears, do it, and answer in their slot. Pure; time in seconds.

Two kinds of light: "nordic" plays a pattern as that firmware does (its last bit never, and a flash in seconds ends
after as many rounds as well), "plain" as the service describes it.
"""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from backend.labels.drivers.ble_esl.absolute_time import is_plausible, time_until
from backend.labels.drivers.ble_esl.encrypted import KeyMaterial, decrypt, draw_randomizer, encrypt, unwrap, wrap
from backend.labels.drivers.ble_esl.led import Gamut, Light
from backend.labels.drivers.ble_esl.packing import PAYLOAD_MAX_BYTES, parse_sync_payload
from backend.labels.drivers.ble_esl.protocol import (
    EVERY_LABEL,
    Command,
    DisplayImage,
    EslAddress,
    LedControl,
    Opcode,
    PlainCommand,
    ReadSensor,
    RefreshDisplay,
    decode_command,
)
from backend.labels.drivers.ble_esl.responses import (
    BasicState,
    DisplayState,
    ErrorCode,
    LedState,
    Refusal,
    Response,
    SensorValue,
    StateBits,
    encode_response,
)
from backend.labels.port import AnswerMalformed

SYNC_LOST_AFTER_S = 3_600.0
Kind = Literal["nordic", "plain"]
BATTERY_SENSOR, BATTERY_VALUE = 0, bytes([0x10, 0x0B])


@dataclass
class VirtualLed:
    """One light: what it plays since when, and the one timed command that may wait."""

    kind: Kind = "plain"
    playing: Light | None = None
    since_s: float = 0.0
    waiting: tuple[float, int, Light] | None = None
    """When it begins, by the label's clock and as it was written; and what."""

    def play(self, light: Light, now_s: float) -> None:
        is_dark = light.count == 0 and not light.in_seconds
        self.playing, self.since_s = (None if is_dark else light), now_s

    def settle(self, now_s: float) -> None:
        if self.waiting is not None and self.waiting[0] <= now_s:
            begins_s, _, light = self.waiting
            self.waiting = None
            self.play(light, begins_s)
        if self.playing is not None and now_s >= self.since_s + self._lasts_s(self.playing):
            self.playing = None

    def shown(self, now_s: float) -> Light | None:
        """What a person would see blink now."""
        self.settle(now_s)
        return self.playing

    def next_instant_s(self) -> float:
        """When it changes by itself next, if a timed command waits."""
        return self.waiting[0] if self.waiting is not None else float("inf")

    def _lasts_s(self, light: Light) -> float:
        round_s = (light.round_ms - self._unplayed_ms(light)) / 1000
        if light.count == 0:
            return float("inf")
        if not light.in_seconds:
            return light.count * round_s
        return min(light.count, light.count * round_s) if self.kind == "nordic" else light.count

    def _unplayed_ms(self, light: Light) -> int:
        if self.kind != "nordic" or len(light.bits) < 2:
            return 0
        return light.on_ms if light.bits[-1] == "1" else light.off_ms


@dataclass
class VirtualLabel:
    """One label that was set up. `is_silent`: it hears nothing (an empty battery, a metal box)."""

    name: str
    address: EslAddress
    access_point_key: KeyMaterial
    response_key: KeyMaterial
    chance: random.Random
    kind: Kind = "plain"
    is_silent: bool = False
    is_synchronized: bool = True
    needs_service: bool = False
    pictures: frozenset[int] = frozenset({0})
    refuses_with: deque[int] = field(default_factory=deque)
    """Errors the next commands (not pings) are answered with."""
    led: VirtualLed = field(init=False)
    shows_picture: int | None = None
    last_command_s: float = 0.0
    heard: list[Command] = field(default_factory=list)
    absolute_ahead_ms: int = 0
    """How far its clock is from the access point's."""

    def __post_init__(self) -> None:
        self.led = VirtualLed(self.kind)

    def synchronize(self, now_s: float) -> None:
        """The access point has let it in again."""
        self.is_synchronized, self.last_command_s, self.absolute_ahead_ms = True, now_s, 0

    def loses_sync_at_s(self) -> float:
        return self.last_command_s + SYNC_LOST_AFTER_S if self.is_synchronized else float("inf")

    def hear(self, packet: bytes, now_s: float, absolute_ms: int) -> tuple[int, bytes] | None:
        """Take an encrypted packet of its group. The slot and the encrypted answer, or None: nothing was for it."""
        self.led.settle(now_s)
        if self.is_silent or not self.is_synchronized:
            return None
        try:
            group, rows = parse_sync_payload(unwrap(decrypt(packet, self.access_point_key)))
        except AnswerMalformed:
            return None
        if group != self.address.group:
            return None
        slot, answers = -1, list[bytes]()
        for place, row in enumerate(rows):
            if row[1] not in (self.address.number, EVERY_LABEL):
                continue
            self.last_command_s = now_s
            answer = encode_response(self._obey(row, now_s, absolute_ms + self.absolute_ahead_ms))
            if row[1] == EVERY_LABEL:
                continue  # nobody answers to what is said to all
            slot = place
            if sum(map(len, answers)) + len(answer) > PAYLOAD_MAX_BYTES:
                answers[-1] = encode_response(Refusal(ErrorCode.CAPACITY_LIMIT))
            else:
                answers.append(answer)
        if slot < 0:
            return None
        return slot, encrypt(wrap(b"".join(answers)), self.response_key, draw_randomizer(self.chance))

    def _obey(self, row: bytes, now_s: float, absolute_ms: int) -> Response:
        try:
            command = decode_command(row)
        except AnswerMalformed:
            return Refusal(ErrorCode.INVALID_PARAMETERS if row[0] >= 0xB0 else ErrorCode.INVALID_OPCODE)
        self.heard.append(command)
        if self.refuses_with and command != PlainCommand(command.number):
            return Refusal(self.refuses_with.popleft())
        match command:
            case PlainCommand(opcode=opcode):
                return self._obey_plain(opcode, command.number)
            case LedControl():
                return self._obey_led(command, now_s, absolute_ms)
            case DisplayImage(display=0, image=image, at_ms=None) if image in self.pictures:
                self.shows_picture = image
                return DisplayState(0, image)
            case DisplayImage(display=0, at_ms=None):
                return Refusal(ErrorCode.IMAGE_NOT_AVAILABLE)
            case RefreshDisplay(display=0) if self.shows_picture is not None:
                return DisplayState(0, self.shows_picture)
            case RefreshDisplay(display=0):
                return Refusal(ErrorCode.INVALID_IMAGE_INDEX)
            case ReadSensor(sensor=sensor) if sensor == BATTERY_SENSOR:
                return SensorValue(BATTERY_SENSOR, BATTERY_VALUE)
            case ReadSensor() | RefreshDisplay() | DisplayImage(at_ms=None):
                return Refusal(ErrorCode.INVALID_PARAMETERS)
            case _:
                return Refusal(ErrorCode.INVALID_OPCODE)

    def _obey_plain(self, opcode: Opcode, number: int) -> Response:
        match opcode:
            case Opcode.FACTORY_RESET:
                return Refusal(ErrorCode.INVALID_STATE)  # only over a connection, not while synchronized
            case Opcode.UNASSOCIATE if number == EVERY_LABEL:
                return Refusal(ErrorCode.RETRY)
            case Opcode.UNASSOCIATE:
                state = self._state() & ~StateBits.SYNCHRONIZED
                self.is_synchronized = False
                return BasicState(state)
            case Opcode.SERVICE_RESET:
                self.needs_service = False
        return BasicState(self._state())

    def _obey_led(self, command: LedControl, now_s: float, absolute_ms: int) -> Response:
        if command.led != 0:
            return Refusal(ErrorCode.INVALID_PARAMETERS)
        waiting = self.led.waiting
        if command.at_ms is None:
            self.led.waiting = None
            self.led.play(command.light, now_s)
        elif command.at_ms == 0:
            self.led.waiting = None
        elif not is_plausible(absolute_ms, command.at_ms):
            return Refusal(ErrorCode.IMPLAUSIBLE_TIME)
        elif waiting is not None and waiting[1] != command.at_ms:
            return Refusal(ErrorCode.QUEUE_FULL)
        else:
            begins_s = now_s + time_until(absolute_ms, command.at_ms) / 1000
            self.led.waiting = begins_s, command.at_ms, command.light
        return LedState(command.led)

    def _state(self) -> StateBits:
        bits = StateBits.SYNCHRONIZED
        bits |= StateBits.SERVICE_NEEDED if self.needs_service else StateBits(0)
        bits |= StateBits.ACTIVE_LED if self.led.playing is not None else StateBits(0)
        bits |= StateBits.PENDING_LED_UPDATE if self.led.waiting is not None else StateBits(0)
        return bits

    def gamut_at(self, now_s: float) -> Gamut | None:
        """The colour it blinks in, or None."""
        light = self.led.shown(now_s)
        return light.gamut if light is not None else None
