"""What a label of the Bluetooth ESL service understands and answers: commands and responses in bytes. No sockets.

Every command and every response is a row of bytes whose first byte says what it is (low half) and how long it is (high
half: the whole row is that many bytes and two). Layouts as in the service's public implementations: SiliconLabs
`bt_host_esl_ap` (ap_constants.py, esl_command.py, ap_response_parser.py) and Nordic `nrf-esl-bluetooth` (esl_common.h,
esl.c); the specification's own text was not at hand. How a light blinks is in `led.py`, what fits together in
`packing.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import TypeVar

from backend.labels.drivers.ble_esl.led import LIGHT_BYTES, Light, decode_light, encode_light
from backend.labels.port import AnswerMalformed

GROUPS_MAX = 128
EVERY_LABEL = 0xFF
TAG_VENDOR, TAG_SENSOR = 0x0F, 0x0E
T = TypeVar("T")


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


class ErrorCode(IntEnum):
    """Why a label refused a command."""

    UNSPECIFIED = 0x01
    INVALID_OPCODE = 0x02
    INVALID_STATE = 0x03
    INVALID_IMAGE_INDEX = 0x04
    IMAGE_NOT_AVAILABLE = 0x05
    INVALID_PARAMETERS = 0x06
    CAPACITY_LIMIT = 0x07
    INSUFFICIENT_BATTERY = 0x08
    INSUFFICIENT_RESOURCES = 0x09
    RETRY = 0x0A
    QUEUE_FULL = 0x0B
    IMPLAUSIBLE_TIME = 0x0C


PASSING_ERRORS = frozenset({ErrorCode.RETRY, ErrorCode.CAPACITY_LIMIT, ErrorCode.INSUFFICIENT_RESOURCES})
"""What may be different a moment later."""

_REASONS = {
    ErrorCode.UNSPECIFIED: "the label does not say why",
    ErrorCode.INVALID_OPCODE: "the label does not know this command",
    ErrorCode.INVALID_STATE: "the label cannot do this in its present state",
    ErrorCode.INVALID_IMAGE_INDEX: "the label has no picture of this number",
    ErrorCode.IMAGE_NOT_AVAILABLE: "the label has no such picture stored",
    ErrorCode.INVALID_PARAMETERS: "the label has no such light, display or sensor, or does not accept the values",
    ErrorCode.CAPACITY_LIMIT: "the label's answers do not fit into one packet",
    ErrorCode.INSUFFICIENT_BATTERY: "the label's battery is too weak",
    ErrorCode.INSUFFICIENT_RESOURCES: "the label lacks memory or time at the moment",
    ErrorCode.RETRY: "the label is busy at the moment",
    ErrorCode.QUEUE_FULL: "the label has a timed command waiting already",
    ErrorCode.IMPLAUSIBLE_TIME: "the label takes the given time for a mistake",
}


class StateBits(IntFlag):
    """What a label says of itself in its basic state."""

    SERVICE_NEEDED = 1
    SYNCHRONIZED = 2
    ACTIVE_LED = 4
    PENDING_LED_UPDATE = 8
    PENDING_DISPLAY_UPDATE = 16


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
    _check_length(row)
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


# Responses


@dataclass(frozen=True, slots=True)
class Refusal:
    """The label will not do it. `code` may be one of ErrorCode, one a later version adds, or the vendor's own."""

    code: int

    @property
    def reason(self) -> str:
        if self.code in _REASONS:
            return _REASONS[ErrorCode(self.code)]
        whose = "the vendor's own" if self.code >= 0xF0 else "an unknown"
        return f"the label refused with {whose} error {self.code:02X}"


@dataclass(frozen=True, slots=True)
class LedState:
    """The label has the command for this light."""

    led: int


@dataclass(frozen=True, slots=True)
class BasicState:
    bits: StateBits


@dataclass(frozen=True, slots=True)
class DisplayState:
    display: int
    image: int


@dataclass(frozen=True, slots=True)
class SensorValue:
    sensor: int
    value: bytes


@dataclass(frozen=True, slots=True)
class VendorResponse:
    parameters: bytes


Response = Refusal | LedState | BasicState | DisplayState | SensorValue | VendorResponse


def encode_response(response: Response) -> bytes:
    """The response's row of bytes."""
    match response:
        case Refusal(code=code):
            return bytes([0x00, code])
        case LedState(led=led):
            return bytes([0x01, led])
        case BasicState(bits=bits):
            return b"\x10" + int(bits).to_bytes(2, "little")
        case DisplayState(display=display, image=image):
            return bytes([0x11, display, image])
        case SensorValue(sensor=sensor, value=value):
            return bytes([len(value) << 4 | TAG_SENSOR, sensor]) + value
        case VendorResponse(parameters=parameters):
            return bytes([(len(parameters) - 1) << 4 | TAG_VENDOR]) + parameters
    raise AssertionError(f"no such response: {response}")


def decode_response(row: bytes) -> Response:
    """The inverse of `encode_response`; bits of the state that no version defines are passed over.

    Raises AnswerMalformed.
    """
    _check_length(row)
    match row[0]:
        case 0x00:
            return Refusal(row[1])
        case 0x01:
            return LedState(row[1])
        case 0x10:
            known = sum(StateBits)
            return BasicState(StateBits(int.from_bytes(row[1:3], "little") & known))
        case 0x11:
            return DisplayState(row[1], row[2])
        case first if first & 0x0F == TAG_SENSOR:
            return SensorValue(row[1], row[2:])
        case first if first & 0x0F == TAG_VENDOR:
            return VendorResponse(row[1:])
        case first:
            raise AnswerMalformed(f"no response begins with {first:02X}")


def decode_commands(rows: bytes) -> list[Command]:
    """Commands written one after another. Raises AnswerMalformed."""
    return _each(rows, decode_command)


def decode_responses(rows: bytes) -> list[Response]:
    """Responses written one after another. Raises AnswerMalformed."""
    return _each(rows, decode_response)


def row_length(first: int) -> int:
    """How many bytes a row has, by its first one."""
    return (first >> 4) + 2


def split_rows(rows: bytes) -> Sequence[bytes]:
    """Rows written one after another, each for itself. Raises AnswerMalformed."""
    return _each(rows, lambda row: row)


def _each(rows: bytes, decode: Callable[[bytes], T]) -> list[T]:
    decoded = []
    while rows:
        length = row_length(rows[0])
        decoded.append(decode(rows[:length]))
        rows = rows[length:]
    return decoded


def _check_length(row: bytes) -> None:
    if not row or len(row) != row_length(row[0]):
        expected = row_length(row[0]) if row else "at least 2"
        raise AnswerMalformed(f"{len(row)} bytes where {expected} were announced")
