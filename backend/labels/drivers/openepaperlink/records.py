"""What the access point says: records of labels, messages of the websocket, kinds of labels, all of it JSON. Pure.

Fields as in its firmware: OpenEPaperLink `ESP32_AP-Flasher/src/tag_db.cpp` (fillNode, saveDB) and `web.cpp`; the lines
of its log as in `newproto.cpp` and `contentmanager.cpp`.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from backend.labels.port import AnswerMalformed

CAPABILITY_HAS_LED = 0x01
VIRTUAL_BATTERY_MV = 1_337  # what a label without a battery says, such as the access point's own screen
SLEEPS_5_S = 255  # as `maxsleep`: not minutes
POSITIONS_MAX = 255  # the access point keeps the paging offset in one byte
ACCENTS = ("red", "yellow")  # of the colours a display may have besides black and white, those a promotion is drawn in
T = TypeVar("T", bound=BaseModel)
_Octet = Annotated[int, Field(ge=0, le=255)]

_TIMED_OUT = re.compile(r"([0-9A-Fa-f]{16}) xfer timeout")
_DRAWING = re.compile(r"Updating ([0-9A-Fa-f]{16})")
_TRANSFERRING = re.compile(r"([0-9A-Fa-f]{16}) block request")
_SAME_PICTURE = "new image is the same as current image"
_NOT_DRAWN = ("No definition found for tag type", "invalid jpg", "Not found: ", "File not found. ", "File has size 0. ")


class WakeupReason(IntEnum):
    """Why a label checked in, as far as anybody can act on it."""

    TIMED = 0
    NFC = 3
    BUTTON_1 = 4
    BUTTON_2 = 5
    BUTTON_3 = 6


class TagRecord(BaseModel):
    """One label as the access point knows it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    mac: str = Field(pattern=r"^[0-9A-Fa-f]{16}$")
    last_seen_s: int = Field(default=0, alias="lastseen", ge=0, lt=2**32)
    pending: int = Field(default=0, ge=0)
    update_count: int = Field(default=0, alias="updatecount", ge=0)
    wakeup_reason: int = Field(default=0, alias="wakeupReason", ge=0)
    capabilities: int = Field(default=0, ge=0)
    battery_mv: int = Field(default=0, alias="batteryMv", ge=0)
    rssi_dbm: int = Field(default=0, alias="RSSI", ge=-200, le=200)
    hardware_type: int = Field(default=0, alias="hwType", ge=0, le=255)
    version: int = Field(default=0, alias="ver", ge=0)
    digest: str = Field(default="", alias="hash", max_length=64)
    """Of what arrived last: the first 8 bytes of a picture's MD5, or of an LED pattern."""

    @property
    def has_reported(self) -> bool:
        """Whether the label itself has ever been heard; before that, nothing but its address is known."""
        return self.last_seen_s > 0

    @property
    def measured_battery_mv(self) -> int:
        """0 where nothing was measured."""
        return 0 if self.battery_mv == VIRTUAL_BATTERY_MV else self.battery_mv

    @property
    def signal_dbm(self) -> int | None:
        """None where nothing was measured (0), or where the record is the access point's own (100)."""
        return self.rssi_dbm if self.rssi_dbm < 0 else None

    @property
    def has_led(self) -> bool:
        return bool(self.capabilities & CAPABILITY_HAS_LED)


