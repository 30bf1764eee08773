"""What AIMS understands and says: requests and answers in JSON. No sockets.

Shapes from public clients and SoluM's own list of calls (API Docs for ESL SaaS Server, version 1.0): the token, the LED
call with its fixed durations and colours, its status list sorted by `lastUpdated`, page change, image push, label list;
200, 204 nothing there, 401, 403 company invalid, 405 parameter invalid, 500. Answers come as `responseCode`,
`responseMessage` and a list; the list is found under any name, alone, or inside `responseMessage`.
What no source says, and is therefore never relied upon: what a partly failed LED call answers (a batch that is refused
is sent again one by one), and what else a line of the status list holds besides label, status and time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.labels.port import AnswerMalformed, LabelReport
from shared.labels import LightColour

ACCENTS = ("red", "yellow")
COLOURS = {
    LightColour.BLUE: "BLUE",
    LightColour.YELLOW: "YELLOW",
    LightColour.CYAN: "CYAN",
    LightColour.WHITE: "WHITE",
}
DURATIONS = {10: "10s", 30: "30s", 60: "1m", 120: "2m", 300: "5m"}
OFF = "0s"
DURATION_MIN_S, DURATION_MAX_S = min(DURATIONS), max(DURATIONS)
LABELS_MAX = 100_000

TOKEN = "/common/api/v2/token"  # noqa: S105 - a path
LED = "/common/api/v2/common/labels/led"
LABELS = "/common/api/v2/common/labels"
PAGE = "/common/api/v2/common/labels/page"
IMAGE = "/common/api/v2/common/labels/image"
KIND = "/common/api/v2/common/labels/type/info"

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Blink:
    """One label's part of an LED call. `duration_s` 0 puts it out."""

    label: str
    colour: LightColour
    duration_s: int
    pattern_id: int = 0

    @property
    def played_s(self) -> int:
        """How long it will blink: the longest duration there is that is not longer than asked."""
        if self.duration_s == 0:
            return 0
        return max((each for each in DURATIONS if each <= self.duration_s), default=DURATION_MIN_S)


def blink_request(blinks: Sequence[Blink]) -> bytes:
    entries = [
        {
            "labelCode": each.label,
            "color": COLOURS[each.colour],
            "duration": DURATIONS[each.played_s] if each.played_s else OFF,
            "patternId": each.pattern_id,
            "multiLed": False,
        }
        for each in blinks
    ]
    return _json({"ledBlinkList": entries})


def token_request(username: str, password: str) -> bytes:
    return _json({"username": username, "password": password})


def page_request(labels: Sequence[str], page: int) -> bytes:
    return _json({"pageChangeList": [{"labelCode": label, "page": page} for label in labels]})


def image_request(label: str, page: int, png_base64: str) -> bytes:
    return _json({"labelCode": label, "page": page, "frontPage": page, "image": png_base64, "dithering": False})


class Token(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    access_token: str = Field(min_length=1, max_length=16_384, repr=False)
    expires_in: float = Field(default=3600.0, gt=0, le=10_000_000)


class LabelStatus(BaseModel):
    """How a label's last command stands; a time that was not there before means: of a newer command."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    label: str = Field(alias="labelCode", min_length=1, max_length=64)
    status: str = Field(default="", max_length=64)
    updated: str = Field(default="", alias="lastUpdated", max_length=64)

    @property
    def is_success(self) -> bool:
        return self.status.upper() in ("SUCCESS", "SUCCEEDED", "COMPLETED")

    @property
    def is_failure(self) -> bool:
        return self.status.upper() in ("TIMEOUT", "FAIL", "FAILED", "ERROR")


class AimsLabel(BaseModel):
    """One line of the label list; different versions spell its kind differently."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    label: str = Field(alias="labelCode", min_length=1, max_length=64)
    kind: str = Field(default="", alias="labelType", max_length=120)
    model: str = Field(default="", max_length=120)
    width: int = Field(default=0, ge=0, le=65_535)
    height: int = Field(default=0, ge=0, le=65_535)
    signal: float | str = ""
    firmware: str = Field(default="", alias="firmwareVersion", max_length=60)

    @property
    def accent(self) -> str:
        """The kind is said in words, such as GRAPHIC_2_9_RED_NFC; red where it says both, empty if neither."""
        words = (self.kind or self.model).lower().replace("-", "_").replace(" ", "_").split("_")
        return next((colour for colour in ACCENTS if colour in words), "")

    def report(self) -> LabelReport:
        is_dbm = isinstance(self.signal, float) and -150 <= self.signal < 0
        return LabelReport(
            external_id=self.label,
            model=self.kind or self.model,
            width_px=self.width,
            height_px=self.height,
            signal_dbm=int(self.signal) if is_dbm else None,
            firmware=self.firmware,
            accent=self.accent,
        )


class Kind(BaseModel):
    """What a label of this kind has for a display."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    width_px: int = Field(alias="displayWidth", ge=1, le=65_535)
    height_px: int = Field(alias="displayHeight", ge=1, le=65_535)


def parse_token(raw: bytes) -> Token:
    """Raises AnswerMalformed and nothing else."""
    body = _object(raw)
    inner = body.get("responseMessage")
    return _model(Token, inner if isinstance(inner, dict) else body)


def parse_statuses(raw: bytes) -> Sequence[LabelStatus]:
    """Raises AnswerMalformed and nothing else."""
    return [_model(LabelStatus, each) for each in _list(raw)]


def parse_labels(raw: bytes) -> Sequence[AimsLabel]:
    """Raises AnswerMalformed and nothing else."""
    return [_model(AimsLabel, each) for each in _list(raw)]


def parse_kind(raw: bytes) -> Kind:
    """Raises AnswerMalformed and nothing else."""
    body = _object(raw)
    inner = body.get("responseMessage")
    return _model(Kind, inner if isinstance(inner, dict) else body)


def _list(raw: bytes) -> Sequence[Any]:
    """The list of an answer; an empty answer (204) is an empty list."""
    if not raw:
        return []
    body = _load(raw)
    if isinstance(body, dict) and isinstance(body.get("responseMessage"), dict | list):
        body = body["responseMessage"]
    if isinstance(body, dict):
        body = next((each for each in body.values() if isinstance(each, list)), None)
    if not isinstance(body, list):
        raise AnswerMalformed("AIMS's answer holds no list")
    return body


def _object(raw: bytes) -> Mapping[str, Any]:
    body = _load(raw)
    if not isinstance(body, dict):
        raise AnswerMalformed("AIMS's answer is not an object")
    return body


def _load(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise AnswerMalformed("AIMS's answer is not JSON") from None


def _model(model: type[T], value: Any) -> T:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise AnswerMalformed(f"AIMS's answer is not as expected: {where}: {first['msg']}") from None


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
