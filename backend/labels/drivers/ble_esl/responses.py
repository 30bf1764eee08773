"""What a label answers, in bytes: its states, values, and why it refused. No sockets.

Rows like those of the commands (see `rows.py`). Layouts: SiliconLabs `ap_response_parser.py`, Nordic `esl.c`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag

from backend.labels.drivers.ble_esl.rows import check_row, decode_rows
from backend.labels.port import AnswerMalformed

TAG_SENSOR, TAG_VENDOR = 0x0E, 0x0F


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
    check_row(row)
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


def decode_responses(rows: bytes) -> list[Response]:
    """Responses written one after another. Raises AnswerMalformed."""
    return decode_rows(rows, decode_response)