class DatabasePage(BaseModel):
    """One page of `/get_db`; `next_position` (their `continu`) is missing on the last."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    tags: list[TagRecord]
    next_position: int | None = Field(default=None, alias="continu", ge=0)


class Message(BaseModel):
    """One websocket message, as far as it concerns lights: label records, or an error line."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    tags: list[TagRecord] = []
    error_line: str = Field(default="", alias="errMsg")
    log_line: str = Field(default="", alias="logMsg")

    @property
    def timed_out_mac(self) -> str | None:
        """The label whose whole queue was just dropped."""
        match = _TIMED_OUT.search(self.error_line)
        return match.group(1).upper() if match else None

    @property
    def drawing_mac(self) -> str | None:
        """The label whose content is drawn from here on; the lines that follow are about it."""
        match = _DRAWING.match(self.log_line)
        return match.group(1).upper() if match else None

    @property
    def transferring_mac(self) -> str | None:
        """The label that is fetching a picture just now."""
        match = _TRANSFERRING.match(self.log_line)
        return match.group(1).upper() if match else None

    @property
    def is_same_picture(self) -> bool:
        """What was drawn is what the label shows already: nothing is sent to it."""
        return self.log_line.startswith(_SAME_PICTURE)

    @property
    def drawing_failed(self) -> str | None:
        """Why nothing came of drawing."""
        return self.error_line.strip()[:120] if self.error_line.startswith(_NOT_DRAWN) else None


class TagType(BaseModel):
    """What the access point knows of one kind of label (`/tagtypes/HH.json`)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: str = Field(max_length=80)
    width_px: int = Field(alias="width", ge=1, le=2_000)
    height_px: int = Field(alias="height", ge=1, le=2_000)
    colours: dict[str, tuple[_Octet, _Octet, _Octet]] = Field(default={}, alias="colortable", max_length=16)

    @property
    def accent(self) -> str:
        """What a promotion is drawn in: red where it has both, for white digits are read on it; empty if neither."""
        return next((colour for colour in ACCENTS if colour in self.colours), "")


_BACKUP = TypeAdapter(list[list[TagRecord]])


class AccessPointConfig(BaseModel):
    """How the access point was told to treat its labels, as far as it changes when they listen (`/get_ap_config`)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sleep_max_min: int = Field(default=10, alias="maxsleep", ge=0, le=255)
    is_sleep_stopped_while_watched: int = Field(default=1, alias="stopsleep", ge=0, le=255)
    night_from_h: int = Field(default=0, alias="sleeptime1", ge=0, le=255)
    night_to_h: int = Field(default=0, alias="sleeptime2", ge=0, le=255)

    @property
    def advice(self) -> str:
        """What makes labels slower than they need to be; empty if nothing does. A driver that listens is a watcher."""
        found = []
        if self.sleep_max_min not in (0, SLEEPS_5_S) and not self.is_sleep_stopped_while_watched:
            found.append(f"labels may sleep for {self.sleep_max_min} minutes: set maxsleep to 0 or stopsleep to 1")
        if self.night_from_h != self.night_to_h:
            found.append(f"labels sleep and nothing is drawn from {self.night_from_h} to {self.night_to_h} h")
        return "; ".join(found)


def parse_config(raw: bytes) -> AccessPointConfig:
    """Raises AnswerMalformed and nothing else."""
    return _parse(AccessPointConfig, raw)


def parse_tag_type(raw: bytes) -> TagType:
    """Raises AnswerMalformed and nothing else."""
    return _parse(TagType, raw)


def parse_backup(raw: bytes) -> list[TagRecord]:
    """`/backup_db`, the whole database at once: a list of lists of one record. Raises AnswerMalformed and nothing else.

    The firmware writes a comma before each record but the first of its memory, which may be one that is not written.
    """
    try:
        return [record for single in _BACKUP.validate_json(re.sub(rb"^\s*\[\s*,", b"[", raw)) for record in single]
    except ValidationError as error:
        raise _malformed(error) from None


def parse_page(raw: bytes) -> DatabasePage:
    """Raises AnswerMalformed and nothing else."""
    return _parse(DatabasePage, raw)


def parse_message(raw: bytes | str) -> Message:
    """Raises AnswerMalformed and nothing else."""
    return _parse(Message, raw)


def _parse(model: type[T], raw: bytes | str) -> T:
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        raise _malformed(error) from None


def _malformed(error: ValidationError) -> AnswerMalformed:
    first = error.errors()[0]
    return AnswerMalformed(f"the access point's answer is not as expected: {first['msg']}", at=first["loc"])
