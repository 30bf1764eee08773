"""Translations are opened compiled, and compiled anew in a working copy whenever somebody wrote in them."""

from __future__ import annotations

import builtins
import os
from pathlib import Path

import pytest

from mobile.captions.compiled import source_file, translations

HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Language: pt_PT\\n"\n\n'


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = source_file("pt_PT", tmp_path)
    file.parent.mkdir(parents=True)
    return file


def translate(source: Path, word: str, at_s: int) -> None:
    source.write_text(f'{HEAD}msgctxt "back"\nmsgid "Back"\nmsgstr "{word}"\n', encoding="utf-8")
    os.utime(source, (at_s, at_s))


def back(folder: Path) -> str:
    return translations("pt_PT", folder).pgettext("back", "Back")


def test_what_was_written_is_said_at_once(source: Path, tmp_path: Path) -> None:
    translate(source, "Voltar", 1_000)
    assert back(tmp_path) == "Voltar"
    compiled = source.with_suffix(".mo")
    os.utime(compiled, (2_000, 2_000))
    translate(source, "Atrás", 3_000)
    assert back(tmp_path) == "Atrás"


def test_what_is_compiled_already_is_not_compiled_again(source: Path, tmp_path: Path) -> None:
    translate(source, "Voltar", 1_000)
    assert back(tmp_path) == "Voltar"
    translate(source, "damaged", 1_000)  # older than what was compiled: nobody looks at it
    assert back(tmp_path) == "Voltar"


def test_a_phone_has_only_the_compiled_file(source: Path, tmp_path: Path) -> None:
    translate(source, "Voltar", 1_000)
    back(tmp_path)
    source.unlink()
    assert back(tmp_path) == "Voltar"


def test_without_babel_what_is_compiled_is_said_and_else_english(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported = builtins.__import__

    def without_babel(name: str, *others: object) -> object:
        if name.startswith(("babel", "mobile.captions.po_files")):
            raise ModuleNotFoundError(name)
        return imported(name, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", without_babel)
    translate(source, "Voltar", 1_000)
    assert back(tmp_path) == "Back"


def test_a_language_nobody_has_translated_is_english(tmp_path: Path) -> None:
    assert back(tmp_path) == "Back"
