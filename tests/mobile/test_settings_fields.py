"""Every driver's schema becomes a form, and what is typed there the settings the driver takes."""

from __future__ import annotations

import pytest

from mobile.state.settings_fields import FieldKind, FieldWrong, SettingsField, fields_of, typed_of, values_of

SCHEMA = {
    "$defs": {"Side": {"type": "string", "enum": ["left", "right"]}},
    "properties": {
        "baud": {"type": "integer", "default": 115200, "description": "speed"},
        "url": {"type": "string"},
        "password": {"type": "string", "format": "password", "writeOnly": True},
        "side": {
            "$ref": "#/$defs/Side",
            "default": "left",
            "x-words": {
                "en": {"title": "Side", "description": "where it hangs", "options": {"left": "On the left"}},
                "zh": {"title": "侧", "description": "挂在哪边", "options": {"left": "左侧"}},
            },
        },
        "page": {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": None},
        "share": {"type": "number", "default": 0.5},
        "is_on": {"type": "boolean", "default": False},
        "labels": {"type": "object", "default": {}},
    },
    "required": ["url", "password"],
}


def kinds() -> dict[str, FieldKind]:
    return {field.name: field.kind for field in fields_of(SCHEMA)}


def test_each_kind_is_told_and_what_is_needed_comes_first() -> None:
    assert kinds() == {
        "url": FieldKind.TEXT,
        "password": FieldKind.SECRET,
        "baud": FieldKind.INTEGER,
        "side": FieldKind.CHOICE,
        "page": FieldKind.INTEGER,
        "share": FieldKind.NUMBER,
        "is_on": FieldKind.FLAG,
        "labels": FieldKind.STRUCTURE,
    }
    url, _, baud, side, page, *_ = fields_of(SCHEMA)
    assert (url.is_needed, baud.default, baud.hint, side.options, page.default) == (
        True,
        "115200",
        "speed",
        ("left", "right"),
        "",
    )


def test_what_is_kept_comes_back_as_typed_but_a_secret_never() -> None:
    fields = fields_of(SCHEMA)
    kept = {"url": "http://a", "password": {"is_set": True}, "labels": {"L1": {"id": 1}}, "is_on": True}
    typed = typed_of(fields, kept)
    assert typed["password"] == ""
    assert values_of(fields, typed) == {"url": "http://a", "labels": {"L1": {"id": 1}}, "is_on": True}


def test_what_is_left_empty_is_not_sent() -> None:
    typed = {"url": " http://a ", "password": "new", "baud": "", "share": "0,25"}
    assert values_of(fields_of(SCHEMA), typed) == {"url": "http://a", "password": "new", "share": 0.25}


@pytest.mark.parametrize(("name", "text"), [("baud", "fast"), ("labels", "{1"), ("share", "half"), ("url", " ")])
def test_what_cannot_be_read_names_its_field(name: str, text: str) -> None:
    with pytest.raises(FieldWrong) as wrong:
        values_of(fields_of(SCHEMA), {"url": "http://a", name: text})
    assert wrong.value.args[0] == name


def test_a_setting_without_a_type_is_a_structure() -> None:
    assert fields_of({"properties": {"x": {}}}) == [SettingsField("x", FieldKind.STRUCTURE)]


def test_each_is_called_as_the_language_has_it_else_in_english_else_as_the_code_does() -> None:
    side = next(field for field in fields_of(SCHEMA) if field.name == "side")
    assert (side.title_in("zh"), side.hint_in("zh"), side.option_in("zh", "left")) == ("侧", "挂在哪边", "左侧")
    assert (side.title_in("pt"), side.hint_in("pt"), side.option_in("pt", "left")) == (
        "Side",
        "where it hangs",
        "On the left",
    )
    assert side.option_in("zh", "right") == "right"
    baud = next(field for field in fields_of(SCHEMA) if field.name == "baud")
    assert (baud.title_in("zh"), baud.hint_in("zh")) == ("baud", "speed")
