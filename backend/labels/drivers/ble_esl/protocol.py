"""What a label of the Bluetooth ESL service understands: addresses and commands, in bytes. No sockets.

Every command is a row of bytes; the first says what it is (low half) and how long it is (high half, see `rows.py`).
Layouts as in the service's public implementations: SiliconLabs `bt_host_esl_ap` (ap_constants.py, esl_command.py) and
Nordic `nrf-esl-bluetooth` (esl_common.h, esl.c); the specification's own text was not at hand. What labels answer is in
`responses.py`, how a light blinks in `led.py`, what fits together in `packing.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from backend.labels.drivers.ble_esl.led import LIGHT_BYTES, Light, decode_light, encode_light
from backend.labels.drivers.ble_esl.rows import check_row, decode_rows
from backend.labels.port import AnswerMalformed

GROUPS_MAX = 128
EVERY_LABEL = 0xFF
TAG_VENDOR = 0x0F


class Opcode(IntEnum):
    PING = 0x00
    UNASSOCIATE = 0x01
    SERVICE_RESET = 0x02
    FACTORY_RESET = 0x03
    UPDATE_COMPLETE = 0x04
    READ_SENSOR = 0x10
    REFRESH_DISPLAY = 0x11
    DISPLAY_IMAGE = 0x20
    DISPLAY_TIMED_IMAGE = 0x60
    LED_CONTROL = 0xB0
    LED_TIMED_CONTROL = 0xF0


@dataclass(frozen=True, slots=True, order=True)
class EslAddress:
    """A label's place in the air: its group (the subevent it listens in) and its number there; 255 is everybody."""

    group: int
    number: int

    def __post_init__(self) -> None:
        if not (0 <= self.group < GROUPS_MAX and 0 <= self.number <= EVERY_LABEL):
            raise AnswerMalformed(f"group {self.group}, label {self.number}: groups are 0 to 127, labels 0 to 255")

    def encoded(self) -> int:
        """The 16 bits a label keeps: its number in the low byte, the group in seven bits above."""
        return self.group << 8 | self.number


def decode_address(encoded: int) -> EslAddress:
    """The inverse of `EslAddress.encoded`; the unused top bit is passed over. Raises AnswerMalformed."""
    if not 0 <= encoded <= 0xFFFF:
        raise AnswerMalformed(f"{encoded} is not an address of 16 bits")
    return EslAddress(encoded >> 8 & 0x7F, encoded & 0xFF)


# Commands; `number` is the label's number in its group, or EVERY_LABEL.


@dataclass(frozen=True, slots=True)
class PlainCommand:
    """One without parameters: ping and the four that change the label's state of life."""

    number: int
    opcode: Opcode = Opcode.PING


@dataclass(frozen=True, slots=True)
class ReadSensor:
    number: int
    sensor: int


@dataclass(frozen=True, slots=True)
class RefreshDisplay:
    number: int
    display: int


@dataclass(frozen=True, slots=True)
class DisplayImage:
    """Show a picture the label has stored; with `at_ms` (absolute time), then; 0 forgets what waited."""

    number: int
    display: int
    image: int
    at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class LedControl:
    """Make a light blink now, in place of what it does; with `at_ms` (absolute time), then; 0 forgets what waits."""

    number: int
    led: int
    light: Light
    at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class VendorCommand:
    number: int
    parameters: bytes = b""


Command = PlainCommand | ReadSensor | RefreshDisplay | DisplayImage | LedControl | VendorCommand

PLAIN = frozenset({Opcode.PING, Opcode.UNASSOCIATE, Opcode.SERVICE_RESET, Opcode.FACTORY_RESET, Opcode.UPDATE_COMPLETE})


def encode_command(command: Command) -> bytes:
    """The command's row of bytes."""
    head = command.number
    match command:
        case PlainCommand(opcode=opcode):
            return bytes([opcode, head])
        case ReadSensor(sensor=sensor):
            return bytes([Opcode.READ_SENSOR, head, sensor])
        case RefreshDisplay(display=display):
            return bytes([Opcode.REFRESH_DISPLAY, head, display])
        case DisplayImage(display=display, image=image, at_ms=None):
            return bytes([Opcode.DISPLAY_IMAGE, head, display, image])
        case DisplayImage(display=display, image=image, at_ms=int(at_ms)):
            return bytes([Opcode.DISPLAY_TIMED_IMAGE, head, display, image]) + at_ms.to_bytes(4, "little")
        case LedControl(led=led, light=light, at_ms=None):
            return bytes([Opcode.LED_CONTROL, head, led]) + encode_light(light)
        case LedControl(led=led, light=light, at_ms=int(at_ms)):
            return bytes([Opcode.LED_TIMED_CONTROL, head, led]) + encode_light(light) + at_ms.to_bytes(4, "little")
        case VendorCommand(parameters=parameters):
            return bytes([len(parameters) << 4 | TAG_VENDOR, head]) + parameters
    raise AssertionError(f"no such command: {command}")


def decode_command(row: bytes) -> Command:
    """The inverse of `encode_command`. Raises AnswerMalformed."""
    check_row(row)
    head, rest = row[1], row[2:]
    if row[0] & 0x0F == TAG_VENDOR:
        return VendorCommand(head, rest)
    try:
        opcode = Opcode(row[0])
    except ValueError:
        raise AnswerMalformed(f"no command begins with {row[0]:02X}") from None
    match opcode:
        case Opcode.READ_SENSOR:
            return ReadSensor(head, rest[0])
        case Opcode.REFRESH_DISPLAY:
            return RefreshDisplay(head, rest[0])
        case Opcode.DISPLAY_IMAGE:
            return DisplayImage(head, rest[0], rest[1])
        case Opcode.DISPLAY_TIMED_IMAGE:
            return DisplayImage(head, rest[0], rest[1], int.from_bytes(rest[2:], "little"))
        case Opcode.LED_CONTROL:
            return LedControl(head, rest[0], decode_light(rest[1:]))
        case Opcode.LED_TIMED_CONTROL:
            light = decode_light(rest[1 : 1 + LIGHT_BYTES])
            return LedControl(head, rest[0], light, int.from_bytes(rest[1 + LIGHT_BYTES :], "little"))
        case _:
            return PlainCommand(head, opcode)


def decode_commands(rows: bytes) -> list[Command]:
    """Commands written one after another. Raises AnswerMalformed."""
    return decode_rows(rows, decode_command)
