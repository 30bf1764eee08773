"""Requests by their templates, and what answers mean. Values in, bytes out; bytes in, verdicts out. No sockets."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from urllib.parse import quote, urlencode

from pydantic import JsonValue

from backend.labels.drivers.http_template.description import Answer, Description, Match, Request, Status, batch_element
from backend.labels.paths import find, find_text, parse_path
from backend.labels.templates import Value, fill_structure, fill_text, parse_template, spell
from shared.labels import Flash

REASON_MAX = 120
JSON, FORM, TEXT = "application/json", "application/x-www-form-urlencoded", "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Filled:
    """A request without holes, not yet signed. `form` is what becomes the body in the end."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""
    form: Mapping[str, str] | None = None


class Meaning(Enum):
    TAKEN = "taken"
    BUSY = "busy"
    EXPIRED = "expired"
    UNKNOWN = "unknown"
    REFUSED = "refused"


class Standing(Enum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer means. `failed`: labels of the call that were not taken, and why."""

    meaning: Meaning
    reason: str = ""
    failed: Mapping[str, str] = field(default_factory=dict)
    task: str = ""


def values_for(description: Description, label: str, flash: Flash | None, token: str) -> dict[str, Value]:
    """What placeholders of a command are filled with; to go dark is a flash of no time."""
    default_colour, default_pattern = (
        next(iter(description.colours.values())),
        next(iter(description.patterns.values())),
    )
    colour, pattern, seconds = default_colour, default_pattern, 0
    duration: Value = 0
    if flash is not None:
        colour = description.colours.get(flash.colour, default_colour)
        pattern = description.patterns.get(flash.pattern, default_pattern)
        seconds = played_s(description, flash.duration_s)
        duration = _duration(description, seconds)
    return {
        "label": label,
        "token": token,
        "colour": colour,
        "pattern": pattern,
        "duration": duration,
        "seconds": seconds,
    }


def played_s(description: Description, duration_s: int) -> int:
    """How long a flash will be: what can be said to this server, and never longer than asked if that can be said."""
    kind = description.duration
    if kind.choices:
        offered = sorted(map(int, kind.choices))
        return max((each for each in offered if each <= duration_s), default=offered[0])
    seconds = max(kind.min_s, min(duration_s, kind.max_s))
    return max(60, seconds // 60 * 60) if kind.unit == "minutes" else seconds


def _duration(description: Description, seconds: int) -> Value:
    kind = description.duration
    if kind.choices:
        return kind.choices[str(seconds)]
    return {"seconds": seconds, "milliseconds": seconds * 1000, "minutes": seconds // 60}[kind.unit]


def fill(request: Request, values: Mapping[str, Value]) -> Filled:
    return _filled(request, values, fill_structure(request.json_body, values))


def fill_batch(description: Description, commands: Sequence[Mapping[str, Value]]) -> Filled:
    """One call for several labels; what stands outside the list is that of the first."""
    assert description.batch is not None, "only a description with a batch has one"
    request, path = description.light, description.batch.list
    element = batch_element(request.json_body, path)
    body = fill_structure(_with_list(request.json_body, path, []), commands[0])
    elements = [fill_structure(element, values) for values in commands]
    return _filled(request, commands[0], _with_list(body, path, elements))


def batch_key(description: Description, values: Mapping[str, Value]) -> object:
    """Commands with the same key can go in one call: they differ in the list only."""
    assert description.batch is not None, "only a description with a batch has one"
    rest = description.light.model_copy(
        update={"json_body": _with_list(description.light.json_body, description.batch.list, [])}
    )
    filled = fill(rest, values)
    return filled.target, tuple(filled.headers.items()), filled.body


def judge(answer: Answer, status: int, raw: bytes) -> Verdict:
    """Never raises: what cannot be understood is a refusal."""
    body = _load(raw)
    reason = (find_text(body, answer.reason) or "")[:REASON_MAX] if answer.reason else ""
    for meaning, match in (
        (Meaning.EXPIRED, answer.expired),
        (Meaning.BUSY, answer.busy),
        (Meaning.UNKNOWN, answer.unknown),
    ):
        if match is not None and _matches(match, status, body):
            return Verdict(meaning, reason or f"status {status}")
    if not _matches(answer.success, status, body):
        return Verdict(Meaning.REFUSED, reason or f"status {status}, and not what success looks like")
    failed: dict[str, str] = {}
    if (failures := answer.failures) is not None:
        for each in find(body, failures.list):
            label = find_text(each, failures.label)
            if label is not None:
                failed[label] = (find_text(each, failures.reason) or "")[:REASON_MAX] if failures.reason else ""
    return Verdict(Meaning.TAKEN, reason, failed, find_text(body, answer.task) or "" if answer.task else "")


def stands(status: Status, raw: bytes) -> Standing:
    """How a command stands. Never raises: what is not understood is still on its way."""
    said = find_text(_load(raw), status.value)
    for standing, words in (
        (Standing.DELIVERED, status.delivered),
        (Standing.FAILED, status.failed),
        (Standing.EXPIRED, status.expired),
    ):
        if said in [spell(each) for each in words]:
            return standing
    return Standing.WAITING


def read_at(raw: bytes, path: str) -> str | None:
    """A value of an answer, as text; None if it is not there."""
    return find_text(_load(raw), path)


def form_body(form: Mapping[str, str]) -> bytes:
    return urlencode(form).encode()


def _filled(request: Request, values: Mapping[str, Value], body: JsonValue) -> Filled:
    query = urlencode({name: fill_text(text, values) for name, text in request.query.items()}, quote_via=quote)
    headers = {name: fill_text(text, values) for name, text in request.headers.items()}
    kind, content = "", b""
    form = None
    if request.form is not None:
        kind, form = FORM, {name: fill_text(text, values) for name, text in request.form.items()}
    elif request.text is not None:
        kind, content = TEXT, fill_text(request.text, values).encode()
    elif request.json_body is not None:
        kind, content = JSON, json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
    if kind and "content-type" not in map(str.lower, headers):
        headers = {**headers, "Content-Type": kind}
    target = _path(request.path, values) + (f"?{query}" if query else "")
    return Filled(request.method, target, headers, content, form)


def _path(template: str, values: Mapping[str, Value]) -> str:
    """A value is one step of a path whatever it holds; `..` is none, so dots at its beginning are encoded too."""
    parsed = parse_template(template, values)
    encoded = {name: quote(spell(values[name]), safe="") for name in parsed.names}
    return parsed.fill(
        {name: each.replace(".", "%2E") if each.strip(".") == "" else each for name, each in encoded.items()}
    )


def _with_list(body: JsonValue, path: str, elements: list[JsonValue]) -> JsonValue:
    steps = parse_path(path)
    if not steps:
        return elements
    first = steps[0]
    assert isinstance(body, dict) and isinstance(first, str), "the description was checked"  # noqa: PT018
    rest = path.partition(".")[2]
    return {name: _with_list(each, rest, elements) if name == first else each for name, each in body.items()}


def _matches(match: Match, status: int, body: JsonValue) -> bool:
    if match.status and status not in match.status:
        return False
    return not match.path or find_text(body, match.path) in [spell(each) for each in match.equals]


def _load(raw: bytes) -> JsonValue:
    """Some servers answer in words, or not at all: then no path finds anything."""
    try:
        body: JsonValue = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return body
