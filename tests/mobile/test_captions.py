"""Every caption exists in every language, says the same placeholders, and none hides in the code of a screen."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

from mobile.captions import BY_LANGUAGE, LANGUAGE_NAMES, captions_in
from mobile.captions.english import ENGLISH
from mobile.captions.mandarin import MANDARIN
from mobile.captions.portuguese import PORTUGUESE
from mobile.settings import LANGUAGES
from mobile.state.scan_outcome import OutcomeKind
from shared.commands import PICKER_COMMANDS
from shared.labels import BlinkPattern, LightColour
from shared.picking import ShortReason

MOBILE = Path(__file__).parents[2] / "mobile"
SCREEN_FILES = sorted([*MOBILE.glob("screens/*.py"), *MOBILE.glob("components/*.py"), MOBILE / "app.py"])
HAN = re.compile(r"[\u4e00-\u9fff]")
PROSE = re.compile(r"[A-Za-z]{2,} [A-Za-z]|^[A-Z][a-z]+$|[\u4e00-\u9fff]")


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_is_complete_and_has_nothing_else(language: str) -> None:
    assert BY_LANGUAGE[language].keys() == ENGLISH.keys()
    assert language in LANGUAGE_NAMES
    for key, english in ENGLISH.items():
        assert placeholders(BY_LANGUAGE[language][key]) == placeholders(english), key
        assert BY_LANGUAGE[language][key].strip(), key


def test_what_the_wire_can_say_has_a_caption() -> None:
    needed = (
        [f"short.reason.{reason}" for reason in ShortReason]
        + [f"command.{name}" for name in PICKER_COMMANDS]
        + [f"colour.{colour}" for colour in LightColour]
        + [f"pattern.{pattern}" for pattern in BlinkPattern]
        + [f"outcome.{kind}" for kind in OutcomeKind]
    )
    assert [key for key in needed if key not in ENGLISH] == []


@pytest.mark.parametrize("file", SCREEN_FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_no_caption_is_written_in_a_screen(file: Path) -> None:
    tree = ast.parse(file.read_text())
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    prose = [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
        and PROSE.search(node.value)
    ]
    assert prose == []


@pytest.mark.parametrize("file", SCREEN_FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_every_caption_a_screen_asks_for_exists(file: Path) -> None:
    asked = [
        node.args[0].value
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "say"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    ]
    assert [key for key in asked if key not in ENGLISH] == []


def words(text: str) -> str:
    """The caption without its placeholders."""
    return re.sub(r"\{\w+\}", "", text)


def test_every_chinese_caption_that_says_a_word_says_it_in_chinese() -> None:
    latin = [key for key, text in MANDARIN.items() if re.search(r"[^\W\d_]", words(text)) and not HAN.search(text)]
    assert latin == []


def test_chinese_sentences_end_and_pause_with_chinese_signs() -> None:
    assert [key for key, text in MANDARIN.items() if re.search(r"[\u4e00-\u9fff][,.?!;:]", text)] == []


def test_no_sentence_was_left_in_english() -> None:
    left = [
        (key, text)
        for language in (MANDARIN, PORTUGUESE)
        for key, text in language.items()
        if text == ENGLISH[key] and " " in words(text).strip()
    ]
    assert left == [("hours", "{hours} h {minutes} min")]  # units are the same


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "3 picks wait"), ("zh", "3 条拣货待发送"), ("pt", "3 recolhas à espera"), ("fr", "3 picks wait")],
)
def test_a_language_nobody_speaks_is_english(language: str, said: str) -> None:
    assert captions_in(language)("link.waiting", count=3) == said


def test_a_caption_that_is_missing_in_a_language_is_said_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(PORTUGUESE, "back")
    assert captions_in("pt")("back") == "Back"


def test_a_caption_that_exists_nowhere_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        captions_in("pt")("no.such.caption")
