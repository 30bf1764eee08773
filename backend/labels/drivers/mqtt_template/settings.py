"""What somebody says about labels of their own making: topics, messages, and how to understand what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    SecretStr,
    StringConstraints,
    model_validator,
)

from backend.labels.drivers.mqtt_template.topics import check_spoken_topic, parse_heard_topic
from backend.labels.paths import parse_path
from backend.labels.templates import check_structure, parse_template
from shared.labels import BlinkPattern, LightColour

PLACEHOLDERS = frozenset(
    ("label", "token", "colour", "hex", "red", "green", "blue", "pattern", "seconds", "milliseconds")
)
LabelName = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^/+#\x00-\x20\x7f{}$]+$")]
COMMON_PATTERNS = (BlinkPattern.STEADY, BlinkPattern.SLOW, BlinkPattern.DOUBLE)  # what is built by hand can do
HexColour = Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f]{6}$")]


def _path(text: str) -> str:
    parse_path(text)
    return text


def _heard(text: str) -> str:
    parse_heard_topic(text)
    return text


def _spoken(text: str) -> str:
    check_spoken_topic(parse_template(text, PLACEHOLDERS).fill(dict.fromkeys(PLACEHOLDERS, "x")))
    return text


def _payload(structure: JsonValue) -> JsonValue:
    check_structure(structure, PLACEHOLDERS)
    return structure


Path = Annotated[str, Field(max_length=120), AfterValidator(_path)]
HeardText = Annotated[str, AfterValidator(_heard)]
SpokenText = Annotated[str, AfterValidator(_spoken)]
Payload = Annotated[JsonValue, AfterValidator(_payload)]
Words = Annotated[frozenset[str], Field(min_length=1, max_length=20)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Spoken(_Part):
    """A message to a label. A payload that is text is sent as it is, anything else as JSON."""

    topic: SpokenText
    payload: Payload
    qos: int = Field(default=1, ge=0, le=1)


class Heard(_Part):
    """A message from a label: the label stands in the topic as {label}, or at a path of its JSON."""

    topic: HeardText
    label: Path = ""
    value: Path = Field(default="", description="where the value stands; empty: the whole message is the value")


class Acknowledgement(Heard):
    """What a label says once it has a command. Without a token it is the label's only command under way."""

    token: Path = ""
    delivered: Words = frozenset({"ok"})
    failed: frozenset[str] = Field(default=frozenset(), max_length=20)


class Availability(Heard):
    """Of one label, or without {label} and `label` of all of them: the broker tells it by last will."""

    online: str = Field(default="online", max_length=60)
    offline: str = Field(default="offline", max_length=60)


class Battery(Heard):
    """`unit` says what the number is; a percentage is no voltage and only says that the label was there."""

    unit: str = Field(default="mV", pattern=r"^(mV|V|percent)$")


class Button(Heard):
    """`buttons` maps what the value says to the number of a button; without it the value is the number."""

    buttons: Mapping[str, int] = Field(default={}, max_length=20)


class Presence(_Part):
    """What we say of ourselves, kept by the broker; labels may darken when we are gone."""

    topic: SpokenText
    online: str = Field(default="online", max_length=60)
    offline: str = Field(default="offline", max_length=60)


class MqttTemplateSettings(_Part):
    """One broker and the labels behind it."""

    host: str = Field(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9.:_-]+$")
    port: int = Field(default=1883, ge=1, le=65_535)
    tls: bool = False
    username: str | None = Field(default=None, max_length=200)
    password: SecretStr | None = None
    client_id: str = Field(default="", max_length=23, pattern=r"^[0-9A-Za-z-]*$", description="empty: a new one")
    labels: frozenset[LabelName] = Field(min_length=1, max_length=10_000)
    light: Spoken
    stop: Spoken | None = None
    acknowledgement: Acknowledgement | None = None
    availability: Availability | None = None
    battery: Battery | None = None
    button: Button | None = None
    presence: Presence | None = None
    colours: Mapping[LightColour, HexColour] = {}
    patterns: Mapping[BlinkPattern, str] = Field(default={each: each.value for each in COMMON_PATTERNS}, min_length=1)
    latency_p95_s: float = Field(default=1.0, gt=0, le=300)
    lost_after_s: float = Field(default=20.0, ge=2, le=3_600)
    duration_max_s: int = Field(default=300, ge=2, le=600)
    can_replace: bool = True

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        if self.lost_after_s < self.latency_p95_s * 2:
            raise ValueError("lost_after_s must be twice latency_p95_s or more")
        if self.presence is not None and parse_template(self.presence.topic, PLACEHOLDERS).names:
            raise ValueError("presence.topic: there is no label in it, and nothing else to fill in")
        for name in ("acknowledgement", "battery", "button"):
            part: Heard | None = getattr(self, name)
            if part is not None and parse_heard_topic(part.topic).label_level is None and not part.label:
                raise ValueError(f"{name}: the label stands neither in the topic as {{label}} nor at a path (`label`)")
        return self
