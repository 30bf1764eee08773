"""The fields of a driver's or an adapter's settings, each as its kind is best typed; below, its name in documents."""

from __future__ import annotations

from collections.abc import Callable

import flet as ft

from mobile import theme
from mobile.captions import Say
from mobile.components.choice import choice
from mobile.components.text_entry import text_entry
from mobile.state.settings_fields import FieldKind, SettingsField
from mobile.state.settings_form import SettingsForm


def settings_entries(prefix: str, say: Say, language: str, form: SettingsForm) -> list[ft.Control]:
    """Each is `<prefix>-<name>`."""
    return [_entry(prefix, say, language, form, field) for field in form.fields]


def _entry(prefix: str, say: Say, language: str, form: SettingsForm, field: SettingsField) -> ft.Control:
    typed = form.typed.get(field.name, "")
    is_set = field.name in form.secrets_set
    title = field.title_in(language)
    name = say("gateway.needed", name=title) if field.is_needed and not is_set else title

    def put(text: str) -> None:
        form.type(field.name, text)

    if field.kind in (FieldKind.FLAG, FieldKind.CHOICE):
        return _chosen(prefix, say, language, field, name, typed, put)
    default = say("gateway.default", value=field.default) if field.default else ""
    secret = say("gateway.secret_set") if is_set else ""
    return text_entry(
        f"{prefix}-{field.name}",
        name,
        typed,
        put,
        hint=_below(field, language, secret, default),
        is_secret=field.kind is FieldKind.SECRET,
        is_number=field.kind in (FieldKind.INTEGER, FieldKind.NUMBER),
        is_long=field.kind is FieldKind.STRUCTURE or field.name == "description",
        is_wrong=form.wrong == field.name,
    )


def _chosen(
    prefix: str,
    say: Say,
    language: str,
    field: SettingsField,
    name: str,
    typed: str,
    put: Callable[[str], None],
) -> ft.Control:
    options = ("true", "false") if field.kind is FieldKind.FLAG else field.options
    captions = {"true": say("gateway.yes"), "false": say("gateway.no")}
    chosen = choice(
        f"{prefix}-{field.name}",
        [(option, captions.get(option) or field.option_in(language, option)) for option in options],
        typed or field.default,
        lambda value: lambda: put(value),
    )
    parts: list[ft.Control] = [ft.Text(name, style=theme.bold(18)), chosen]
    if hint := _below(field, language):
        parts.append(ft.Text(hint, size=theme.TEXT_SP, color=theme.QUIET))
    return ft.Column(parts, spacing=6, tight=True)


def _below(field: SettingsField, language: str, before: str = "", after: str = "") -> str:
    """What helps; and last what documents, command lines and refusals call it."""
    said = field.hint_in(language)
    hint = said if said.startswith("http") else said[:1].upper() + said[1:]
    own_name = field.name if field.name not in field.title_in(language) else ""
    return "\n".join(line for line in (before, hint, after, own_name) if line)
