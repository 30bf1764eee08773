"""What a supervisor's phone calls the settings of a driver or adapter: `words.toml` of its folder, in three languages.

What several folders share stands once, in `words.toml` of the folder above; a folder's own entry replaces it. A folder
without words still works: its settings are then called as its code calls them.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.core.errors import BackendError

WORDS = "words.toml"
IN_SCHEMA = "x-words"
"""Keyword of a property in the JSON schema: language -> `title`, `description`, `options` (value -> its name)."""

LANGUAGES = ("en", "zh", "pt")

_STRICT = ConfigDict(frozen=True, extra="forbid", strict=True)


class SettingWordsInvalid(BackendError):
    """A driver's or adapter's folder is broken; `facts["file"]` says which."""


class Wording(BaseModel):
    model_config = _STRICT

    en: str = Field(min_length=1, max_length=60)
    zh: str = Field(min_length=1, max_length=60)
    pt: str = Field(min_length=1, max_length=60)


class Translation(BaseModel):
    """No English where that stands elsewhere: as the description in the settings' model, or in the manifest."""

    model_config = _STRICT

    en: str = Field(default="", max_length=300)
    zh: str = Field(min_length=1, max_length=300)
    pt: str = Field(min_length=1, max_length=300)


class OneSetting(BaseModel):
    model_config = _STRICT

    name: Wording
    help: Translation | None = None
    options: Mapping[str, Wording] = {}


class FolderWords(BaseModel):
    """`manifest`: sentences of the manifest in the other languages."""

    model_config = _STRICT

    manifest: Mapping[str, Translation] = {}
    settings: Mapping[str, OneSetting] = {}

    def into(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """The JSON schema of the settings, each property with its words."""
        properties = {name: self._worded(name, part) for name, part in schema.get("properties", {}).items()}
        return {**schema, "properties": properties}

    def sentences(self) -> dict[str, dict[str, str]]:
        """Language -> which sentence of the manifest -> what it is there."""
        return {
            language: {name: text for name, each in self.manifest.items() if (text := getattr(each, language))}
            for language in LANGUAGES
        }

    def _worded(self, name: str, part: Mapping[str, Any]) -> dict[str, Any]:
        words = self.settings.get(name)
        if words is None:
            return dict(part)
        return {**part, IN_SCHEMA: {language: _in(language, words, part) for language in LANGUAGES}}


def read_words(folder: Path) -> FolderWords:
    """Those of the folder above, and the folder's own. Raises SettingWordsInvalid."""
    above, own = read_file(folder.parent / WORDS), read_file(folder / WORDS)
    return FolderWords(manifest=own.manifest, settings={**above.settings, **own.settings})


@cache
def read_file(path: Path) -> FolderWords:
    """What one file says; nothing where there is none. Raises SettingWordsInvalid."""
    if not path.exists():
        return FolderWords()
    try:
        return FolderWords.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (ValidationError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        file = f"{path.parent.name}/{path.name}"
        raise SettingWordsInvalid(f"{file}: {error}", file=file) from error


def _in(language: str, words: OneSetting, part: Mapping[str, Any]) -> dict[str, Any]:
    """In English the help is the model's description, where it has one."""
    said = getattr(words.help, language) if words.help is not None else ""
    if language == "en":
        said = said or part.get("description", "")
    return {
        "title": getattr(words.name, language),
        "description": said,
        "options": {value: getattr(name, language) for value, name in words.options.items()},
    }
