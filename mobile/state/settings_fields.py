"""A driver's settings as fields of a form, from its JSON schema; and what was typed as values. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

IS_SET = {"is_set": True}
WORDS = "x-words"


class FieldKind(StrEnum):
    TEXT = "text"
    SECRET = "secret"  # noqa: S105 - the name of a kind
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "flag"
    CHOICE = "choice"
    STRUCTURE = "structure"
    """Several values in one: written as JSON."""


@dataclass(frozen=True, slots=True)
class SettingsField:
    """One setting. `default` is what holds where nothing is typed, as it would be typed.

    `words`: language -> `title`, `description` and `options`; what nobody translated is said as the code has it.
    """

    name: str
    kind: FieldKind
    hint: str = ""
    default: str = ""
    is_needed: bool = False
    options: tuple[str, ...] = field(default=())
    words: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def title_in(self, language: str) -> str:
        return str(self._said(language, "title") or self.name)

    def hint_in(self, language: str) -> str:
        return str(self._said(language, "description") or self.hint)

    def option_in(self, language: str, option: str) -> str:
        options = self._said(language, "options") or {}
        return str(options.get(option, option))

    def _said(self, language: str, what: str) -> Any:
        return self.words.get(language, self.words.get("en", {})).get(what)


class FieldWrong(ValueError):
    """`args[0]` names the field."""


def fields_of(schema: Mapping[str, Any]) -> list[SettingsField]:
    """Those that must be filled in first, in the driver's own order."""
    shared, needed = schema.get("$defs", {}), schema.get("required", [])
    fields = [
        _field(name, _plain(part, shared), is_needed=name in needed)
        for name, part in schema.get("properties", {}).items()
    ]
    return sorted(fields, key=lambda each: not each.is_needed)


def typed_of(fields: list[SettingsField], settings: Mapping[str, Any]) -> dict[str, str]:
    """The settings as they would be typed; secrets are never there."""
    return {
        each.name: "" if each.kind is FieldKind.SECRET else _typed(settings[each.name])
        for each in fields
        if each.name in settings
    }


def values_of(fields: list[SettingsField], typed: Mapping[str, str]) -> dict[str, Any]:
    """What to send: nothing of what was left empty. Raises FieldWrong."""
    values: dict[str, Any] = {}
    for each in fields:
        text = typed.get(each.name, "").strip()
        if text:
            values[each.name] = _value(each, text)
        elif each.is_needed and each.kind is not FieldKind.SECRET:
            raise FieldWrong(each.name)
    return values


def _field(name: str, part: Mapping[str, Any], *, is_needed: bool) -> SettingsField:
    options = tuple(str(one) for one in part.get("enum", ()))
    kind = FieldKind.CHOICE if options else _kind(part)
    default = part.get("default")
    shown = "" if default is None or kind is FieldKind.SECRET else _typed(default, is_short=True)
    words = part.get(WORDS, {})
    return SettingsField(name, kind, str(part.get("description", "")), shown, is_needed, options, words)


def _kind(part: Mapping[str, Any]) -> FieldKind:
    if part.get("format") == "password":
        return FieldKind.SECRET
    kinds = {
        "string": FieldKind.TEXT,
        "integer": FieldKind.INTEGER,
        "number": FieldKind.NUMBER,
        "boolean": FieldKind.FLAG,
    }
    return kinds.get(str(part.get("type")), FieldKind.STRUCTURE)


def _plain(part: Mapping[str, Any], shared: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without references, and of a setting that may be null what it is otherwise."""
    for one in [part, *part.get("allOf", ()), *part.get("anyOf", ())]:
        if "$ref" in one:
            return {**shared.get(str(one["$ref"]).rpartition("/")[2], {}), **_rest(part)}
        if one is not part and one.get("type") != "null":
            return {**one, **_rest(part)}
    return part


def _rest(part: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if name in ("default", "description", WORDS)}


def _typed(value: Any, *, is_short: bool = False) -> str:
    if isinstance(value, str):
        return value
    is_high = isinstance(value, dict) and bool(value) and not is_short
    return json.dumps(value, ensure_ascii=False, indent=1 if is_high else None)


def _value(wanted: SettingsField, text: str) -> Any:
    if wanted.kind in (FieldKind.TEXT, FieldKind.SECRET, FieldKind.CHOICE):
        return text
    try:
        if wanted.kind is FieldKind.INTEGER:
            return int(text)
        if wanted.kind is FieldKind.NUMBER:
            return float(text.replace(",", "."))
        return json.loads(text)
    except ValueError as error:
        raise FieldWrong(wanted.name) from error
