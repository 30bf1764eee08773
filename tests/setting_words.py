"""What a folder with settings owes a supervisor: each setting, its help and its choices in every language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from backend.core.setting_words import WORDS, FolderWords, read_file, read_words
from mobile.state.settings_fields import SettingsField, fields_of


def unsaid(folder: Path, schema: Mapping[str, Any]) -> list[str]:
    """What is missing, or said of nothing. `schema` as the registry gives it."""
    words = read_words(folder)
    fields = fields_of(schema)
    of_nothing = read_file(folder / WORDS).settings.keys() - {field.name for field in fields}
    missing = [each for field in fields for each in _of(field, words, schema["properties"][field.name])]
    return [*(f"{name}: there is no such setting" for name in sorted(of_nothing)), *missing]


def _of(field: SettingsField, words: FolderWords, part: Mapping[str, Any]) -> Iterator[str]:
    said, is_described = words.settings.get(field.name), "description" in part
    if said is None:
        yield f"{field.name}: not said at all"
        return
    helped = said.help
    if is_described and (helped is None or helped.en):
        yield f"{field.name}: help in two languages, for its English stands in the model"
    if not is_described and helped is not None and not helped.en:
        yield f"{field.name}: no help in English"
    if said.options.keys() != set(field.options):
        yield f"{field.name}: options {sorted(field.options)}, said {sorted(said.options)}"
