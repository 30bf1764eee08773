"""What is said to labels and what they say, by the settings' templates and paths. No sockets."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from backend.labels.drivers.mqtt_template.settings import Heard, MqttTemplateSettings, Spoken
from backend.labels.drivers.mqtt_template.topics import matches, parse_heard_topic
from backend.labels.paths import find_text
from backend.labels.port import AnswerMalformed
from backend.labels.templates import Value, fill_structure, fill_text
from shared.labels import Flash, LightColour

COLOURS = {
    LightColour.BLUE: "0000FF",
    LightColour.YELLOW: "FFC800",
    LightColour.CYAN: "00FFFF",
    LightColour.WHITE: "FFFFFF",
}
MESSAGE_MAX_BYTES = 64 * 1024
BATTERY_MAX_MV = 60_000


@dataclass(frozen=True, slots=True)
class Message:
    """On its way to the broker."""

    topic: str
    payload: bytes
    qos: int


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A label says what became of a command; without a token, of its only one."""

    label: str
    token: str | None
    is_delivered: bool
    outcome: str


@dataclass(frozen=True, slots=True)
class Available:
    """A label, or (None) everything behind the broker, is there or not."""

    label: str | None
    is_online: bool


@dataclass(frozen=True, slots=True)
class BatteryRead:
    label: str
    battery_mv: int


@dataclass(frozen=True, slots=True)
class Pressed:
    label: str
    button: int


News = Acknowledged | Available | BatteryRead | Pressed


def message_for(settings: MqttTemplateSettings, label: str, flash: Flash | None, token: str) -> Message:
    """A flash, or None to go dark: then nothing shines, for no time."""
    spoken = settings.light if flash is not None else settings.stop
    assert spoken is not None, "a stop is only sent where the settings have one"
    return _fill(spoken, _values(settings, label, flash, token))


def filters(settings: MqttTemplateSettings) -> Sequence[str]:
    """What to listen to."""
    parts = (settings.acknowledgement, settings.availability, settings.battery, settings.button)
    return sorted({parse_heard_topic(part.topic).filter for part in parts if part is not None})


def understand(settings: MqttTemplateSettings, topic: str, payload: bytes, *, is_retained: bool) -> Sequence[News]:
    """What a message says; nothing if it is none of ours. Raises AnswerMalformed and nothing else.

    A message the broker had kept tells how things are (availability, battery), not what happens (acknowledgement,
    button): those would be old.
    """
    if len(payload) > MESSAGE_MAX_BYTES:
        raise AnswerMalformed(f"a message of {len(payload)} bytes")
    news: list[News] = []
    if (part := settings.acknowledgement) is not None and not is_retained and _is_for(part, topic):
        outcome = _value(part, payload)
        if outcome in part.delivered or outcome in part.failed:
            token = find_text(_json(payload), part.token) if part.token else None
            news.append(Acknowledged(_label(part, topic, payload), token, outcome in part.delivered, outcome))
    if (status := settings.availability) is not None and _is_for(status, topic):
        said = _value(status, payload)
        is_of_all = parse_heard_topic(status.topic).label_level is None and not status.label
        if said in (status.online, status.offline):
            news.append(Available(None if is_of_all else _label(status, topic, payload), said == status.online))
    if (battery := settings.battery) is not None and _is_for(battery, topic):
        news.append(BatteryRead(_label(battery, topic, payload), _millivolts(_value(battery, payload), battery.unit)))
    if (button := settings.button) is not None and not is_retained and _is_for(button, topic):
        said = _value(button, payload)
        number = button.buttons.get(said) if button.buttons else _small_number(said)
        if number is not None:
            news.append(Pressed(_label(button, topic, payload), number))
    return news


def _fill(spoken: Spoken, values: dict[str, Value]) -> Message:
    filled = fill_structure(spoken.payload, values) if not isinstance(spoken.payload, str) else None
    text = fill_text(spoken.payload, values) if isinstance(spoken.payload, str) else json.dumps(filled)
    return Message(fill_text(spoken.topic, values), text.encode(), spoken.qos)


def _values(settings: MqttTemplateSettings, label: str, flash: Flash | None, token: str) -> dict[str, Value]:
    code = {**COLOURS, **settings.colours}[flash.colour].upper() if flash is not None else "000000"
    red, green, blue = bytes.fromhex(code)
    seconds = flash.duration_s if flash is not None else 0
    return {
        "label": label,
        "token": token,
        "colour": flash.colour.value if flash is not None else "off",
        "hex": code,
        "red": red,
        "green": green,
        "blue": blue,
        "pattern": settings.patterns.get(flash.pattern, flash.pattern.value) if flash is not None else "off",
        "seconds": seconds,
        "milliseconds": seconds * 1000,
    }


def _is_for(part: Heard, topic: str) -> bool:
    return matches(parse_heard_topic(part.topic).filter, topic)


def _label(part: Heard, topic: str, payload: bytes) -> str:
    label = parse_heard_topic(part.topic).label_in(topic) or find_text(_json(payload), part.label)
    if not label:
        raise AnswerMalformed(f"a message on {topic[:80]!r} names no label")
    return label


def _value(part: Heard, payload: bytes) -> str:
    if part.value:
        return find_text(_json(payload), part.value) or ""
    return payload.decode("utf-8", errors="replace").strip()


def _json(payload: bytes) -> JsonValue:
    try:
        body: JsonValue = json.loads(payload)
    except (ValueError, RecursionError):
        raise AnswerMalformed("a label's message is not JSON") from None
    return body


def _millivolts(text: str, unit: str) -> int:
    try:
        number = float(text)
    except ValueError:
        raise AnswerMalformed(f"a battery of {text[:20]!r} is no number") from None
    voltage = number * 1000 if unit == "V" else number
    return round(voltage) if unit != "percent" and 0 <= voltage <= BATTERY_MAX_MV else 0


def _small_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else None
